/* SPDX-License-Identifier: Apache-2.0 */
/* The operation and a loss behind it, straight from the definition in long double, with one input moved a little. */
#include "definition.h"

#include <math.h>
#include <stdlib.h>

#include "testing.h"

enum { MOST_POPULATIONS = 256 };

/* One value that is moved. */
struct move {
    enum definition_slot slot;
    size_t index;
    long double by;
};

static const struct move unmoved = {DEFINITION_SLOTS, 0, 0.0L};

static size_t spatial(const clgn_problem *p)
{
    size_t s = 1;

    for (size_t i = 0; i < p->spatial_dims; i++) {
        s *= p->spatial[i];
    }
    return s;
}

static size_t groups_of(const clgn_problem *p)
{
    return p->norm == CLGN_NORM_GROUP ? p->groups : p->norm == CLGN_NORM_LAYER ? 1 : p->c;
}

static size_t populations_of(const clgn_problem *p)
{
    return p->norm == CLGN_NORM_BATCH ? p->c : p->n * groups_of(p);
}

size_t definition_population(const clgn_problem *p, size_t n, size_t c)
{
    return p->norm == CLGN_NORM_BATCH ? c : n * groups_of(p) + c / (p->c / groups_of(p));
}

size_t definition_population_count(const clgn_problem *p)
{
    return p->n * p->c * spatial(p) / populations_of(p);
}

size_t definition_count(const clgn_problem *p, enum definition_slot slot)
{
    const size_t all = p->n * p->c * spatial(p);

    switch (slot) {
    case DEFINITION_X:
    case DEFINITION_DY:
        return all;
    case DEFINITION_SKIP:
        return p->skip == CLGN_SKIP_FULL ? all : p->skip == CLGN_SKIP_PER_CHANNEL ? p->n * p->c : 0;
    case DEFINITION_BIAS:
        return p->bias != CLGN_DTYPE_NONE ? p->c : 0;
    case DEFINITION_GAMMA:
        return p->gamma != CLGN_DTYPE_NONE ? p->c : 0;
    case DEFINITION_BETA:
        return p->beta != CLGN_DTYPE_NONE ? p->c : 0;
    case DEFINITION_SCALE:
        return p->scale != CLGN_DTYPE_NONE ? p->n * p->c : 0;
    case DEFINITION_SHIFT:
        return p->shift != CLGN_DTYPE_NONE ? p->n * p->c : 0;
    case DEFINITION_RESIDUAL:
        return p->residual ? all : 0;
    case DEFINITION_MEAN:
    case DEFINITION_RSTD:
        return p->stats == CLGN_STATS_GIVEN ? populations_of(p) : 0;
    case DEFINITION_RUNNING_MEAN:
    case DEFINITION_RUNNING_VAR:
        return p->stats == CLGN_STATS_RUNNING ? p->c : 0;
    case DEFINITION_DMEAN:
        return p->dmean ? populations_of(p) : 0;
    case DEFINITION_DRSTD:
        return p->drstd ? populations_of(p) : 0;
    default:
        return 0;
    }
}

/* A value as the loss sees it; what the problem lacks is 0. */
static long double value(const struct definition *d, const struct move *m, enum definition_slot slot, size_t i)
{
    if (d->values[slot] == NULL) {
        return 0.0L;
    }
    return (long double)d->values[slot][i] + (slot == m->slot && i == m->index ? m->by : 0.0L);
}

static long double v_of(const struct definition *d, const struct move *m, size_t n, size_t c, size_t k)
{
    const size_t nc = n * d->problem.c + c, i = nc * spatial(&d->problem) + k;

    return value(d, m, DEFINITION_X, i) +
           value(d, m, DEFINITION_SKIP, d->problem.skip == CLGN_SKIP_PER_CHANNEL ? nc : i) +
           value(d, m, DEFINITION_BIAS, c);
}

long double definition_v(const struct definition *d, size_t i)
{
    const size_t s = spatial(&d->problem), c = d->problem.c;

    return v_of(d, &unmoved, i / s / c, i / s % c, i % s);
}

/* The sum over a population of v, or with a power of 2 of (v - center)^2. */
static long double sum_over(const struct definition *d, const struct move *m, size_t population, int power,
                            long double center)
{
    const clgn_problem *p = &d->problem;
    const size_t s = spatial(p);
    long double sum = 0.0L;

    for (size_t n = 0; n < p->n; n++) {
        for (size_t c = 0; c < p->c; c++) {
            for (size_t k = 0; k < s && definition_population(p, n, c) == population; k++) {
                const long double v = v_of(d, m, n, c, k) - center;

                sum += power == 2 ? v * v : v;
            }
        }
    }
    return sum;
}

