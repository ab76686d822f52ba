/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing NumPy's .npy files of little-endian f2, f4 and f8 arrays in C order. */
#ifndef CLGN_TOOLS_NPY_H
#define CLGN_TOOLS_NPY_H

#include <stddef.h>

/** The most axes of an array. */
#define NPY_MAX_RANK 8

enum npy_type { NPY_F2 = 2, NPY_F4 = 4, NPY_F8 = 8 }; /* the value is the size of an element in bytes */

/** An array as it lies in the file; rank 0 is one number. */
struct npy {
    enum npy_type type;
    size_t rank;
    size_t shape[NPY_MAX_RANK];
    size_t count; /* elements: the product of shape */
    void *data;   /* count * type bytes, from malloc; may be NULL when count is 0 */
};

/**
 * Read a whole file. Fortran order, big-endian, other types, a file too short or too long for its shape: an error.
 *
 * @param array receives the array, on success only; release with npy_release
 * @param error receives the reason for a failure with the path in it, always terminated
 * @return 0, or -1
 */
int npy_read(const char *path, struct npy *array, char *error, size_t error_bytes);

/**
 * Write a file of format 1.0: first under another name in the same folder, then renamed, so that path holds the old
 * content or the new, never a part. count need not be set. Only a regular file is ever replaced.
 *
 * @param error receives the reason for a failure with the path in it, always terminated
 * @return 0, or -1
 */
int npy_write(const char *path, const struct npy *array, char *error, size_t error_bytes);

/**
 * Try whether npy_write could make the file, without leaving anything.
 *
 * @return 0, or -1 with the reason in error, as npy_write
 */
int npy_try_write(const char *path, char *error, size_t error_bytes);

/** The product of shape; -1 when its bytes do not fit a size_t. */
int npy_count(const struct npy *array, size_t *count);

/** Write the shape as "(2, 32, 8, 8)", cut to bytes; returns text. */
const char *npy_shape_text(size_t rank, const size_t *shape, char *text, size_t bytes);

/** Free the data; harmless on zeros. */
void npy_release(struct npy *array);

#endif
