/* SPDX-License-Identifier: Apache-2.0 */
/* A whole program around clgn: Group Normalization of one small tensor, read back and checked. */
#include <math.h>
#include <stdio.h>

#include <clgn/clgn.h>

#define CHECK(call)                                             \
    do {                                                        \
        int status_ = (int)(call);                              \
        if (status_ != 0) {                                     \
            fprintf(stderr, "%s: status %d\n", #call, status_); \
            return 1;                                           \
        }                                                       \
    } while (0)

enum { N = 2, C = 8, H = 16, W = 16, GROUPS = 4, COUNT = N * C * H * W };

/* A platform may have no device: the search goes on. */
static cl_device_id first_device(void)
{
    cl_platform_id platforms[16];
    cl_device_id device = NULL;
    cl_uint count = 0;

    clGetPlatformIDs(16, platforms, &count);
    for (cl_uint i = 0; i < count && i < 16; ++i) {
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS) {
            return device;
        }
    }
    return NULL;
}

int main(void)
{
    static float x[COUNT], y[COUNT];
    cl_device_id device = first_device();
    cl_int err;
    double sum = 0.0, squares = 0.0;

    for (int i = 0; i < COUNT; ++i) {
        x[i] = 100.0f + sinf(0.1f * (float)i);
    }

    /* The caller owns the OpenCL objects. */
    if (!device) {
        fprintf(stderr, "no OpenCL device\n");
        return 1;
    }
    cl_context cl = clCreateContext(NULL, 1, &device, NULL, NULL, &err);
    CHECK(err);
    cl_command_queue queue = clCreateCommandQueue(cl, device, 0, &err);
    CHECK(err);
    cl_mem in = clCreateBuffer(cl, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof(x), x, &err);
    CHECK(err);
    cl_mem out = clCreateBuffer(cl, CL_MEM_WRITE_ONLY, sizeof(y), NULL, &err);
    CHECK(err);

    /* Describe the problem once; a plan can be used for as many tensors as there are. */
    clgn_problem problem = CLGN_PROBLEM_INIT;
    problem.n = N;
    problem.c = C;
    problem.spatial_dims = 2;
    problem.spatial[0] = H;
    problem.spatial[1] = W;
    problem.groups = GROUPS;

    clgn_context *context;
    clgn_plan *plan;
    size_t workspace_bytes;
    cl_mem workspace = NULL;
    CHECK(clgn_context_create(cl, device, NULL, &context));
    CHECK(clgn_plan_create(context, &problem, &plan));
    CHECK(clgn_plan_workspace_bytes(plan, &workspace_bytes));
    if (workspace_bytes > 0) {
        workspace = clCreateBuffer(cl, CL_MEM_READ_WRITE, workspace_bytes, NULL, &err);
        CHECK(err);
    }

    clgn_args args = CLGN_ARGS_INIT;
    args.x.mem = in;
    args.y.mem = out;
    args.workspace.mem = workspace;
    CHECK(clgn_plan_enqueue(plan, queue, &args, 0, NULL, NULL));
    CHECK(clEnqueueReadBuffer(queue, out, CL_TRUE, 0, sizeof(y), y, 0, NULL, NULL));

    /* Every group of C / GROUPS channels now has mean 0 and variance 1. */
    for (int i = 0; i < COUNT / N / GROUPS; ++i) {
        sum += y[i];
        squares += (double)y[i] * y[i];
    }
    printf("y begins %.4f %.4f %.4f; first group: mean %.1e, variance %.4f\n", (double)y[0], (double)y[1], (double)y[2],
           sum * N * GROUPS / COUNT, squares * N * GROUPS / COUNT);

    clgn_plan_release(plan);
    clgn_context_release(context);
    if (workspace) {
        clReleaseMemObject(workspace);
    }
    clReleaseMemObject(out);
    clReleaseMemObject(in);
    clReleaseCommandQueue(queue);
    clReleaseContext(cl);
    return fabs(sum * N * GROUPS / COUNT) < 1e-4 && fabs(squares * N * GROUPS / COUNT - 1.0) < 1e-3 ? 0 : 1;
}
