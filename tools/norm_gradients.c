/* SPDX-License-Identifier: Apache-2.0 */
/* Gradients by tools/reference_backward.c, file by file. */
#include "norm_gradients.h"

#include <string.h>

int norm_gradients_compute(const clgn_problem *problem, const struct reference_tensors *in, const double *dy,
                           struct norm_gradients *gradients)
{
    const struct reference_upstream up = {dy, NULL, NULL};

    memset(gradients, 0, sizeof(*gradients));
    if (reference_gradients_create(problem, &gradients->value) != 0 ||
        reference_gradients_create(problem, &gradients->bound) != 0) {
        return -1;
    }
    return reference_backward(problem, in, &up, &gradients->value, &gradients->bound);
}

static const double *find(const struct reference_gradients *g, const clgn_problem *problem, enum norm_file file)
{
    switch (file) {
    case NORM_DX:
        return g->dx;
    case NORM_DGAMMA:
        return g->dgamma;
    case NORM_DBETA:
        return g->dbeta;
    case NORM_DSCALE:
        return g->dscale;
    case NORM_DSHIFT:
        return g->dshift;
    case NORM_DRESIDUAL:
        return g->dresidual;
    case NORM_DSKIP:
        return problem->skip == CLGN_SKIP_PER_CHANNEL ? g->dskip : g->dx;
    case NORM_DBIAS:
        return g->dbias;
    default:
        return NULL;
    }
}

const double *norm_gradients_find(const struct norm_gradients *gradients, const clgn_problem *problem,
                                  enum norm_file file, const double **bound)
{
    *bound = find(&gradients->bound, problem, file);
    return find(&gradients->value, problem, file);
}

void norm_gradients_release(struct norm_gradients *gradients)
{
    reference_gradients_release(&gradients->value);
    reference_gradients_release(&gradients->bound);
}
