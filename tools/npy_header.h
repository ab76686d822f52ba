/* SPDX-License-Identifier: Apache-2.0 */
/* The header text of .npy files: a Python dictionary of descr, fortran_order and shape. */
#ifndef CLGN_TOOLS_NPY_HEADER_H
#define CLGN_TOOLS_NPY_HEADER_H

#include <stddef.h>

#include "npy.h"

/**
 * Read type, rank, shape and count from length bytes of text, which need not be terminated.
 *
 * @param reason receives why it cannot be read, always terminated
 * @return 0, or -1
 */
int npy_header_parse(const char *text, size_t length, struct npy *array, char *reason, size_t reason_bytes);

/** Write the dictionary, terminated; returns its length, or 0 when bytes are too few. */
size_t npy_header_format(const struct npy *array, char *text, size_t bytes);

#endif
