/* SPDX-License-Identifier: Apache-2.0 */
/* Building, verifying and timing the configurations of one problem. */
#include "serve_job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timing.h"

enum { MOST_RUNS = 2000, COPY_ROUNDS = 3, MOST_TRIES = 5, TEXT_BYTES = 1024 };

static const double batch_ns = 3e6;

static json_t *outcome_of(const char *status, const char *text)
{
    return json_pack("{s:s, s:s}", "status", status, "text", text);
}

static struct serve_plan *find(struct serve_job *job, const char *config)
{
    for (size_t i = 0; i < job->count; ++i) {
        if (strcmp(job->plans[i].config, config) == 0) {
            return &job->plans[i];
        }
    }
    return NULL;
}

static int room_for_one(struct serve_job *job)
{
    const size_t room = job->room ? 2 * job->room : 64;
    struct serve_plan *grown;

    if (job->count < job->room) {
        return 1;
    }
    grown = realloc(job->plans, room * sizeof(*grown));
    if (grown) {
        job->plans = grown;
        job->room = room;
    }
    return grown != NULL;
}

/* The plan of a configuration, made when it is not there; NULL with an outcome. */
static struct serve_plan *plan_of(struct serve_job *job, const char *config, json_t **outcome)
{
    struct serve_plan *found = find(job, config);
    clgn_problem problem = job->problem;
    clgn_status status;

    if (found) {
        return found;
    }
    if (strlen(config) >= SERVE_CONFIG_BYTES || !room_for_one(job)) {
        *outcome = outcome_of("constraints", "the configuration's text is too long, or memory ran out");
        return NULL;
    }
    problem.config = config;
    found = &job->plans[job->count];
    job->device->message[0] = '\0';
    status = clgn_plan_create(job->device->clgn, &problem, &found->plan);
    if (status != CLGN_OK) {
        *outcome = outcome_of(status == CLGN_ERR_ARGUMENT || status == CLGN_ERR_UNSUPPORTED ? "constraints" : "compile",
                              job->device->message);
        return NULL;
    }
    snprintf(found->config, sizeof(found->config), "%s", config);
    found->runs = 0;
    job->count++;
    return found;
}

/* Some drivers compile at the first execution only. */
json_t *serve_job_build(struct serve_job *job, const char *config)
{
    json_t *outcome = NULL;
    const struct serve_plan *found = plan_of(job, config, &outcome);

    if (!found) {
        return outcome;
    }
    job->device->message[0] = '\0';
    if (clgn_plan_warmup(found->plan, job->device->queue) != CLGN_OK) {
        return outcome_of("runtime", job->device->message);
    }
    return json_pack("{s:s}", "status", "correct");
}

json_t *serve_job_verify(struct serve_job *job, const char *config)
{
    static const char *const statuses[] = {"correct", "correctness", "constraints", "runtime"};
    char text[TEXT_BYTES];
    struct verify_result result;
    json_t *outcome;

    if (!job->verify) {
        job->verify = verify_job_create(job->device, &job->problem, job->seed, text, sizeof(text));
    }
    if (!job->verify) {
        return outcome_of("runtime", text);
    }
    verify_job_run(job->verify, config, &result);
    outcome = outcome_of(statuses[result.outcome], result.text);
    json_object_set_new(outcome, "cases", json_integer((json_int_t)result.cases));
    if (isfinite(result.worst)) {
        json_object_set_new(outcome, "worst", json_real(result.worst));
    }
    return outcome;
}

/* --- Times -------------------------------------------------------------------------------------------------------- */

struct subject {
    struct serve_job *job;
    struct serve_plan *plan; /* NULL: the copy */
    clgn_status status;
};

static cl_int run_subject(void *user, cl_command_queue queue, cl_event *done)
{
    struct subject *s = user;
    struct workload *w = &s->job->workload;
    const size_t turn = rotation_next(&w->rotation);
    const cl_mem x = w->rotation.x[turn], y = w->rotation.y[turn];
    clgn_args args = w->args;

    if (!s->plan) {
        return copy_enqueue(s->job->set, s->job->copy, queue, x, w->rotation.x_bytes, y, w->rotation.y_bytes, done);
    }
    workload_place(w, x, y, &args);
    s->status = clgn_plan_enqueue(s->plan->plan, queue, &args, 0, NULL, done);
    return s->status == CLGN_OK ? CL_SUCCESS : CL_INVALID_OPERATION;
}

