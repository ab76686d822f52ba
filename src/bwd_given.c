/* SPDX-License-Identifier: Apache-2.0 */
/* Backward with frozen statistics: dx needs no sums, so one launch does both (cl/bwd_sums.cl). */
#include "gradients.h"
#include "sums.h"
#include "traffic.h"

enum { SUMS, PARAMS };

static const char *refuse(const struct clgn_geometry *g)
{
    if (!g->backward)
        return "direction is forward";
    if (g->point)
        return "s is 1: a row's parameters differ from element to element";
    return g->problem.stats != CLGN_STATS_COMPUTE ? NULL : "statistics are not frozen";
}

static uint64_t workspace(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return clgn_sums_wanted(&g->problem) ? clgn_sums_by_slice(g, p) : 0;
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    size_t count = 0;
    if (units > 0) {
        if (room > 0)
            out[0] = clgn_launch_sum_slices(g, p, SUMS, 0, units);
        count = 1;
    }
    if (clgn_sums_wanted(&g->problem)) {
        if (count < room)
            out[count] = clgn_launch_sum_channels(g, p, PARAMS);
        count++;
    }
    return count;
}

const struct clgn_variant clgn_bwd_given = {
    .name = "bwd_given",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES),
    .files = {"bwd_sums.cl", "bwd_params.cl"},
    .kernels = {"clgn_bwd_sums", "clgn_bwd_params"},
    .refuse = refuse,
    .complete = clgn_complete_slices,
    .moved = clgn_moved_once,
    .workspace = workspace,
    .launches = launches,
};
