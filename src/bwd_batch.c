/* SPDX-License-Identifier: Apache-2.0 */
/* Backward of a batch norm: sums of each (n, c), then the channels' (cl/bwd_params.cl), then dx. */
#include "gradients.h"
#include "sums.h"
#include "traffic.h"

enum { SUMS, PARAMS, APPLY };

static const char *refuse(const struct clgn_geometry *g)
{
    if (!g->backward)
        return "direction is forward";
    return g->batch && g->problem.stats == CLGN_STATS_COMPUTE ? NULL : "sums do not meet over the batch";
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    const size_t count = units > 0 ? 3 : clgn_sums_wanted(&g->problem) ? 1 : 0;
    if (count == 1 && room >= count)
        out[0] = clgn_launch_sum_channels(g, p, PARAMS);
    if (count == 3 && room >= count) {
        out[0] = clgn_launch_sum_slices(g, p, SUMS, 0, units);
        out[1] = clgn_launch_sum_channels(g, p, PARAMS);
        out[2] = clgn_launch_sum_slices(g, p, APPLY, 0, units);
    }
    return count;
}

const struct clgn_variant clgn_bwd_batch = {
    .name = "bwd_batch",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES),
    .files = {"bwd_sums.cl", "bwd_params.cl", "bwd_apply.cl"},
    .kernels = {"clgn_bwd_sums", "clgn_bwd_params", "clgn_bwd_apply"},
    .refuse = refuse,
    .complete = clgn_complete_slices,
    .moved = clgn_moved_passes,
    .workspace = clgn_sums_by_slice,
    .launches = launches,
};
