/* SPDX-License-Identifier: Apache-2.0 */
/* What backward is given by forward, and what it is compared with. */
#include <stdlib.h>

#include "testing_case.h"

struct reference_tensors testing_data_tensors(const struct testing_data *data)
{
    const struct testing_tensor *t = data->tensor;

    return (struct reference_tensors){.x = t[TESTING_X].values,
                                      .skip = t[TESTING_SKIP_TENSOR].values,
                                      .bias = t[TESTING_BIAS].values,
                                      .gamma = t[TESTING_GAMMA].values,
                                      .beta = t[TESTING_BETA].values,
                                      .scale = t[TESTING_SCALE].values,
                                      .shift = t[TESTING_SHIFT].values,
                                      .residual = t[TESTING_RESIDUAL].values,
                                      .mean = t[TESTING_MEAN].values,
                                      .rstd = t[TESTING_RSTD].values,
                                      .running_mean = t[TESTING_RUNNING_MEAN].values,
                                      .running_var = t[TESTING_RUNNING_VAR].values};
}

/* The value rounded to a statistic's type, and what that leaves. */
static void split(struct testing_data *data, size_t i, long double mean)
{
    struct testing_tensor *t = data->tensor;

    if (t[TESTING_MEAN].dtype != CLGN_DTYPE_NONE) {
        t[TESTING_MEAN].values[i] = reference_round(t[TESTING_MEAN].dtype, mean);
    }
    if (t[TESTING_MEAN_LO].dtype != CLGN_DTYPE_NONE) {
        t[TESTING_MEAN_LO].values[i] = reference_round(t[TESTING_MEAN_LO].dtype,
                                                       mean - (long double)t[TESTING_MEAN].values[i]);
    }
}

static int fill_population(struct testing_data *data, const struct reference_tensors *in, size_t i)
{
    const struct reference_population of = reference_population(&data->problem, in, i);
    struct testing_tensor *t = data->tensor;
    double *const v = malloc(reference_population_count(&of) * sizeof *v);
    struct reference_statistics st;
    size_t k = 0;

    if (v == NULL) {
        return -1;
    }
    reference_population_values(&of, v);
    for (size_t n = of.n0; n < of.n1 && data->problem.sum; n++) {
        for (size_t c = of.c0; c < of.c0 + of.cg; c++) {
            for (size_t s = 0; s < of.s; s++) {
                t[TESTING_SUM].values[(n * data->problem.c + c) * of.s + s] = v[k++];
            }
        }
    }
    if (data->problem.stats == CLGN_STATS_COMPUTE) {
        st = reference_population_statistics(&of, v);
        split(data, i, (long double)st.base + st.rest);
        t[TESTING_RSTD].values[i] = reference_round(t[TESTING_RSTD].dtype, st.rstd);
    }
    free(v);
    return 0;
}

int testing_data_fill_statistics(struct testing_data *data)
{
    const struct reference_tensors in = testing_data_tensors(data);
    const size_t populations = data->problem.n > 0 ? reference_populations(&data->problem) : 0;

    for (size_t i = 0; i < populations; i++) {
        if (fill_population(data, &in, i) != 0) {
            return -1;
        }
    }
    return 0;
}

const double *testing_gradient(const struct testing_data *data, enum testing_slot slot, const double **off)
{
    const struct reference_gradients *g = &data->gradients, *o = &data->off;
    const int full = data->problem.skip == CLGN_SKIP_FULL;

    switch (slot) {
    case TESTING_DX:
        *off = o->dx;
        return g->dx;
    case TESTING_DSKIP:
        *off = full ? o->dx : o->dskip;
        return full ? g->dx : g->dskip;
    case TESTING_DRESIDUAL:
        *off = o->dresidual;
        return g->dresidual;
    case TESTING_DGAMMA:
        *off = o->dgamma;
        return g->dgamma;
    case TESTING_DBETA:
        *off = o->dbeta;
        return g->dbeta;
    case TESTING_DSCALE:
        *off = o->dscale;
        return g->dscale;
    case TESTING_DSHIFT:
        *off = o->dshift;
        return g->dshift;
    case TESTING_DBIAS:
        *off = o->dbias;
        return g->dbias;
    default:
        *off = NULL;
        return NULL;
    }
}
