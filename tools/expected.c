/* SPDX-License-Identifier: Apache-2.0 */
/* What the outputs of a problem should be, and the one judgement of how far a device's are from that. */
#include "expected.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *room(size_t count, int *failed)
{
    double *values = malloc((count + 1) * sizeof(*values));

    *failed |= !values;
    return values;
}

static int compute_forward(const struct reference_tensors *in, struct expected *e)
{
    const clgn_problem *p = &e->problem;
    const size_t elements = p->n * p->c * reference_spatial(p), statistics = p->n * reference_groups(p) + p->c;
    struct reference_result out;
    int failed = 0;

    e->v = p->sum ? room(elements, &failed) : NULL;
    e->y = room(elements, &failed);
    e->bound = room(elements, &failed);
    e->mean = room(statistics, &failed);
    e->mean_rest = room(statistics, &failed);
    e->rstd = room(statistics, &failed);
    e->running_mean = p->running ? room(p->c, &failed) : NULL;
    e->running_var = p->running ? room(p->c, &failed) : NULL;
    if (failed) {
        return -1;
    }
    out = (struct reference_result){.v = e->v,
                                    .y = e->y,
                                    .bound = e->bound,
                                    .mean = e->mean,
                                    .mean_rest = e->mean_rest,
                                    .rstd = e->rstd,
                                    .running_mean = e->running_mean,
                                    .running_var = e->running_var};
    return reference_forward(p, in, &out);
}

int expected_create(const clgn_problem *problem, const struct reference_tensors *in,
                    const struct reference_upstream *up, struct expected *expected)
{
    memset(expected, 0, sizeof(*expected));
    expected->problem = *problem;
    if (problem->direction != CLGN_BACKWARD) {
        return compute_forward(in, expected);
    }
    if (reference_gradients_create(problem, &expected->gradient) != 0 ||
        reference_gradients_create(problem, &expected->off) != 0) {
        return -1;
    }
    return reference_backward(problem, in, up, &expected->gradient, &expected->off);
}

void expected_release(struct expected *expected)
{
    double *const all[] = {expected->v,         expected->y,    expected->bound,        expected->mean,
                           expected->mean_rest, expected->rstd, expected->running_mean, expected->running_var};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); ++i) {
        free(all[i]);
    }
    reference_gradients_release(&expected->gradient);
    reference_gradients_release(&expected->off);
    memset(expected, 0, sizeof(*expected));
}

static clgn_gradient asked(const clgn_problem *p, enum slot slot)
{
    switch (slot) {
    case SLOT_DGAMMA:
        return p->dgamma;
    case SLOT_DBETA:
        return p->dbeta;
    case SLOT_DSCALE:
        return p->dscale;
    case SLOT_DSHIFT:
        return p->dshift;
    case SLOT_DBIAS:
        return p->dbias;
    case SLOT_DSKIP:
        return p->dskip;
    default:
        return CLGN_GRADIENT_NONE;
    }
}

int expected_updates(const clgn_problem *problem, enum slot slot)
{
    if (slot == SLOT_RUNNING_MEAN || slot == SLOT_RUNNING_VAR) {
        return problem->running;
    }
    return asked(problem, slot) == CLGN_GRADIENT_ADD;
}

static const double *gradient_of(const struct reference_gradients *g, const clgn_problem *p, enum slot slot)
{
    switch (slot) {
    case SLOT_DX:
        return g->dx;
    case SLOT_DSKIP:
        return p->skip == CLGN_SKIP_FULL ? g->dx : g->dskip;
    case SLOT_DRESIDUAL:
        return g->dresidual;
    case SLOT_DGAMMA:
        return g->dgamma;
    case SLOT_DBETA:
        return g->dbeta;
    case SLOT_DSCALE:
        return g->dscale;
    case SLOT_DSHIFT:
        return g->dshift;
    default:
        return g->dbias;
    }
}

static clgn_dtype gradient_dtype(const clgn_problem *p, enum slot slot)
{
    if (slot == SLOT_DX || (slot == SLOT_DSKIP && p->skip == CLGN_SKIP_FULL)) {
        return p->x.dtype;
    }
    if (slot == SLOT_DRESIDUAL) {
        return reference_y_dtype(p);
    }
    return p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
}

/* Any NaN or infinity will do where the exact gradient is one; an updated one is rounded once more. */
static double gradient_error(const struct expected *e, enum slot slot, size_t i, double found, double before,
                             double *wanted)
{
    const clgn_problem *p = &e->problem;
    const clgn_dtype dtype = gradient_dtype(p, slot);
    double bound = gradient_of(&e->off, p, slot)[i];

    *wanted = gradient_of(&e->gradient, p, slot)[i];
    if (expected_updates(p, slot)) {
        *wanted += before;
        bound += 0.5 * reference_ulp(dtype, fabs(*wanted) + bound);
    }
    if (!isfinite(*wanted)) {
        return isfinite(found) ? HUGE_VAL : 0.0;
    }
    return reference_error(dtype, found, *wanted, bound);
}

static double running_error(const struct expected *e, double found, double exact, double before)
{
    const double unit = (double)reference_unit(&e->problem);

    return found == exact ? 0.0 : fabs(found - exact) / (4.0 * unit * (fabs(exact) + fabs(before) + 1.0));
}

/* mean_lo is judged with the mean it belongs to: together they are right to 2^-23 of a standard deviation. */
static double mean_lo_error(const struct expected *e, size_t i, double found, double mean)
{
    if (!isfinite(e->rstd[i]) || !isfinite(e->mean[i])) {
        return 0.0;
    }
    return fabs(((mean - e->mean[i]) + found) - e->mean_rest[i]) /
           ((double)reference_unit(&e->problem) * (2.0 / e->rstd[i] + 1e-6 * fabs(e->mean[i])));
}

double expected_error(const struct expected *e, enum slot slot, size_t i, double found, double beside, double *wanted)
{
    switch (slot) {
    case SLOT_Y:
        *wanted = e->y[i];
        return reference_error(reference_y_dtype(&e->problem), found, e->y[i], e->bound[i]);
    case SLOT_SUM:
        *wanted = e->v[i];
        return found == e->v[i] || (isnan(found) && isnan(e->v[i])) ? 0.0 : HUGE_VAL;
    case SLOT_MEAN:
        *wanted = e->mean[i];
        return reference_mean_error(&e->problem, found, e->mean[i], e->rstd[i]);
    case SLOT_RSTD:
        *wanted = e->rstd[i];
        return reference_rstd_error(&e->problem, found, e->rstd[i]);
    case SLOT_MEAN_LO:
        *wanted = e->mean_rest[i];
        return mean_lo_error(e, i, found, beside);
    case SLOT_RUNNING_MEAN:
        *wanted = e->running_mean[i];
        return running_error(e, found, *wanted, beside);
    case SLOT_RUNNING_VAR:
        *wanted = e->running_var[i];
        return running_error(e, found, *wanted, beside);
    default:
        return gradient_error(e, slot, i, found, beside, wanted);
    }
}