/* The second run tells how many make a batch: the first compiles, on some drivers. */
static cl_int warm_up(struct subject *s, size_t *runs, struct timing_sample *sample)
{
    cl_int err = timing_batch(s->job->device->queue, run_subject, s, 1, sample);

    if (err == CL_SUCCESS) {
        err = timing_batch(s->job->device->queue, run_subject, s, 1, sample);
    }
    if (err == CL_SUCCESS) {
        const double wanted = batch_ns / fmax(sample->wall_ns, 1.0);
        *runs = wanted < 1.0 ? 1 : wanted > MOST_RUNS ? MOST_RUNS : (size_t)wanted;
    }
    return err;
}

/* A batch whose events disagree with the wall clock was disturbed: it is taken again. */
static json_t *take(struct subject *s, size_t *runs, double *ns)
{
    struct timing_sample sample = {0.0, 0.0, 0};
    char text[TEXT_BYTES];
    cl_int err = *runs ? CL_SUCCESS : warm_up(s, runs, &sample);

    for (int i = 0; i < MOST_TRIES && err == CL_SUCCESS; ++i) {
        err = timing_batch(s->job->device->queue, run_subject, s, *runs, &sample);
        if (err == CL_SUCCESS && (sample.event_ok || !s->job->by_events)) {
            *ns = s->job->by_events ? sample.event_ns : sample.wall_ns;
            return NULL;
        }
    }
    if (err == CL_SUCCESS) {
        snprintf(text, sizeof(text), "the events' times are not true in %d batches", MOST_TRIES);
    } else {
        snprintf(text, sizeof(text), "OpenCL error %d, %s", (int)err, clgn_status_name(s->status));
    }
    return outcome_of("runtime", text);
}

static void choose_copy(struct serve_job *job)
{
    struct subject subject = {job, NULL, CLGN_OK};
    size_t best = 0, best_runs = 0;
    double best_ns = HUGE_VAL;

    for (job->copy = 0; job->copy < copy_count(job->set); ++job->copy) {
        size_t runs = 0;
        for (int round = 0; round < COPY_ROUNDS; ++round) {
            double ns = HUGE_VAL;
            json_decref(take(&subject, &runs, &ns));
            if (ns < best_ns) {
                best = job->copy;
                best_ns = ns;
                best_runs = runs;
            }
        }
    }
    job->set = best_ns < HUGE_VAL ? job->set : NULL;
    job->copy = best;
    job->copy_runs = best_runs;
}

/* Returns NULL, or why not. */
static json_t *load(struct serve_job *job)
{
    char text[TEXT_BYTES];
    const size_t *sizes = job->workload.tensors.element_bytes;

    if (job->loaded) {
        return NULL;
    }
    verify_job_release(job->verify); /* its memory is needed */
    job->verify = NULL;
    if (!workload_fits(job->device, &job->problem, 0, text, sizeof(text)) ||
        workload_create(job->device, &job->problem, 0, &job->workload, text, sizeof(text)) != 0) {
        return outcome_of("runtime", text);
    }
    job->loaded = 1;
    job->set = copies_of(&job->copies, job->device, sizes[TENSORS_READ], sizes[TENSORS_WRITTEN], text, sizeof(text));
    if (job->set) {
        choose_copy(job);
    }
    return NULL;
}

json_t *serve_job_sample(struct serve_job *job, const char *config)
{
    json_t *outcome = load(job);
    struct subject subject = {.job = job};
    double ns = 0.0;

    if (outcome) {
        return outcome;
    }
    subject.plan = plan_of(job, config, &outcome);
    if (!subject.plan) {
        return outcome;
    }
    if (workload_serve(&job->workload, subject.plan->plan) != 0) {
        return outcome_of("runtime", "cannot allocate the workspace");
    }
    outcome = take(&subject, &subject.plan->runs, &ns);
    return outcome ? outcome : json_pack("{s:f}", "ns", ns);
}

json_t *serve_job_copy(struct serve_job *job)
{
    json_t *outcome = load(job);
    struct subject subject = {.job = job};
    double ns = 0.0;

    if (outcome || !job->set) {
        return outcome ? outcome : json_object();
    }
    outcome = take(&subject, &job->copy_runs, &ns);
    if (outcome) {
        return outcome;
    }
    return json_pack("{s:f, s:I, s:b}", "ns", ns, "bytes",
                     (json_int_t)(job->workload.rotation.x_bytes + job->workload.rotation.y_bytes), "cold",
                     job->workload.rotation.cold);
}

void serve_job_reset(struct serve_job *job)
{
    struct device_open *device = job->device;
    const uint64_t seed = job->seed;
    const int by_events = job->by_events;

    for (size_t i = 0; i < job->count; ++i) {
        clgn_plan_release(job->plans[i].plan);
    }
    free(job->plans);
    verify_job_release(job->verify);
    workload_release(&job->workload);
    copies_release(&job->copies);
    memset(job, 0, sizeof(*job));
    job->device = device;
    job->seed = seed;
    job->by_events = by_events;
}
