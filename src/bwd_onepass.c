/* SPDX-License-Identifier: Apache-2.0 */
/* Backward in one launch with a work-group per unit, for GPUs with enough groups (cl/bwd_unit.cl). */
#include "registers.h"
#include "sums.h"
#include "traffic.h"

/* Vectors of v, and as many of dy, that a work-item can hold without spilling on any vendor. */
#define MOST_HELD 4
#define MOST_HELD_FUSED 1

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    const int re_read = g->x_last || g->point || p->value[CLGN_P_STASH] > 0;
    const uint64_t most = re_read ? 0 : clgn_is_fused(g) ? MOST_HELD_FUSED : MOST_HELD;
    clgn_complete_parts(g, d, p);
    clgn_complete_held(g, d, most, p);
}

const struct clgn_variant clgn_bwd_onepass = {
    .name = "bwd_onepass",
    .uses = CLGN_USES_WALK | CLGN_USES(PER) | CLGN_USES(RPI) | CLGN_USES(CPI) | CLGN_USES(STASH),
    .files = {"bwd_unit.cl", "bwd_params.cl"},
    .kernels = {"clgn_bwd_unit", "clgn_bwd_params"},
    .refuse = clgn_refuse_forward,
    .complete = complete,
    .moved = clgn_moved_units,
    .workspace = clgn_sums_by_unit,
    .legal = clgn_legal_unit,
    .launches = clgn_launch_unit_sums,
};
