/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that does nothing, on one work-item: what a launch costs by itself. */
#ifndef CLGN_TUNE_EMPTY_H
#define CLGN_TUNE_EMPTY_H

#include "device_open.h"

struct empty {
    cl_kernel kernel;
};

/** Build it; returns CL_SUCCESS or the error. */
cl_int empty_create(const struct device_open *device, struct empty *empty);

/** Enqueue it. */
cl_int empty_enqueue(const struct empty *empty, cl_command_queue queue, cl_uint n_wait, const cl_event *wait,
                     cl_event *done);

/** Release; harmless on zeros. */
void empty_release(struct empty *empty);

#endif
