/* SPDX-License-Identifier: Apache-2.0 */
/* What the outputs of a problem should be, and the one judgement of how far a device's are from that. */
#ifndef CLGN_TOOLS_EXPECTED_H
#define CLGN_TOOLS_EXPECTED_H

#include "reference_backward.h"
#include "slots.h"

/* From the reference; y-shaped values are dense and channels-first, whatever the problem's layout says. */
struct expected {
    clgn_problem problem;
    double *v, *y, *bound; /* forward; v only where the problem writes it */
    double *mean, *mean_rest, *rstd;
    double *running_mean, *running_var;
    struct reference_gradients gradient, off; /* backward: gradients, and their bounds */
};

/**
 * Compute all outputs of a problem that the library accepts; up is for backward only. Release in any case.
 *
 * @return 0, or -1 when memory ran out
 */
int expected_create(const clgn_problem *problem, const struct reference_tensors *in,
                    const struct reference_upstream *up, struct expected *expected);

/** Harmless on zeros. */
void expected_release(struct expected *expected);

/**
 * The error of element i of an output in units of its bound: at most 1 is right; HUGE_VAL where no bound can be met.
 *
 * @param beside what the element held before, for an output that is updated; for mean_lo, the device's mean; else
 * unused
 * @param wanted receives what the element should be
 */
double expected_error(const struct expected *expected, enum slot slot, size_t i, double found, double beside,
                      double *wanted);

/** Whether a problem updates an output: what it held before counts. */
int expected_updates(const clgn_problem *problem, enum slot slot);

#endif
