/* SPDX-License-Identifier: Apache-2.0 */
/* The forward operation from its definition in extended precision, with the largest error a device may make. */
#include "reference.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Nothing here follows the library's way of computing: two passes over each group, long double throughout (64 bits of
 * mantissa on x86, 113 on most others; where it is no wider than double, float64 problems cannot be judged). */

/* A binary format: bits of precision, and the exponents of its smallest step and of its first value out of range. */
struct format {
    int precision, min_exponent, max_exponent;
};

static struct format format_of(clgn_dtype dtype)
{
    switch (dtype) {
    case CLGN_DTYPE_F16:
        return (struct format){11, -24, 16};
    case CLGN_DTYPE_BF16:
        return (struct format){8, -133, 128};
    case CLGN_DTYPE_F64:
        return (struct format){53, -1074, 1024};
    default:
        return (struct format){24, -149, 128};
    }
}

static int step_exponent(struct format f, long double value)
{
    int e = 0;

    (void)frexpl(value, &e);
    e -= f.precision;
    return value == 0.0L || e < f.min_exponent ? f.min_exponent : e;
}

double reference_round(clgn_dtype dtype, long double value)
{
    struct format f = format_of(dtype);
    int e;
    long double r;

    if (!isfinite(value) || value == 0.0L) {
        return (double)value;
    }
    e = step_exponent(f, value);
    r = ldexpl(rintl(ldexpl(value, -e)), e);
    return fabsl(r) >= ldexpl(1.0L, f.max_exponent) ? (double)copysignl(HUGE_VALL, value) : (double)r;
}

double reference_ulp(clgn_dtype dtype, double magnitude)
{
    struct format f = format_of(dtype);

    return isfinite(magnitude) ? (double)ldexpl(1.0L, step_exponent(f, (long double)magnitude)) : HUGE_VAL;
}

size_t reference_spatial(const clgn_problem *p)
{
    size_t s = 1;

    for (size_t i = 0; i < p->spatial_dims; i++) {
        s *= p->spatial[i];
    }
    return s;
}

size_t reference_groups(const clgn_problem *p)
{
    return p->norm == CLGN_NORM_LAYER ? 1 : p->norm == CLGN_NORM_GROUP ? p->groups : p->c;
}

clgn_dtype reference_y_dtype(const clgn_problem *p)
{
    return p->y.dtype == CLGN_DTYPE_NONE ? p->x.dtype : p->y.dtype;
}

/* The type the library computes in. */
static clgn_dtype compute_dtype(const clgn_problem *p)
{
    return p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
}

long double reference_unit(const clgn_problem *p)
{
    return p->x.dtype == CLGN_DTYPE_F64 ? ldexpl(1.0L, -52) : ldexpl(1.0L, -23);
}

/* a + b = *sum + *rest exactly (Knuth). */
static void two_sum(long double a, long double b, long double *sum, long double *rest)
{
    long double s = a + b;
    long double t = s - a;

    *rest = (a - (s - t)) + (b - t);
    *sum = s;
}

static int is_odd(long double value)
{
    int e = 0;

    (void)frexpl(value, &e);
    return fmodl(ldexpl(value, LDBL_MANT_DIG - e), 2.0L) != 0.0L;
}

/* a + b + c rounded once. The exact sum is brought to long double by rounding to odd, which a second rounding to a
 * format at least two bits narrower cannot tell from the exact value (Boldo & Melquiond 2008). */
static double sum_rounded_once(clgn_dtype dtype, double a, double b, double c)
{
    long double s, e1, e2, e, tiny, high, low;

    two_sum(a, b, &s, &e1);
    if (!isfinite(s + (long double)c)) {
        return (double)(s + (long double)c);
    }
    two_sum(s, c, &s, &e2);
    two_sum(e1, e2, &e, &tiny);
    two_sum(s, e, &high, &low);
    low += tiny;
    if (low != 0.0L && !is_odd(high)) {
        high = nextafterl(high, low > 0.0L ? HUGE_VALL : -HUGE_VALL);
    }
    return reference_round(dtype, high);
}

