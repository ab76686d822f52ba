/* SPDX-License-Identifier: Apache-2.0 */
/* The whole time from an enqueue to the completion of its event, of a plan and of an empty kernel. */
#ifndef CLGN_TUNE_LATENCY_H
#define CLGN_TUNE_LATENCY_H

#include "empty.h"
#include "workload.h"

/**
 * Take turns, each alone in the queue, and take the medians of the wall clock's times.
 *
 * @param w serves the plan
 * @return CL_SUCCESS or the first error
 */
cl_int latency_measure(const struct device_open *device, clgn_plan *plan, struct workload *w, const struct empty *empty,
                       double *plan_ns, double *empty_ns);

#endif
