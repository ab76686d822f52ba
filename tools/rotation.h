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
    int cold;    /* the pairs hold more than the device's last cache, as far as it says how large that is */
};

/**
 * Make pairs that hold more than 256 MiB in all, as far as 6 GiB and half the device's memory allow, but at least 2
 * (1 where a pair alone takes 1 GiB) and at most 4096; all x get the same x_bytes bytes of data, all y zeros.
 *
 * @param data  NULL: the x are left to be written by the caller
 * @param warm  not 0: one pair, so that what fits a cache stays there
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int rotation_create(cl_context context, cl_device_id device, cl_command_queue queue, const void *data, size_t x_bytes,
                    size_t y_bytes, int warm, struct rotation *rotation, char *error, size_t error_bytes);

/** The bytes on the device of the pairs that rotation_create makes at least. */
cl_ulong rotation_least_bytes(size_t x_bytes, size_t y_bytes, int warm);

/** The index of the pair for this run; moves on. */
size_t rotation_next(struct rotation *rotation);

/** Release the buffers; harmless on zeros. */
void rotation_release(struct rotation *rotation);

#endif
