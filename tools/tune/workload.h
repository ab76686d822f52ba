/* SPDX-License-Identifier: Apache-2.0 */
/* The tensors of a problem on a device, filled, in rotating buffers: all that a plan needs to be timed. */
#ifndef CLGN_TUNE_WORKLOAD_H
#define CLGN_TUNE_WORKLOAD_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "device_open.h"
#include "measure.h"
#include "rotation.h"
#include "tensors.h"

struct workload {
    const struct device_open *device;
    struct tensors tensors;
    struct rotation rotation; /* x: the tensors of x's size that are read; y: those that are written */
    cl_mem parameters;        /* all tensors of other sizes */
    cl_mem workspace;
    clgn_args args; /* as measure_input wants them, once workload_serve has been called for a plan */
};

/**
 * Whether the device's memory holds the tensors: no buffer larger than it allows, three quarters of the whole at most.
 *
 * @param why receives the reason when it does not, always terminated
 * @return 1 or 0
 */
int workload_fits(const struct device_open *device, const clgn_problem *problem, int warm, char *why, size_t why_bytes);

/**
 * Make and fill the tensors. x, dy and parameters are uniform random numbers, the same on every computer; so are mean
 * and rstd where they are inputs, since they are not what a time depends on.
 *
 * @param device must live until the release
 * @param warm   as in rotation_create
 * @param error  receives the reason for a failure, always terminated
 * @return 0, or -1 with nothing to release
 */
int workload_create(const struct device_open *device, const clgn_problem *problem, int warm, struct workload *workload,
                    char *error, size_t error_bytes);

/** Make args serve a plan of the problem: gives them as much workspace as it needs. Returns 0, or -1. */
int workload_serve(struct workload *workload, const clgn_plan *plan);

/** A measure_place; user is the workload. */
void workload_place(const void *user, cl_mem read, cl_mem written, clgn_args *args);

/** Release; harmless on zeros. */
void workload_release(struct workload *workload);

#endif
