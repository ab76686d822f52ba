/* SPDX-License-Identifier: Apache-2.0 */
/* The operation and a loss behind it, straight from the definition in long double, with one input moved a little. */
#ifndef CLGN_TESTS_DEFINITION_H
#define CLGN_TESTS_DEFINITION_H

#include "reference_backward.h"

/* What the loss depends on; a derivative is taken with respect to those before the statistics. */
enum definition_slot {
    DEFINITION_X,
    DEFINITION_SKIP,
    DEFINITION_BIAS,
    DEFINITION_GAMMA,
    DEFINITION_BETA,
    DEFINITION_SCALE,
    DEFINITION_SHIFT,
    DEFINITION_RESIDUAL,
    DEFINITION_MOVED, /* the number of those above */
    DEFINITION_MEAN = DEFINITION_MOVED,
    DEFINITION_RSTD,
    DEFINITION_RUNNING_MEAN,
    DEFINITION_RUNNING_VAR,
    DEFINITION_DY,
    DEFINITION_DMEAN,
    DEFINITION_DRSTD,
    DEFINITION_SLOTS
};

/* A problem with its values, shaped as in struct reference_tensors; what the problem lacks is NULL. dmean and drstd
 * exist when the problem says so. */
struct definition {
    clgn_problem problem;
    double *values[DEFINITION_SLOTS];
};

/* Random values, x and what is added to it multiples of 2^-10, so that no sum of them is rounded. Release takes what
 * there is. */
void definition_create(struct definition *d, const clgn_problem *p, const char *seed);
void definition_release(struct definition *d);

/* Makes dy 0 where the activation has a kink nearby; gives how many are left. */
size_t definition_avoid_kinks(struct definition *d);

/* The number of values of a slot, 0 when the problem lacks it; that of the populations, by this definition. */
size_t definition_count(const clgn_problem *p, enum definition_slot slot);

/* The same values as the reference takes them. */
struct reference_tensors definition_tensors(const struct definition *d);
struct reference_upstream definition_upstream(const struct definition *d);

/* The population of channel c of sample n, the mean and rstd of one, and how many values it has. */
size_t definition_population(const clgn_problem *p, size_t n, size_t c);
void definition_statistics(const struct definition *d, size_t population, long double *mean, long double *rstd);
size_t definition_population_count(const clgn_problem *p);

/* v, the sum that is normalised, of value i. */
long double definition_v(const struct definition *d, size_t i);

/* The activation of the problem. */
long double definition_act(const clgn_problem *p, long double z);

/* How far z is from the next point where the activation has no derivative. */
long double definition_kink(const clgn_problem *p, long double z);

/* The derivative of the loss, the sum of y dy, mean dmean and rstd drstd, with respect to one value, by differences. */
long double definition_derivative(const struct definition *d, enum definition_slot slot, size_t index);

#endif
