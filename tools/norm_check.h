/* SPDX-License-Identifier: Apache-2.0 */
/* Comparison of a run's outputs with the reference, and of y with a given result. */
#ifndef CLGN_TOOLS_NORM_CHECK_H
#define CLGN_TOOLS_NORM_CHECK_H

#include <stddef.h>

#include "norm_data.h"
#include "norm_options.h"
#include "norm_run.h"

/* The largest error of one comparison. */
struct norm_error {
    const char *output; /* such as "y" or "dgamma"; NULL: not compared */
    double error;       /* in units of the bound: at most 1 is right; HUGE_VAL where no bound can be met */
    double found;
    double wanted;
    size_t rank; /* where, as an index into the output's array */
    size_t index[NPY_MAX_RANK];
};

struct norm_check {
    struct norm_error verify[NORM_FILES]; /* each output against the reference */
    struct norm_error expect;             /* y against the given result */
};

/**
 * Compare as --verify and --expect ask for.
 *
 * @return 0, or -1 when memory ran out
 */
int norm_check_run(const struct norm_options *options, const struct norm_data *data, const struct norm_run *run,
                   struct norm_check *check);

/** The worst of all outputs against the reference. */
const struct norm_error *norm_check_worst(const struct norm_check *check);

/** Whether a comparison was made and is outside the bound. */
int norm_check_failed(const struct norm_error *error);

#endif
