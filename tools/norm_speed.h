/* SPDX-License-Identifier: Apache-2.0 */
/* The time of a run of clgn-norm, and of a copy of the same bytes. */
#ifndef CLGN_TOOLS_NORM_SPEED_H
#define CLGN_TOOLS_NORM_SPEED_H

#include <clgn/clgn.h>

#include "measure.h"
#include "norm_data.h"
#include "norm_launch.h"
#include "norm_options.h"

struct norm_speed {
    struct measure_result measured; /* rounds 0: nothing to measure; copy_name is not kept */
    double bytes;                   /* of x and y, of backward of x, dy and dx */
    double copy_bytes;              /* that a copy moves: as many, but dy is as wide as x, and x as dy */
    char copy_kind[32];             /* "" when no copy was measured */
};

/**
 * Measure a launch whose arguments are all set.
 *
 * @return 0, or 2 when the device or memory fails
 */
int norm_speed_measure(const struct norm_place *place, const struct norm_options *options, const struct norm_data *data,
                       const struct norm_launch *launch, struct norm_speed *speed);

#endif
