/* SPDX-License-Identifier: Apache-2.0 */
/* Interleaved measurement of a normalisation and of every kind of copy of the same bytes, over rotating buffers. */
#ifndef CLGN_TOOLS_MEASURE_H
#define CLGN_TOOLS_MEASURE_H

#include <signal.h>
#include <stddef.h>

#include <clgn/clgn.h>

#include "copy.h"
#include "rotation.h"
#include "timing.h"

/** Sets the tensors of args that lie in a pair of rotating buffers: what is read, what is written. */
typedef void (*measure_place)(const void *user, cl_mem read, cl_mem written, clgn_args *args);

/** What is measured, and on what. */
struct measure_input {
    cl_command_queue queue; /* in-order, with profiling where the device has it */
    clgn_plan *plan;
    const clgn_args *args; /* all but what lies in the rotating buffers */
    measure_place place;
    const void *user;
    struct rotation *rotation;
    const struct copy_set *copies;     /* NULL: measure the normalisation alone */
    double seconds;                    /* of measuring, warm-up not counted */
    const volatile sig_atomic_t *stop; /* once it is not 0 measure_run fails with "stopped"; NULL: never */
};

/** Over the rounds; times in ns. */
struct measure_result {
    struct timing_interval norm;
    struct timing_interval copy; /* of the fastest kind; zeros when no copy was measured */
    const char *copy_name;       /* belongs to the copy_set; NULL when no copy was measured */
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
