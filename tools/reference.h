/* SPDX-License-Identifier: Apache-2.0 */
/* The forward operation from its definition in extended precision, with the largest error a device may make. */
#ifndef CLGN_REFERENCE_H
#define CLGN_REFERENCE_H

#include <clgn/clgn.h>

/* The tensors of a problem as the device stores them, widened to double; NULL is absent. x, a full skip and residual
 * are dense and channels-first (n, c, s) whatever the problem's layout says; a skip per channel, scale and shift are
 * (n, c), bias, gamma and beta (c), mean and rstd (n, groups) and read for given statistics only. */
struct reference_tensors {
    const double *x, *skip, *bias, *gamma, *beta, *scale, *shift, *residual, *mean, *rstd;
};

/* Where the results go; any may be NULL. */
struct reference_result {
    double *v;     /* (n, c, s): x + skip + bias, rounded as the library must */
    double *y;     /* (n, c, s): the exact result, not rounded to y's type */
    double *bound; /* (n, c, s): the largest allowed |device - y|, rounding to y's type included */
    double *mean;  /* (n, groups): exact; the given one for given statistics */
    double *rstd;  /* (n, groups) */
};

/* Fills the results; 0, or -1 when out of memory. The problem must be one that the library accepts. */
int reference_forward(const clgn_problem *p, const struct reference_tensors *in, const struct reference_result *out);

/* The number of groups that the problem's norm stands for, its spatial size, and the type y is stored in. */
size_t reference_groups(const clgn_problem *p);
size_t reference_spatial(const clgn_problem *p);
clgn_dtype reference_y_dtype(const clgn_problem *p);

/* The value rounded once to a storage type, ties to even; beyond the largest finite value it is infinite. */
double reference_round(clgn_dtype dtype, long double value);

/* The distance between neighbours of a storage type at a magnitude, denormals included. */
double reference_ulp(clgn_dtype dtype, double magnitude);

/* The error of a device's y in units of the bound: at most 1 is right; a NaN or an infinity where the exact result
 * asks for another value is HUGE_VAL, one where it belongs is 0. */
double reference_error(clgn_dtype y_dtype, double device, double y, double bound);

/* Likewise for a mean and an rstd of the problem's statistics; rstd is the exact one. */
double reference_mean_error(const clgn_problem *p, double device, double mean, double rstd);
double reference_rstd_error(const clgn_problem *p, double device, double rstd);

#endif