/* The activation, accurate in its tails too. */
static long double activate(const clgn_problem *p, long double z)
{
    const long double alpha = (long double)p->act_alpha;
    const long double half_root = 0.707106781186547524400844362104849039L; /* 1 / sqrt 2 */
    const long double root = 0.797884560802865355879892119868763737L;      /* sqrt(2 / pi) */
    long double w;

    if (isnan(z)) {
        return z;
    }
    switch (p->act) {
    case CLGN_ACT_RELU:
        return z > 0.0L ? z : 0.0L;
    case CLGN_ACT_LEAKY_RELU:
        return z < 0.0L ? alpha * z : z;
    case CLGN_ACT_SILU:
        return z / (1.0L + expl(-z));
    case CLGN_ACT_GELU:
        return 0.5L * z * erfcl(-z * half_root);
    case CLGN_ACT_GELU_TANH: /* 1 + tanh u = 2 / (1 + e^-2u) */
        return z / (1.0L + expl(-2.0L * root * (z + 0.044715L * z * z * z)));
    case CLGN_ACT_QUICK_GELU:
        return z / (1.0L + expl(-1.702L * z));
    case CLGN_ACT_SIGMOID:
        return 1.0L / (1.0L + expl(-z));
    case CLGN_ACT_TANH:
        return tanhl(z);
    case CLGN_ACT_MISH: /* tanh(log(1 + w)) = w (w + 2) / (w (w + 2) + 2) */
        w = z > 100.0L ? HUGE_VALL : expl(z) * (expl(z) + 2.0L);
        return isinf(w) ? z : z * w / (w + 2.0L);
    case CLGN_ACT_HARDSWISH:
        return z * fminl(fmaxl(z + 3.0L, 0.0L), 6.0L) / 6.0L;
    case CLGN_ACT_ELU:
        return z < 0.0L ? alpha * expm1l(z) : z;
    default:
        return z;
    }
}

/* The most by which an activation stretches a difference of z: the largest |derivative|, rounded up. */
static long double activation_slope(const clgn_problem *p)
{
    switch (p->act) {
    case CLGN_ACT_LEAKY_RELU:
    case CLGN_ACT_ELU:
        return fmaxl(1.0L, fabsl((long double)p->act_alpha));
    case CLGN_ACT_SILU:
    case CLGN_ACT_QUICK_GELU:
        return 1.09984L;
    case CLGN_ACT_GELU:
    case CLGN_ACT_GELU_TANH:
        return 1.12907L;
    case CLGN_ACT_SIGMOID:
        return 0.25L;
    case CLGN_ACT_MISH:
        return 1.08902L;
    case CLGN_ACT_HARDSWISH:
        return 1.5L;
    default:
        return 1.0L;
    }
}

/* The error of the library's own activation functions, in units in the last place of the result. */
static long double activation_ulps(clgn_act act)
{
    switch (act) {
    case CLGN_ACT_NONE:
    case CLGN_ACT_RELU:
        return 0.0L;
    case CLGN_ACT_LEAKY_RELU:
        return 1.0L;
    default:
        return 4.0L;
    }
}

/* The relative error of the library's shorter exponentials, which a narrow y gets. */
static long double activation_brief_error(const clgn_problem *p)
{
    const clgn_dtype stored = reference_y_dtype(p);

    if (compute_dtype(p) != CLGN_DTYPE_F32 || (stored != CLGN_DTYPE_F16 && stored != CLGN_DTYPE_BF16)) {
        return 0.0L;
    }
    switch (p->act) {
    case CLGN_ACT_SILU:
    case CLGN_ACT_GELU:
    case CLGN_ACT_GELU_TANH:
    case CLGN_ACT_QUICK_GELU:
    case CLGN_ACT_SIGMOID:
    case CLGN_ACT_MISH:
        return 0x1p-17L;
    default:
        return 0.0L;
    }
}

/* How far the device's y may lie from the exact one when z = (sum of terms whose magnitudes add up to t). */
static double bound_of(const clgn_problem *p, long double t, long double y)
{
    const clgn_dtype computed = compute_dtype(p), stored = reference_y_dtype(p);
    long double e = activation_slope(p) * 4.0L * reference_unit(p) * (1.0L + t);

    e += activation_ulps(p->act) * (long double)reference_ulp(computed, (double)y);
    e += activation_brief_error(p) * fabsl(y);
    if (stored != computed && stored != CLGN_DTYPE_F64) {
        e += 0.5L * (long double)reference_ulp(stored, (double)(fabsl(y) + e));
    }
    return (double)e;
}

size_t reference_populations(const clgn_problem *p)
{
    return p->norm == CLGN_NORM_BATCH ? p->c : p->n * reference_groups(p);
}

struct reference_population reference_population(const clgn_problem *p, const struct reference_tensors *in, size_t i)
{
    const size_t groups = reference_groups(p), s = reference_spatial(p), cg = p->c / groups;

    if (p->norm == CLGN_NORM_BATCH) {
        return (struct reference_population){p, in, 0, p->n, i, 1, s, i};
    }
    return (struct reference_population){p, in, i / groups, i / groups + 1, i % groups * cg, cg, s, i};
}

