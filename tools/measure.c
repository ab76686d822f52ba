/* SPDX-License-Identifier: Apache-2.0 */
/* Round-robin batches of one plan and of the copies that it is compared with. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROUNDS = 3, MOST_RUNS = 2000 };

static const double batch_ns = 3e6;
static const double copy_out_of_race = 1.5;

/* One line of the race: subject 0 is the plan, subject i copy kind i - 1. */
struct subject {
    const struct measure_input *input;
    size_t copy; /* kind of copy; unused for the plan */
    size_t runs; /* per batch */
    int racing;
    clgn_status status;
    struct timing_series series;
};

static cl_int run_plan(void *user, cl_command_queue queue, cl_event *done)
{
    struct subject *s = user;
    const struct rotation *r = s->input->rotation;
    const size_t turn = rotation_next(s->input->rotation);
    clgn_args args = *s->input->args;

    s->input->place(s->input->user, r->x[turn], r->y[turn], &args);
    s->status = clgn_plan_enqueue(s->input->plan, queue, &args, 0, NULL, done);
    return s->status == CLGN_OK ? CL_SUCCESS : CL_INVALID_OPERATION;
}

static cl_int run_copy(void *user, cl_command_queue queue, cl_event *done)
{
    struct subject *s = user;
    const struct rotation *r = s->input->rotation;
    const size_t turn = rotation_next(s->input->rotation);

    return copy_enqueue(s->input->copies, s->copy, queue, r->x[turn], r->x_bytes, r->y[turn], r->y_bytes, done);
}

static cl_int batch(struct subject *subjects, size_t at, size_t runs, struct timing_sample *sample)
{
    return timing_batch(subjects[at].input->queue, at == 0 ? run_plan : run_copy, &subjects[at], runs, sample);
}

/* First runs compile lazily on some drivers; the second batch tells how many runs make a batch. */
static cl_int warm_up(struct subject *subjects, size_t at)
{
    struct timing_sample sample = {0.0, 0.0, 0};
    cl_int err = batch(subjects, at, 1, &sample);

    if (err == CL_SUCCESS) {
        err = batch(subjects, at, 1, &sample);
    }
    if (err == CL_SUCCESS) {
        const double runs = batch_ns / (sample.wall_ns > 1.0 ? sample.wall_ns : 1.0);
        subjects[at].runs = runs < 1.0 ? 1 : runs > MOST_RUNS ? MOST_RUNS : (size_t)runs;
    }
    return err;
}

static cl_int run_round(struct subject *subjects, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        struct timing_sample sample = {0.0, 0.0, 0};
        cl_int err;
        if (!subjects[i].racing) {
            continue;
        }
        err = batch(subjects, i, subjects[i].runs, &sample);
        if (err == CL_SUCCESS && timing_series_add(&subjects[i].series, &sample) != 0) {
            err = CL_OUT_OF_HOST_MEMORY;
        }
        if (err != CL_SUCCESS && i == 0) {
            return err;
        }
        if (err != CL_SUCCESS) {
            subjects[i].racing = 0;
        }
    }
    return CL_SUCCESS;
}

/* The fastest copy still in the race; 0 when there is none. */
static size_t best_copy(const struct subject *subjects, size_t count, int by_events)
{
    size_t best = 0;
    double best_ns = 0.0;

    for (size_t i = 1; i < count; ++i) {
        const double ns = timing_series_interval(&subjects[i].series, by_events).median;
        if (subjects[i].racing && ns > 0.0 && (best == 0 || ns < best_ns)) {
            best = i;
            best_ns = ns;
        }
    }
    return best;
}

static void drop_slow_copies(struct subject *subjects, size_t count)
{
    const size_t best = best_copy(subjects, count, 0);
    const double limit = best ? copy_out_of_race * timing_series_interval(&subjects[best].series, 0).median : 0.0;

    for (size_t i = 1; i < count; ++i) {
        subjects[i].racing = subjects[i].racing && timing_series_interval(&subjects[i].series, 0).median <= limit;
    }
}

/* One clock for all that is compared: events only when every racing subject's events proved true. */
static void conclude(const struct subject *subjects, size_t count, struct measure_result *result)
{
    size_t best;

    result->by_events = 1;
    for (size_t i = 0; i < count; ++i) {
        if (subjects[i].racing && !timing_series_events_ok(&subjects[i].series)) {
            result->by_events = 0;
        }
    }
    best = best_copy(subjects, count, result->by_events);
    result->norm = timing_series_interval(&subjects[0].series, result->by_events);
    result->rounds = subjects[0].series.count;
    if (best) {
        result->copy = timing_series_interval(&subjects[best].series, result->by_events);
        result->copy_name = copy_name(subjects[best].input->copies, subjects[best].copy);
    }
}

static int stopped(const struct measure_input *input)
{
    return input->stop && *input->stop;
}

static cl_int race(struct subject *subjects, size_t count, double seconds)
{
    double begin;
    cl_int err = CL_SUCCESS;

    for (size_t i = 0; i < count; ++i) {
        err = warm_up(subjects, i);
        if (err != CL_SUCCESS && i == 0) {
            return err;
        }
        subjects[i].racing = err == CL_SUCCESS;
    }
    begin = timing_now_ns();
    for (size_t rounds = 0; rounds < LEAST_ROUNDS || timing_now_ns() - begin < 1e9 * seconds; ++rounds) {
        if (stopped(subjects[0].input)) {
            return CL_SUCCESS;
        }
        err = run_round(subjects, count);
        if (err != CL_SUCCESS) {
            return err;
        }
        if (rounds + 1 == LEAST_ROUNDS) {
            drop_slow_copies(subjects, count);
        }
    }
    return CL_SUCCESS;
}

int measure_run(const struct measure_input *input, struct measure_result *result, char *error, size_t error_bytes)
{
    const size_t count = 1 + (input->copies ? copy_count(input->copies) : 0);
    struct subject *subjects = calloc(count, sizeof(*subjects));
    int stop;
    cl_int err;

    memset(result, 0, sizeof(*result));
    if (!subjects) {
        snprintf(error, error_bytes, "out of memory");
        return -1;
    }
    for (size_t i = 0; i < count; ++i) {
        subjects[i].input = input;
        subjects[i].copy = i > 0 ? i - 1 : 0;
    }
    err = race(subjects, count, input->seconds);
    stop = stopped(input);
    if (err == CL_SUCCESS && stop) {
        snprintf(error, error_bytes, "stopped");
    } else if (err == CL_SUCCESS) {
        conclude(subjects, count, result);
    } else if (subjects[0].status != CLGN_OK) {
        snprintf(error, error_bytes, "clgn_plan_enqueue: %s", clgn_status_name(subjects[0].status));
    } else {
        snprintf(error, error_bytes, "OpenCL error %d while measuring", (int)err);
    }
    result->status = subjects[0].status;
    for (size_t i = 0; i < count; ++i) {
        timing_series_release(&subjects[i].series);
    }
    free(subjects);
    return err == CL_SUCCESS && !stop ? 0 : -1;
}
