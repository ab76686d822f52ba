/* SPDX-License-Identifier: Apache-2.0 */
/* Forward whose samples meet: batch norm, and instance norm with running statistics. Moments of each (n, c), then the
 * channels' (cl/fwd_batch.cl), then apply. */
#include "traffic.h"
#include "units.h"

enum { STATS, BATCH, APPLY };

static const char *refuse(const struct clgn_geometry *g)
{
    if (g->backward)
        return "direction is backward";
    if (g->problem.stats != CLGN_STATS_COMPUTE)
        return "statistics are given";
    return g->batch || g->problem.running ? NULL : "statistics do not meet over the batch";
}

/* What the channels agreed on, then the records. */
static uint64_t workspace(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return clgn_moments_bytes(g, p) + (g->batch ? 4 * g->c * clgn_acc_bytes(g) : 0);
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    if (units == 0)
        return 0;
    if (room >= 3) {
        out[0] = clgn_launch_slices(g, p, STATS, 0, units);
        out[1] = clgn_launch_channels(g, p, BATCH);
        out[2] = clgn_launch_slices(g, p, APPLY, 0, units);
    }
    return 3;
}

const struct clgn_variant clgn_fwd_batch = {
    .name = "fwd_batch",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES) | CLGN_USES(SG),
    .files = {"fwd_stats.cl", "fwd_batch.cl", "fwd_apply.cl"},
    .kernels = {"clgn_fwd_stats", "clgn_fwd_batch", "clgn_fwd_apply"},
    .refuse = refuse,
    .workspace = workspace,
    .complete = clgn_complete_slices,
    .moved = clgn_moved_passes,
    .launches = launches,
};
