/* SPDX-License-Identifier: Apache-2.0 */
/* Backward in one launch of independent work-items, for CPUs (cl/bwd_unit.cl). */
#include "sums.h"
#include "traffic.h"

/* Bytes of the inputs that a work-item should do at least: tiny units are done several in a row. */
#define WORK_ITEM_BYTES ((uint64_t)32 << 10)

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    struct clgn_params walk;
    clgn_complete_parts(g, d, p);
    walk = *p;
    clgn_complete_alone(g, d, WORK_ITEM_BYTES, &walk);
    clgn_complete_stash(g, d, &walk, p);
    clgn_complete_alone(g, d, WORK_ITEM_BYTES, p);
}

static int legal(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_text *why)
{
    return clgn_legal_alone(g, p, why) && clgn_legal_unit(g, p, why);
}

const struct clgn_variant clgn_bwd_rows = {
    .name = "bwd_rows",
    .uses = CLGN_USES_WALK | CLGN_USES(PER) | CLGN_USES(STASH),
    .files = {"bwd_unit.cl", "bwd_params.cl"},
    .kernels = {"clgn_bwd_unit", "clgn_bwd_params"},
    .refuse = clgn_refuse_forward,
    .complete = complete,
    .moved = clgn_moved_units,
    .workspace = clgn_sums_by_unit,
    .legal = legal,
    .launches = clgn_launch_unit_sums,
};
