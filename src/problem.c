/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a problem and derives its geometry. */
#include "problem.h"

#include <math.h>
#include <string.h>

/* Inside a row or group, indices run past the end by less than this. */
#define INDEX_SLACK ((uint64_t)1 << 24)

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
    [CLGN_T_WORKSPACE] = "workspace",
};

const char *clgn_role_name(enum clgn_role role)
{
    return role_names[role];
}

static int is_dtype(clgn_dtype dtype)
{
    return (size_t)dtype < DTYPE_COUNT && dtype != CLGN_DTYPE_NONE;
}

size_t clgn_dtype_bytes(clgn_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].bytes : 0;
}

const char *clgn_dtype_name(clgn_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].name : "none";
}

/* *product = a * b, or 0 when it does not fit what a buffer can hold. */
static int multiply(uint64_t a, uint64_t b, uint64_t *product)
{
    const uint64_t most = INT64_MAX / 8 < SIZE_MAX ? INT64_MAX / 8 : SIZE_MAX;
    if (b != 0 && a > most / b)
        return 0;
    *product = a * b;
    return 1;
}

static clgn_status check_shape(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    uint64_t all;
    if (p->c < 1 || p->c > INT32_MAX - INDEX_SLACK)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "c: %zu is not in 1 to %llu", p->c,
                         (unsigned long long)(INT32_MAX - INDEX_SLACK));
    if (p->spatial_dims > CLGN_MAX_SPATIAL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "spatial_dims: %zu is more than %d", p->spatial_dims,
                         CLGN_MAX_SPATIAL);
    g->n = p->n;
    g->c = p->c;
    g->s = 1;
    for (size_t i = 0; i < p->spatial_dims; i++) {
        if (p->spatial[i] < 1)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "spatial[%zu]: %zu is less than 1", i, p->spatial[i]);
        if (!multiply(g->s, p->spatial[i], &g->s))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "spatial[%zu]: %zu makes the spatial size overflow", i,
                             p->spatial[i]);
    }
    if (!multiply(g->s, g->c, &all) || !multiply(all, g->n > 0 ? g->n : 1, &all))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "n, c, spatial: %zu * %zu * %llu elements overflow", p->n, p->c,
                         (unsigned long long)g->s);
    return CLGN_OK;
}

/* A real number that is finite in the type of the statistics. */
static int is_finite(const clgn_problem *p, double value)
{
    return p->x.dtype == CLGN_DTYPE_F64 ? isfinite(value) : isfinite((float)value);
}

static clgn_status check_groups(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    switch (p->norm) {
    case CLGN_NORM_GROUP:
        g->g = p->groups;
        break;
    case CLGN_NORM_LAYER:
        g->g = 1;
        break;
    case CLGN_NORM_INSTANCE:
        g->g = p->c;
        break;
    default:
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "norm: %d is no norm", (int)p->norm);
    }
    if (p->norm != CLGN_NORM_GROUP && p->groups != 0 && p->groups != g->g)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "groups: %zu, but %s norm has %llu", p->groups,
                         p->norm == CLGN_NORM_LAYER ? "layer" : "instance", (unsigned long long)g->g);
    if (g->g < 1 || p->c % g->g != 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "groups: %zu does not divide c: %zu", p->groups, p->c);
    g->cg = g->c / g->g;
    if (!(p->eps >= 0) || !is_finite(p, p->eps))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "eps: %g is not a finite number >= 0", p->eps);
    if (p->eps > 0 && p->x.dtype != CLGN_DTYPE_F64 && (float)p->eps == 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "eps: %g is 0 in float32, in which x's statistics are", p->eps);
    return CLGN_OK;
}

/* Dense strides filled in, overlap and overflow refused. */
static clgn_status check_strides(const struct clgn_geometry *g, const struct clgn_sink *sink, const char *name,
                                 clgn_layout layout, size_t batch_stride, size_t row_stride,
                                 struct clgn_operand *operand)
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
    if (!multiply(rows - 1, operand->rs, &row_span))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.row_stride: %zu times %llu rows overflows", name, row_stride,
                         (unsigned long long)rows);
    row_span += row;
    operand->bs = batch_stride;
    if (batch_stride == 0 && !multiply(rows, operand->rs, &operand->bs))
        operand->bs = row_span; /* too large for a second sample, which is seen below */
    if (!multiply(samples - 1, operand->bs, &batch_span) || batch_span + row_span > INT64_MAX / 8)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.batch_stride: %zu times n: %zu overflows", name, batch_stride,
                         (size_t)g->n);
    /* Samples one after the other, or interleaved between the rows. */
    if (samples > 1 && operand->bs < row_span && !(operand->bs >= row && operand->rs >= batch_span + row))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.batch_stride: %zu lets samples of %llu elements overlap", name,
                         batch_stride, (unsigned long long)row_span);
    operand->elements = g->n > 0 ? batch_span + row_span : 0;
    return CLGN_OK;
}

