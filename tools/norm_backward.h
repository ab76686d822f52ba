/* SPDX-License-Identifier: Apache-2.0 */
/* What backward needs of forward: the statistics, computed on the device. */
#ifndef CLGN_TOOLS_NORM_BACKWARD_H
#define CLGN_TOOLS_NORM_BACKWARD_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "norm_data.h"
#include "norm_launch.h"

/* Those that the problem has, on the device; NULL: it has not. */
struct norm_statistics {
    cl_mem mean;
    cl_mem rstd;
    cl_mem mean_lo;
};

/**
 * Run the problem forward, when its statistics are computed, with the inputs of the backward arguments, and put what it
 * wrote there. Release the statistics after the last run, after a failure, too.
 *
 * @return as in norm_launch.h
 */
int norm_backward_prepare(const struct norm_place *place, const struct norm_data *data, clgn_args *args,
                          struct norm_statistics *statistics);

/** Harmless on zeros. */
void norm_statistics_release(struct norm_statistics *statistics);

#endif
