/* SPDX-License-Identifier: Apache-2.0 */
/* Backward, the first launch where units are cut into slices; with frozen statistics dx, too. */

/* clgn_bwd_sums: a record {D, P, Q} per (n, c, slice), one writer each.
 * Launch    global (units * slices * WGS), local (WGS)
 * Reads     v's tensors, dy, and the residual behind an activation, once
 * Writes    n * c * records * 3 * sizeof(ACC); with frozen statistics dx, dresidual and a full dskip
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block
 * Barriers  uniform
 * Needs     WGS and LX powers of two; rows of VEC elements at least; records: slices of columns, or of pixels */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_bwd_sums(CLGN_ARGS)
{
    CLGN_TASK(t);
    CLGN_SLICE_OF(unit, slice);
#if CLGN_X_LAST
    const struct clgn_pulls s = clgn_pulls_of(&t);
    const struct clgn_block b = clgn_block_cut(clgn_block_of(&t, unit), slice, slices);
    clgn_pull_begin(&t, b, s);
    clgn_block_sums(&t, b, s, CLGN_GIVEN != 0);
#if CLGN_WORKSPACE
    clgn_block_records(&t, b, s, slice, slices);
#endif
#else
    const int number = slice / row_cuts;
    if (number < records) { /* the same for the whole work-group */
        const struct clgn_region part = clgn_region_cut(clgn_region_group(&t, unit), slice, row_cuts, col_cut);
        (void)clgn_region_sums(&t, part, clgn_given_stats(&t, unit), number, records, CLGN_GIVEN != 0);
    }
#endif
}
