/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring problems on one device. */
#ifndef CLGN_TUNE_BENCH_RUN_H
#define CLGN_TUNE_BENCH_RUN_H

#include <signal.h>
#include <stddef.h>

#include "bench_result.h"
#include "copies.h"
#include "device_open.h"
#include "empty.h"

struct bench_run {
    const struct device_open *device;
    struct copies copies;
    struct empty empty;
    double seconds; /* of measuring, per problem */
    int warm;
    int latency; /* not 0: of all problems, else of tiny ones alone */
    const volatile sig_atomic_t *stop;
};

enum bench_status { BENCH_OK, BENCH_SKIPPED, BENCH_STOPPED, BENCH_FAILED };

/**
 * Make a plan and measure it beside the copies.
 *
 * @param config a pin, or NULL
 * @param text   receives why a problem was skipped, or failed; always terminated
 */
enum bench_status bench_run(struct bench_run *run, const struct tune_problem *problem, const char *config,
                            struct bench_result *result, char *text, size_t text_bytes);

#endif
