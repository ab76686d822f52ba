/* SPDX-License-Identifier: Apache-2.0 */
/* IDX files of bytes, plain or compressed with gzip: what MNIST and its likes come in. */
#ifndef FASHION_IDX_H
#define FASHION_IDX_H

#include <stddef.h>

/* An array of bytes of 1 or 3 axes. */
struct idx {
    size_t axes;
    size_t shape[3];
    unsigned char *bytes; /* free() releases it */
};

/* Read a file that must have that many axes; -1 after a message that names the file and what is wrong. */
int idx_read(const char *path, size_t axes, struct idx *idx);

#endif
