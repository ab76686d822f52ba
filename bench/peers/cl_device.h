/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL device with buffers in turn, for the peers that use OpenCL. */
#ifndef CLGN_PEERS_CL_DEVICE_H
#define CLGN_PEERS_CL_DEVICE_H

#include <stddef.h>

#include "device_pick.h"
#include "rotation.h"
#include "worker.h"

struct cl_device {
    struct device_entry entry;
    cl_context context;
    cl_command_queue queue;
    /* Of the problem prepared. */
    struct rotation rotation;
    cl_mem gamma;
    cl_mem beta;
    size_t last; /* the pair used last */
};

/** Open device "P:D", or the default for "". Returns 0, or -1 with the reason in error. */
int cl_device_open(const char *spec, struct cl_device *device, char *version, size_t version_bytes, char *error);

/** Make the buffers of a forward problem. Returns 0, or -1 with the reason in error. */
int cl_device_prepare(struct cl_device *device, const struct worker_problem *problem, char *error);

/** The next pair of buffers. */
size_t cl_device_next(struct cl_device *device);

/** A buffer of count floats, from data where that is not NULL; NULL on failure. */
cl_mem cl_device_floats(struct cl_device *device, const float *data, size_t count);

/** One program's kernel; NULL with the build log in error. */
cl_kernel cl_device_kernel(struct cl_device *device, const char *source, const char *options, const char *name,
                           char *error);

/** Wait; read the last y. Return 0, or -1 with the reason in error. */
int cl_device_finish(struct cl_device *device, char *error);
int cl_device_read(struct cl_device *device, void *result, char *error);

/** Release what cl_device_prepare made. */
void cl_device_release(struct cl_device *device);

#endif
