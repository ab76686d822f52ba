/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of x and y buffers used in turn, so that each run of a measurement finds its data out of the caches. */
#ifndef CLGN_TOOLS_ROTATION_H
#define CLGN_TOOLS_ROTATION_H

#include <stddef.h>

#include <clgn/clgn.h>

struct rotation {
    cl_mem *x;
    cl_mem *y;
    size_t x_bytes; /* of each x */
    size_t y_bytes;
    size_t pairs;
    size_t turn; /* the pair that the next run uses */
};

/**
 * Make pairs that hold more than 256 MiB in all, as far as 6 GiB and half the device's memory allow, but at least 2
 * and at most 1024 (so tensors under 256 KiB may stay in a large cache); all x get the same x_bytes bytes of data, all
 * y zeros.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int rotation_create(cl_context context, cl_device_id device, cl_command_queue queue, const void *data, size_t x_bytes,
                    size_t y_bytes, struct rotation *rotation, char *error, size_t error_bytes);

/** The index of the pair for this run; moves on. */
size_t rotation_next(struct rotation *rotation);

/** Release the buffers; harmless on zeros. */
void rotation_release(struct rotation *rotation);

#endif
