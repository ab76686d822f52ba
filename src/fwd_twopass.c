/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in two launches, statistics and apply, for few or large groups; in bands where that was measured. */
#include "traffic.h"
#include "units.h"

enum { STATS, APPLY };

static size_t launches(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_launch *out, size_t room)
{
    const uint64_t units = clgn_units(g, p);
    const uint64_t bands = clgn_smaller((uint64_t)p->value[CLGN_P_BANDS], units);
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
    .workspace = clgn_moments_bytes,
    .refuse = clgn_refuse_computed,
    .complete = clgn_complete_slices,
    .moved = clgn_moved_slices,
    .launches = launches,
};
