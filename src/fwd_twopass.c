/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in two launches, statistics and apply, for few or large groups; in bands when a pin says so. */
#include "units.h"

#define WORK_GROUP 256
/* Bytes of x in a slice at least, on GPUs: a few loads of every work-item. */
#define SLICE_BYTES ((uint64_t)32 << 10)
/* Work-groups per compute unit that keep a GPU busy, and a CPU's threads evenly loaded. */
#define GPU_GROUPS 8
#define CPU_GROUPS 4
#define MOST_SLICES 1024

enum { STATS, APPLY };

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static long default_slices(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *p)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t wanted = d->compute_units * (d->is_cpu ? CPU_GROUPS : GPU_GROUPS);
    const uint64_t unit_bytes = units > 0 ? clgn_bytes_in(g) / units : 0;
    uint64_t slices = units > 0 ? (wanted + units - 1) / units : 1;
    slices = smaller(slices, unit_bytes / SLICE_BYTES);
    slices = smaller(slices, MOST_SLICES);
    return (long)(slices > 0 ? slices : 1);
}

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    const uint64_t group = smaller(d->max_work_group, WORK_GROUP);
    clgn_params_default(p, CLGN_P_WGS, d->is_cpu ? 1 : clgn_power_below(group));
    clgn_params_default(p, CLGN_P_BLOCK, clgn_block_of(g, d->is_cpu ? UINT64_MAX / 2 : 512));
    clgn_params_default(p, CLGN_P_SLICES, default_slices(g, d, p));
    clgn_complete_walk(g, d, p);
}

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t bands = smaller((uint64_t)p->value[CLGN_P_BANDS], units);
    for (uint64_t i = 0; i < bands && 2 * i + 1 < room; i++) {
        const uint64_t first = units * i / bands;
        const uint64_t end = units * (i + 1) / bands;
        out[2 * i] = clgn_launch_slices(g, p, STATS, first, end - first);
        out[2 * i + 1] = clgn_launch_slices(g, p, APPLY, first, end - first);
    }
    return (size_t)(2 * bands);
}

const struct clgn_variant clgn_fwd_twopass = {
    .name = "fwd_twopass",
    .uses = CLGN_USES_WALK | CLGN_USES(SLICES) | CLGN_USES(BANDS) | CLGN_USES(SG),
    .files = {"fwd_stats.cl", "fwd_apply.cl"},
    .kernels = {"clgn_fwd_stats", "clgn_fwd_apply"},
    .workspace = 1,
    .refuse = clgn_refuse_given,
    .complete = complete,
    .launches = launches,
};
