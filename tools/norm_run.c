/* SPDX-License-Identifier: Apache-2.0 */
/* Running a problem on a device. */
#include "norm_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Everything on the device that one call owns. */
struct work {
    const struct device_open *device;
    const struct norm_options *options;
    const struct norm_data *data;
    clgn_plan *plan;
    clgn_args args;
    cl_mem buffer[NORM_FILES];
    size_t bytes[NORM_FILES];
    cl_mem workspace;
    struct rotation rotation;
    struct copy_set *copies;
    char *error;
    size_t error_bytes;
};

static int fail_cl(const struct work *w, const char *what, cl_int err)
{
    snprintf(w->error, w->error_bytes, "%s: OpenCL error %d", what, (int)err);
    return 2;
}

static int fail_status(const struct work *w, const char *what, clgn_status status)
{
    snprintf(w->error, w->error_bytes, "%s: %s", what, clgn_status_name(status));
    return status == CLGN_ERR_ARGUMENT ? 1 : 2;
}

static void release_work(struct work *w)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        if (w->buffer[i]) {
            clReleaseMemObject(w->buffer[i]);
        }
    }
    if (w->workspace) {
        clReleaseMemObject(w->workspace);
    }
    copy_release(w->copies);
    rotation_release(&w->rotation);
    clgn_plan_release(w->plan);
}

static int make_input(struct work *w, int at)
{
    const struct norm_tensor *t = &w->data->input[at];
    cl_mem_flags flags = CL_MEM_READ_ONLY;
    cl_int err;

    w->bytes[at] = t->count * names_dtype_bytes(t->dtype);
    if (w->bytes[at] > 0) {
        flags |= CL_MEM_COPY_HOST_PTR;
    }
    /* OpenCL knows no empty buffers. */
    w->buffer[at] = clCreateBuffer(w->device->context, flags, w->bytes[at] ? w->bytes[at] : 1,
                                   w->bytes[at] ? t->stored : NULL, &err);
    return err == CL_SUCCESS ? 0 : fail_cl(w, "a buffer for an input", err);
}

/* All bits set is a NaN in every type: what the device forgets to write shows. */
static int make_output(struct work *w, int at)
{
    const cl_uchar ones = 0xff;
    size_t shape[NPY_MAX_RANK];
    size_t rank;
    clgn_dtype dtype;
    cl_int err;

    w->bytes[at] = norm_data_output(w->data, (enum norm_file)at, &rank, shape, &dtype) * names_dtype_bytes(dtype);
    w->buffer[at] = clCreateBuffer(w->device->context, CL_MEM_READ_WRITE, w->bytes[at] ? w->bytes[at] : 1, NULL, &err);
    if (err == CL_SUCCESS && w->bytes[at] > 0) {
        err = clEnqueueFillBuffer(w->device->queue, w->buffer[at], &ones, 1, 0, w->bytes[at], 0, NULL, NULL);
    }
    return err == CL_SUCCESS ? 0 : fail_cl(w, "a buffer for an output", err);
}

static int make_buffers(struct work *w)
{
    size_t workspace = 0;
    clgn_status status = clgn_plan_workspace_bytes(w->plan, &workspace);
    cl_int err = CL_SUCCESS;
    int result = 0;

    if (status != CLGN_OK) {
        return fail_status(w, "clgn_plan_workspace_bytes", status);
    }
    for (int i = 0; i < NORM_FILES && result == 0; ++i) {
        if (i < NORM_EXPECT && w->data->input[i].dtype != CLGN_DTYPE_NONE) {
            result = make_input(w, i);
        } else if (i == NORM_Y || (i > NORM_Y && w->options->path[i])) {
            result = make_output(w, i);
        }
    }
    if (result == 0 && workspace > 0) {
        w->workspace = clCreateBuffer(w->device->context, CL_MEM_READ_WRITE, workspace, NULL, &err);
        result = err == CL_SUCCESS ? 0 : fail_cl(w, "the workspace", err);
    }
    return result;
}

