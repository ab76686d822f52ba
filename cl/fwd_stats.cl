/* SPDX-License-Identifier: Apache-2.0 */
/* Forward, launch 1 of 2: moments of each slice of each group. */

/* clgn_fwd_stats: one work-group per slice of a unit; a record {count, hi, lo, M2} per (n, g, slice), one writer each.
 * Launch    global (units * slices * WGS), local (WGS)
 * Reads     v's tensors once, the first chunk twice
 * Writes    n * g * slices * 4 * sizeof(ACC), and sum where the problem has it
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block
 * Barriers  uniform. Channel rows: log2(WGS) + 2; pixel rows: log2(LY) + 1, and log2(team) + 2 per round of groups
 * Method    chunks centred on a mean, merged pairwise (Chan et al.); never E[x^2] - E[x]^2
 * Needs     WGS and LX powers of two; rows of VEC elements at least; the next launch must know slices */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_fwd_stats(CLGN_ARGS)
{
    CLGN_TASK(t);
    CLGN_SLICE_OF(unit, slice);
#if CLGN_X_LAST
    const struct clgn_tables s = clgn_tables_of(&t);
    const struct clgn_block b = clgn_block_cut(clgn_block_of(&t, unit), slice, slices);
    clgn_block_moments(&t, b, s);
    CLGN_EACH_GROUP(&t, b, g, place)
    {
        const struct clgn_moments m = clgn_block_group(&t, b, s, g, place);
        if (g < b.groups && place == 0)
            clgn_record_put(&t, b.n * (ulong)groups + (ulong)(b.group + g), slice, slices, m);
    }
#else
    const struct clgn_region part = clgn_region_cut(clgn_region_group(&t, unit), slice, row_cuts, col_cut);
    const struct clgn_moments m = clgn_moments_reduce(clgn_region_moments(&t, part), CLGN_WGS, scratch);
    if (get_local_id(0) == 0)
        clgn_record_put(&t, unit, slice, slices, m);
#endif
}
