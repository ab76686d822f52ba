/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and launches of backward's sums. */
#include "sums.h"

#include "gradients.h"

/* Numbers of a record where s is 1, and elsewhere; of a group's feedback. */
#define POINT_FIELDS 6
#define SUM_FIELDS 3
#define FEEDBACK_FIELDS 4
/* Work-groups per compute unit that keep sums over samples of their own. */
#define PARTS_EACH 4

const char *clgn_refuse_forward(const struct clgn_geometry *g)
{
    if (!g->backward)
        return "direction is forward";
    return g->batch && g->problem.stats == CLGN_STATS_COMPUTE ? "sums meet over the batch" : NULL;
}

uint64_t clgn_sum_parts(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return clgn_ceil_div(clgn_units(g, p), (uint64_t)p->value[CLGN_P_PER]);
}

/* Where rows are channels, slices of the same columns but other rows write other channels' records. */
uint64_t clgn_sum_records(const struct clgn_geometry *g, const struct clgn_params *p)
{
    const uint64_t slices = (uint64_t)p->value[CLGN_P_SLICES];
    return g->x_last ? slices : slices / clgn_smaller(clgn_unit_rows(g, p), slices);
}

/* At least something, so that the launch over channels of no sample has a workspace, too. */
static uint64_t bytes_with(const struct clgn_geometry *g, uint64_t records)
{
    const uint64_t feedback = FEEDBACK_FIELDS * (g->batch ? g->g : g->n * g->g);
    return (FEEDBACK_FIELDS + feedback + records) * clgn_acc_bytes(g);
}

uint64_t clgn_sums_by_unit(const struct clgn_geometry *g, const struct clgn_params *p)
{
    if (!clgn_sums_wanted(&g->problem))
        return 0;
    return bytes_with(g, g->point ? clgn_sum_parts(g, p) * POINT_FIELDS * g->c : g->n * g->c * SUM_FIELDS);
}

uint64_t clgn_sums_by_slice(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return bytes_with(g, g->n * g->c * clgn_sum_records(g, p) * SUM_FIELDS);
}

/* Whether a unit's dz is more than dy, and used twice, by a walk that can keep it. */
static int may_stash(const struct clgn_geometry *g)
{
    return !g->x_last && !g->point && g->problem.act != CLGN_ACT_NONE && g->problem.stats == CLGN_STATS_COMPUTE;
}

void clgn_complete_stash(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *walk,
                         struct clgn_params *p)
{
    struct clgn_params with = *walk;
    with.value[CLGN_P_STASH] = 1;
    if (may_stash(g) && clgn_act_is_costly(g->problem.act) && clgn_unit_local_bytes(g, &with) <= d->local_bytes)
        clgn_params_default(p, CLGN_P_STASH, 1);
}

int clgn_legal_unit(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_text *why)
{
    const uint64_t per = (uint64_t)p->value[CLGN_P_PER];
    if (g->point && clgn_sums_wanted(&g->problem) && per % g->g != 0) {
        clgn_text_add(why, "per=%llu is not a multiple of the %llu groups", (unsigned long long)per,
                      (unsigned long long)g->g);
        return 0;
    }
    if (p->value[CLGN_P_RPI] > 0 && (g->x_last || g->point)) {
        clgn_text_add(why, "rpi=%ld, but only rows that are channels are held", p->value[CLGN_P_RPI]);
        return 0;
    }
    if (p->value[CLGN_P_STASH] > 0 && !may_stash(g)) {
        clgn_text_add(why, "stash=1, but only dz of rows that are channels, behind an activation, is made twice");
        return 0;
    }
    if (p->value[CLGN_P_STASH] > 0 && p->value[CLGN_P_RPI] > 0) {
        clgn_text_add(why, "stash=1 with rpi=%ld, which keeps dz in registers", p->value[CLGN_P_RPI]);
        return 0;
    }
    return 1;
}

void clgn_complete_parts(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    if (g->point && clgn_sums_wanted(&g->problem))
        clgn_params_default(p, CLGN_P_PER,
                            (long)(g->g * clgn_ceil_div(g->n > 0 ? g->n : 1, PARTS_EACH * d->compute_units)));
}

struct clgn_launch clgn_launch_sum_slices(const struct clgn_geometry *g, const struct clgn_params *p, int kernel,
                                          uint64_t first, uint64_t units)
{
    struct clgn_launch launch = clgn_launch_slices(g, p, kernel, first, units);
    launch.records = (int32_t)clgn_sum_records(g, p);
    return launch;
}

struct clgn_launch clgn_launch_sum_channels(const struct clgn_geometry *g, const struct clgn_params *p, int kernel)
{
    struct clgn_launch launch = clgn_launch_channels(g, p, kernel);
    launch.records = (int32_t)clgn_sum_records(g, p);
    return launch;
}

size_t clgn_launch_unit_sums(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *launches,
                             size_t room)
{
    size_t count = clgn_launch_units(g, p, launches, room);
    if (!clgn_sums_wanted(&g->problem))
        return count;
    if (count < room) {
        launches[count] = clgn_launch_channels(g, p, 1);
        launches[count].records = (int32_t)(g->point ? clgn_sum_parts(g, p) : 1);
    }
    return count + 1;
}