static void set_args(struct work *w)
{
    const clgn_args fresh = CLGN_ARGS_INIT;
    const int given = w->data->problem.stats == CLGN_STATS_GIVEN;

    w->args = fresh;
    w->args.x.mem = w->buffer[NORM_X];
    w->args.y.mem = w->buffer[NORM_Y];
    w->args.skip.mem = w->buffer[NORM_SKIP];
    w->args.bias.mem = w->buffer[NORM_BIAS];
    w->args.sum.mem = w->buffer[NORM_SUM];
    w->args.gamma.mem = w->buffer[NORM_GAMMA];
    w->args.beta.mem = w->buffer[NORM_BETA];
    w->args.scale.mem = w->buffer[NORM_SCALE];
    w->args.shift.mem = w->buffer[NORM_SHIFT];
    w->args.residual.mem = w->buffer[NORM_RESIDUAL];
    w->args.mean.mem = w->buffer[given ? NORM_GIVEN_MEAN : NORM_MEAN];
    w->args.rstd.mem = w->buffer[given ? NORM_GIVEN_RSTD : NORM_RSTD];
    w->args.workspace.mem = w->workspace;
}

static int compute(struct work *w, struct norm_run *run)
{
    const clgn_status status = clgn_plan_enqueue(w->plan, w->device->queue, &w->args, 0, NULL, NULL);
    cl_int err;

    if (status != CLGN_OK) {
        return fail_status(w, "clgn_plan_enqueue", status);
    }
    err = clFinish(w->device->queue);
    for (int i = NORM_INPUTS; i < NORM_FILES && err == CL_SUCCESS; ++i) {
        if (!w->buffer[i]) {
            continue;
        }
        run->output[i] = malloc(w->bytes[i] + 1);
        if (!run->output[i]) {
            snprintf(w->error, w->error_bytes, "out of memory");
            return 2;
        }
        if (w->bytes[i] > 0) {
            err = clEnqueueReadBuffer(w->device->queue, w->buffer[i], CL_TRUE, 0, w->bytes[i], run->output[i], 0, NULL,
                                      NULL);
        }
    }
    return err == CL_SUCCESS ? 0 : fail_cl(w, "the run", err);
}

static int measure(struct work *w, struct norm_run *run)
{
    const clgn_problem *p = &w->data->problem;
    struct measure_input input = {w->device->queue, w->plan, &w->args, &w->rotation, NULL, w->options->seconds};

    if (w->bytes[NORM_Y] == 0) {
        return 0;
    }
    if (rotation_create(w->device->context, w->device->entry.device, w->device->queue, w->data->input[NORM_X].stored,
                        w->bytes[NORM_X], w->bytes[NORM_Y], &w->rotation, w->error, w->error_bytes) != 0) {
        return 2;
    }
    if (w->options->copy && copy_create(w->device->context, w->device->entry.device, names_dtype_bytes(p->x.dtype),
                                        names_dtype_bytes(p->y.dtype), &w->copies, w->error, w->error_bytes) != 0) {
        return 2;
    }
    input.copies = w->copies;
    if (measure_run(&input, &run->measured, w->error, w->error_bytes) != 0) {
        return 2;
    }
    if (run->measured.copy_name) {
        snprintf(run->copy_kind, sizeof(run->copy_kind), "%s", run->measured.copy_name);
        run->measured.copy_name = NULL;
    }
    return 0;
}

static int make_plan(struct work *w, struct norm_run *run)
{
    clgn_status status = clgn_plan_create(w->device->clgn, &w->data->problem, &w->plan);

    if (status != CLGN_OK) {
        return fail_status(w, "clgn_plan_create", status);
    }
    status = clgn_plan_describe(w->plan, run->plan, sizeof(run->plan));
    return status == CLGN_OK ? 0 : fail_status(w, "clgn_plan_describe", status);
}

int norm_run(const struct device_open *device, const struct norm_options *options, const struct norm_data *data,
             struct norm_run *run, char *error, size_t error_bytes)
{
    struct work w = {.device = device, .options = options, .data = data, .error = error, .error_bytes = error_bytes};
    int result;

    memset(run, 0, sizeof(*run));
    result = make_plan(&w, run);
    if (result == 0) {
        result = make_buffers(&w);
    }
    if (result == 0) {
        set_args(&w);
        result = compute(&w, run);
    }
    if (result == 0) {
        result = measure(&w, run);
    }
    release_work(&w);
    if (result != 0) {
        norm_run_release(run);
    }
    return result;
}

void norm_run_release(struct norm_run *run)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        free(run->output[i]);
    }
    memset(run, 0, sizeof(*run));
}
