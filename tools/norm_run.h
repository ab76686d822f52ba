/* SPDX-License-Identifier: Apache-2.0 */
/* One call of clgn-norm on its device: plan, buffers, one run for the results, more for the time. */
#ifndef CLGN_TOOLS_NORM_RUN_H
#define CLGN_TOOLS_NORM_RUN_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "device_open.h"
#include "norm_data.h"
#include "norm_options.h"
#include "norm_speed.h"

struct norm_run {
    char plan[256];
    void *output[NORM_FILES]; /* as the device stores them; NULL when absent */
    struct norm_speed speed;
};

/**
 * Compute and measure.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0; 1 when the library finds the problem wrong; 2 when the device or memory fails
 */
int norm_run(const struct device_open *device, const struct norm_options *options, const struct norm_data *data,
             struct norm_run *run, char *error, size_t error_bytes);

/** Free; harmless on zeros. */
void norm_run_release(struct norm_run *run);

#endif
