/* SPDX-License-Identifier: Apache-2.0 */
/* What backward is given by forward, and what it is compared with. */
#include <stdlib.h>

#include "trial.h"

struct reference_tensors trial_tensors(const struct trial *trial)
{
    const struct trial_tensor *t = trial->tensor;

    return (struct reference_tensors){.x = t[SLOT_X].values,
                                      .skip = t[SLOT_SKIP].values,
                                      .bias = t[SLOT_BIAS].values,
                                      .gamma = t[SLOT_GAMMA].values,
                                      .beta = t[SLOT_BETA].values,
                                      .scale = t[SLOT_SCALE].values,
                                      .shift = t[SLOT_SHIFT].values,
                                      .residual = t[SLOT_RESIDUAL].values,
                                      .mean = t[SLOT_MEAN].values,
                                      .rstd = t[SLOT_RSTD].values,
                                      .running_mean = t[SLOT_RUNNING_MEAN].values,
                                      .running_var = t[SLOT_RUNNING_VAR].values};
}

/* The value rounded to a statistic's type, and what that leaves. */
static void split(struct trial *trial, size_t i, long double mean)
{
    struct trial_tensor *t = trial->tensor;

    if (t[SLOT_MEAN].dtype != CLGN_DTYPE_NONE) {
        t[SLOT_MEAN].values[i] = reference_round(t[SLOT_MEAN].dtype, mean);
    }
    if (t[SLOT_MEAN_LO].dtype != CLGN_DTYPE_NONE) {
        t[SLOT_MEAN_LO].values[i] = reference_round(t[SLOT_MEAN_LO].dtype, mean - (long double)t[SLOT_MEAN].values[i]);
    }
}

static int fill_population(struct trial *trial, const struct reference_tensors *in, size_t i)
{
    const struct reference_population of = reference_population(&trial->part, in, i);
    struct trial_tensor *t = trial->tensor;
    double *const v = malloc(reference_population_count(&of) * sizeof *v);
    struct reference_statistics st;
    size_t k = 0;

    if (v == NULL) {
        return -1;
    }
    reference_population_values(&of, v);
    for (size_t n = of.n0; n < of.n1 && trial->part.sum; n++) {
        for (size_t c = of.c0; c < of.c0 + of.cg; c++) {
            for (size_t s = 0; s < of.s; s++) {
                t[SLOT_SUM].values[(n * trial->part.c + c) * of.s + s] = v[k++];
            }
        }
    }
    if (trial->part.stats == CLGN_STATS_COMPUTE) {
        st = reference_population_statistics(&of, v);
        split(trial, i, (long double)st.base + st.rest);
        t[SLOT_RSTD].values[i] = reference_round(t[SLOT_RSTD].dtype, st.rstd);
    }
    free(v);
    return 0;
}

int trial_fill_statistics(struct trial *trial)
{
    const struct reference_tensors in = trial_tensors(trial);
    const size_t populations = trial->part.n > 0 ? reference_populations(&trial->part) : 0;

    for (size_t i = 0; i < populations; i++) {
        if (fill_population(trial, &in, i) != 0) {
            return -1;
        }
    }
    return 0;
}

/* What forward left for backward: statistics, and v in place of what it is the sum of. */
clgn_status trial_give_forwards(struct trial *trial)
{
    static const enum slot replaced[] = {SLOT_X, SLOT_SKIP, SLOT_BIAS};

    if (trial_fill_statistics(trial) != 0) {
        return CLGN_ERR_MEMORY;
    }
    for (int i = SLOT_SUM; i <= SLOT_MEAN_LO; i++) {
        const int changed = i == SLOT_SUM || (trial->problem.stats == CLGN_STATS_COMPUTE && i >= SLOT_MEAN);

        if (changed && trial->tensor[i].dtype != CLGN_DTYPE_NONE) {
            trial_put_values(trial, (enum slot)i);
            if (trial_write(trial, (enum slot)i) != CLGN_OK) {
                return CLGN_ERR_OPENCL;
            }
        }
    }
    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0] && trial->problem.sum; i++) {
        *slot_argument(&trial->args, replaced[i]) = (clgn_tensor){NULL, 0, NULL};
    }
    return CLGN_OK;
}