static void statistics(const struct definition *d, const struct move *m, size_t population, long double *mean,
                       long double *rstd)
{
    const clgn_problem *p = &d->problem;
    const long double count = (long double)definition_population_count(p);
    long double variance;

    if (p->stats == CLGN_STATS_GIVEN) {
        *mean = value(d, m, DEFINITION_MEAN, population);
        *rstd = value(d, m, DEFINITION_RSTD, population);
        return;
    }
    if (p->stats == CLGN_STATS_RUNNING) {
        *mean = value(d, m, DEFINITION_RUNNING_MEAN, population % p->c);
        variance = value(d, m, DEFINITION_RUNNING_VAR, population % p->c);
    } else {
        *mean = p->rms ? 0.0L : sum_over(d, m, population, 1, 0.0L) / count;
        variance = sum_over(d, m, population, 2, *mean) / count;
    }
    *rstd = 1.0L / sqrtl(variance + (long double)p->eps);
}

void definition_statistics(const struct definition *d, size_t population, long double *mean, long double *rstd)
{
    statistics(d, &unmoved, population, mean, rstd);
}

long double definition_act(const clgn_problem *p, long double z)
{
    const long double alpha = (long double)p->act_alpha, pi = acosl(-1.0L);

    switch (p->act) {
    case CLGN_ACT_RELU:
        return fmaxl(z, 0.0L);
    case CLGN_ACT_LEAKY_RELU:
        return z < 0.0L ? alpha * z : z;
    case CLGN_ACT_SILU:
        return z * (1.0L / (1.0L + expl(-z)));
    case CLGN_ACT_GELU:
        return z * (0.5L + 0.5L * erfl(z / sqrtl(2.0L)));
    case CLGN_ACT_GELU_TANH:
        return 0.5L * z * (1.0L + tanhl(sqrtl(2.0L / pi) * (z + 0.044715L * powl(z, 3.0L))));
    case CLGN_ACT_QUICK_GELU:
        return z * (1.0L / (1.0L + expl(-1.702L * z)));
    case CLGN_ACT_SIGMOID:
        return 1.0L / (1.0L + expl(-z));
    case CLGN_ACT_TANH:
        return tanhl(z);
    case CLGN_ACT_MISH:
        return z * tanhl(logl(1.0L + expl(z)));
    case CLGN_ACT_HARDSWISH:
        return z * fminl(fmaxl(z + 3.0L, 0.0L), 6.0L) / 6.0L;
    case CLGN_ACT_ELU:
        return z < 0.0L ? alpha * (expl(z) - 1.0L) : z;
    default:
        return z;
    }
}

long double definition_kink(const clgn_problem *p, long double z)
{
    switch (p->act) {
    case CLGN_ACT_RELU:
    case CLGN_ACT_LEAKY_RELU:
    case CLGN_ACT_ELU:
        return fabsl(z);
    case CLGN_ACT_HARDSWISH:
        return fabsl(fabsl(z) - 3.0L);
    default:
        return HUGE_VALL;
    }
}

/* What goes into the activation, at normalised (v - mean) * rstd. */
static long double z_of(const struct definition *d, const struct move *m, size_t n, size_t c, size_t k,
                        long double normal)
{
    const clgn_problem *p = &d->problem;
    const size_t nc = n * p->c + c;
    long double z = normal;

    if (p->gamma != CLGN_DTYPE_NONE) {
        z *= value(d, m, DEFINITION_GAMMA, c);
    }
    z += value(d, m, DEFINITION_BETA, c);
    z *= 1.0L + value(d, m, DEFINITION_SCALE, nc);
    z += value(d, m, DEFINITION_SHIFT, nc);
    return z + value(d, m, DEFINITION_RESIDUAL, nc * spatial(p) + k);
}

/* Takes a value's z, and adds to a sum. */
typedef void visitor(struct definition *d, size_t i, long double z, long double *sum);

