/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a problem and derives its geometry. */
#include "problem.h"

#include <math.h>
#include <string.h>

#include "gradients.h"

/* Inside a row or group, indices run past the end by less than this. */
#define INDEX_SLACK ((uint64_t)1 << 24)

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
        if (!clgn_multiply(g->s, p->spatial[i], &g->s))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "spatial[%zu]: %zu makes the spatial size overflow", i,
                             p->spatial[i]);
    }
    if (!clgn_multiply(g->s, g->c, &all) || !clgn_multiply(all, g->n > 0 ? g->n : 1, &all))
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
    case CLGN_NORM_BATCH:
        g->g = p->c;
        break;
    default:
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "norm: %d is no norm", (int)p->norm);
    }
    if (p->norm != CLGN_NORM_GROUP && p->groups != 0 && p->groups != g->g)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "groups: %zu, but %s norm has %llu", p->groups,
                         p->norm == CLGN_NORM_LAYER      ? "layer"
                         : p->norm == CLGN_NORM_INSTANCE ? "instance"
                                                         : "batch",
                         (unsigned long long)g->g);
    if (g->g < 1 || p->c % g->g != 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "groups: %zu does not divide c: %zu", p->groups, p->c);
    g->cg = g->c / g->g;
    if (!(p->eps >= 0) || !is_finite(p, p->eps))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "eps: %g is not a finite number >= 0", p->eps);
    if (p->eps > 0 && p->x.dtype != CLGN_DTYPE_F64 && (float)p->eps == 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "eps: %g is 0 in float32, in which x's statistics are", p->eps);
    return CLGN_OK;
}

static clgn_status check_layouts(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const clgn_tensor_desc *descs[2] = {&g->problem.x, &g->problem.y};
    static const char *const names[2] = {"x", "y"};
    if (!clgn_is_dtype(p->x.dtype))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "x.dtype: %d is no type", (int)p->x.dtype);
    if (p->y.dtype == CLGN_DTYPE_NONE)
        g->problem.y.dtype = p->x.dtype;
    for (int i = 0; i < 2; i++) {
        clgn_status status;
        struct clgn_operand *operand = &g->operand[i == 0 ? CLGN_T_X : g->backward ? CLGN_T_DY : CLGN_T_Y];
        if (!clgn_is_dtype(descs[i]->dtype))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.dtype: %d is no type", names[i], (int)descs[i]->dtype);
        if (descs[i]->layout != CLGN_LAYOUT_FIRST && descs[i]->layout != CLGN_LAYOUT_LAST)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.layout: %d is no layout", names[i], (int)descs[i]->layout);
        operand->dtype = descs[i]->dtype;
        status = clgn_check_strides(g, sink, names[i], descs[i]->layout, descs[i]->batch_stride, descs[i]->row_stride,
                                    operand);
        if (status != CLGN_OK)
            return status;
    }
    g->wide = p->x.dtype == CLGN_DTYPE_F64;
    return CLGN_OK;
}

/* A parameter: F32 or x's type. */
static clgn_status check_parameter(const struct clgn_sink *sink, enum clgn_role role, clgn_dtype dtype,
                                   uint64_t elements, struct clgn_geometry *g)
{
    if (dtype != CLGN_DTYPE_NONE && dtype != CLGN_DTYPE_F32 && dtype != g->problem.x.dtype)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: type %s (%d) is neither f32 nor x's %s", clgn_role_name(role),
                         clgn_dtype_name(dtype), (int)dtype, clgn_dtype_name(g->problem.x.dtype));
    clgn_set_vector(g, role, dtype, elements);
    return CLGN_OK;
}

