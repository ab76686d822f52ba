/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing two clocks. */
#include "timer_check.h"

#include "rotation.h"
#include "timing.h"

enum { COPY_BYTES = 32 << 20, BATCHES = 5, RUNS = 4 };

static cl_int copy(void *user, cl_command_queue queue, cl_event *done)
{
    struct rotation *r = user;
    const size_t turn = rotation_next(r);

    return clEnqueueCopyBuffer(queue, r->x[turn], r->y[turn], 0, 0, COPY_BYTES, 0, NULL, done);
}

enum timer_verdict timer_check(const struct device_open *device)
{
    struct rotation rotation = {.x = NULL};
    struct timing_sample sample = {0.0, 0.0, 0};
    char unused[256];
    cl_int err;
    int agree = 0;

    if (rotation_create(device->context, device->entry.device, device->queue, NULL, COPY_BYTES, COPY_BYTES, 1,
                        &rotation, unused, sizeof(unused)) != 0) {
        return TIMER_UNKNOWN;
    }
    err = timing_batch(device->queue, copy, &rotation, RUNS, &sample); /* warm-up */
    for (int i = 0; i < BATCHES && err == CL_SUCCESS; ++i) {
        err = timing_batch(device->queue, copy, &rotation, RUNS, &sample);
        agree += err == CL_SUCCESS && sample.event_ok;
    }
    rotation_release(&rotation);
    if (err != CL_SUCCESS) {
        return TIMER_UNKNOWN;
    }
    return 2 * agree > BATCHES ? TIMER_TRUE : TIMER_FALSE;
}

const char *timer_verdict_name(enum timer_verdict verdict)
{
    static const char *const names[3] = {"true", "false", "unknown"};

    return names[verdict];
}
