/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to move x's bytes in and y's bytes out on a device: the yardstick that a normalisation is compared with. */
#ifndef CLGN_TOOLS_COPY_H
#define CLGN_TOOLS_COPY_H

#include <stddef.h>

#include <clgn/clgn.h>

/** All kinds of copy that build on one device, for one pair of element sizes. */
struct copy_set;

/**
 * Build the kinds of copy that read x_size bytes for every y_size bytes that they write (such as 8 and 4 for two f32
 * tensors in and one out): where the sizes differ, x is read whole and y written whole, without meaning. A kind whose
 * kernel does not build is left out.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int copy_create(cl_context context, cl_device_id device, size_t x_size, size_t y_size, struct copy_set **set,
                char *error, size_t error_bytes);

/** The number of kinds, 1 at least when the sizes agree. */
size_t copy_count(const struct copy_set *set);

/** The name of a kind, such as "buffer" or "chunk1m-nt". */
const char *copy_name(const struct copy_set *set, size_t kind);

/**
 * Enqueue one copy. The kernels move whole vectors: the last bytes, fewer than one vector of 64 bytes for each of the
 * sizes' reduced ratio, stay where they are.
 *
 * @return CL_SUCCESS or the error
 */
cl_int copy_enqueue(const struct copy_set *set, size_t kind, cl_command_queue queue, cl_mem x, size_t x_bytes, cl_mem y,
                    size_t y_bytes, cl_event *done);

/** Release; NULL is legal. */
void copy_release(struct copy_set *set);

#endif
