/* SPDX-License-Identifier: Apache-2.0 */
/* Forward over a batch, between statistics and apply: the samples' moments of a channel meet. */

/* The moments of channel c over samples [n, end). */
CLGN_INLINE struct clgn_moments clgn_samples_merge(const struct clgn_task *t, int c, int records, ulong n, ulong end)
{
    struct clgn_series all = clgn_series_empty();
    for (; n < end; n++)
        for (int i = 0; i < records; i++)
            clgn_series_add(&all, clgn_record_get(t, n * (ulong)t->channels + (ulong)c, i, records));
    return clgn_series_settle(all);
}

/* clgn_fwd_batch: a batch norm's statistics from the records of all samples, and the running statistics.
 * Launch    global (any multiple of WGS), local (WGS); a work-item takes every global-th channel
 * Reads     n * c * records * 4 * sizeof(ACC)
 * Writes    batch norm: 4 * c * sizeof(ACC), and mean, mean_lo, rstd where the problem has them; running statistics
 * Local     none                  Barriers  none
 * Method    records merged in order (Chan et al.); instance norms: the average of the samples' statistics
 * Needs     cg = 1: a group is a channel */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_fwd_batch(CLGN_ARGS)
{
    CLGN_TASK(t);
    for (long i = (long)get_global_id(0); i < channels; i += (long)get_global_size(0)) {
        const int c = (int)i;
        CLGN_ACC mean = 0;
        CLGN_ACC variance = 0;
#if CLGN_BATCH
        const struct clgn_moments total = clgn_samples_merge(&t, c, records, 0, samples);
        {
            const struct clgn_stats s = clgn_stats_of(total, eps);
            t.workspace[4 * (ulong)c] = s.hi;
            t.workspace[4 * (ulong)c + 1] = s.lo;
            t.workspace[4 * (ulong)c + 2] = s.rstd;
            clgn_write_stats(&t, (ulong)c, s);
        }
        mean = total.hi;
        variance = clgn_divide(total.m2, count);
#else
        CLGN_ACC mean_lost = 0;
        CLGN_ACC variance_lost = 0;
        for (ulong n = 0; n < samples; n++) {
            const struct clgn_moments one = clgn_samples_merge(&t, c, records, n, n + 1);
            CLGN_ACC e;
            mean = clgn_two_sum(mean, one.hi, &e);
            mean_lost += e + one.lo;
            variance = clgn_two_sum(variance, clgn_divide(one.m2, count), &e);
            variance_lost += e;
        }
        mean = (mean + mean_lost) / (CLGN_ACC)samples;
        variance = (variance + variance_lost) / (CLGN_ACC)samples;
#endif
#if CLGN_RUNNING == 1
        variance *= clgn_divide(count, count - 1);
#endif
#if CLGN_RUNNING
        t.running_mean[c] = fma(momentum, mean, (1 - momentum) * t.running_mean[c]);
        t.running_var[c] = fma(momentum, variance, (1 - momentum) * t.running_var[c]);
#endif
    }
}
