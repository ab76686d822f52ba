/* SPDX-License-Identifier: Apache-2.0 */
/* What clgn-tune bench finds out about one problem on one device. */
#ifndef CLGN_TUNE_BENCH_RESULT_H
#define CLGN_TUNE_BENCH_RESULT_H

#include <stddef.h>

#include "axes.h"
#include "timing.h"

struct bench_result {
    const struct tune_problem *problem;
    char device[128];
    char config[256]; /* a legal pin */
    char from[32];    /* the layer that chose it */
    struct timing_interval ns;
    struct timing_interval copy_ns; /* of the fastest kind; zeros without a copy */
    char copy_kind[32];
    size_t bytes_min;   /* every tensor moved once */
    size_t bytes_moved; /* by the configuration, a second reading that a cache may serve included */
    size_t copy_bytes;  /* what the copy moves: the tensors of x's size */
    int by_events;
    int cold;
    double latency_ns; /* from enqueue to the event's completion; 0: not measured */
    double empty_ns;   /* of an empty kernel, likewise */
};

/** Bytes per ns are GB per s; 0 without a time. */
double bench_rate(size_t bytes, double ns);

/** The share of a copy's speed that is reached; 0 without a copy. */
double bench_efficiency(const struct bench_result *result);

#endif
