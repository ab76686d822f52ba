/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a device for a tool. */
#include "device_open.h"

#include <stdio.h>
#include <string.h>

static void on_message(void *user, clgn_severity severity, const char *text)
{
    /* INFO, too: that is the log of a program that does not build. */
    fprintf(stderr, "%s: %s%s\n", (const char *)user, severity == CLGN_SEVERITY_WARNING ? "warning: " : "", text);
}

/* The callback's user pointer is not const, but on_message only reads it. */
static void *as_user(const char *program)
{
    union {
        const char *in;
        void *out;
    } same = {program};

    return same.out;
}

int device_open(const char *spec, const char *program, struct device_open *opened, char *error, size_t error_bytes)
{
    const clgn_options options = {sizeof(clgn_options), on_message, as_user(program)};
    struct device_open o;
    clgn_status status;
    cl_int err;

    memset(&o, 0, sizeof(o));
    if (device_pick(spec, &o.entry, error, error_bytes) != 0) {
        return -1;
    }
    o.context = clCreateContext(NULL, 1, &o.entry.device, NULL, NULL, &err);
    if (err == CL_SUCCESS) {
        o.queue = clCreateCommandQueue(o.context, o.entry.device, CL_QUEUE_PROFILING_ENABLE, &err);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, error_bytes, "%s: no context or queue (OpenCL error %d)", o.entry.name, (int)err);
        device_close(&o);
        return -1;
    }
    status = clgn_context_create(o.context, o.entry.device, &options, &o.clgn);
    if (status != CLGN_OK) {
        snprintf(error, error_bytes, "%s: clgn_context_create: %s", o.entry.name, clgn_status_name(status));
        device_close(&o);
        return -1;
    }
    *opened = o;
    return 0;
}

void device_close(struct device_open *opened)
{
    clgn_context_release(opened->clgn);
    if (opened->queue) {
        clReleaseCommandQueue(opened->queue);
    }
    if (opened->context) {
        clReleaseContext(opened->context);
    }
    memset(opened, 0, sizeof(*opened));
}
