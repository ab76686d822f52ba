/* SPDX-License-Identifier: Apache-2.0 */
/* A training step's two plans: forward, which keeps its statistics, and backward; dx is checked by differences. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <clgn/clgn.h>

#define CHECK(call)                                             \
    do {                                                        \
        int status_ = (int)(call);                              \
        if (status_ != 0) {                                     \
            fprintf(stderr, "%s: status %d\n", #call, status_); \
            return 1;                                           \
        }                                                       \
    } while (0)

enum { N = 2, C = 8, S = 6, GROUPS = 2, COUNT = N * C * S, STATS = N * GROUPS };

/* The tensors of both plans, one buffer each. */
struct tensors {
    cl_mem x, y, dy, dx, gamma, beta, dgamma, dbeta, mean, rstd, workspace;
};

/* What both directions share. */
static clgn_problem describe(void)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;

    problem.n = N;
    problem.c = C;
    problem.spatial_dims = 1;
    problem.spatial[0] = S;
    problem.groups = GROUPS;
    problem.gamma = problem.beta = CLGN_DTYPE_F32;
    problem.act = CLGN_ACT_SILU;
    return problem;
}

static clgn_args arguments(const struct tensors *t)
{
    clgn_args args = CLGN_ARGS_INIT;

    args.x.mem = t->x;
    args.gamma.mem = t->gamma;
    args.beta.mem = t->beta;
    args.mean.mem = t->mean;
    args.rstd.mem = t->rstd;
    args.workspace.mem = t->workspace;
    return args;
}

static int forward(clgn_plan *plan, cl_command_queue queue, const struct tensors *t)
{
    clgn_args args = arguments(t);

    args.y.mem = t->y;
    CHECK(clgn_plan_enqueue(plan, queue, &args, 0, NULL, NULL));
    return 0;
}

static int backward(clgn_plan *plan, cl_command_queue queue, const struct tensors *t)
{
    clgn_args args = arguments(t);

    args.dy.mem = t->dy;
    args.dx.mem = t->dx;
    args.dgamma.mem = t->dgamma;
    args.dbeta.mem = t->dbeta;
    CHECK(clgn_plan_enqueue(plan, queue, &args, 0, NULL, NULL));
    return 0;
}

/* The loss is the sum of dy times y, so that its gradient with respect to y is dy. */
static int loss(clgn_plan *plan, cl_command_queue queue, const struct tensors *t, const float *x, const float *dy,
                double *sum)
{
    float y[COUNT];

    CHECK(clEnqueueWriteBuffer(queue, t->x, CL_TRUE, 0, sizeof y, x, 0, NULL, NULL));
    if (forward(plan, queue, t) != 0) {
        return 1;
    }
    CHECK(clEnqueueReadBuffer(queue, t->y, CL_TRUE, 0, sizeof y, y, 0, NULL, NULL));
    *sum = 0.0;
    for (int i = 0; i < COUNT; i++) {
        *sum += (double)dy[i] * y[i];
    }
    return 0;
}

static cl_device_id first_device(void)
{
    cl_platform_id platforms[16];
    cl_device_id device = NULL;
    cl_uint count = 0;

    clGetPlatformIDs(16, platforms, &count);
    for (cl_uint i = 0; i < count && i < 16; i++) {
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS) {
            return device;
        }
    }
    return NULL;
}

static int create(cl_context cl, size_t workspace_bytes, struct tensors *t)
{
    const struct {
        cl_mem *buffer;
        size_t bytes;
    } all[] = {{&t->x, 4 * COUNT},
               {&t->y, 4 * COUNT},
               {&t->dy, 4 * COUNT},
               {&t->dx, 4 * COUNT},
               {&t->gamma, 4 * C},
               {&t->beta, 4 * C},
               {&t->dgamma, 4 * C},
               {&t->dbeta, 4 * C},
               {&t->mean, 4 * STATS},
               {&t->rstd, 4 * STATS},
               {&t->workspace, workspace_bytes}};
    cl_int err = CL_SUCCESS;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].bytes > 0) {
            *all[i].buffer = clCreateBuffer(cl, CL_MEM_READ_WRITE, all[i].bytes, NULL, &err);
            CHECK(err);
        }
    }
    return 0;
}