size_t reference_population_count(const struct reference_population *g)
{
    return (g->n1 - g->n0) * g->cg * g->s;
}

static double value_of(const struct reference_population *g, size_t n, size_t channel, size_t at)
{
    const clgn_problem *p = g->p;
    const size_t nc = n * p->c + channel;
    const size_t i = nc * g->s + at;
    double skip = 0.0, bias = 0.0;
    clgn_dtype dtype = p->sum ? p->x.dtype : compute_dtype(p);

    if (p->skip == CLGN_SKIP_FULL) {
        skip = g->in->skip[i];
    } else if (p->skip == CLGN_SKIP_PER_CHANNEL) {
        skip = g->in->skip[nc];
    }
    if (p->bias != CLGN_DTYPE_NONE) {
        bias = g->in->bias[channel];
    }
    return sum_rounded_once(dtype, g->in->x[i], skip, bias);
}

void reference_population_values(const struct reference_population *g, double *v)
{
    for (size_t n = g->n0; n < g->n1; n++) {
        for (size_t j = 0; j < g->cg; j++) {
            for (size_t k = 0; k < g->s; k++) {
                *v++ = value_of(g, n, g->c0 + j, k);
            }
        }
    }
}

static struct reference_statistics exact_statistics(const double *v, size_t count, double eps)
{
    struct reference_statistics st = {0.0, 0.0L, 0.0L};
    const long double m = (long double)count;
    long double sum = 0.0L, lost = 0.0L, e;

    for (size_t i = 0; i < count; i++) {
        sum += (long double)v[i];
    }
    st.base = (double)(sum / m);
    sum = 0.0L;
    for (size_t i = 0; i < count; i++) {
        two_sum(sum, (long double)v[i] - (long double)st.base, &sum, &e);
        lost += e;
    }
    st.rest = (sum + lost) / m;
    sum = lost = 0.0L;
    for (size_t i = 0; i < count; i++) {
        const long double d = ((long double)v[i] - (long double)st.base) - st.rest;

        two_sum(sum, d * d, &sum, &e);
        lost += e;
    }
    st.rstd = 1.0L / sqrtl((sum + lost) / m + (long double)eps);
    return st;
}

static struct reference_statistics root_mean_square(const double *v, size_t count, double eps)
{
    struct reference_statistics st = {0.0, 0.0L, 0.0L};
    long double sum = 0.0L, lost = 0.0L, e;

    for (size_t i = 0; i < count; i++) {
        two_sum(sum, (long double)v[i] * (long double)v[i], &sum, &e);
        lost += e;
    }
    st.rstd = 1.0L / sqrtl((sum + lost) / (long double)count + (long double)eps);
    return st;
}

struct reference_statistics reference_population_statistics(const struct reference_population *g, const double *v)
{
    const clgn_problem *p = g->p;

    if (p->stats == CLGN_STATS_GIVEN) {
        return (struct reference_statistics){g->in->mean[g->index], 0.0L, (long double)g->in->rstd[g->index]};
    }
    if (p->stats == CLGN_STATS_RUNNING) {
        return (struct reference_statistics){g->in->running_mean[g->c0], 0.0L,
                                             1.0L /
                                                 sqrtl((long double)g->in->running_var[g->c0] + (long double)p->eps)};
    }
    return p->rms ? root_mean_square(v, reference_population_count(g), p->eps)
                  : exact_statistics(v, reference_population_count(g), p->eps);
}

/* y and its bound for channel c of sample n, whose values are v. */
static void apply_row(const struct reference_population *g, size_t n, size_t c, const double *v,
                      struct reference_statistics st, const struct reference_result *out)
{
    const clgn_problem *p = g->p;
    const struct reference_tensors *in = g->in;
    const size_t nc = n * p->c + c;
    const long double gamma = p->gamma != CLGN_DTYPE_NONE ? (long double)in->gamma[c] : 1.0L;
    const long double beta = p->beta != CLGN_DTYPE_NONE ? (long double)in->beta[c] : 0.0L;
    const long double scale = 1.0L + (p->scale != CLGN_DTYPE_NONE ? (long double)in->scale[nc] : 0.0L);
    const long double shift = p->shift != CLGN_DTYPE_NONE ? (long double)in->shift[nc] : 0.0L;

