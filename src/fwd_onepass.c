/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch with a work-group per unit, for GPUs with enough groups (cl/fwd_onepass.cl). */
#include "registers.h"
#include "traffic.h"

/* Vectors that a work-item can hold without spilling on any vendor; fewer beside what needs registers of its own. */
#define MOST_HELD 8
#define MOST_HELD_FUSED 2

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    clgn_complete_held(g, d, clgn_is_fused(g) ? MOST_HELD_FUSED : MOST_HELD, p);
}

const struct clgn_variant clgn_fwd_onepass = {
    .name = "fwd_onepass",
    .uses = CLGN_USES_WALK | CLGN_USES(PER) | CLGN_USES(RPI) | CLGN_USES(CPI) | CLGN_USES(SG),
    .files = {"fwd_onepass.cl"},
    .kernels = {"clgn_fwd_onepass"},
    .refuse = clgn_refuse_computed,
    .complete = complete,
    .moved = clgn_moved_units,
    .launches = clgn_launch_units,
};
