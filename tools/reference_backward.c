/* SPDX-License-Identifier: Apache-2.0 */
/* Gradients by the chain rule, step by step: through the activation, the epilogue, rstd and the mean. */
#include "reference_backward.h"

#include <math.h>
#include <stdlib.h>

/* Nothing here is the closed form that the kernels use: the gradients into mean and rstd are taken first, and then what
 * each of them passes on to every value. */

static long double sigmoid(long double z)
{
    return 1.0L / (1.0L + expl(-z));
}

/* x sigmoid(w(x)): its derivative, from w and w'. */
static long double gated(long double z, long double w, long double slope)
{
    const long double s = sigmoid(w);

    return s + z * s * sigmoid(-w) * slope;
}

long double reference_derivative(const clgn_problem *p, long double z)
{
    const long double alpha = (long double)p->act_alpha;
    const long double root = 0.797884560802865355879892119868763737L;      /* sqrt(2 / pi) */
    const long double half_root = 0.707106781186547524400844362104849039L; /* 1 / sqrt 2 */
    long double t;

    switch (p->act) {
    case CLGN_ACT_RELU:
        return z > 0.0L ? 1.0L : 0.0L;
    case CLGN_ACT_LEAKY_RELU:
        return z >= 0.0L ? 1.0L : z < 0.0L ? alpha : z;
    case CLGN_ACT_SILU:
        return gated(z, z, 1.0L);
    case CLGN_ACT_GELU:
        return 0.5L * erfcl(-z * half_root) + 0.5L * z * root * expl(-0.5L * z * z);
    case CLGN_ACT_GELU_TANH:
        return gated(z, 2.0L * root * (z + 0.044715L * z * z * z), 2.0L * root * (1.0L + 0.134145L * z * z));
    case CLGN_ACT_QUICK_GELU:
        return gated(z, 1.702L * z, 1.702L);
    case CLGN_ACT_SIGMOID:
        return sigmoid(z) * sigmoid(-z);
    case CLGN_ACT_TANH:
        t = tanhl(z);
        return (1.0L - t) * (1.0L + t);
    case CLGN_ACT_MISH:
        t = tanhl(z > 50.0L ? z : log1pl(expl(z)));
        return t + z * (1.0L - t * t) * sigmoid(z);
    case CLGN_ACT_HARDSWISH:
        return isnan(z) ? z : z <= -3.0L ? 0.0L : z >= 3.0L ? 1.0L : z / 3.0L + 0.5L;
    case CLGN_ACT_ELU:
        return z >= 0.0L ? 1.0L : alpha * expl(z);
    default:
        return 1.0L;
    }
}

/* The most that the derivative changes with z. */
static long double curvature(const clgn_problem *p)
{
    switch (p->act) {
    case CLGN_ACT_SILU:
        return 0.5L;
    case CLGN_ACT_GELU:
    case CLGN_ACT_GELU_TANH:
        return 0.82L;
    case CLGN_ACT_QUICK_GELU:
        return 0.86L;
    case CLGN_ACT_SIGMOID:
        return 0.1L;
    case CLGN_ACT_TANH:
        return 0.77L;
    case CLGN_ACT_MISH:
        return 0.65L;
    case CLGN_ACT_HARDSWISH:
        return 1.0L / 3.0L;
    case CLGN_ACT_ELU:
        return fabsl((long double)p->act_alpha);
    default:
        return 0.0L;
    }
}

/* By how much the derivative jumps where z may be on either side of a kink. */
static long double jump(const clgn_problem *p, long double z, long double error)
{
    const long double alpha = (long double)p->act_alpha;

    switch (p->act) {
    case CLGN_ACT_RELU:
        return fabsl(z) <= error ? 1.0L : 0.0L;
    case CLGN_ACT_LEAKY_RELU:
    case CLGN_ACT_ELU:
        return fabsl(z) <= error ? fabsl(1.0L - alpha) : 0.0L;
    case CLGN_ACT_HARDSWISH:
        return fabsl(fabsl(z) - 3.0L) <= error ? 0.5L : 0.0L;
    default:
        return 0.0L;
    }
}

