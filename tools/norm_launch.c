/* SPDX-License-Identifier: Apache-2.0 */
/* Plans and buffers of clgn-norm. */
#include "norm_launch.h"

#include <stdio.h>
#include <string.h>

int norm_place_fail(const struct norm_place *place, const char *what, cl_int err)
{
    snprintf(place->error, place->error_bytes, "%s: OpenCL error %d", what, (int)err);
    return 2;
}

static int fail_status(const struct norm_place *place, const char *what, clgn_status status)
{
    snprintf(place->error, place->error_bytes, "%s: %s", what, clgn_status_name(status));
    return status == CLGN_ERR_ARGUMENT ? 1 : 2;
}

int norm_place_buffer(const struct norm_place *place, const char *what, size_t bytes, void *data, cl_mem *buffer)
{
    const int copied = data != NULL && bytes > 0;
    const cl_mem_flags flags = copied ? CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR : CL_MEM_READ_WRITE;
    const cl_uchar ones = 0xff;
    cl_int err;

    /* OpenCL knows no empty buffers. */
    *buffer = clCreateBuffer(place->device->context, flags, bytes > 0 ? bytes : 1, copied ? data : NULL, &err);
    if (err == CL_SUCCESS && !copied && bytes > 0) {
        err = clEnqueueFillBuffer(place->device->queue, *buffer, &ones, 1, 0, bytes, 0, NULL, NULL);
    }
    return err == CL_SUCCESS ? 0 : norm_place_fail(place, what, err);
}

int norm_launch_create(const struct norm_place *place, const clgn_problem *problem, struct norm_launch *launch)
{
    const clgn_args fresh = CLGN_ARGS_INIT;
    size_t bytes = 0;
    clgn_status status;
    cl_int err = CL_SUCCESS;

    launch->plan = NULL;
    launch->workspace = NULL;
    launch->args = fresh;
    status = clgn_plan_create(place->device->clgn, problem, &launch->plan);
    if (status != CLGN_OK) {
        return fail_status(place, "clgn_plan_create", status);
    }
    status = clgn_plan_workspace_bytes(launch->plan, &bytes);
    if (status != CLGN_OK) {
        return fail_status(place, "clgn_plan_workspace_bytes", status);
    }
    if (bytes > 0) {
        launch->workspace = clCreateBuffer(place->device->context, CL_MEM_READ_WRITE, bytes, NULL, &err);
    }
    launch->args.workspace.mem = launch->workspace;
    return err == CL_SUCCESS ? 0 : norm_place_fail(place, "the workspace", err);
}

int norm_launch_run(const struct norm_place *place, struct norm_launch *launch)
{
    const clgn_status status = clgn_plan_enqueue(launch->plan, place->device->queue, &launch->args, 0, NULL, NULL);
    cl_int err;

    if (status != CLGN_OK) {
        return fail_status(place, "clgn_plan_enqueue", status);
    }
    err = clFinish(place->device->queue);
    return err == CL_SUCCESS ? 0 : norm_place_fail(place, "the run", err);
}

void norm_launch_release(struct norm_launch *launch)
{
    if (launch->workspace) {
        clReleaseMemObject(launch->workspace);
    }
    clgn_plan_release(launch->plan);
    memset(launch, 0, sizeof(*launch));
}
