/* SPDX-License-Identifier: Apache-2.0 */
/* Backward, the launch that writes dx where units are cut into slices. */

/* clgn_bwd_apply: every work-group merges the records of its groups, or reads a batch norm's feedback; then dx.
 * Launch    global (units * slices * WGS), local (WGS)
 * Reads     v's tensors, dy, and the residual behind an activation, once; cg * records * 3 * sizeof(ACC) per group
 * Writes    dx, dresidual, a full dskip once; the feedback of each group
 * Local     4 * WGS * sizeof(ACC), and for pixel rows the tables of a block
 * Barriers  uniform
 * Needs     records as clgn_bwd_sums left them */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_bwd_apply(CLGN_ARGS)
{
    CLGN_TASK(t);
    CLGN_SLICE_OF(unit, slice);
#if CLGN_X_LAST
    const struct clgn_pulls s = clgn_pulls_of(&t);
    const struct clgn_block b = clgn_block_cut(clgn_block_of(&t, unit), slice, slices);
    clgn_pull_begin(&t, b, s);
    CLGN_EACH_GROUP(&t, b, g, place)
    {
        const ulong group = b.n * (ulong)groups + (ulong)(b.group + g);
#if CLGN_BATCH
        if (g < b.groups && place == 0)
            clgn_group_put(s, g, clgn_feedback_get(&t, group));
#else
        const struct clgn_sums sums = clgn_sums_merge(&t, b.n, min(b.group + g, groups - 1), records, t.team, s.tree);
        if (g < b.groups && place == 0) {
            const struct clgn_feedback f = clgn_feedback_of(&t, group, sums, clgn_given_stats(&t, group));
            clgn_group_put(s, g, f);
            if (slice == 0)
                clgn_feedback_put(&t, group, f);
        }
#endif
    }
    clgn_block_emit(&t, b, s);
#else
    const struct clgn_region part = clgn_region_cut(clgn_region_group(&t, unit), slice, row_cuts, col_cut);
    const struct clgn_stats of = clgn_given_stats(&t, unit);
#if CLGN_BATCH
    const struct clgn_feedback f = clgn_feedback_get(&t, unit);
#else
    const struct clgn_feedback f =
        clgn_feedback_of(&t, unit, clgn_sums_merge(&t, part.n, (int)(unit % (uint)groups), records, CLGN_WGS, scratch),
                         of);
    if (slice == 0 && get_local_id(0) == 0)
        clgn_feedback_put(&t, unit, f);
#endif
    clgn_region_emit(&t, part, of, f);
#endif
}
