/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan and an enqueue cost the host, next to the driver's own launches. */
#ifndef CLGN_TUNE_HOST_TIME_H
#define CLGN_TUNE_HOST_TIME_H

#include <stddef.h>

#include "empty.h"

/** In ns; medians but for the first plan. */
struct host_time {
    double first_plan; /* of this problem, which may find its programs built */
    double plan;       /* while the first one lives */
    double enqueue;
    double driver; /* clEnqueueNDRangeKernel of an empty kernel, as often as the plan launches */
    size_t launches;
    char config[256];
};

/**
 * Measure on an in-order queue without profiling. Enqueues stand behind an event that is not complete, so that nothing
 * runs beside them; their tensors change from one to the next.
 *
 * @param config a pin, or NULL
 * @param error  receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int host_time_measure(const struct device_open *device, const clgn_problem *problem, const char *config,
                      const struct empty *empty, struct host_time *time, char *error, size_t error_bytes);

#endif
