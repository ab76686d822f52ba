/* SPDX-License-Identifier: Apache-2.0 */
/* How long a process takes to its first result: prints the milliseconds of create, warm-up and the first enqueue. */
#include <stdio.h>
#include <time.h>

#include "device_open.h"

enum { N = 2, C = 320, SIDE = 32 };

static double now(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static clgn_tensor buffer(const struct device_open *opened, size_t bytes)
{
    clgn_tensor tensor = {NULL, 0, NULL};

    if (bytes > 0) {
        tensor.mem = clCreateBuffer(opened->context, CL_MEM_READ_WRITE, bytes, NULL, NULL);
    }
    return tensor;
}

/* The enqueue with the wait for its end; below 0: it failed. */
static double enqueue(const struct device_open *opened, clgn_plan *plan)
{
    const size_t bytes = sizeof(float) * N * C * SIDE * SIDE;
    clgn_args args = CLGN_ARGS_INIT;
    size_t workspace = 0;
    double begin;

    if (clgn_plan_workspace_bytes(plan, &workspace) != CLGN_OK) {
        return -1.0;
    }
    args.x = buffer(opened, bytes);
    args.y = buffer(opened, bytes);
    args.gamma = buffer(opened, sizeof(float) * C);
    args.beta = buffer(opened, sizeof(float) * C);
    args.workspace = buffer(opened, workspace);
    begin = now();
    if (clgn_plan_enqueue(plan, opened->queue, &args, 0, NULL, NULL) != CLGN_OK ||
        clFinish(opened->queue) != CL_SUCCESS) {
        return -1.0;
    }
    return now() - begin;
}

int main(void)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    struct device_open opened;
    clgn_plan *plan = NULL;
    char error[512] = "";
    double begin, created, warm, first;

    if (device_open(NULL, "startup", &opened, error, sizeof(error)) != 0) {
        fprintf(stderr, "startup: %s\n", error);
        return 1;
    }
    problem.n = N;
    problem.c = C;
    problem.groups = 32;
    problem.spatial_dims = 2;
    problem.spatial[0] = problem.spatial[1] = SIDE;
    problem.gamma = problem.beta = CLGN_DTYPE_F32;
    problem.act = CLGN_ACT_SILU;
    begin = now();
    if (clgn_plan_create(opened.clgn, &problem, &plan) != CLGN_OK) {
        return 1;
    }
    created = now();
    if (clgn_plan_warmup(plan, opened.queue) != CLGN_OK) {
        return 1;
    }
    warm = now();
    first = enqueue(&opened, plan);
    if (first < 0.0) {
        return 1;
    }
    printf("%.1f %.1f %.1f\n", created - begin, warm - created, first);
    clgn_plan_release(plan);
    device_close(&opened);
    return 0;
}
