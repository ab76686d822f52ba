/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch of independent work-items, for CPUs (cl/fwd_rows.cl). */
#include "units.h"

/* Bytes of x that a work-item should do at least: tiny units are done several in a row. */
#define WORK_ITEM_BYTES ((uint64_t)16 << 10)

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    uint64_t units;
    uint64_t per;
    clgn_params_default(p, CLGN_P_WGS, 1);
    /* Whole pixels where they are rows: memory is fastest in order. */
    clgn_params_default(p, CLGN_P_BLOCK, clgn_block_of(g, UINT64_MAX / 2));
    units = clgn_units(g, p);
    per = units > 0 ? WORK_ITEM_BYTES * units / (clgn_bytes_in(g) + 1) : 1;
    clgn_params_default(p, CLGN_P_PER, (long)(per < 1 ? 1 : per));
    clgn_complete_walk(g, d, p);
}

const struct clgn_variant clgn_fwd_rows = {
    .name = "fwd_rows",
    .uses = CLGN_USES_WALK | CLGN_USES(PER),
    .files = {"fwd_rows.cl"},
    .kernels = {"clgn_fwd_rows"},
    .refuse = clgn_refuse_computed,
    .complete = complete,
    .legal = clgn_legal_alone,
    .launches = clgn_launch_units,
};
