/* SPDX-License-Identifier: Apache-2.0 */
/* Timing of enqueued work: batches measured by the wall clock and by events, medians, a test of the events' truth. */
#ifndef CLGN_TOOLS_TIMING_H
#define CLGN_TOOLS_TIMING_H

#include <stddef.h>

#include <clgn/clgn.h>

/** Enqueues one run of what is timed; done may be NULL. */
typedef cl_int (*timing_enqueue)(void *user, cl_command_queue queue, cl_event *done);

/** Time per run of one batch. */
struct timing_sample {
    double wall_ns;
    double event_ns;
    int event_ok; /* the event timestamps are ordered and agree with the wall clock */
};

/** The samples of one subject; begin with zeros, end with timing_series_release. */
struct timing_series {
    struct timing_sample *samples;
    size_t count;
    size_t capacity;
};

/** Monotonic wall clock. */
double timing_now_ns(void);

/** A median, and the order statistics between which the true one lies with a chance of 95 in 100 at least. */
struct timing_interval {
    double median;
    double lo; /* of fewer than 6 values the least: then the chance is smaller */
    double hi;
    size_t samples;
};

/** Of count values, which it reorders; zeros for none. */
struct timing_interval timing_interval(double *values, size_t count);

/**
 * Enqueue 1 + runs runs, wait for all, and take the time per run. The first run only marks the start for the events (a
 * plan's event covers the last of its kernels, so what is compared is the ends of two runs), hence runs >= 1.
 * The queue is in-order; without CL_QUEUE_PROFILING_ENABLE event_ok is 0.
 *
 * @return CL_SUCCESS or the first error
 */
cl_int timing_batch(cl_command_queue queue, timing_enqueue enqueue, void *user, size_t runs,
                    struct timing_sample *sample);

/** Append a sample; returns 0, or -1 when memory ran out. */
int timing_series_add(struct timing_series *series, const struct timing_sample *sample);

/** Whether every sample's events were found true: one that lies condemns the run. */
int timing_series_events_ok(const struct timing_series *series);

/** Time per run in ns by events or by the wall clock; zeros without samples or memory. */
struct timing_interval timing_series_interval(const struct timing_series *series, int by_events);

/** Release the samples. */
void timing_series_release(struct timing_series *series);

#endif