static clgn_status check_layouts(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const clgn_tensor_desc *descs[2] = {&g->problem.x, &g->problem.y};
    static const char *const names[2] = {"x", "y"};
    if (!is_dtype(p->x.dtype))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "x.dtype: %d is no type", (int)p->x.dtype);
    if (p->y.dtype == CLGN_DTYPE_NONE)
        g->problem.y.dtype = p->x.dtype;
    for (int i = 0; i < 2; i++) {
        clgn_status status;
        struct clgn_operand *operand = &g->operand[i == 0 ? CLGN_T_X : CLGN_T_Y];
        if (!is_dtype(descs[i]->dtype))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.dtype: %d is no type", names[i], (int)descs[i]->dtype);
        if (descs[i]->layout != CLGN_LAYOUT_FIRST && descs[i]->layout != CLGN_LAYOUT_LAST)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.layout: %d is no layout", names[i], (int)descs[i]->layout);
        operand->dtype = descs[i]->dtype;
        status = check_strides(g, sink, names[i], descs[i]->layout, descs[i]->batch_stride, descs[i]->row_stride,
                               operand);
        if (status != CLGN_OK)
            return status;
    }
    g->wide = p->x.dtype == CLGN_DTYPE_F64;
    return CLGN_OK;
}

/* A tensor of one value per channel, or per (n, channel): F32 or x's type. */
static clgn_status check_parameter(const struct clgn_sink *sink, enum clgn_role role, clgn_dtype dtype,
                                   uint64_t elements, struct clgn_geometry *g)
{
    if (dtype != CLGN_DTYPE_NONE && dtype != CLGN_DTYPE_F32 && dtype != g->problem.x.dtype)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: type %s (%d) is neither f32 nor x's %s", role_names[role],
                         clgn_dtype_name(dtype), (int)dtype, clgn_dtype_name(g->problem.x.dtype));
    g->operand[role].dtype = dtype;
    g->operand[role].elements = dtype != CLGN_DTYPE_NONE ? elements : 0;
    return CLGN_OK;
}

static clgn_status check_prologue(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    clgn_status status = check_parameter(sink, CLGN_T_BIAS, p->bias, g->c, g);
    if (p->skip != CLGN_SKIP_NONE && p->skip != CLGN_SKIP_FULL && p->skip != CLGN_SKIP_PER_CHANNEL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "skip: %d is no kind of skip", (int)p->skip);
    if (status == CLGN_OK && p->skip == CLGN_SKIP_FULL)
        status = check_strides(g, sink, "skip_strides", p->x.layout, p->skip_strides.batch_stride,
                               p->skip_strides.row_stride, &g->operand[CLGN_T_SKIP]);
    if (p->skip == CLGN_SKIP_PER_CHANNEL)
        g->operand[CLGN_T_SKIP].elements = g->n * g->c;
    if (p->skip != CLGN_SKIP_NONE)
        g->operand[CLGN_T_SKIP].dtype = p->x.dtype;
    if (status == CLGN_OK && p->sum) {
        g->operand[CLGN_T_SUM].dtype = p->x.dtype;
        status = check_strides(g, sink, "sum_strides", p->x.layout, p->sum_strides.batch_stride,
                               p->sum_strides.row_stride, &g->operand[CLGN_T_SUM]);
    }
    return status;
}

