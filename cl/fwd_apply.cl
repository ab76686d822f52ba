/* SPDX-License-Identifier: Apache-2.0 */
/* Forward, launch 2 of 2, or the only one with given statistics: y of each slice of each group. */

/* clang-format off */
/* clgn_fwd_apply: every work-group merges the records of its groups (or reads what is given or agreed), then applies.
 * Launch    global (units * slices * WGS), local (WGS)
 * Reads     v's tensors (or sum) once, records * 4 * sizeof(ACC) per group and work-group
 * Writes    y once; mean and rstd where the problem has them; sum with given statistics
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block
 * Barriers  uniform. Channel rows: log2(WGS) + 2, none with given statistics; pixel rows: 3, log2(team) + 2 per round
 * Needs     WGS and LX powers of two; rows of VEC elements at least; records = slices of clgn_fwd_stats */
/* clang-format on */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_fwd_apply(CLGN_ARGS)
{
    CLGN_TASK(t);
    CLGN_SLICE_OF(unit, slice);
#if CLGN_X_LAST
    const struct clgn_tables s = clgn_tables_of(&t);
    const struct clgn_block b = clgn_block_cut(clgn_block_of(&t, unit), slice, slices);
    CLGN_EACH_GROUP(&t, b, g, place)
    {
        const ulong group = b.n * (ulong)groups + (ulong)(b.group + g);
#if CLGN_GIVEN
        if (g < b.groups && place == 0)
            clgn_table_group(s, g, clgn_given_stats(&t, group));
#elif CLGN_BATCH
        if (g < b.groups && place == 0)
            clgn_table_group(s, g, clgn_agreed_stats(&t, group));
#else
        const struct clgn_moments m = clgn_records_merge(&t, group, g < b.groups ? records : 0, t.team, s.tree);
        if (g < b.groups && place == 0) {
            const struct clgn_stats of = clgn_stats_of(m, eps);
            clgn_table_group(s, g, of);
            if (slice == 0)
                clgn_write_stats(&t, group, of);
        }
#endif
    }
    clgn_block_coefficients(&t, b, s);
    clgn_block_output(&t, b, s, !CLGN_GIVEN);
#else
    const struct clgn_region part = clgn_region_cut(clgn_region_group(&t, unit), slice, row_cuts, col_cut);
#if CLGN_GIVEN
    const struct clgn_stats s = clgn_given_stats(&t, unit);
#elif CLGN_BATCH
    const struct clgn_stats s = clgn_agreed_stats(&t, unit);
#else
    const struct clgn_stats s = clgn_stats_of(clgn_records_merge(&t, unit, records, CLGN_WGS, scratch), eps);
    if (slice == 0 && get_local_id(0) == 0)
        clgn_write_stats(&t, unit, s);
#endif
    clgn_region_output(&t, part, s, !CLGN_GIVEN);
#endif
}