static clgn_status check_prologue(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    clgn_status status = check_parameter(sink, CLGN_T_BIAS, p->bias, g->c, g);
    if (p->skip != CLGN_SKIP_NONE && p->skip != CLGN_SKIP_FULL && p->skip != CLGN_SKIP_PER_CHANNEL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "skip: %d is no kind of skip", (int)p->skip);
    if (status == CLGN_OK && p->skip == CLGN_SKIP_FULL)
        status = clgn_check_strides(g, sink, "skip_strides", p->x.layout, p->skip_strides.batch_stride,
                                    p->skip_strides.row_stride, &g->operand[CLGN_T_SKIP]);
    if (p->skip == CLGN_SKIP_PER_CHANNEL)
        g->operand[CLGN_T_SKIP].elements = g->n * g->c;
    if (p->skip != CLGN_SKIP_NONE)
        g->operand[CLGN_T_SKIP].dtype = p->x.dtype;
    if (status == CLGN_OK && p->sum) {
        g->operand[CLGN_T_SUM].dtype = p->x.dtype;
        status = clgn_check_strides(g, sink, "sum_strides", p->x.layout, p->sum_strides.batch_stride,
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
        status = clgn_check_strides(g, sink, "residual_strides", p->y.layout, p->residual_strides.batch_stride,
                                    p->residual_strides.row_stride, &g->operand[CLGN_T_RESIDUAL]);
    }
    return status;
}

static clgn_status check_running(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const int has_channels = p->norm == CLGN_NORM_BATCH || p->norm == CLGN_NORM_INSTANCE;
    const int reads = p->stats == CLGN_STATS_RUNNING;
    if (reads && !has_channels)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "stats: RUNNING, but norm: %d is neither BATCH nor INSTANCE",
                         (int)p->norm);
    if (p->running && (!has_channels || p->stats != CLGN_STATS_COMPUTE || g->backward))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT,
                         "running: %d, but norm: %d, stats: %d, direction: %d; it needs BATCH or INSTANCE, COMPUTE, "
                         "FORWARD",
                         p->running, (int)p->norm, (int)p->stats, (int)p->direction);
    if (p->running && !(p->momentum >= 0 && p->momentum <= 1))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "momentum: %g is not in 0 to 1", p->momentum);
    if (reads || p->running) {
        clgn_set_vector(g, CLGN_T_RUNNING_MEAN, clgn_acc_dtype(g), g->c);
        clgn_set_vector(g, CLGN_T_RUNNING_VAR, clgn_acc_dtype(g), g->c);
    }
    return CLGN_OK;
}

static clgn_status check_training(const clgn_problem *p, const struct clgn_sink *sink, const struct clgn_geometry *g)
{
    if (p->rms && (p->stats != CLGN_STATS_COMPUTE || p->norm == CLGN_NORM_BATCH || p->norm == CLGN_NORM_INSTANCE))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "rms: %d, but norm: %d, stats: %d; it needs GROUP or LAYER, COMPUTE",
                         p->rms, (int)p->norm, (int)p->stats);
    if (p->mean_lo && (p->stats != CLGN_STATS_COMPUTE || p->rms))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "mean_lo: %d, but stats: %d, rms: %d; it needs COMPUTE and a mean",
                         p->mean_lo, (int)p->stats, p->rms);
    if (p->rms && p->write_mean)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "write_mean: %d, but rms: %d has no mean", p->write_mean, p->rms);
    if (g->batch && p->stats == CLGN_STATS_COMPUTE && !g->backward && g->n > 0 && g->count == 1)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT,
                         "n, spatial: 1 * 1, but a batch norm in training needs more than one value per channel");
    if (p->running && !p->running_biased && g->n > 0 && g->count == 1)
        return clgn_fail(
            sink, CLGN_ERR_ARGUMENT,
            "spatial: 1, but running: %d, running_biased: 0; an unbiased variance needs more than one value",
            p->running);
    return CLGN_OK;
}

static clgn_status check_stats(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const clgn_dtype dtype = clgn_acc_dtype(g);
    const int given = p->stats == CLGN_STATS_GIVEN;
    const int saved = g->backward && p->stats == CLGN_STATS_COMPUTE;
    clgn_status status;
    if (p->stats != CLGN_STATS_COMPUTE && !given && p->stats != CLGN_STATS_RUNNING)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "stats: %d is neither COMPUTE nor GIVEN nor RUNNING", (int)p->stats);
    if ((p->stats != CLGN_STATS_COMPUTE || g->backward) && (p->write_mean || p->write_rstd))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "write_mean: %d, write_rstd: %d, but %s", p->write_mean,
                         p->write_rstd, g->backward ? "direction is BACKWARD" : "stats are not computed");
    g->batch = p->norm == CLGN_NORM_BATCH;
    g->per_channel = g->batch || p->stats == CLGN_STATS_RUNNING;
    g->stats = g->batch ? g->c : g->n * g->g;
    g->count = g->batch ? g->n * g->s : g->cg * g->s;
    status = check_running(p, sink, g);
    if (status == CLGN_OK)
        status = check_training(p, sink, g);
    if (status != CLGN_OK)
        return status;
    if (given || p->write_mean || (saved && !p->rms))
        clgn_set_vector(g, CLGN_T_MEAN, dtype, g->stats);
    if (given || p->write_rstd || saved)
        clgn_set_vector(g, CLGN_T_RSTD, dtype, g->stats);
    if (p->mean_lo)
        clgn_set_vector(g, CLGN_T_MEAN_LO, dtype, g->stats);
    return CLGN_OK;
}

