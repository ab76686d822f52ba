/* SPDX-License-Identifier: Apache-2.0 */
/* One problem: a plan, its tensors, the race against the copies, the latency. */
#include "bench_run.h"

#include <stdio.h>
#include <string.h>

#include <clgn/tune.h>

#include "latency.h"
#include "measure.h"
#include "workload.h"

/* Up to here the time between an enqueue and its event is mostly not the kernel's. */
static const size_t tiny_bytes = (size_t)1 << 20;

double bench_rate(size_t bytes, double ns)
{
    return ns > 0.0 ? (double)bytes / ns : 0.0;
}

double bench_efficiency(const struct bench_result *result)
{
    const double copy = bench_rate(result->copy_bytes, result->copy_ns.median);

    return copy > 0.0 ? bench_rate(result->bytes_min, result->ns.median) / copy : 0.0;
}

/* "CONFIG from=LAYER" in two. */
static int describe(const clgn_plan *plan, struct bench_result *result)
{
    char text[512];
    char *from;

    if (clgn_plan_describe(plan, text, sizeof(text)) != CLGN_OK) {
        return -1;
    }
    from = strstr(text, " from=");
    if (from) {
        *from = '\0';
        snprintf(result->from, sizeof(result->from), "%.*s", (int)sizeof(result->from) - 1, from + strlen(" from="));
    }
    snprintf(result->config, sizeof(result->config), "%.*s", (int)sizeof(result->config) - 1, text);
    return 0;
}

static int race(struct bench_run *run, clgn_plan *plan, struct workload *w, struct bench_result *result, char *text,
                size_t text_bytes)
{
    const size_t *sizes = w->tensors.element_bytes;
    struct measure_input input = {.queue = run->device->queue,
                                  .plan = plan,
                                  .args = &w->args,
                                  .place = workload_place,
                                  .user = w,
                                  .rotation = &w->rotation,
                                  .seconds = run->seconds,
                                  .stop = run->stop};
    struct measure_result measured;

    input.copies = copies_of(&run->copies, run->device, sizes[TENSORS_READ], sizes[TENSORS_WRITTEN], text, text_bytes);
    if (!input.copies || measure_run(&input, &measured, text, text_bytes) != 0) {
        return -1;
    }
    result->ns = measured.norm;
    result->copy_ns = measured.copy;
    result->by_events = measured.by_events;
    result->cold = w->rotation.cold;
    snprintf(result->copy_kind, sizeof(result->copy_kind), "%s", measured.copy_name ? measured.copy_name : "");
    return 0;
}

static int measure(struct bench_run *run, clgn_plan *plan, struct workload *w, struct bench_result *result, char *text,
                   size_t text_bytes)
{
    if (clgn_plan_traffic(plan, &result->bytes_min, &result->bytes_moved) != CLGN_OK) {
        snprintf(text, text_bytes, "clgn_plan_traffic failed");
        return -1;
    }
    result->copy_bytes = w->rotation.x_bytes + w->rotation.y_bytes;
    if (workload_serve(w, plan) != 0) {
        snprintf(text, text_bytes, "cannot allocate the workspace");
        return -1;
    }
    if (race(run, plan, w, result, text, text_bytes) != 0) {
        return -1;
    }
    if ((run->latency || result->bytes_min <= tiny_bytes) &&
        latency_measure(run->device, plan, w, &run->empty, &result->latency_ns, &result->empty_ns) != CL_SUCCESS) {
        snprintf(text, text_bytes, "an OpenCL error while the latency was measured");
        return -1;
    }
    return 0;
}

enum bench_status bench_run(struct bench_run *run, const struct tune_problem *problem, const char *config,
                            struct bench_result *result, char *text, size_t text_bytes)
{
    clgn_problem p = problem->problem;
    struct workload w = {.device = NULL};
    clgn_plan *plan = NULL;
    clgn_status status;
    int failed;

    memset(result, 0, sizeof(*result));
    result->problem = problem;
    snprintf(result->device, sizeof(result->device), "%s", run->device->entry.name);
    p.config = config;
    if (!workload_fits(run->device, &p, run->warm, text, text_bytes)) {
        return BENCH_SKIPPED;
    }
    status = clgn_plan_create(run->device->clgn, &p, &plan);
    if (status != CLGN_OK || describe(plan, result) != 0) {
        snprintf(text, text_bytes, "clgn_plan_create: %s", clgn_status_name(status));
        clgn_plan_release(plan);
        return BENCH_FAILED;
    }
    failed = workload_create(run->device, &p, run->warm, &w, text, text_bytes) != 0 ||
             measure(run, plan, &w, result, text, text_bytes) != 0;
    workload_release(&w);
    clgn_plan_release(plan);
    if (failed && run->stop && *run->stop) {
        return BENCH_STOPPED;
    }
    return failed ? BENCH_FAILED : BENCH_OK;
}
