/* SPDX-License-Identifier: Apache-2.0 */
/* One call of clgn-norm on its device: plan, buffers, one run for the results, more for the time. */
#ifndef CLGN_TOOLS_NORM_RUN_H
#define CLGN_TOOLS_NORM_RUN_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "device_open.h"
#include "measure.h"
#include "norm_data.h"
#include "norm_options.h"

struct norm_run {
    char plan[256];
    char copy_kind[32];             /* "" when no copy was measured */
    void *output[NORM_FILES];       /* y, sum, mean, rstd as the device stores them; NULL when absent */
    struct measure_result measured; /* rounds 0: nothing to measure; copy_name is not kept */
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