    for (size_t k = 0; k < g->s; k++) {
        const size_t i = nc * g->s + k;
        const long double d = ((long double)v[k] - (long double)st.base) - st.rest;
        const long double scaled = d * st.rstd * gamma * scale;
        const long double residual = p->residual ? (long double)in->residual[i] : 0.0L;
        const long double y = activate(p, ((scaled + beta * scale) + shift) + residual);
        const long double t = fabsl(scaled) + fabsl(beta * scale) + fabsl(shift) + fabsl(residual);

        if (out->v != NULL) {
            out->v[i] = v[k];
        }
        if (out->y != NULL) {
            out->y[i] = (double)y;
        }
        if (out->bound != NULL) {
            out->bound[i] = bound_of(p, t, y);
        }
    }
}

/* Takes a population's share of the running statistics: an instance norm's is one of n, which are averaged. */
static void update_running(const struct reference_population *g, struct reference_statistics st,
                           const struct reference_result *out)
{
    const clgn_problem *p = g->p;
    const long double count = (long double)reference_population_count(g);
    const long double share = (long double)p->momentum * (long double)(g->n1 - g->n0) / (long double)p->n;
    const long double keep = g->n0 == 0 ? 1.0L - (long double)p->momentum : 1.0L;
    const double mean = g->n0 == 0 ? g->in->running_mean[g->c0] : out->running_mean[g->c0];
    const double var = g->n0 == 0 ? g->in->running_var[g->c0] : out->running_var[g->c0];
    const long double biased = 1.0L / (st.rstd * st.rstd) - (long double)p->eps;

    out->running_mean[g->c0] = (double)(keep * (long double)mean + share * ((long double)st.base + st.rest));
    out->running_var[g->c0] = (double)(keep * (long double)var +
                                       share * biased * (p->running_biased ? 1.0L : count / (count - 1.0L)));
}

int reference_forward(const clgn_problem *p, const struct reference_tensors *in, const struct reference_result *out)
{
    const size_t populations = p->n > 0 ? reference_populations(p) : 0;

    for (size_t i = 0; i < populations; i++) {
        const struct reference_population g = reference_population(p, in, i);
        double *const v = malloc(reference_population_count(&g) * sizeof *v);
        const double *row = v;
        struct reference_statistics st;

        if (v == NULL) {
            return -1;
        }
        reference_population_values(&g, v);
        st = reference_population_statistics(&g, v);
        for (size_t n = g.n0; n < g.n1; n++) {
            for (size_t c = g.c0; c < g.c0 + g.cg; c++, row += g.s) {
                apply_row(&g, n, c, row, st, out);
            }
        }
        if (out->mean != NULL) {
            out->mean[i] = (double)((long double)st.base + st.rest);
        }
        if (out->mean_rest != NULL) {
            const double mean = (double)((long double)st.base + st.rest);

            out->mean_rest[i] = (double)(((long double)st.base - (long double)mean) + st.rest);
        }
        if (out->rstd != NULL) {
            out->rstd[i] = (double)st.rstd;
        }
        if (out->running_mean != NULL) {
            update_running(&g, st, out);
        }
        free(v);
    }
    return 0;
}

double reference_error(clgn_dtype y_dtype, double device, double y, double bound)
{
    const struct format f = format_of(y_dtype);
    const double half = 0.5 * reference_ulp(y_dtype, ldexp(1.0, f.max_exponent - 1));
    const double limit = (double)(ldexpl(1.0L, f.max_exponent) - (long double)half); /* from here on rounds to inf */

    if (isnan(y) || isnan(device)) {
        return isnan(y) && isnan(device) ? 0.0 : HUGE_VAL;
    }
    if (isinf(y)) {
        return device == y ? 0.0 : HUGE_VAL;
    }
    if (isinf(device)) { /* right when the value before the store may have been beyond the limit */
        const double before = fmax(bound - half, 0.0);

        return signbit(device) == signbit(y) && fabs(y) + before >= limit ? 0.0 : HUGE_VAL;
    }
    return device == y ? 0.0 : fabs(device - y) / bound;
}

static double statistic_error(double device, double exact, double bound)
{
    if (!isfinite(exact)) { /* a group with a NaN or an infinity: which of the two is not promised */
        return isfinite(device) ? HUGE_VAL : 0.0;
    }
    if (!isfinite(device)) {
        return HUGE_VAL;
    }
    return device == exact ? 0.0 : fabs(device - exact) / bound;
}

double reference_mean_error(const clgn_problem *p, double device, double mean, double rstd)
{
    const double u = (double)reference_unit(p);

    return statistic_error(device, mean, reference_ulp(compute_dtype(p), mean) + 4.0 * u / rstd);
}

double reference_rstd_error(const clgn_problem *p, double device, double rstd)
{
    const double u = (double)reference_unit(p);

    return statistic_error(device, rstd, 4.0 * u * rstd);
}
