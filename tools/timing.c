/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of enqueues, timed; event timestamps are proved against the wall clock before they are believed. */
#define _POSIX_C_SOURCE 200809L

#include "timing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double timing_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How many of count values are passed over at each end: the most for which as few, or fewer, fall below the median with
 * a chance of 2.5 in 100 (binomial, p = 1/2). */
static size_t outside(size_t count)
{
    double chance = exp2(-(double)count);
    double sum = chance;
    size_t below = 0;

    if (count > 1000) { /* exp2 would underflow; the normal distribution is near enough */
        return (size_t)(0.5 * (double)count - 0.98 * sqrt((double)count));
    }
    while (sum <= 0.025) {
        chance *= (double)(count - below) / (double)(below + 1);
        sum += chance;
        below++;
    }
    return below > 0 ? below - 1 : 0;
}

struct timing_interval timing_interval(double *values, size_t count)
{
    struct timing_interval i = {0.0, 0.0, 0.0, count};

    if (count > 0) {
        const size_t out = outside(count);
        qsort(values, count, sizeof(*values), compare_doubles);
        i.median = 0.5 * (values[(count - 1) / 2] + values[count / 2]);
        i.lo = values[out];
        i.hi = values[count - 1 - out];
    }
    return i;
}

/* The end of an event in ns; -1 when its timestamps are absent or out of order. */
static double event_end(cl_event event)
{
    static const cl_profiling_info names[4] = {CL_PROFILING_COMMAND_QUEUED, CL_PROFILING_COMMAND_SUBMIT,
                                               CL_PROFILING_COMMAND_START, CL_PROFILING_COMMAND_END};
    cl_ulong t[4];

    for (int i = 0; i < 4; ++i) {
        if (clGetEventProfilingInfo(event, names[i], sizeof(t[i]), &t[i], NULL) != CL_SUCCESS) {
            return -1.0;
        }
    }
    return t[0] <= t[1] && t[1] <= t[2] && t[2] < t[3] ? (double)t[3] : -1.0;
}

/* Events are believed when their span fits into the batch's wall time and fills at least a third of it. rusticl 22.3
 * answers 0, 1, 2, 3 ns, in order: only the comparison finds that out. */
static void judge_events(const cl_event *first, const cl_event *last, size_t runs, struct timing_sample *sample)
{
    const double begin = event_end(*first);
    const double end = event_end(*last);

    sample->event_ns = 0.0;
    sample->event_ok = 0;
    if (begin >= 0.0 && end > begin) {
        sample->event_ns = (end - begin) / (double)runs;
        sample->event_ok = sample->event_ns <= 1.05 * sample->wall_ns * (double)(runs + 1) / (double)runs &&
                           sample->event_ns >= sample->wall_ns / 3.0;
    }
}

cl_int timing_batch(cl_command_queue queue, timing_enqueue enqueue, void *user, size_t runs,
                    struct timing_sample *sample)
{
    cl_event first = NULL;
    cl_event last = NULL;
    double begin;
    cl_int finished;
    cl_int err = clFinish(queue);

    begin = timing_now_ns();
    for (size_t i = 0; i <= runs && err == CL_SUCCESS; ++i) {
        err = enqueue(user, queue, i == 0 ? &first : i == runs ? &last : NULL);
    }
    finished = clFinish(queue);
    sample->wall_ns = (timing_now_ns() - begin) / (double)(runs + 1);
    if (err == CL_SUCCESS) {
        err = finished;
    }
    if (err == CL_SUCCESS) {
        judge_events(&first, &last, runs, sample);
    }
    if (first) {
        clReleaseEvent(first);
    }
    if (last) {
        clReleaseEvent(last);
    }
    return err;
}

int timing_series_add(struct timing_series *series, const struct timing_sample *sample)
{
    if (series->count == series->capacity) {
        const size_t capacity = series->capacity ? 2 * series->capacity : 64;
        struct timing_sample *grown = realloc(series->samples, capacity * sizeof(*grown));
        if (!grown) {
            return -1;
        }
        series->samples = grown;
        series->capacity = capacity;
    }
    series->samples[series->count++] = *sample;
    return 0;
}

int timing_series_events_ok(const struct timing_series *series)
{
    for (size_t i = 0; i < series->count; ++i) {
        if (!series->samples[i].event_ok) {
            return 0;
        }
    }
    return series->count > 0;
}

struct timing_interval timing_series_interval(const struct timing_series *series, int by_events)
{
    double *values = malloc((series->count + 1) * sizeof(*values));
    struct timing_interval interval = {0.0, 0.0, 0.0, 0};

    if (!values) {
        return interval;
    }
    for (size_t i = 0; i < series->count; ++i) {
        values[i] = by_events ? series->samples[i].event_ns : series->samples[i].wall_ns;
    }
    interval = timing_interval(values, series->count);
    free(values);
    return interval;
}

void timing_series_release(struct timing_series *series)
{
    free(series->samples);
    memset(series, 0, sizeof(*series));
}
