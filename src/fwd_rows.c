/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch of independent work-items, for CPUs (cl/fwd_rows.cl). */
#include "traffic.h"
#include "units.h"

/* Bytes of x that a work-item should do at least: tiny units are done several in a row. */
#define WORK_ITEM_BYTES ((uint64_t)16 << 10)
/* Elements that x is fetched ahead: past the page at whose end the processor's own prefetching stops. */
#define AHEAD 1024
/* Bytes of x in a unit that is small: its arithmetic takes longer than its memory. */
#define SMALL_BYTES 1024
/* Units of a compute unit from which they are dealt out in two parts, for even loads. */
#define MANY_UNITS 8

static int has_runs(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return !g->x_last && !g->point && clgn_unit_linear(g, p);
}

/* The moments of the next unit are taken during output where memory is what takes the time, and a work-item has a next
 * unit; walk is p completed. */
static void default_ahead(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *walk,
                          struct clgn_params *p)
{
    const uint64_t each = clgn_units(g, walk) / d->compute_units;
    const long share = (long)(each < MANY_UNITS ? each : each / 2);
    if (!clgn_exceeds_caches(g, d) || !has_runs(g, walk))
        return;
    if (share > walk->value[CLGN_P_PER])
        clgn_params_default(p, CLGN_P_PER, share);
    if (p->value[CLGN_P_PER] >= 2)
        clgn_params_default(p, CLGN_P_AHEAD, AHEAD);
}

static int has_runs_of_a_chunk(const struct clgn_geometry *g, const struct clgn_params *p)
{
    return !g->x_last && clgn_unit_rows(g, p) == 1 && clgn_unit_row(g, p) <= (uint64_t)p->value[CLGN_P_CHUNK];
}

/* Twice as many bytes where a long activation, and channels of less than two vectors, add to the arithmetic. */
static int is_small_unit(const struct clgn_geometry *g, const struct clgn_params *walk)
{
    const uint64_t bytes = clgn_unit_row(g, walk) * clgn_dtype_bytes(g->problem.x.dtype);
    const int is_busy = clgn_act_is_costly(g->problem.act) && g->s < 2 * (uint64_t)walk->value[CLGN_P_VEC];
    return has_runs_of_a_chunk(g, walk) && bytes <= (is_busy ? 2 * SMALL_BYTES : SMALL_BYTES);
}

/* VEC units at once where they are small, and each compute unit has as many; walk is p completed. */
static void default_gang(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *walk,
                         struct clgn_params *p)
{
    const long vec = walk->value[CLGN_P_VEC];
    const long per = walk->value[CLGN_P_PER] > vec ? walk->value[CLGN_P_PER] / vec * vec : vec;
    if (vec < 4 || !is_small_unit(g, walk) || walk->value[CLGN_P_AHEAD] > 0 ||
        clgn_units(g, walk) / d->compute_units < (uint64_t)vec || p->value[CLGN_P_GANG] == 0)
        return;
    clgn_params_default(p, CLGN_P_PER, per);
    if (p->value[CLGN_P_PER] >= vec)
        clgn_params_default(p, CLGN_P_GANG, 1);
}

static void complete(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_params *p)
{
    struct clgn_params walk = *p;
    clgn_complete_alone(g, d, WORK_ITEM_BYTES, &walk);
    default_gang(g, d, &walk, p);
    if (p->value[CLGN_P_GANG] != 1)
        default_ahead(g, d, &walk, p);
    clgn_complete_alone(g, d, WORK_ITEM_BYTES, p);
}

static int legal(const struct clgn_geometry *g, const struct clgn_params *p, struct clgn_text *why)
{
    if (p->value[CLGN_P_AHEAD] > 0 && !has_runs(g, p)) {
        clgn_text_add(why, "ahead=%ld, but the groups do not lie in runs of channels", p->value[CLGN_P_AHEAD]);
        return 0;
    }
    if (p->value[CLGN_P_GANG] && (p->value[CLGN_P_AHEAD] > 0 || p->value[CLGN_P_VEC] == 1)) {
        clgn_text_add(why, "gang=1 with ahead=%ld and vec=%ld; it needs ahead=0 and vec=2", p->value[CLGN_P_AHEAD],
                      p->value[CLGN_P_VEC]);
        return 0;
    }
    if (p->value[CLGN_P_GANG] && !has_runs_of_a_chunk(g, p)) {
        clgn_text_add(why, "gang=1, but a unit is not one run of chunk=%ld elements at most", p->value[CLGN_P_CHUNK]);
        return 0;
    }
    return clgn_legal_alone(g, p, why);
}

const struct clgn_variant clgn_fwd_rows = {
    .name = "fwd_rows",
    .uses = CLGN_USES_WALK | CLGN_USES(PER) | CLGN_USES(AHEAD) | CLGN_USES(GANG),
    .files = {"fwd_rows.cl"},
    .kernels = {"clgn_fwd_rows"},
    .refuse = clgn_refuse_computed,
    .complete = complete,
    .moved = clgn_moved_units,
    .legal = legal,
    .launches = clgn_launch_units,
};
