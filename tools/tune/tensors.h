/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors a problem has, how large they are, and where they lie in three buffers. */
#ifndef CLGN_TUNE_TENSORS_H
#define CLGN_TUNE_TENSORS_H

#include <stddef.h>

#include <clgn/clgn.h>

enum { TENSORS_MOST = 24 };

enum tensors_buffer {
    TENSORS_READ,       /**< of x's size, read */
    TENSORS_WRITTEN,    /**< of x's size, written */
    TENSORS_PARAMETERS, /**< of other sizes, read or written */
    TENSORS_BUFFERS
};

struct tensors_entry {
    size_t argument; /* offsetof(clgn_args, ...) */
    enum tensors_buffer buffer;
    clgn_dtype dtype;
    size_t elements;
    size_t offset; /* bytes within the buffer */
};

struct tensors {
    struct tensors_entry entries[TENSORS_MOST];
    size_t count;
    size_t buffer_bytes[TENSORS_BUFFERS];
    size_t element_bytes[TENSORS_BUFFERS]; /* the sum over the buffer's tensors of the bytes of one element */
};

/** List the tensors of a problem whose n, c, spatial, groups and dtypes are set; strides are dense. */
void tensors_list(const clgn_problem *problem, struct tensors *tensors);

/** The tensor of args that an entry describes. */
clgn_tensor *tensors_of(clgn_args *args, const struct tensors_entry *entry);

#endif