/* What backward knows of one value. */
struct element {
    long double d, normal;  /* v - mean, that times rstd */
    long double dz, dz_off; /* the gradient behind the epilogue, and how far a device's may be */
    long double g, g_off;   /* into the normalised value */
};

/* Sums over a population. */
struct sums {
    long double g, g_normal;     /* with their signs */
    long double most, mean;      /* of |g| */
    long double size, normal;    /* means of |g normal| and of |normal| */
    long double off, off_normal; /* means of g_off and of g_off |normal| */
};

struct work {
    const struct reference_population *of;
    const struct reference_upstream *up;
    const struct reference_gradients *out, *bound;
    struct reference_statistics st;
    struct element *elements;
    struct sums sums;
};

/* The parameters of channel c of sample n. */
struct channel {
    size_t n, c, nc;
    long double gamma, beta, scale, shift; /* scale: 1 + scale */
};

static struct channel channel_of(const struct reference_population *of, size_t n, size_t c)
{
    const clgn_problem *p = of->p;
    const struct reference_tensors *in = of->in;
    const size_t nc = n * p->c + c;

    return (struct channel){n,
                            c,
                            nc,
                            p->gamma != CLGN_DTYPE_NONE ? (long double)in->gamma[c] : 1.0L,
                            p->beta != CLGN_DTYPE_NONE ? (long double)in->beta[c] : 0.0L,
                            1.0L + (p->scale != CLGN_DTYPE_NONE ? (long double)in->scale[nc] : 0.0L),
                            p->shift != CLGN_DTYPE_NONE ? (long double)in->shift[nc] : 0.0L};
}

static clgn_dtype compute_dtype(const clgn_problem *p)
{
    return p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
}

/* What a computed value loses in a narrower type. */
static long double stored_off(clgn_dtype stored, clgn_dtype computed, long double magnitude)
{
    return stored == computed || stored == CLGN_DTYPE_F64
               ? 0.0L
               : 0.5L * (long double)reference_ulp(stored, (double)magnitude);
}

/* What a mean rounded for storing is off, where nothing makes up for it. */
static long double mean_off(const struct work *w)
{
    const clgn_problem *p = w->of->p;

    return p->stats != CLGN_STATS_COMPUTE || p->mean_lo || p->rms
               ? 0.0L
               : 0.5L * (long double)reference_ulp(compute_dtype(p), fabs(w->st.base));
}

static struct element element_of(const struct work *w, const struct channel *c, double v, size_t at)
{
    const clgn_problem *p = w->of->p;
    const long double unit = reference_unit(p);
    const long double dy = (long double)w->up->dy[at];
    const long double residual = p->residual ? (long double)w->of->in->residual[at] : 0.0L;
    const long double k = c->gamma * c->scale;
    struct element e;
    long double z, terms, z_off, slope;

    e.d = ((long double)v - (long double)w->st.base) - w->st.rest;
    e.normal = e.d * w->st.rstd;
    z = (e.normal * c->gamma + c->beta) * c->scale + c->shift + residual;
    terms = fabsl(e.normal * k) + fabsl(c->beta * c->scale) + fabsl(c->shift) + fabsl(residual);
    z_off = 4.0L * unit * (1.0L + terms) + fabsl(k) * (w->st.rstd * mean_off(w) + 0.5L * unit);
    slope = reference_derivative(p, z);
    e.dz = dy * slope;
    /* dy of a wider type than the kernels compute in is rounded; without an activation nothing else is. */
    e.dz_off = reference_y_dtype(p) != p->x.dtype && reference_y_dtype(p) == CLGN_DTYPE_F64 ? 0.5L * unit * fabsl(e.dz)
                                                                                            : 0.0L;
    if (p->act != CLGN_ACT_NONE) {
        e.dz_off += fabsl(dy) * (curvature(p) * z_off + 8.0L * unit * fmaxl(fabsl(slope), 1.0L) + jump(p, z, z_off));
    }
    e.g = e.dz * k;
    e.g_off = e.dz_off * fabsl(k);
    return e;
}

