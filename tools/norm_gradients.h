/* SPDX-License-Identifier: Apache-2.0 */
/* The gradients of a call as the reference knows them. */
#ifndef CLGN_TOOLS_NORM_GRADIENTS_H
#define CLGN_TOOLS_NORM_GRADIENTS_H

#include <clgn/clgn.h>

#include "norm_files.h"
#include "reference_backward.h"

/* All of them, whether asked for or not, and how far a device may be from each. */
struct norm_gradients {
    struct reference_gradients value;
    struct reference_gradients bound;
};

/**
 * Compute; release in any case.
 *
 * @return 0, or -1 when memory ran out
 */
int norm_gradients_compute(const clgn_problem *problem, const struct reference_tensors *in, const double *dy,
                           struct norm_gradients *gradients);

/** The gradient that a file holds, channels-first, and its bound; NULL for another file. */
const double *norm_gradients_find(const struct norm_gradients *gradients, const clgn_problem *problem,
                                  enum norm_file file, const double **bound);

/** Harmless on zeros. */
void norm_gradients_release(struct norm_gradients *gradients);

#endif
