/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch for CPUs: a work-item owns units, reads each from memory, then again from its cache. */

/* clang-format off */
/* clgn_fwd_rows: statistics, then y, unit after unit.
 * Launch    global (ceil(units / per)), local (1)
 * Reads     v's tensors once from memory, once from cache; the first chunk of a unit once more. With AHEAD, which needs
 *           LINEAR, the moments of the next of a work-item's units are taken while this one's y is written. With GANG,
 *           which needs units of one run and one chunk, those of VEC units are taken together
 * Writes    y once; sum, mean and rstd where the problem has them
 * Local     rows are channels: none; pixels: the tables of a block
 * Barriers  rows are channels: none; pixels: uniform, and of one work-item
 * Needs     WGS = LX = 1; rows (LINEAR: groups) of VEC elements at least; units large enough to pay, small enough
 *           for a cache
 * Tail      the last vector of a unit steps back to end with it; only its new lanes are stored */
/* clang-format on */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void clgn_fwd_rows(CLGN_ARGS)
{
    CLGN_TASK(t);
    const uint begin = (uint)get_group_id(0) * per;
    const uint end = units - begin > per ? begin + per : units;
#if CLGN_X_LAST
    for (uint unit = first + begin; unit < first + end; unit++) {
        const struct clgn_tables s = clgn_tables_of(&t);
        const struct clgn_block b = clgn_block_of(&t, unit);
        clgn_block_moments(&t, b, s);
        clgn_block_stats(&t, b, s);
        clgn_block_coefficients(&t, b, s);
        clgn_block_output(&t, b, s, 1);
    }
#elif CLGN_AHEAD
    struct clgn_region now = clgn_region_group(&t, first + begin);
    struct clgn_stats s = clgn_stats_of(clgn_region_moments(&t, now), eps);
    clgn_write_stats(&t, first + begin, s);
    for (uint unit = first + begin + 1; unit < first + end; unit++) {
        const struct clgn_region next = clgn_region_group(&t, unit);
        s = clgn_stats_of(clgn_region_ahead(&t, now, s, next), eps);
        clgn_write_stats(&t, unit, s);
        now = next;
    }
    clgn_region_output(&t, now, s, 1);
#elif CLGN_GANG
    for (uint unit = first + begin; unit < first + end; unit += CLGN_VEC)
        clgn_gang_output(&t, unit, min(unit + CLGN_VEC, first + end));
#else
    for (uint unit = first + begin; unit < first + end; unit++) {
        const struct clgn_stats s = clgn_stats_of(clgn_region_moments(&t, clgn_region_group(&t, unit)), eps);
        clgn_write_stats(&t, unit, s);
        clgn_region_output(&t, clgn_region_group(&t, unit), s, 1);
    }
#endif
}