static void add_to_sums(struct work *w, const struct element *e)
{
    const long double count = (long double)reference_population_count(w->of);

    w->sums.g += e->g;
    w->sums.g_normal += e->g * e->normal;
    w->sums.most = fmaxl(w->sums.most, fabsl(e->g));
    w->sums.mean += fabsl(e->g) / count;
    w->sums.size += fabsl(e->g * e->normal) / count;
    w->sums.normal += fabsl(e->normal) / count;
    w->sums.off += e->g_off / count;
    w->sums.off_normal += e->g_off * fabsl(e->normal) / count;
}

/* Frozen statistics pass nothing on: dx is a product, and a sum of it loses as much again. */
static long double frozen_off(const struct work *w, const struct element *e)
{
    const clgn_problem *p = w->of->p;

    return p->stats == CLGN_STATS_COMPUTE ? 0.0L : 4.0L * reference_unit(p) * w->st.rstd * fabsl(e->g);
}

/* dx of one value: directly, through the mean, and through rstd. off is for dx before it is stored. */
static void give_dx(const struct work *w, const struct element *e, size_t at, long double *dx, long double *off)
{
    const clgn_problem *p = w->of->p;
    const long double rstd = w->st.rstd, count = (long double)reference_population_count(w->of);
    const long double unit = 8.0L * reference_unit(p);
    const long double dmean = w->up->dmean != NULL ? (long double)w->up->dmean[w->of->index] : 0.0L;
    const long double drstd = w->up->drstd != NULL ? (long double)w->up->drstd[w->of->index] : 0.0L;

    *dx = e->g * rstd;
    *off = rstd * e->g_off + frozen_off(w, e);
    if (p->stats == CLGN_STATS_COMPUTE) {
        /* The low part of the mean is as good as the sum of all d; it moves every normalised value alike. */
        const long double lo = p->rms ? 0.0L : w->sums.normal * w->sums.mean;
        const long double into_rstd = drstd + w->sums.g_normal / rstd;
        const long double into_variance = into_rstd * -0.5L * rstd * rstd * rstd;

        *dx += into_variance * 2.0L * e->d / count;
        if (!p->rms) {
            *dx += (dmean - rstd * w->sums.g) / count;
        }
        *off += unit * rstd * w->sums.most;
        *off += unit * (fabsl(e->normal) * (rstd * (w->sums.size + lo) + rstd * rstd * fabsl(drstd) / count) +
                        fabsl(dmean) / count);
        *off += rstd * (w->sums.off + fabsl(e->normal) * w->sums.off_normal);
    }
    w->out->dx[at] = (double)*dx;
    w->bound->dx[at] = (double)(*off + stored_off(p->x.dtype, compute_dtype(p), fabsl(*dx) + *off));
}

static void give_dresidual(const struct work *w, const struct element *e, size_t at)
{
    const clgn_problem *p = w->of->p;

    w->out->dresidual[at] = (double)e->dz;
    w->bound->dresidual[at] = (double)(e->dz_off +
                                       stored_off(reference_y_dtype(p), compute_dtype(p), fabsl(e->dz) + e->dz_off));
}

