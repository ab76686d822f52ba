/* SPDX-License-Identifier: Apache-2.0 */
/* Forward with given statistics: the apply kernel alone (cl/fwd_apply.cl). */
#include "traffic.h"
#include "units.h"

#define WORK_GROUP 256
/* Bytes of x in a slice: enough to hide the start of a work-group and its coefficients. */
#define CPU_SLICE_BYTES ((uint64_t)512 << 10)
#define GPU_SLICE_BYTES ((uint64_t)64 << 10)
#define MOST_SLICES 4096

static const char *refuse(const struct clgn_geometry *g)
{
    if (g->backward)
        return "direction is backward";
    return g->problem.stats != CLGN_STATS_COMPUTE ? NULL : "statistics are to be computed";
}

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    const uint64_t group = d->max_work_group < WORK_GROUP ? d->max_work_group : WORK_GROUP;
    uint64_t units;
    uint64_t slices;
    clgn_params_default(p, CLGN_P_WGS, d->is_cpu ? 1 : clgn_power_below(group));
    clgn_params_default(p, CLGN_P_BLOCK, clgn_block_of(g, d->is_cpu ? UINT64_MAX / 2 : 256));
    units = clgn_units(g, p);
    slices = units > 0 ? clgn_bytes_in(g) / units / (d->is_cpu ? CPU_SLICE_BYTES : GPU_SLICE_BYTES) : 1;
    clgn_params_default(p, CLGN_P_SLICES, (long)(slices < 1 ? 1 : slices > MOST_SLICES ? MOST_SLICES : slices));
    clgn_complete_walk(g, d, p);
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    if (units > 0 && room > 0)
        out[0] = clgn_launch_slices(g, p, 0, 0, units);
    return units > 0;
}

const struct clgn_variant clgn_fwd_given = {
    .name = "fwd_given",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES),
    .files = {"fwd_apply.cl"},
    .kernels = {"clgn_fwd_apply"},
    .refuse = refuse,
    .complete = complete,
    .moved = clgn_moved_once,
    .launches = launches,
};
