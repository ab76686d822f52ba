/* SPDX-License-Identifier: Apache-2.0 */
/* Backward in one launch: a work-group owns units, sums over each, then writes its dx. */

/* clang-format off */
/* clgn_bwd_unit: sums, then dx, unit after unit; with frozen statistics, of which dx needs no sums, both at once.
 * Launch    global (ceil(units / per) * WGS), local (WGS); where s is 1 and sums are wanted, per is whole samples
 * Reads     v's tensors, dy, the residual behind an activation: once with registers (RPI > 0) or frozen statistics,
 *           else again from cache; with STASH v's tensors alone again
 * Writes    dx once; dresidual, a full dskip; with a workspace the feedback per group and the sums per channel
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block; with STASH that, and cg rows of s, each
 *           rounded up to whole vectors
 * Barriers  uniform; none in work-groups of one
 * Method    sums of chunks, added with what they lose; statistics from forward (gradient.clh)
 * Needs     WGS and LX powers of two; rows of VEC elements at least; dx may be dy */
/* clang-format on */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_bwd_unit(CLGN_ARGS)
{
    CLGN_TASK(t);
    const uint begin = (uint)get_group_id(0) * per;
    const uint end = units - begin > per ? begin + per : units;
    for (uint unit = first + begin; unit < first + end; unit++) { /* uniform */
#if CLGN_X_LAST
        const struct clgn_pulls s = clgn_pulls_of(&t);
        const struct clgn_block b = clgn_block_of(&t, unit);
        clgn_pull_begin(&t, b, s);
        clgn_block_sums(&t, b, s, CLGN_GIVEN != 0);
#if !CLGN_GIVEN
        CLGN_EACH_GROUP(&t, b, g, place)
        {
            const ulong group = b.n * (ulong)groups + (ulong)(b.group + g);
            const struct clgn_sums sums = clgn_group_sums(&t, b, s, g, place);
            if (g < b.groups && place == 0) {
                const struct clgn_feedback f = clgn_feedback_of(&t, group, sums, clgn_given_stats(&t, group));
                clgn_group_put(s, g, f);
#if CLGN_WORKSPACE
                clgn_feedback_put(&t, group, f);
#endif
            }
        }
#endif
#if CLGN_WORKSPACE
        clgn_block_records(&t, b, s, 0, 1);
#endif
#if !CLGN_GIVEN
        clgn_block_emit(&t, b, s);
#endif
#elif CLGN_GIVEN && !CLGN_POINT && !CLGN_REGISTERS
        (void)clgn_region_sums(&t, clgn_region_group(&t, unit), clgn_given_stats(&t, unit), 0, 1, 1);
#else
        const struct clgn_region all = clgn_region_group(&t, unit);
        const struct clgn_stats of = clgn_given_stats(&t, unit);
#if CLGN_POINT && CLGN_GIVEN
        const struct clgn_sums mine = clgn_sums_of(0, 0, 0);
#elif CLGN_POINT
        const struct clgn_sums mine = clgn_region_sums(&t, all, of);
#elif CLGN_REGISTERS
        CLGN_ACCV d[CLGN_HELD];
        CLGN_ACCV dz[CLGN_HELD];
        const struct clgn_sums mine = clgn_held_sums(&t, all, of, d, dz);
#else
        const struct clgn_sums mine = clgn_region_sums(&t, all, of, 0, 1, 0);
#endif
        const struct clgn_feedback f = clgn_feedback_of(&t, unit, clgn_sums_reduce(mine, CLGN_WGS, scratch), of);
#if CLGN_POINT
        clgn_region_emit(&t, all, of, f, (uint)get_group_id(0), unit - first - begin < (uint)groups);
#else
#if CLGN_WORKSPACE && !CLGN_GIVEN
        if (get_local_id(0) == 0)
            clgn_feedback_put(&t, unit, f);
#endif
#if CLGN_REGISTERS
        clgn_held_emit(&t, all, of, f, d, dz);
#else
        clgn_region_emit(&t, all, of, f);
#endif
#endif
#endif
#if CLGN_WGS > 1
        barrier(CLK_LOCAL_MEM_FENCE); /* local memory is used again by the next unit */
#endif
    }
}
