/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a trial's tensors. */
#include <math.h>

#include "convert.h"
#include "names.h"
#include "trial.h"

static double large_mean(clgn_dtype dtype)
{
    return dtype == CLGN_DTYPE_F16 ? 1e3 : dtype == CLGN_DTYPE_BF16 ? 1e2 : 1e4;
}

/* Element i of x, counted densely. */
static double x_of(const struct trial_case *tc, size_t i, size_t per_group, struct rng *rng)
{
    const double z = rng_normal(rng);

    switch (tc->pattern) {
    case TRIAL_LARGE_MEAN:
        return large_mean(tc->problem.x.dtype) + z;
    case TRIAL_CONSTANT:
        return 3.7;
    case TRIAL_OUTLIER_FIRST:
        return i % per_group == 0 ? 1e4 : z;
    case TRIAL_ALTERNATING:
        return (i % 2 == 0 ? 1e3 : -1e3) + z;
    case TRIAL_WIDE:
        return 25.0 * z;
    case TRIAL_MAGNITUDES:
        return rng_uniform(rng, -900.0, 900.0);
    default:
        return z + 0.25;
    }
}

static double value_of(const struct trial_case *tc, enum slot slot, struct rng *rng)
{
    const double z = rng_normal(rng);

    switch (slot) {
    case SLOT_SKIP:
    case SLOT_BIAS:
        return tc->pattern == TRIAL_CONSTANT ? 0.3 : z;
    case SLOT_GAMMA:
        return copysign(rng_uniform(rng, 0.5, 1.5), z);
    case SLOT_SCALE:
        return 0.5 * z;
    case SLOT_MEAN:
        return tc->pattern == TRIAL_LARGE_MEAN ? large_mean(tc->problem.x.dtype) + z : z;
    case SLOT_RSTD:
    case SLOT_RUNNING_VAR:
        return rng_uniform(rng, 0.3, 2.0);
    case SLOT_RUNNING_MEAN:
        return tc->pattern == TRIAL_LARGE_MEAN ? large_mean(tc->problem.x.dtype) + z : 0.25 + 0.5 * z;
    default:
        return z;
    }
}

static size_t byte_of(const struct trial_tensor *t, const struct trial_buffer *b, size_t i)
{
    const size_t k = i % t->all[2], j = i / t->all[2] % t->all[1], n = i / t->all[2] / t->all[1];

    return b->offset + (n * t->stride[0] + j * t->stride[1] + k * t->stride[2]) * names_dtype_bytes(t->dtype);
}

/* One value of the last group but one. */
static void spoil(const struct trial_case *tc, struct trial *trial, size_t per_group, struct rng *rng)
{
    const size_t total = tc->problem.n * reference_groups(&tc->problem), group = total > 1 ? total - 2 : 0;
    const double value = tc->pattern == TRIAL_NAN ? NAN : HUGE_VAL;
    const struct trial_tensor *t = &trial->tensor[SLOT_X];
    struct trial_buffer *b = &trial->buffer[SLOT_X];

    if (total > 0 && (tc->pattern == TRIAL_NAN || tc->pattern == TRIAL_INF)) {
        convert_store(t->dtype, b->image + byte_of(t, b, group * per_group + rng_below(rng, per_group)), &value, 1);
    }
}

void trial_fill(const struct trial_case *tc, struct trial *trial, enum slot slot)
{
    const size_t groups = reference_groups(&tc->problem);
    const size_t per_group = tc->problem.c / groups * reference_spatial(&tc->problem);
    const struct trial_tensor *t = &trial->tensor[slot];
    struct trial_buffer *b = &trial->buffer[slot];
    struct rng rng = rng_of(trial->text, trial->device.seed);

    rng.state += (uint64_t)slot << 32;
    for (size_t i = 0; i < t->all[0] * t->all[1] * t->all[2]; i++) {
        const double value = slot == SLOT_X ? x_of(tc, i, per_group, &rng) : value_of(tc, slot, &rng);

        convert_store(t->dtype, b->image + byte_of(t, b, i), &value, 1);
    }
    if (slot == SLOT_X) {
        spoil(tc, trial, per_group, &rng);
    }
}
