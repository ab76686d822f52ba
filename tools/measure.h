/* SPDX-License-Identifier: Apache-2.0 */
/* Interleaved measurement of a normalisation and of every kind of copy of the same bytes, over rotating buffers. */
#ifndef CLGN_TOOLS_MEASURE_H
#define CLGN_TOOLS_MEASURE_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "copy.h"
#include "rotation.h"

/** What is measured, and on what. */
struct measure_input {
    cl_command_queue queue; /* in-order, with profiling where the device has it */
    clgn_plan *plan;
    const clgn_args *args; /* all but what the rotation gives: x and y; of backward x, dy, which follows it, and dx */
    clgn_direction direction;
    struct rotation *rotation;
    const struct copy_set *copies; /* NULL: measure the normalisation alone */
    double seconds;                /* of measuring, warm-up not counted */
};

/** Medians over the rounds; times in ns. */
struct measure_result {
    double norm_ns;
    double copy_ns;        /* of the fastest kind; 0 when no copy was measured */
    const char *copy_name; /* belongs to the copy_set; NULL when no copy was measured */
    size_t rounds;
    int by_events;      /* the clock that was used for all: events, or the wall clock */
    clgn_status status; /* why a run of the plan failed, or CLGN_OK */
};

/**
 * Measure in rounds: one batch of the normalisation, one of every copy kind still in the race, and again until the time
 * is over (three rounds at least). A copy kind that is 1.5 times slower than the best after three rounds leaves the
 * race. A batch lasts some milliseconds. Frequency steps and neighbours thus meet all subjects alike.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int measure_run(const struct measure_input *input, struct measure_result *result, char *error, size_t error_bytes);

#endif
