/* SPDX-License-Identifier: Apache-2.0 */
/* Names, sizes and strides of a problem's tensors. */
#include "geometry.h"

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
    [CLGN_DTYPE_NONE] = {"none", 0},
#define CLGN_DTYPE(suffix, name, bytes) [CLGN_DTYPE_##suffix] = {name, bytes},
#include "dtypes.inc"
#undef CLGN_DTYPE
};

#define DTYPE_COUNT (sizeof dtypes / sizeof dtypes[0])

static const char *const role_names[CLGN_ROLE_COUNT] = {
    [CLGN_T_X] = "x",
    [CLGN_T_Y] = "y",
    [CLGN_T_SKIP] = "skip",
    [CLGN_T_BIAS] = "bias",
    [CLGN_T_SUM] = "sum",
    [CLGN_T_GAMMA] = "gamma",
    [CLGN_T_BETA] = "beta",
    [CLGN_T_SCALE] = "scale",
    [CLGN_T_SHIFT] = "shift",
    [CLGN_T_RESIDUAL] = "residual",
    [CLGN_T_MEAN] = "mean",
    [CLGN_T_RSTD] = "rstd",
    [CLGN_T_MEAN_LO] = "mean_lo",
    [CLGN_T_RUNNING_MEAN] = "running_mean",
    [CLGN_T_RUNNING_VAR] = "running_var",
    [CLGN_T_DY] = "dy",
    [CLGN_T_DX] = "dx",
    [CLGN_T_DSKIP] = "dskip",
    [CLGN_T_DRESIDUAL] = "dresidual",
    [CLGN_T_DGAMMA] = "dgamma",
    [CLGN_T_DBETA] = "dbeta",
    [CLGN_T_DSCALE] = "dscale",
    [CLGN_T_DSHIFT] = "dshift",
    [CLGN_T_DBIAS] = "dbias",
    [CLGN_T_DMEAN] = "dmean",
    [CLGN_T_DRSTD] = "drstd",
    [CLGN_T_WORKSPACE] = "workspace",
};

int clgn_follows_y(enum clgn_role role)
{
    return role == CLGN_T_Y || role == CLGN_T_RESIDUAL || role == CLGN_T_DY || role == CLGN_T_DRESIDUAL;
}

const char *clgn_role_name(enum clgn_role role)
{
    return role_names[role];
}

int clgn_is_dtype(clgn_dtype dtype)
{
    return (size_t)dtype < DTYPE_COUNT && dtype != CLGN_DTYPE_NONE;
}

size_t clgn_dtype_bytes(clgn_dtype dtype)
{
    return clgn_is_dtype(dtype) ? dtypes[dtype].bytes : 0;
}

const char *clgn_dtype_name(clgn_dtype dtype)
{
    return clgn_is_dtype(dtype) ? dtypes[dtype].name : "none";
}

int clgn_multiply(uint64_t a, uint64_t b, uint64_t *product)
{
    const uint64_t most = INT64_MAX / 8 < SIZE_MAX ? INT64_MAX / 8 : SIZE_MAX;
    if (b != 0 && a > most / b)
        return 0;
    *product = a * b;
    return 1;
}

clgn_status clgn_check_strides(const struct clgn_geometry *g, const struct clgn_sink *sink, const char *name,
                               clgn_layout layout, size_t batch_stride, size_t row_stride, struct clgn_operand *operand)
{
    const uint64_t row = layout == CLGN_LAYOUT_LAST ? g->c : g->s;
    const uint64_t rows = layout == CLGN_LAYOUT_LAST ? g->s : g->c;
    const uint64_t samples = g->n > 0 ? g->n : 1;
    uint64_t row_span;
    uint64_t batch_span;
    operand->strided = 1;
    operand->rs = row_stride != 0 && rows > 1 ? row_stride : row; /* of a row alone nothing is a stride away */
    if (operand->rs < row)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.row_stride: %zu is less than a row: %llu", name, row_stride,
                         (unsigned long long)row);
    if (!clgn_multiply(rows - 1, operand->rs, &row_span))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.row_stride: %zu times %llu rows overflows", name, row_stride,
                         (unsigned long long)rows);
    row_span += row;
    operand->bs = batch_stride;
    if (batch_stride == 0 && !clgn_multiply(rows, operand->rs, &operand->bs))
        operand->bs = row_span; /* too large for a second sample, which is seen below */
    if (!clgn_multiply(samples - 1, operand->bs, &batch_span) || batch_span + row_span > INT64_MAX / 8)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.batch_stride: %zu times n: %zu overflows", name, batch_stride,
                         (size_t)g->n);
    /* Samples one after the other, or interleaved between the rows. */
    if (samples > 1 && operand->bs < row_span && !(operand->bs >= row && operand->rs >= batch_span + row))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.batch_stride: %zu lets samples of %llu elements overlap", name,
                         batch_stride, (unsigned long long)row_span);
    operand->elements = g->n > 0 ? batch_span + row_span : 0;
    return CLGN_OK;
}

clgn_dtype clgn_acc_dtype(const struct clgn_geometry *g)
{
    return g->wide ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
}

void clgn_set_vector(struct clgn_geometry *g, enum clgn_role role, clgn_dtype dtype, uint64_t elements)
{
    g->operand[role].dtype = dtype;
    g->operand[role].elements = dtype != CLGN_DTYPE_NONE ? elements : 0;
}
