/* SPDX-License-Identifier: Apache-2.0 */
/* Checks which gradients a problem asks for. */
#include "gradients.h"

struct wanted {
    const char *name;
    enum clgn_role role;
    clgn_gradient gradient;
    int possible; /* the problem has what it is the gradient of */
    uint64_t elements;
};

enum { WANTED = 6 };

static void list_wanted(const struct clgn_geometry *g, struct wanted *wanted)
{
    const clgn_problem *p = &g->problem;
    const struct wanted all[WANTED] = {
        {"dgamma", CLGN_T_DGAMMA, p->dgamma, p->gamma != CLGN_DTYPE_NONE, g->c},
        {"dbeta", CLGN_T_DBETA, p->dbeta, p->beta != CLGN_DTYPE_NONE, g->c},
        {"dscale", CLGN_T_DSCALE, p->dscale, p->scale != CLGN_DTYPE_NONE, g->n * g->c},
        {"dshift", CLGN_T_DSHIFT, p->dshift, p->shift != CLGN_DTYPE_NONE, g->n * g->c},
        {"dbias", CLGN_T_DBIAS, p->dbias, p->bias != CLGN_DTYPE_NONE, g->c},
        {"dskip", CLGN_T_DSKIP, p->dskip, p->skip != CLGN_SKIP_NONE, g->n * g->c},
    };
    for (int i = 0; i < WANTED; i++)
        wanted[i] = all[i];
}

int clgn_sums_wanted(const clgn_problem *p)
{
    return p->dgamma || p->dbeta || p->dscale || p->dshift || p->dbias ||
           (p->dskip && p->skip == CLGN_SKIP_PER_CHANNEL);
}

static clgn_status check_sums(const struct clgn_sink *sink, struct clgn_geometry *g)
{
    struct wanted wanted[WANTED];
    list_wanted(g, wanted);
    for (int i = 0; i < WANTED; i++) {
        const struct wanted *w = &wanted[i];
        if ((int)w->gradient < CLGN_GRADIENT_NONE || (int)w->gradient > CLGN_GRADIENT_ADD)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: %d is neither NONE nor WRITE nor ADD", w->name,
                             (int)w->gradient);
        if (w->gradient != CLGN_GRADIENT_NONE && !g->backward)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: %d, but direction: %d (FORWARD)", w->name, (int)w->gradient,
                             (int)g->problem.direction);
        if (w->gradient != CLGN_GRADIENT_NONE && !w->possible)
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: %d, but the problem has no %s", w->name, (int)w->gradient,
                             w->name + 1);
        if (w->gradient != CLGN_GRADIENT_NONE)
            clgn_set_vector(g, w->role, clgn_acc_dtype(g), w->elements);
    }
    if (g->problem.dskip == CLGN_GRADIENT_ADD && g->problem.skip == CLGN_SKIP_FULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT,
                         "dskip: %d (ADD), but skip: %d (FULL), whose gradient is written only", (int)g->problem.dskip,
                         (int)g->problem.skip);
    return CLGN_OK;
}

static clgn_status check_stats_gradients(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    const struct {
        const char *name;
        enum clgn_role role;
        int wanted;
    } rows[] = {{"dmean", CLGN_T_DMEAN, p->dmean}, {"drstd", CLGN_T_DRSTD, p->drstd}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].wanted && (!g->backward || p->stats != CLGN_STATS_COMPUTE))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT,
                             "%s: %d, but direction: %d, stats: %d; it needs BACKWARD and COMPUTE", rows[i].name,
                             rows[i].wanted, (int)p->direction, (int)p->stats);
        if (rows[i].wanted)
            clgn_set_vector(g, rows[i].role, clgn_acc_dtype(g), g->stats);
    }
    if (p->dmean && p->rms)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "dmean: %d, but rms: %d has no mean", p->dmean, p->rms);
    return CLGN_OK;
}

/* A gradient of x's or y's shape. */
static clgn_status check_tensor(const struct clgn_sink *sink, struct clgn_geometry *g, enum clgn_role role,
                                const char *name, clgn_strides strides)
{
    const clgn_tensor_desc *like = clgn_follows_y(role) ? &g->problem.y : &g->problem.x;
    g->operand[role].dtype = like->dtype;
    return clgn_check_strides(g, sink, name, like->layout, strides.batch_stride, strides.row_stride, &g->operand[role]);
}

/* The stored sum takes the place of what it is the sum of. */
static void take_sum(struct clgn_geometry *g)
{
    static const enum clgn_role replaced[] = {CLGN_T_X, CLGN_T_SKIP, CLGN_T_BIAS};
    static const struct clgn_operand none = {CLGN_DTYPE_NONE, 0, 0, 0, 0};
    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0]; i++)
        g->operand[replaced[i]] = none;
}

clgn_status clgn_check_gradients(const clgn_problem *p, const struct clgn_sink *sink, struct clgn_geometry *g)
{
    clgn_status status;
    if (p->direction != CLGN_FORWARD && p->direction != CLGN_BACKWARD)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "direction: %d is neither FORWARD nor BACKWARD", (int)p->direction);
    status = check_sums(sink, g);
    if (status == CLGN_OK)
        status = check_stats_gradients(p, sink, g);
    if (status == CLGN_OK && p->dresidual && (!g->backward || !p->residual))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "dresidual: %d, but direction: %d, residual: %d", p->dresidual,
                         (int)p->direction, p->residual);
    if (status != CLGN_OK || !g->backward)
        return status;
    status = check_tensor(sink, g, CLGN_T_DX, "dx_strides", p->dx_strides);
    if (status == CLGN_OK && p->dresidual)
        status = check_tensor(sink, g, CLGN_T_DRESIDUAL, "dresidual_strides", p->dresidual_strides);
    if (status == CLGN_OK && p->dskip && p->skip == CLGN_SKIP_FULL)
        status = check_tensor(sink, g, CLGN_T_DSKIP, "dskip_strides", p->dskip_strides);
    if (status == CLGN_OK && p->sum)
        take_sum(g);
    /* The residual is read only where an activation follows it. */
    if (status == CLGN_OK && p->act == CLGN_ACT_NONE)
        g->operand[CLGN_T_RESIDUAL] = (struct clgn_operand){CLGN_DTYPE_NONE, 0, 0, 0, 0};
    return status;
}
