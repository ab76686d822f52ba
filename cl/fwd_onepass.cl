/* SPDX-License-Identifier: Apache-2.0 */
/* Forward in one launch for GPUs: a work-group owns units and keeps each in registers where it fits. */

/* clang-format off */
/* clgn_fwd_onepass: statistics, then y, unit after unit.
 * Launch    global (ceil(units / per) * WGS), local (WGS)
 * Reads     v's tensors once with registers (RPI > 0); else twice, then from cache, and the first chunk thrice
 * Writes    y once; sum, mean and rstd where the problem has them
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block
 * Barriers  uniform. Channel rows: log2(WGS) + 4 per unit; pixel rows: log2(LY) + 5, log2(team) + 2 per round
 * Needs     WGS and LX powers of two; with registers RPI * LY >= rows, CPI * LX * VEC >= columns */
/* clang-format on */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_fwd_onepass(CLGN_ARGS)
{
    CLGN_TASK(t);
    const uint begin = (uint)get_group_id(0) * per;
    const uint end = units - begin > per ? begin + per : units;
    for (uint unit = first + begin; unit < first + end; unit++) { /* uniform */
#if CLGN_REGISTERS
        CLGN_ACCV held[CLGN_HELD];
#endif
#if CLGN_X_LAST
        const struct clgn_tables s = clgn_tables_of(&t);
        const struct clgn_block b = clgn_block_of(&t, unit);
#if CLGN_REGISTERS
        clgn_hold_block(&t, b, held);
        clgn_held_block_moments(b, s, held);
#else
        clgn_block_moments(&t, b, s);
#endif
        clgn_block_stats(&t, b, s);
        clgn_block_coefficients(&t, b, s);
#if CLGN_REGISTERS
        clgn_held_block_output(&t, b, s, held);
#else
        barrier(CLK_GLOBAL_MEM_FENCE); /* sum was written by other work-items */
        clgn_block_output(&t, b, s, 1);
#endif
#else
        const struct clgn_region all = clgn_region_group(&t, unit);
#if CLGN_REGISTERS
        clgn_hold_region(&t, all, held);
        const struct clgn_moments mine = clgn_held_region_moments(all, held);
#else
        const struct clgn_moments mine = clgn_region_moments(&t, all);
#endif
        const struct clgn_stats s = clgn_stats_of(clgn_moments_reduce(mine, CLGN_WGS, scratch), eps);
        if (get_local_id(0) == 0)
            clgn_write_stats(&t, unit, s);
#if CLGN_REGISTERS
        clgn_held_region_output(&t, all, s, held);
#else
        barrier(CLK_GLOBAL_MEM_FENCE); /* sum was written by other work-items */
        clgn_region_output(&t, all, s, 1);
#endif
#endif
        barrier(CLK_LOCAL_MEM_FENCE); /* local memory is used again by the next unit */
    }
}
