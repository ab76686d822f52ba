/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch of independent work-items, for CPUs (cl/fwd_rows.cl). */
#include "traffic.h"
#include "units.h"

/* Bytes of x that a work-item should do at least: tiny units are done several in a row. */
#define WORK_ITEM_BYTES ((uint64_t)16 << 10)

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    clgn_complete_alone(g, d, WORK_ITEM_BYTES, p);
}

const struct clgn_variant clgn_fwd_rows = {
    .name = "fwd_rows",
    .uses = CLGN_USES_WALK | CLGN_USES(PER),
    .files = {"fwd_rows.cl"},
    .kernels = {"clgn_fwd_rows"},
    .refuse = clgn_refuse_computed,
    .complete = complete,
    .moved = clgn_moved_units,
    .legal = clgn_legal_alone,
    .launches = clgn_launch_units,
};
