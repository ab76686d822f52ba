/* SPDX-License-Identifier: Apache-2.0 */
/* One problem on the device: its plan, its workspace, its arguments. */
#ifndef CLGN_TOOLS_NORM_LAUNCH_H
#define CLGN_TOOLS_NORM_LAUNCH_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "device_open.h"

/* Where things run, and where the reason for a failure goes. */
struct norm_place {
    const struct device_open *device;
    char *error;
    size_t error_bytes;
};

struct norm_launch {
    clgn_plan *plan;
    cl_mem workspace;
    clgn_args args; /* all but the workspace for the caller to set */
};

/* Results are 0; 1 when the library finds the problem wrong; 2 when the device or memory fails. */

/** Make the plan; release with norm_launch_release, after a failure, too. */
int norm_launch_create(const struct norm_place *place, const clgn_problem *problem, struct norm_launch *launch);

/** Run once and wait. */
int norm_launch_run(const struct norm_place *place, struct norm_launch *launch);

/** Harmless on zeros. */
void norm_launch_release(struct norm_launch *launch);

/** A buffer for bytes, of 1 when there are none: copied from data, or, without, all bits set, which is a NaN in every
 * type, so that what the device forgets to write shows. */
int norm_place_buffer(const struct norm_place *place, const char *what, size_t bytes, void *data, cl_mem *buffer);

/** Write the reason for a failure; returns the result. */
int norm_place_fail(const struct norm_place *place, const char *what, cl_int err);

#endif
