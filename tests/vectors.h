/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the folders of tests/data/vectors: problems with inputs and results from an independent implementation. */
#ifndef CLGN_TESTS_VECTORS_H
#define CLGN_TESTS_VECTORS_H

#include <clgn/clgn.h>

#include "reference_backward.h"

/* Arrays as doubles in channels-first order (n, c, s) whatever the file's; NULL where the problem lacks one. */
struct vector_case {
    const char *name;
    clgn_problem problem; /* forward */
    double *x, *gamma, *beta, *scale, *shift, *residual;
    double *y, *mean, *rstd; /* expected, float64; mean and rstd of a batch norm are (c) */
    double *dy;
    double *dx, *dgamma, *dbeta, *dscale, *dshift, *dresidual; /* expected, float64 */
};

/* The folders with statistics of each sample, and those of batch norms; each ends with NULL. */
extern const char *const vector_names[];
extern const char *const vector_batch_names[];

/* 0, or -1 with the reason in text. */
int vector_read(const char *name, struct vector_case *v, char *text, size_t bytes);
void vector_release(struct vector_case *v);

/* The backward problem of a case: the gradients of all parameters that it has, with the mean's low part handed on. */
clgn_problem vector_backward(const struct vector_case *v);

/* How far a device may be from a case's results, by the reference. */
struct vector_bounds {
    double *y;
    struct reference_gradients gradients;
};

/* 0, or -1 when out of memory; release in both cases. */
int vector_bounds_create(const struct vector_case *v, struct vector_bounds *bounds);
void vector_bounds_release(struct vector_bounds *bounds);

#endif
