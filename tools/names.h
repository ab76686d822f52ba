/* SPDX-License-Identifier: Apache-2.0 */
/* The names by which the tools' command lines know the library's enumerations. */
#ifndef CLGN_TOOLS_NAMES_H
#define CLGN_TOOLS_NAMES_H

#include <clgn/clgn.h>

/** f32, f16, bf16, f64; returns 0, or -1 for another text. */
int names_parse_dtype(const char *text, clgn_dtype *dtype);

/** nchw or nhwc; returns 0, or -1 for another text. */
int names_parse_layout(const char *text, clgn_layout *layout);

/** group, layer, instance or batch; returns 0, or -1 for another text. */
int names_parse_norm(const char *text, clgn_norm *norm);

/**
 * NAME or NAME=ALPHA; only leaky_relu (default 0.01) and elu (default 1) take an alpha, which must be finite.
 * Returns 0, or -1 for another text.
 */
int names_parse_act(const char *text, clgn_act *act, double *alpha);

/** The name of a value, or "?". */
const char *names_dtype(clgn_dtype dtype);
const char *names_layout(clgn_layout layout);
const char *names_norm(clgn_norm norm);
const char *names_act(clgn_act act);

/** Bytes of one element; 0 for CLGN_DTYPE_NONE. */
size_t names_dtype_bytes(clgn_dtype dtype);

/** All activations, separated by blanks, for a usage text. */
const char *names_all_acts(void);

#endif
