/* SPDX-License-Identifier: Apache-2.0 */
/* The example of README: GroupNorm(32) + SiLU of an f16 tensor (n, 320, 64, 64), in place. */
#include <clgn/clgn.h>

/* x: n * 320 * 64 * 64 half-precision values, gamma and beta: 320 floats; done completes when x is normalised. */
clgn_status normalise(cl_context cl, cl_device_id device, cl_command_queue queue, size_t n, cl_mem x, cl_mem gamma,
                      cl_mem beta, cl_event *done)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    clgn_args args = CLGN_ARGS_INIT;
    clgn_context *context = NULL;
    clgn_plan *plan = NULL;
    clgn_status status;
    size_t bytes = 0;

    problem.n = n;
    problem.c = 320;
    problem.spatial_dims = 2;
    problem.spatial[0] = problem.spatial[1] = 64;
    problem.groups = 32;
    problem.x.dtype = CLGN_DTYPE_F16;
    problem.gamma = problem.beta = CLGN_DTYPE_F32;
    problem.act = CLGN_ACT_SILU;

    status = clgn_context_create(cl, device, NULL, &context); /* once per device */
    if (status == CLGN_OK)
        status = clgn_plan_create(context, &problem, &plan); /* once per kind of problem: may compile */
    if (status == CLGN_OK)
        status = clgn_plan_workspace_bytes(plan, &bytes);
    if (status == CLGN_OK && bytes > 0)
        args.workspace.mem = clCreateBuffer(cl, CL_MEM_READ_WRITE, bytes, NULL, NULL);
    args.x.mem = args.y.mem = x;
    args.gamma.mem = gamma;
    args.beta.mem = beta;
    if (status == CLGN_OK)
        status = clgn_plan_enqueue(plan, queue, &args, 0, NULL, done); /* per tensor: never blocks */
    if (args.workspace.mem != NULL)
        clReleaseMemObject(args.workspace.mem); /* lives on until the launches are done */
    clgn_plan_release(plan);
    clgn_context_release(context);
    return status;
}
