/* SPDX-License-Identifier: Apache-2.0 */
/* The forward operation from its definition in extended precision, with the largest error a device may make. */
#ifndef CLGN_REFERENCE_H
#define CLGN_REFERENCE_H

#include <clgn/clgn.h>

/* The tensors of a problem as the device stores them, widened to double; NULL is absent. x, a full skip and residual
 * are dense and channels-first (n, c, s) whatever the problem's layout says; a skip per channel, scale and shift are
 * (n, c), bias, gamma and beta (c), mean and rstd (n, groups), of a batch norm (c), and read for given statistics only;
 * running_mean and running_var are (c). */
struct reference_tensors {
    const double *x, *skip, *bias, *gamma, *beta, *scale, *shift, *residual, *mean, *rstd;
    const double *running_mean, *running_var;
};

/* Where the results go; any may be NULL. */
struct reference_result {
    double *v;         /* (n, c, s): x + skip + bias, rounded as the library must */
    double *y;         /* (n, c, s): the exact result, not rounded to y's type */
    double *bound;     /* (n, c, s): the largest allowed |device - y|, rounding to y's type included */
    double *mean;      /* (n, groups), of a batch norm (c): exact; the given one for given statistics */
    double *mean_rest; /* likewise: what mean lost when it was rounded to a double */
    double *rstd;      /* likewise */
    double *running_mean, *running_var; /* (c): after the update that the problem asks for */
};

/* Exact statistics of one population: mean = base + rest, where base is a double, so that v - base loses nothing that a
 * long double could hold. */
struct reference_statistics {
    double base;
    long double rest, rstd;
};

/* The values that one mean is taken of: samples [n0, n1), channels [c0, c0 + cg), s pixels each. */
struct reference_population {
    const clgn_problem *p;
    const struct reference_tensors *in;
    size_t n0, n1, c0, cg, s;
    size_t index; /* of its statistics */
};

/* The number of populations, and each; count is the elements of one. */
size_t reference_populations(const clgn_problem *p);
struct reference_population reference_population(const clgn_problem *p, const struct reference_tensors *in, size_t i);
size_t reference_population_count(const struct reference_population *g);

/* v of a population, in the order (n, c, s), and the statistics that the problem asks for. */
void reference_population_values(const struct reference_population *g, double *v);
struct reference_statistics reference_population_statistics(const struct reference_population *g, const double *v);

/* The unit that errors are counted in: 2^-23, or 2^-52 when x is float64. */
long double reference_unit(const clgn_problem *p);

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
