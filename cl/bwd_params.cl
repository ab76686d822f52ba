/* SPDX-License-Identifier: Apache-2.0 */
/* Backward, the launch over channels: the gradients that are sums, from the records; a batch norm's feedback. */

#if CLGN_WORKSPACE
/* What a gradient gets: the value, or added to what is there. */
#define CLGN_GIVE(mode, to, value) ((to) = (mode) == 2 ? (to) + (value) : (value))

/* A sum of numbers that keeps what it loses. */
struct clgn_scalar {
    CLGN_ACC sum;
    CLGN_ACC lost;
};

CLGN_INLINE void clgn_scalar_add(struct clgn_scalar *s, CLGN_ACC v)
{
    CLGN_ACC e;
    s->sum = clgn_two_sum(s->sum, v, &e);
    s->lost += e;
}

struct clgn_channel {
    struct clgn_scalar gamma_;
    struct clgn_scalar beta;
    struct clgn_scalar bias;
};

#if CLGN_POINT
/* Where s is 1: the work-groups' sums; records counts them. */
CLGN_INLINE void clgn_channel_gather(const struct clgn_task *t, int c, int records, struct clgn_channel *of)
{
    for (int i = 0; i < records; i++) {
        const ulong pitch = (ulong)t->channels;
        const __global CLGN_ACC *from = clgn_records_begin(t) + (ulong)i * CLGN_POINT_FIELDS * pitch + (ulong)c;
#if CLGN_DBETA
        clgn_scalar_add(&of->beta, from[0]);
        clgn_scalar_add(&of->beta, from[pitch]);
#endif
#if CLGN_DGAMMA
        clgn_scalar_add(&of->gamma_, from[2 * pitch]);
        clgn_scalar_add(&of->gamma_, from[3 * pitch]);
#endif
#if CLGN_DBIAS
        clgn_scalar_add(&of->bias, from[4 * pitch]);
        clgn_scalar_add(&of->bias, from[5 * pitch]);
#endif
    }
}
#else
CLGN_INLINE struct clgn_sums clgn_slices_sum(const struct clgn_task *t, ulong n, int c, int records)
{
    struct clgn_total total;
    if (records == 1)
        return clgn_sums_get(t, n, c, 0, 1);
    total = clgn_total_empty();
    for (int i = 0; i < records; i++)
        clgn_total_add(&total, clgn_sums_get(t, n, c, i, records));
    return clgn_total_settle(total);
}

#if CLGN_BATCH && !CLGN_GIVEN
/* How a channel's sums over all samples come back. */
CLGN_INLINE void clgn_channel_feedback(const struct clgn_task *t, int c, int records)
{
    struct clgn_total total = clgn_total_empty();
    for (ulong n = 0; n < t->samples; n++)
        clgn_total_add(&total, clgn_sums_weighted(clgn_slices_sum(t, n, c, records),
                                                  CLGN_FACTOR(CLGN_ACC, CLGN_LOAD1, t, n, c)));
    clgn_feedback_put(t, (ulong)c,
                      clgn_feedback_of(t, (ulong)c, clgn_total_settle(total), clgn_given_stats(t, (ulong)c)));
}
#endif

/* One sample's share of a channel's gradients; those per sample are written. */
CLGN_INLINE void clgn_channel_sample(const struct clgn_task *t, ulong n, int c, int records, struct clgn_channel *of)
{
    const ulong group = n * (ulong)t->groups + (ulong)(c / t->channels_per_group);
    const struct clgn_stats stats = clgn_given_stats(t, group);
    const struct clgn_feedback f = clgn_feedback_get(t, group);
    const struct clgn_sums s = clgn_slices_sum(t, n, c, records);
    const CLGN_ACC normal = stats.rstd * fma(-f.lo, s.d, s.p); /* sum of dz times x normalised */
    const CLGN_ACC factor = (CLGN_ACC)1 + CLGN_READ_SCALE(CLGN_ACC, CLGN_LOAD1, t, n, c);
    const CLGN_ACC a = stats.rstd * CLGN_READ_GAMMA(CLGN_ACC, CLGN_LOAD1, t, c) * factor;
    const CLGN_ACC dx = fma(a, s.d, fma(f.slope, s.q, f.shift * (CLGN_ACC)t->spatial));
    clgn_scalar_add(&of->gamma_, factor * normal);
    clgn_scalar_add(&of->beta, factor * s.d);
    clgn_scalar_add(&of->bias, dx);
#if CLGN_DSCALE || CLGN_DSHIFT || CLGN_DSKIP
    const ulong place = n * (ulong)t->channels + (ulong)c;
#endif
#if CLGN_DSCALE
    CLGN_GIVE(CLGN_DSCALE, t->dscale[place],
              fma(CLGN_READ_GAMMA(CLGN_ACC, CLGN_LOAD1, t, c), normal,
                  CLGN_READ_BETA(CLGN_ACC, CLGN_LOAD1, t, c) * s.d));
#endif
#if CLGN_DSHIFT
    CLGN_GIVE(CLGN_DSHIFT, t->dshift[place], s.d);
#endif
#if CLGN_DSKIP
    CLGN_GIVE(CLGN_DSKIP, t->dskip[place], dx);
#endif
}

CLGN_INLINE void clgn_channel_gather(const struct clgn_task *t, int c, int records, struct clgn_channel *of)
{
#if CLGN_BATCH && !CLGN_GIVEN
    clgn_channel_feedback(t, c, records);
#endif
    for (ulong n = 0; n < t->samples; n++)
        clgn_channel_sample(t, n, c, records, of);
}
#endif

#endif

/* clgn_bwd_params: the gradients of the parameters from the records of all samples and slices, in a fixed order.
 * Launch    global (any multiple of WGS), local (WGS); a work-item takes every global-th channel
 * Reads     the records once (a batch norm's twice), the parameters
 * Writes    dgamma, dbeta, dbias [c]; dscale, dshift, dskip [n][c] (where s is 1 they are written before)
 * Local     none                  Barriers  none
 * Needs     the feedback of each group, unless a batch norm's, which is made here */
__kernel __attribute__((reqd_work_group_size(CLGN_WGS, 1, 1))) void clgn_bwd_params(CLGN_ARGS)
{
#if CLGN_WORKSPACE /* else no gradient is wanted that is a sum, and this is not launched */
    CLGN_TASK(t);
    for (long i = (long)get_global_id(0); i < channels; i += (long)get_global_size(0)) { /* i may pass an int's range */
        const int c = (int)i;
        struct clgn_channel of;
        of.gamma_.sum = of.gamma_.lost = of.beta.sum = of.beta.lost = of.bias.sum = of.bias.lost = 0;
        clgn_channel_gather(&t, c, records, &of);
#if CLGN_DGAMMA
        CLGN_GIVE(CLGN_DGAMMA, t.dgamma[c], clgn_settle(of.gamma_.sum, of.gamma_.lost));
#endif
#if CLGN_DBETA
        CLGN_GIVE(CLGN_DBETA, t.dbeta[c], clgn_settle(of.beta.sum, of.beta.lost));
#endif
#if CLGN_DBIAS
        CLGN_GIVE(CLGN_DBIAS, t.dbias[c], clgn_settle(of.bias.sum, of.bias.lost));
#endif
    }
#endif
}
