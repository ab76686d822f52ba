/* SPDX-License-Identifier: Apache-2.0 */
/* The gradients from the definition in extended precision, with the largest error a device may make. */
#ifndef CLGN_REFERENCE_BACKWARD_H
#define CLGN_REFERENCE_BACKWARD_H

#include "reference.h"

/* What comes from behind: dy (n, c, s), dense and channels-first; dmean and drstd, like mean and rstd, or NULL. */
struct reference_upstream {
    const double *dy, *dmean, *drstd;
};

/* The gradients, or how far a device may be from each. A full dskip is dx. None may be NULL. */
struct reference_gradients {
    double *dx;                      /* (n, c, s) */
    double *dresidual;               /* (n, c, s) */
    double *dskip, *dscale, *dshift; /* (n, c) */
    double *dgamma, *dbeta, *dbias;  /* (c) */
};

/**
 * Fill the gradients of a problem with direction BACKWARD and their bounds; gradients that the problem does not want
 * are filled, too. Statistics that forward would have written are taken exactly from v. n = 0 leaves zeros.
 *
 * @return 0, or -1 when out of memory
 */
int reference_backward(const clgn_problem *p, const struct reference_tensors *in, const struct reference_upstream *up,
                       const struct reference_gradients *out, const struct reference_gradients *bound);

/* Room for the gradients of a problem, all zeros; 0, or -1 when out of memory. Release takes what there is. */
int reference_gradients_create(const clgn_problem *p, struct reference_gradients *g);
void reference_gradients_release(struct reference_gradients *g);

/* The derivative of the problem's activation at z. */
long double reference_derivative(const clgn_problem *p, long double z);

#endif
