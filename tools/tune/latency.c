/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring latencies in turn. */
#include "latency.h"

#include "timing.h"

/* Of a plan that takes 1 s as well: as many rounds as fit, three at least. */
enum { MOST_ROUNDS = 300, LEAST_ROUNDS = 3 };

static const double enough_ns = 0.3e9;

static cl_int wait_for(cl_event event, double begin, double *ns)
{
    const cl_int err = clWaitForEvents(1, &event);

    *ns = timing_now_ns() - begin;
    clReleaseEvent(event);
    return err;
}

static cl_int run_plan(const struct device_open *device, clgn_plan *plan, struct workload *w, double *ns)
{
    const size_t turn = rotation_next(&w->rotation);
    clgn_args args = w->args;
    cl_event done;
    double begin;

    workload_place(w, w->rotation.x[turn], w->rotation.y[turn], &args);
    begin = timing_now_ns();
    if (clgn_plan_enqueue(plan, device->queue, &args, 0, NULL, &done) != CLGN_OK) {
        return CL_INVALID_OPERATION;
    }
    return wait_for(done, begin, ns);
}

static cl_int run_empty(const struct device_open *device, const struct empty *empty, double *ns)
{
    const double begin = timing_now_ns();
    cl_event done;
    const cl_int err = empty_enqueue(empty, device->queue, 0, NULL, &done);

    return err == CL_SUCCESS ? wait_for(done, begin, ns) : err;
}

cl_int latency_measure(const struct device_open *device, clgn_plan *plan, struct workload *w, const struct empty *empty,
                       double *plan_ns, double *empty_ns)
{
    double plans[MOST_ROUNDS];
    double empties[MOST_ROUNDS];
    double unused;
    double begin;
    size_t rounds = 0;
    cl_int err = clFinish(device->queue);

    err = err == CL_SUCCESS ? run_plan(device, plan, w, &unused) : err;
    err = err == CL_SUCCESS ? run_empty(device, empty, &unused) : err;
    begin = timing_now_ns();
    while (err == CL_SUCCESS && rounds < MOST_ROUNDS &&
           (rounds < LEAST_ROUNDS || timing_now_ns() - begin < enough_ns)) {
        err = run_plan(device, plan, w, &plans[rounds]);
        err = err == CL_SUCCESS ? run_empty(device, empty, &empties[rounds]) : err;
        rounds++;
    }
    if (err == CL_SUCCESS) {
        *plan_ns = timing_interval(plans, rounds).median;
        *empty_ns = timing_interval(empties, rounds).median;
    }
    return err;
}