/* Visits every value; the sum, with the share of mean and rstd in the loss when asked for. */
static long double visit(struct definition *d, const struct move *m, int with_statistics, visitor *with)
{
    const clgn_problem *p = &d->problem;
    const size_t s = spatial(p), populations = populations_of(p);
    long double mean[MOST_POPULATIONS], rstd[MOST_POPULATIONS], sum = 0.0L;

    ck_assert_uint_le(populations, MOST_POPULATIONS);
    for (size_t i = 0; i < populations; i++) {
        statistics(d, m, i, &mean[i], &rstd[i]);
        if (with_statistics) {
            sum += mean[i] * value(d, m, DEFINITION_DMEAN, i) + rstd[i] * value(d, m, DEFINITION_DRSTD, i);
        }
    }
    for (size_t n = 0; n < p->n; n++) {
        for (size_t c = 0; c < p->c; c++) {
            const size_t of = definition_population(p, n, c);

            for (size_t k = 0; k < s; k++) {
                const long double normal = (v_of(d, m, n, c, k) - mean[of]) * rstd[of];

                with(d, (n * p->c + c) * s + k, z_of(d, m, n, c, k, normal), &sum);
            }
        }
    }
    return sum;
}

static void add_to_loss(struct definition *d, size_t i, long double z, long double *sum)
{
    *sum += definition_act(&d->problem, z) * (long double)d->values[DEFINITION_DY][i];
}

/* Where a move may cross a kink there is no derivative; without dy the loss does not see it. */
static void drop_near_kink(struct definition *d, size_t i, long double z, long double *left)
{
    if (definition_kink(&d->problem, z) < 0.02L) {
        d->values[DEFINITION_DY][i] = 0.0;
    } else {
        *left += 1.0L;
    }
}

size_t definition_avoid_kinks(struct definition *d)
{
    return (size_t)visit(d, &unmoved, 0, drop_near_kink);
}

/* Differences over one and two steps, so that what is left of the third derivative's share is cancelled. */
long double definition_derivative(const struct definition *d, enum definition_slot slot, size_t index)
{
    const long double step = 0x1p-16L;
    struct definition moving = *d;
    long double loss[4];

    for (int i = 0; i < 4; i++) {
        const struct move m = {slot, index, step * (long double)(i < 2 ? i - 2 : i - 1)};

        loss[i] = visit(&moving, &m, 1, add_to_loss);
    }
    return (8.0L * (loss[2] - loss[1]) - (loss[3] - loss[0])) / (12.0L * step);
}

/* A multiple of 2^-10, of about the given size. */
static double random_value(struct rng *rng, enum definition_slot slot)
{
    const double normal = rint(0x1p10 * rng_normal(rng)) * 0x1p-10;

    switch (slot) {
    case DEFINITION_X:
        return 2.0 * normal + 0.75;
    case DEFINITION_RSTD:
    case DEFINITION_RUNNING_VAR:
        return rng_uniform(rng, 0.25, 2.0);
    case DEFINITION_GAMMA:
        return rng_uniform(rng, -2.0, 2.0);
    case DEFINITION_SCALE:
        return 0.5 * normal;
    default:
        return normal;
    }
}

void definition_create(struct definition *d, const clgn_problem *p, const char *seed)
{
    struct rng rng = testing_rng_of(seed);

    *d = (struct definition){*p, {NULL}};
    for (size_t i = 0; i < DEFINITION_SLOTS; i++) {
        const size_t count = definition_count(p, (enum definition_slot)i);

        d->values[i] = count > 0 ? malloc(count * sizeof(double)) : NULL;
        ck_assert(d->values[i] != NULL || count == 0);
        for (size_t k = 0; k < count; k++) {
            d->values[i][k] = random_value(&rng, (enum definition_slot)i);
        }
    }
}

void definition_release(struct definition *d)
{
    for (size_t i = 0; i < DEFINITION_SLOTS; i++) {
        free(d->values[i]);
        d->values[i] = NULL;
    }
}

struct reference_tensors definition_tensors(const struct definition *d)
{
    double *const *v = d->values;

    return (struct reference_tensors){.x = v[DEFINITION_X],
                                      .skip = v[DEFINITION_SKIP],
                                      .bias = v[DEFINITION_BIAS],
                                      .gamma = v[DEFINITION_GAMMA],
                                      .beta = v[DEFINITION_BETA],
                                      .scale = v[DEFINITION_SCALE],
                                      .shift = v[DEFINITION_SHIFT],
                                      .residual = v[DEFINITION_RESIDUAL],
                                      .mean = v[DEFINITION_MEAN],
                                      .rstd = v[DEFINITION_RSTD],
                                      .running_mean = v[DEFINITION_RUNNING_MEAN],
                                      .running_var = v[DEFINITION_RUNNING_VAR]};
}

struct reference_upstream definition_upstream(const struct definition *d)
{
    return (struct reference_upstream){d->values[DEFINITION_DY], d->values[DEFINITION_DMEAN],
                                       d->values[DEFINITION_DRSTD]};
}
