/* SPDX-License-Identifier: Apache-2.0 */
/* Timing calls on the host. */
#include "host_time.h"

#include <stdio.h>
#include <string.h>

#include <clgn/tune.h>

#include "timing.h"
#include "workload.h"

enum { PLANS = 200, BATCHES = 30, LEAST_BATCHES = 3, BATCH = 32 };

static const double enough_ns = 1e9;

struct host {
    const struct device_open *device;
    const struct empty *empty;
    cl_command_queue queue;
    clgn_problem problem;
    clgn_plan *plan;
    struct workload workload;
    size_t launches;
};

static clgn_status make_plans(struct host *h, struct host_time *time)
{
    double times[PLANS];
    double begin = timing_now_ns();
    clgn_status status = clgn_plan_create(h->device->clgn, &h->problem, &h->plan);

    time->first_plan = timing_now_ns() - begin;
    for (size_t i = 0; i < PLANS && status == CLGN_OK; ++i) {
        clgn_plan *plan = NULL;
        begin = timing_now_ns();
        status = clgn_plan_create(h->device->clgn, &h->problem, &plan);
        times[i] = timing_now_ns() - begin;
        clgn_plan_release(plan);
    }
    if (status == CLGN_OK) {
        time->plan = timing_interval(times, PLANS).median;
    }
    return status;
}

static cl_int enqueue_plan(struct host *h, cl_uint n_wait, const cl_event *wait)
{
    const struct rotation *r = &h->workload.rotation;
    const size_t turn = rotation_next(&h->workload.rotation);
    clgn_args args = h->workload.args;

    workload_place(&h->workload, r->x[turn], r->y[turn], &args);
    return clgn_plan_enqueue(h->plan, h->queue, &args, n_wait, wait, NULL) == CLGN_OK ? CL_SUCCESS
                                                                                      : CL_INVALID_OPERATION;
}

static cl_int enqueue_empty(struct host *h, cl_uint n_wait, const cl_event *wait)
{
    cl_int err = CL_SUCCESS;

    for (size_t i = 0; i < h->launches && err == CL_SUCCESS; ++i) {
        err = empty_enqueue(h->empty, h->queue, i == 0 ? n_wait : 0, i == 0 ? wait : NULL, NULL);
    }
    return err;
}

/* The time of one enqueue, on average over a batch; nothing of it runs before the last one is in the queue. */
static cl_int time_batch(struct host *h, cl_int (*enqueue)(struct host *h, cl_uint n_wait, const cl_event *wait),
                         double *ns)
{
    cl_int err;
    cl_int finished;
    cl_event gate = clCreateUserEvent(h->device->context, &err);
    double begin;

    if (err != CL_SUCCESS) {
        return err;
    }
    err = enqueue(h, 1, &gate); /* the one that waits is not counted */
    begin = timing_now_ns();
    for (int i = 0; i < BATCH && err == CL_SUCCESS; ++i) {
        err = enqueue(h, 0, NULL);
    }
    *ns = (timing_now_ns() - begin) / BATCH;
    clSetUserEventStatus(gate, CL_COMPLETE);
    finished = clFinish(h->queue);
    clReleaseEvent(gate);
    return err == CL_SUCCESS ? finished : err;
}

static cl_int time_enqueues(struct host *h, struct host_time *time)
{
    double plans[BATCHES];
    double empties[BATCHES];
    double begin;
    size_t rounds = 0;
    double unused;
    cl_int err = time_batch(h, enqueue_plan, &unused);

    err = err == CL_SUCCESS ? time_batch(h, enqueue_empty, &unused) : err;
    begin = timing_now_ns();
    while (err == CL_SUCCESS && rounds < BATCHES && (rounds < LEAST_BATCHES || timing_now_ns() - begin < enough_ns)) {
        err = time_batch(h, enqueue_plan, &plans[rounds]);
        err = err == CL_SUCCESS ? time_batch(h, enqueue_empty, &empties[rounds]) : err;
        rounds++;
    }
    if (err == CL_SUCCESS) {
        time->enqueue = timing_interval(plans, rounds).median;
        time->driver = timing_interval(empties, rounds).median;
    }
    return err;
}

static int measure(struct host *h, struct host_time *time, char *error, size_t error_bytes)
{
    const clgn_status status = make_plans(h, time);
    char *from;
    cl_int err;

    if (status != CLGN_OK || clgn_plan_launches(h->plan, &h->launches) != CLGN_OK ||
        clgn_plan_describe(h->plan, time->config, sizeof(time->config)) != CLGN_OK) {
        snprintf(error, error_bytes, "clgn_plan_create: %s", clgn_status_name(status));
        return -1;
    }
    from = strstr(time->config, " from=");
    if (from) {
        *from = '\0';
    }
    time->launches = h->launches;
    if (workload_create(h->device, &h->problem, 0, &h->workload, error, error_bytes) != 0) {
        return -1;
    }
    if (workload_serve(&h->workload, h->plan) != 0) {
        snprintf(error, error_bytes, "cannot allocate the workspace");
        return -1;
    }
    err = time_enqueues(h, time);
    snprintf(error, error_bytes, "OpenCL error %d while enqueues were timed", (int)err);
    return err == CL_SUCCESS ? 0 : -1;
}

int host_time_measure(const struct device_open *device, const clgn_problem *problem, const char *config,
                      const struct empty *empty, struct host_time *time, char *error, size_t error_bytes)
{
    struct host h = {.device = device, .empty = empty, .problem = *problem};
    cl_int err;
    int result;

    memset(time, 0, sizeof(*time));
    h.problem.config = config;
    h.queue = clCreateCommandQueue(device->context, device->entry.device, 0, &err);
    if (err != CL_SUCCESS) {
        snprintf(error, error_bytes, "no queue (OpenCL error %d)", (int)err);
        return -1;
    }
    result = measure(&h, time, error, error_bytes);
    workload_release(&h.workload);
    clgn_plan_release(h.plan);
    clReleaseCommandQueue(h.queue);
    return result;
}