/* A row's share of every gradient; sums are kept in long double until the row ends. */
static void give_row(const struct work *w, const struct channel *c, const struct element *row)
{
    const long double unit = 8.0L * reference_unit(w->of->p);
    long double dz = 0.0L, dz_normal = 0.0L, dx_sum = 0.0L;
    long double dz_off = 0.0L, normal_off = 0.0L, dx_off = 0.0L;

    for (size_t k = 0; k < w->of->s; k++) {
        const struct element *e = &row[k];
        const size_t at = c->nc * w->of->s + k;
        long double dx, off;

        give_dresidual(w, e, at);
        give_dx(w, e, at, &dx, &off);
        dz += e->dz;
        dz_normal += e->dz * e->normal;
        dx_sum += dx;
        dz_off += e->dz_off + unit * fabsl(e->dz);
        normal_off += e->dz_off * fabsl(e->normal) + unit * fabsl(e->dz) * (fabsl(e->normal) + 1.0L);
        dx_off += off + frozen_off(w, e);
    }
    w->out->dshift[c->nc] = (double)dz;
    w->bound->dshift[c->nc] = (double)dz_off;
    w->out->dscale[c->nc] = (double)(dz_normal * c->gamma + dz * c->beta);
    w->bound->dscale[c->nc] = (double)(normal_off * fabsl(c->gamma) + dz_off * fabsl(c->beta));
    w->out->dskip[c->nc] = (double)dx_sum;
    w->bound->dskip[c->nc] = (double)dx_off;
    w->out->dgamma[c->c] += (double)(dz_normal * c->scale);
    w->bound->dgamma[c->c] += (double)(normal_off * fabsl(c->scale));
    w->out->dbeta[c->c] += (double)(dz * c->scale);
    w->bound->dbeta[c->c] += (double)(dz_off * fabsl(c->scale));
    w->out->dbias[c->c] += (double)dx_sum;
    w->bound->dbias[c->c] += (double)dx_off;
}

static void give_population(struct work *w, const double *v)
{
    const struct reference_population *of = w->of;
    const size_t rows = (of->n1 - of->n0) * of->cg;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r < rows; r++) {
            const struct channel c = channel_of(of, of->n0 + r / of->cg, of->c0 + r % of->cg);
            struct element *row = w->elements + r * of->s;

            if (pass == 1) {
                give_row(w, &c, row);
                continue;
            }
            for (size_t k = 0; k < of->s; k++) {
                row[k] = element_of(w, &c, v[r * of->s + k], c.nc * of->s + k);
                add_to_sums(w, &row[k]);
            }
        }
    }
}

int reference_backward(const clgn_problem *p, const struct reference_tensors *in, const struct reference_upstream *up,
                       const struct reference_gradients *out, const struct reference_gradients *bound)
{
    const size_t populations = p->n > 0 ? reference_populations(p) : 0;

    for (size_t i = 0; i < populations; i++) {
        const struct reference_population of = reference_population(p, in, i);
        const size_t count = reference_population_count(&of);
        struct work w = {
            .of = &of, .up = up, .out = out, .bound = bound, .elements = malloc(count * sizeof(struct element))};
        double *v = malloc(count * sizeof *v);

        if (v != NULL && w.elements != NULL) {
            reference_population_values(&of, v);
            w.st = reference_population_statistics(&of, v);
            give_population(&w, v);
        }
        free(w.elements);
        free(v);
        if (v == NULL || w.elements == NULL) {
            return -1;
        }
    }
    return 0;
}

int reference_gradients_create(const clgn_problem *p, struct reference_gradients *g)
{
    const size_t per_channel = p->n * p->c, all = per_channel * reference_spatial(p);

    *g = (struct reference_gradients){calloc(all + 1, sizeof(double)),         calloc(all + 1, sizeof(double)),
                                      calloc(per_channel + 1, sizeof(double)), calloc(per_channel + 1, sizeof(double)),
                                      calloc(per_channel + 1, sizeof(double)), calloc(p->c + 1, sizeof(double)),
                                      calloc(p->c + 1, sizeof(double)),        calloc(p->c + 1, sizeof(double))};
    if (g->dx == NULL || g->dresidual == NULL || g->dskip == NULL || g->dscale == NULL || g->dshift == NULL ||
        g->dgamma == NULL || g->dbeta == NULL || g->dbias == NULL) {
        reference_gradients_release(g);
        return -1;
    }
    return 0;
}

void reference_gradients_release(struct reference_gradients *g)
{
    double *const all[] = {g->dx, g->dresidual, g->dskip, g->dscale, g->dshift, g->dgamma, g->dbeta, g->dbias};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]);
    }
    *g = (struct reference_gradients){NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
}