static clgn_layout layout_of(const struct clgn_geometry *g, enum clgn_role role)
{
    return clgn_follows_y(role) ? g->problem.y.layout : g->problem.x.layout;
}

/* Whether all samples' pixels lie at one stride, and nothing differs between samples. */
static int can_fold(const struct clgn_geometry *g)
{
    const struct clgn_operand *o = g->operand;
    if (!g->batch || g->n < 2 || o[CLGN_T_SCALE].dtype != CLGN_DTYPE_NONE || o[CLGN_T_SHIFT].dtype != CLGN_DTYPE_NONE ||
        g->problem.skip == CLGN_SKIP_PER_CHANNEL)
        return 0;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const int last = layout_of(g, (enum clgn_role)i) == CLGN_LAYOUT_LAST;
        if (o[i].strided && !(g->s == 1 && (last || o[i].rs == 1 || g->c == 1)) && !(last && o[i].bs == g->s * o[i].rs))
            return 0;
    }
    return 1;
}

/* A batch norm as an instance norm of one sample of n * s pixels. */
static void fold(struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (g->operand[i].strided && g->s == 1)
            g->operand[i].rs = g->operand[i].bs;
    g->s *= g->n;
    g->n = 1;
}

/* With one pixel the layouts coincide where channels are contiguous; groups are then rows. */
static int is_point(const struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const clgn_layout layout = layout_of(g, (enum clgn_role)i);
        if (g->operand[i].strided && layout == CLGN_LAYOUT_FIRST && g->operand[i].rs != 1)
            return 0;
    }
    return g->s == 1;
}

/* With one channel a pixel is one element, and dense pixels are one row of that channel. */
static int is_one_row(const struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const clgn_layout layout = layout_of(g, (enum clgn_role)i);
        if (g->operand[i].strided && layout == CLGN_LAYOUT_LAST && g->operand[i].rs != 1)
            return 0;
    }
    return g->c == 1;
}

static void derive(struct clgn_geometry *g)
{
    const clgn_problem *p = &g->problem;
    struct clgn_operand *o = g->operand;
    const int folds = can_fold(g);
    int same;
    if (folds)
        fold(g);
    g->point = !folds && !g->batch && is_point(g);
    same = g->point || (!folds && is_one_row(g));
    g->x_last = folds || (!same && p->x.layout == CLGN_LAYOUT_LAST);
    g->y_last = folds || (!same && p->y.layout == CLGN_LAYOUT_LAST);
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (same && o[i].strided)
            o[i].rs = g->point ? g->cg : g->s;
    g->linear = !g->backward && !g->x_last && !g->y_last && !g->point && p->bias == CLGN_DTYPE_NONE &&
                p->skip != CLGN_SKIP_PER_CHANNEL;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (o[i].strided && o[i].rs != g->s)
            g->linear = 0;
    g->index64 = g->s > INT32_MAX - INDEX_SLACK || g->s * g->cg > INT32_MAX - INDEX_SLACK;
}

clgn_status clgn_problem_check(const clgn_problem *problem, const struct clgn_sink *sink,
                               struct clgn_geometry *geometry)
{
    static clgn_status (*const checks[])(const clgn_problem *, const struct clgn_sink *, struct clgn_geometry *) = {
        check_shape, check_groups, check_layouts, check_prologue, check_epilogue, check_stats, clgn_check_gradients,
    };
    if (problem->struct_size != sizeof *problem)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "problem.struct_size: %zu, but this library knows %zu",
                         problem->struct_size, sizeof *problem);
    memset(geometry, 0, sizeof *geometry);
    geometry->problem = *problem;
    geometry->problem.config = NULL;
    geometry->backward = problem->direction == CLGN_BACKWARD;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const clgn_status status = checks[i](problem, sink, geometry);
        if (status != CLGN_OK)
            return status;
    }
    derive(geometry);
    return CLGN_OK;
}
