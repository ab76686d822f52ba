/* SPDX-License-Identifier: Apache-2.0 */
/* Backward in two launches, sums and dx, for few or large groups; in bands when a pin says so. */
#include "gradients.h"
#include "sums.h"
#include "traffic.h"

enum { SUMS, APPLY, PARAMS };

static const char *refuse(const struct clgn_geometry *g)
{
    if (g->backward && g->point)
        return "s is 1: a row's parameters differ from element to element";
    if (g->backward && g->problem.stats != CLGN_STATS_COMPUTE)
        return "statistics are frozen, so dx needs no sums";
    return clgn_refuse_forward(g);
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t bands = clgn_smaller((uint64_t)p->value[CLGN_P_BANDS], units);
    size_t count = 0;
    for (uint64_t i = 0; i < bands; i++, count += 2) {
        const uint64_t first = units * i / bands;
        const uint64_t end = units * (i + 1) / bands;
        if (count + 1 < room) {
            out[count] = clgn_launch_sum_slices(g, p, SUMS, first, end - first);
            out[count + 1] = clgn_launch_sum_slices(g, p, APPLY, first, end - first);
        }
    }
    if (!clgn_sums_wanted(&g->problem))
        return count;
    if (count < room)
        out[count] = clgn_launch_sum_channels(g, p, PARAMS);
    return count + 1;
}

const struct clgn_variant clgn_bwd_twopass = {
    .name = "bwd_twopass",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES) | CLGN_USES(BANDS),
    .files = {"bwd_sums.cl", "bwd_apply.cl", "bwd_params.cl"},
    .kernels = {"clgn_bwd_sums", "clgn_bwd_apply", "clgn_bwd_params"},
    .refuse = refuse,
    .complete = clgn_complete_slices,
    .moved = clgn_moved_slices,
    .workspace = clgn_sums_by_slice,
    .launches = launches,
};