static clgn_status check_epilogue(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    clgn_status status = CLGN_OK;
    const struct {
        enum clgn_role role;
        clgn_dtype dtype;
        uint64_t elements;
    } parameters[] = {
        {CLGN_T_GAMMA, p->gamma, g->c},
        {CLGN_T_BETA, p->beta, g->c},
        {CLGN_T_SCALE, p->scale, g->n * g->c},
        {CLGN_T_SHIFT, p->shift, g->n * g->c},
    };
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0] && status == CLGN_OK; i++)
        status = check_parameter(sink, parameters[i].role, parameters[i].dtype, parameters[i].elements, g);
    if (status != CLGN_OK)
        return status;
    if ((int)p->act < CLGN_ACT_NONE || (int)p->act > CLGN_ACT_ELU)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "act: %d is no activation", (int)p->act);
    if (!is_finite(p, p->act_alpha))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "act_alpha: %g is not finite", p->act_alpha);
    if (p->residual) {
        g->operand[CLGN_T_RESIDUAL].dtype = g->problem.y.dtype;
        status = check_strides(g, sink, "residual_strides", p->y.layout, p->residual_strides.batch_stride,
                               p->residual_strides.row_stride, &g->operand[CLGN_T_RESIDUAL]);
    }
    return status;
}

static clgn_status check_stats(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const clgn_dtype dtype = g->wide ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    const int given = p->stats == CLGN_STATS_GIVEN;
    if (!given && p->stats != CLGN_STATS_COMPUTE)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "stats: %d is neither COMPUTE nor GIVEN", (int)p->stats);
    if (given && (p->write_mean || p->write_rstd))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "write_mean: %d, write_rstd: %d, but stats are GIVEN", p->write_mean,
                         p->write_rstd);
    if (given || p->write_mean) {
        g->operand[CLGN_T_MEAN].dtype = dtype;
        g->operand[CLGN_T_MEAN].elements = g->n * g->g;
    }
    if (given || p->write_rstd) {
        g->operand[CLGN_T_RSTD].dtype = dtype;
        g->operand[CLGN_T_RSTD].elements = g->n * g->g;
    }
    return CLGN_OK;
}

/* With one pixel the layouts coincide where channels are contiguous; groups are then rows. */
static int is_point(const struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const int follows_y = i == CLGN_T_Y || i == CLGN_T_RESIDUAL;
        const clgn_layout layout = follows_y ? g->problem.y.layout : g->problem.x.layout;
        if (g->operand[i].strided && layout == CLGN_LAYOUT_FIRST && g->operand[i].rs != 1)
            return 0;
    }
    return g->s == 1;
}

/* With one channel a pixel is one element, and dense pixels are one row of that channel. */
static int is_one_row(const struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const int follows_y = i == CLGN_T_Y || i == CLGN_T_RESIDUAL;
        const clgn_layout layout = follows_y ? g->problem.y.layout : g->problem.x.layout;
        if (g->operand[i].strided && layout == CLGN_LAYOUT_LAST && g->operand[i].rs != 1)
            return 0;
    }
    return g->c == 1;
}

static void derive(struct clgn_geometry *g)
{
    const clgn_problem *p = &g->problem;
    struct clgn_operand *o = g->operand;
    const int same = is_point(g) || is_one_row(g);
    g->point = is_point(g);
    g->x_last = !same && p->x.layout == CLGN_LAYOUT_LAST;
    g->y_last = !same && p->y.layout == CLGN_LAYOUT_LAST;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (same && o[i].strided)
            o[i].rs = g->point ? g->cg : g->s;
    g->linear = !g->x_last && !g->y_last && !g->point && p->bias == CLGN_DTYPE_NONE && p->skip != CLGN_SKIP_PER_CHANNEL;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (o[i].strided && o[i].rs != g->s)
            g->linear = 0;
    g->index64 = g->s > INT32_MAX - INDEX_SLACK || g->s * g->cg > INT32_MAX - INDEX_SLACK;
}

clgn_status clgn_problem_check(const clgn_problem *problem, const struct clgn_sink *sink,
                               struct clgn_geometry *geometry)
{
    static clgn_status (*const checks[])(const clgn_problem *, const struct clgn_sink *, struct clgn_geometry *) = {
        check_shape, check_groups, check_layouts, check_prologue, check_epilogue, check_stats,
    };
    if (problem->struct_size != sizeof *problem)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "problem.struct_size: %zu, but this library knows %zu",
                         problem->struct_size, sizeof *problem);
    memset(geometry, 0, sizeof *geometry);
    geometry->problem = *problem;
    geometry->problem.config = NULL;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const clgn_status status = checks[i](problem, sink, geometry);
        if (status != CLGN_OK)
            return status;
    }
    derive(geometry);
    return CLGN_OK;
}
