/* SPDX-License-Identifier: Apache-2.0 */
/* A problem, checked once, and its geometry: rows, strides and sizes that later code trusts. */
#ifndef CLGN_PROBLEM_H
#define CLGN_PROBLEM_H

#include <stdint.h>

#include "message.h"

/* The tensors of a problem, in the order of the kernels' arguments. */
enum clgn_role {
    CLGN_T_X,
    CLGN_T_Y,
    CLGN_T_SKIP,
    CLGN_T_BIAS,
    CLGN_T_SUM,
    CLGN_T_GAMMA,
    CLGN_T_BETA,
    CLGN_T_SCALE,
    CLGN_T_SHIFT,
    CLGN_T_RESIDUAL,
    CLGN_T_MEAN,
    CLGN_T_RSTD,
    CLGN_T_WORKSPACE,
    CLGN_ROLE_COUNT
};

/* What a kernel needs to know of a tensor; dtype NONE: the problem has none. */
struct clgn_operand {
    clgn_dtype dtype;
    int strided;       /* x, y, skip (full), sum, residual */
    uint64_t bs, rs;   /* batch and row stride, elements */
    uint64_t elements; /* from the offset to the end of the last element; 0 when n is 0 */
};

struct clgn_geometry {
    clgn_problem problem; /* as given, config aside; y.dtype filled in */
    uint64_t n, c, g, s;  /* g per sample */
    uint64_t cg;          /* channels per group */
    int x_last, y_last;   /* rows are pixels */
    int point;            /* s is 1 and channels are contiguous: a row is one group's channels */
    int linear;           /* a group lies in one run, in every tensor, and no addend depends on the channel */
    int index64;          /* an index inside a group or row needs 64 bits */
    int wide;             /* statistics are float64 */
    struct clgn_operand operand[CLGN_ROLE_COUNT]; /* WORKSPACE is the plan's */
};

/* Name of a tensor, as in clgn_args. */
const char *clgn_role_name(enum clgn_role role);

/* 0 for NONE and for what is no type. */
size_t clgn_dtype_bytes(clgn_dtype dtype);
const char *clgn_dtype_name(clgn_dtype dtype);

/* Checks every field; CLGN_ERR_ARGUMENT names the field and the values. */
clgn_status clgn_problem_check(const clgn_problem *problem, const struct clgn_sink *sink,
                               struct clgn_geometry *geometry);

#endif
