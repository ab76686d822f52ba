/* SPDX-License-Identifier: Apache-2.0 */
/* The geometry of a problem: tensors, rows, strides and sizes that later code trusts. */
#ifndef CLGN_GEOMETRY_H
#define CLGN_GEOMETRY_H

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
    CLGN_T_MEAN_LO,
    CLGN_T_RUNNING_MEAN,
    CLGN_T_RUNNING_VAR,
    CLGN_T_DY,
    CLGN_T_DX,
    CLGN_T_DSKIP,
    CLGN_T_DRESIDUAL,
    CLGN_T_DGAMMA,
    CLGN_T_DBETA,
    CLGN_T_DSCALE,
    CLGN_T_DSHIFT,
    CLGN_T_DBIAS,
    CLGN_T_DMEAN,
    CLGN_T_DRSTD,
    CLGN_T_WORKSPACE,
    CLGN_ROLE_COUNT
};

/* What a kernel needs to know of a tensor; dtype NONE: the problem has none. */
struct clgn_operand {
    clgn_dtype dtype;
    int strided;       /* of x's or y's shape: has strides */
    uint64_t bs, rs;   /* batch and row stride, elements */
    uint64_t elements; /* from the offset to the end of the last element; 0 when n is 0 */
};

struct clgn_geometry {
    clgn_problem problem; /* as given, config aside; y.dtype filled in */
    uint64_t n, c, g, s;  /* g per sample; a batch norm may be folded: one sample of n * s pixels */
    uint64_t cg;          /* channels per group */
    uint64_t stats;       /* how many means there are: n * g, of a batch norm c */
    uint64_t count;       /* elements of each */
    int backward;
    int batch;          /* statistics are over n, too */
    int per_channel;    /* mean and rstd are [c]: batch norm and running statistics */
    int x_last, y_last; /* rows are pixels */
    int point;          /* s is 1 and channels are contiguous: a row is one group's channels */
    int linear;         /* a group lies in one run, in every tensor, and no addend depends on the channel */
    int index64;        /* an index inside a group or row needs 64 bits */
    int wide;           /* statistics are float64 */
    struct clgn_operand operand[CLGN_ROLE_COUNT]; /* WORKSPACE is the plan's */
};

/* Whether a strided tensor has y's type and layout, not x's. */
int clgn_follows_y(enum clgn_role role);

/* Name of a tensor, as in clgn_args. */
const char *clgn_role_name(enum clgn_role role);

/* Whether a value is one of the types; NONE is not. */
int clgn_is_dtype(clgn_dtype dtype);

/* 0 for NONE and for what is no type. */
size_t clgn_dtype_bytes(clgn_dtype dtype);
const char *clgn_dtype_name(clgn_dtype dtype);

/* *product = a * b; 0 when it does not fit what a buffer can hold. */
int clgn_multiply(uint64_t a, uint64_t b, uint64_t *product);

/* Dense strides filled in, overlap and overflow refused. name is the field's. */
clgn_status clgn_check_strides(const struct clgn_geometry *geometry, const struct clgn_sink *sink, const char *name,
                               clgn_layout layout, size_t batch_stride, size_t row_stride,
                               struct clgn_operand *operand);

/* The type of statistics and of gradients that are sums. */
clgn_dtype clgn_acc_dtype(const struct clgn_geometry *geometry);

/* A dense tensor without axes of space; NONE: absent. */
void clgn_set_vector(struct clgn_geometry *geometry, enum clgn_role role, clgn_dtype dtype, uint64_t elements);

#endif