static void release(struct tensors *t)
{
    cl_mem all[] = {t->x, t->y, t->dy, t->dx, t->gamma, t->beta, t->dgamma, t->dbeta, t->mean, t->rstd, t->workspace};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] != NULL) {
            clReleaseMemObject(all[i]);
        }
    }
}

int main(void)
{
    float x[COUNT], dy[COUNT], dx[COUNT], gamma[C], beta[C];
    struct tensors t = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    const cl_device_id device = first_device();
    cl_int err;
    double worst = 0.0;

    if (device == NULL) {
        fprintf(stderr, "no OpenCL device\n");
        return 1;
    }
    for (int i = 0; i < COUNT; i++) {
        x[i] = 3.0f + sinf(1.7f * (float)i);
        dy[i] = cosf(0.9f * (float)i);
    }
    for (int i = 0; i < C; i++) {
        gamma[i] = 0.5f + 0.1f * (float)i;
        beta[i] = 0.2f * (float)i - 0.5f;
    }
    cl_context cl = clCreateContext(NULL, 1, &device, NULL, NULL, &err);
    CHECK(err);
    cl_command_queue queue = clCreateCommandQueue(cl, device, 0, &err);
    CHECK(err);

    /* Forward keeps mean and rstd; backward reads them, and x again. */
    clgn_problem there = describe(), back = describe();
    there.write_mean = there.write_rstd = 1;
    back.direction = CLGN_BACKWARD;
    back.dgamma = back.dbeta = CLGN_GRADIENT_WRITE; /* or ADD, to accumulate over several batches */

    clgn_context *context;
    clgn_plan *forward_plan, *backward_plan;
    size_t one, other;
    CHECK(clgn_context_create(cl, device, NULL, &context));
    CHECK(clgn_plan_create(context, &there, &forward_plan));
    CHECK(clgn_plan_create(context, &back, &backward_plan));
    CHECK(clgn_plan_workspace_bytes(forward_plan, &one));
    CHECK(clgn_plan_workspace_bytes(backward_plan, &other));
    if (create(cl, one > other ? one : other, &t) != 0) { /* an in-order queue: they can share one */
        return 1;
    }
    CHECK(clEnqueueWriteBuffer(queue, t.dy, CL_TRUE, 0, sizeof dy, dy, 0, NULL, NULL));
    CHECK(clEnqueueWriteBuffer(queue, t.gamma, CL_TRUE, 0, sizeof gamma, gamma, 0, NULL, NULL));
    CHECK(clEnqueueWriteBuffer(queue, t.beta, CL_TRUE, 0, sizeof beta, beta, 0, NULL, NULL));

    if (loss(forward_plan, queue, &t, x, dy, &(double){0}) != 0 || backward(backward_plan, queue, &t) != 0) {
        return 1;
    }
    CHECK(clEnqueueReadBuffer(queue, t.dx, CL_TRUE, 0, sizeof dx, dx, 0, NULL, NULL));

    /* dx against central differences of the loss. */
    for (int i = 0; i < COUNT; i++) {
        const float step = 0.0625f;
        float moved[COUNT];
        double above, below;

        memcpy(moved, x, sizeof moved);
        moved[i] = x[i] + step;
        if (loss(forward_plan, queue, &t, moved, dy, &above) != 0) {
            return 1;
        }
        moved[i] = x[i] - step;
        if (loss(forward_plan, queue, &t, moved, dy, &below) != 0) {
            return 1;
        }
        worst = fmax(worst, fabs((above - below) / ((double)(x[i] + step) - (double)(x[i] - step)) - (double)dx[i]));
    }
    printf("dx begins %.4f %.4f %.4f; farthest from a difference quotient: %.1e\n", (double)dx[0], (double)dx[1],
           (double)dx[2], worst);

    clgn_plan_release(backward_plan);
    clgn_plan_release(forward_plan);
    clgn_context_release(context);
    release(&t);
    clReleaseCommandQueue(queue);
    clReleaseContext(cl);
    return worst < 0.01 ? 0 : 1;
}
