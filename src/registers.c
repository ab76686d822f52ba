/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses work-groups by what they can hold. */
#include "registers.h"

/* Channels-last: bytes of a row of x in a unit, two cache lines. */
#define ROW_BYTES 256
/* Work-items of a unit that is read twice. */
#define WORK_GROUP 256
/* Elements per work-item below which another work-item does not pay. */
#define LEAST_ELEMENTS 8

/* Work-items for a unit: enough to hold it in registers when the device allows that many. */
static long default_wgs(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *p,
                        uint64_t most)
{
    const uint64_t elements = clgn_unit_row(g, p) * clgn_unit_rows(g, p);
    const uint64_t held = 4 * most;
    const uint64_t few = clgn_ceil_div(elements, LEAST_ELEMENTS);
    uint64_t wgs = elements <= held * d->max_work_group ? clgn_ceil_div(elements, held / 2) : WORK_GROUP;
    if (wgs < 32)
        wgs = few < 32 ? few : 32;
    wgs = wgs < d->max_work_group ? wgs : d->max_work_group;
    return clgn_power_below(2 * wgs - 1 < d->max_work_group ? 2 * wgs - 1 : d->max_work_group);
}

/* Rows and vectors of a work-item, if they are few enough; walk is p completed. */
static void hold_in_registers(const struct clgn_geometry *g, const struct clgn_params *walk, uint64_t most,
                              struct clgn_params *p)
{
    const uint64_t rows = (uint64_t)(walk->value[CLGN_P_WGS] / walk->value[CLGN_P_LX]);
    const uint64_t columns = (uint64_t)(walk->value[CLGN_P_LX] * walk->value[CLGN_P_VEC]);
    const uint64_t rpi = clgn_ceil_div(clgn_unit_rows(g, walk), rows);
    const uint64_t cpi = clgn_ceil_div(clgn_unit_row(g, walk), columns);
    if (rpi <= most && cpi <= most && rpi * cpi <= most) {
        p->value[CLGN_P_RPI] = (long)rpi;
        p->value[CLGN_P_CPI] = (long)cpi;
    }
}

void clgn_complete_held(const struct clgn_geometry *g, const struct clgn_device *d, uint64_t most,
                        struct clgn_params *p)
{
    struct clgn_params walk;
    clgn_params_default(p, CLGN_P_BLOCK, clgn_block_of(g, ROW_BYTES));
    clgn_params_default(p, CLGN_P_WGS, default_wgs(g, d, p, most));
    walk = *p;
    clgn_complete_walk(g, d, &walk);
    if (most > 0 && walk.value[CLGN_P_LX] <= walk.value[CLGN_P_WGS] && p->value[CLGN_P_RPI] == CLGN_UNSET &&
        p->value[CLGN_P_CPI] == CLGN_UNSET)
        hold_in_registers(g, &walk, most, p);
    clgn_complete_walk(g, d, p);
}
