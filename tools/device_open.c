/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a device for a tool. */
#include "device_open.h"

#include <stdio.h>
#include <string.h>

static void on_message(void *user, clgn_severity severity, const char *text)
{
    struct device_open *opened = user;

    if (severity == CLGN_SEVERITY_ERROR) {
        snprintf(opened->message, sizeof(opened->message), "%s", text);
    }
    /* INFO, too: that is the log of a program that does not build. */
    if (!opened->quiet) {
        fprintf(stderr, "%s: %s%s\n", opened->program, severity == CLGN_SEVERITY_WARNING ? "warning: " : "", text);
    }
}

int device_open(const char *spec, const char *program, struct device_open *opened, char *error, size_t error_bytes)
{
    clgn_options options = CLGN_OPTIONS_INIT;
    clgn_status status;
    cl_int err;

    memset(opened, 0, sizeof(*opened));
    opened->program = program;
    if (device_pick(spec, &opened->entry, error, error_bytes) != 0) {
        return -1;
    }
    opened->context = clCreateContext(NULL, 1, &opened->entry.device, NULL, NULL, &err);
    if (err == CL_SUCCESS) {
        opened->queue = clCreateCommandQueue(opened->context, opened->entry.device, CL_QUEUE_PROFILING_ENABLE, &err);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, error_bytes, "%s: no context or queue (OpenCL error %d)", opened->entry.name, (int)err);
        device_close(opened);
        return -1;
    }
    options.on_message = on_message;
    options.user = opened;
    status = clgn_context_create(opened->context, opened->entry.device, &options, &opened->clgn);
    if (status != CLGN_OK) {
        snprintf(error, error_bytes, "%s: clgn_context_create: %s", opened->entry.name, clgn_status_name(status));
        device_close(opened);
        return -1;
    }
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
