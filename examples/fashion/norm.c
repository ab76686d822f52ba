/* SPDX-License-Identifier: Apache-2.0 */
/* The clgn plans of a normalisation. */
#include "norm.h"

#include <stdlib.h>
#include <string.h>

const char *const norm_names[NORM_KINDS] = {
    [NORM_NONE] = "none", [NORM_GROUP] = "gn", [NORM_LAYER] = "ln", [NORM_INSTANCE] = "in", [NORM_BATCH] = "bn"};

static int is_learning(const struct norm_options *o)
{
    return o->mode == NORM_TRAIN;
}

/* Without normalisation clgn adds beta and the shortcut and applies the activation: mean 0 and rstd 1 are given. */
static void set_kind(clgn_problem *problem, const struct norm_options *o)
{
    static const clgn_norm norms[NORM_KINDS] = {CLGN_NORM_LAYER, CLGN_NORM_GROUP, CLGN_NORM_LAYER, CLGN_NORM_INSTANCE,
                                                CLGN_NORM_BATCH};

    problem->norm = norms[o->kind];
    problem->groups = o->kind == NORM_GROUP ? o->groups : 0;
    if (o->kind == NORM_NONE) {
        problem->stats = CLGN_STATS_GIVEN;
    } else if (o->kind == NORM_BATCH && o->mode == NORM_INFER) {
        problem->stats = CLGN_STATS_RUNNING;
    } else {
        problem->write_mean = problem->write_rstd = o->mode != NORM_INFER;
        problem->mean_lo = is_learning(o);
        problem->running = o->kind == NORM_BATCH && is_learning(o);
    }
}

static clgn_problem describe(const struct norm *norm, size_t images, const struct tensor *shape, int residual, int relu)
{
    const clgn_strides strides = {shape->pixels, shape->columns};
    clgn_problem problem = CLGN_PROBLEM_INIT;

    problem.n = images;
    problem.c = shape->channels;
    problem.spatial_dims = 1;
    problem.spatial[0] = shape->pixels;
    if (norm->options.kind == NORM_BATCH) { /* for its statistics all images' pixels of a channel are one long row */
        problem.n = 1;
        problem.spatial[0] = images * shape->pixels;
    }
    problem.x.batch_stride = problem.y.batch_stride = strides.batch_stride;
    problem.x.row_stride = problem.y.row_stride = strides.row_stride;
    problem.gamma = norm->options.kind == NORM_NONE ? CLGN_DTYPE_NONE : CLGN_DTYPE_F32;
    problem.beta = CLGN_DTYPE_F32;
    problem.residual = residual;
    problem.residual_strides = strides;
    problem.act = relu ? CLGN_ACT_RELU : CLGN_ACT_NONE;
    set_kind(&problem, &norm->options);
    return problem;
}

static clgn_problem describe_backward(const clgn_problem *forward)
{
    clgn_problem problem = *forward;

    problem.direction = CLGN_BACKWARD;
    problem.write_mean = problem.write_rstd = problem.running = 0;
    problem.dgamma = problem.gamma != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    problem.dbeta = CLGN_GRADIENT_WRITE;
    problem.dresidual = problem.residual;
    problem.dx_strides = problem.dresidual_strides = problem.residual_strides;
    return problem;
}

/* Elements of mean and rstd; 0 when the statistics are the running ones. */
static size_t count_statistics(const clgn_problem *problem)
{
    if (problem->stats == CLGN_STATS_RUNNING) {
        return 0;
    }
    switch (problem->norm) {
    case CLGN_NORM_BATCH:
        return problem->c;
    case CLGN_NORM_INSTANCE:
        return problem->n * problem->c;
    case CLGN_NORM_LAYER:
        return problem->n;
    default:
        return problem->n * problem->groups;
    }
}

static cl_mem ones(const struct device *device, size_t count)
{
    float *values = malloc(count * sizeof(*values));
    cl_mem buffer;

    if (!values) {
        fail("out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; ++i) {
        values[i] = 1.0f;
    }
    buffer = device_copy(device, values, count * sizeof(*values));
    free(values);
    return buffer;
}

static int create_statistics(struct norm *norm, const clgn_problem *problem)
{
    const size_t bytes = count_statistics(problem) * sizeof(float);

    norm->statistics = count_statistics(problem);
    if (problem->stats == CLGN_STATS_GIVEN || problem->write_mean) {
        norm->mean = device_zeros(norm->device, bytes);
        norm->rstd = ones(norm->device, norm->statistics);
        PASS(norm->mean && norm->rstd ? 0 : -1);
    }
    if (problem->mean_lo) {
        norm->mean_lo = device_zeros(norm->device, bytes);
        PASS(norm->mean_lo ? 0 : -1);
    }
    return 0;
}

static int create_workspace(struct norm *norm)
{
    size_t bytes = 0;
    size_t more = 0;

    TRY(clgn_plan_workspace_bytes(norm->forward, &bytes));
    if (norm->backward) {
        TRY(clgn_plan_workspace_bytes(norm->backward, &more));
    }
    bytes = more > bytes ? more : bytes;
    if (bytes > 0) {
        norm->workspace = device_zeros(norm->device, bytes);
    }
    return norm->workspace || bytes == 0 ? 0 : -1;
}

int norm_create(const struct parameters *p, enum layer_id id, const struct norm_options *options, size_t images,
                const struct tensor *shape, int residual, int relu, struct norm *norm)
{
    clgn_problem problem;

    memset(norm, 0, sizeof(*norm));
    norm->device = p->device;
    norm->p = p;
    norm->id = id;
    norm->options = *options;
    problem = describe(norm, images, shape, residual, relu);
    TRY(clgn_plan_create(norm->device->clgn, &problem, &norm->forward));
    PASS(create_statistics(norm, &problem));
    if (is_learning(options)) {
        const clgn_problem backward = describe_backward(&problem);
        TRY(clgn_plan_create(norm->device->clgn, &backward, &norm->backward));
    }
    return create_workspace(norm);
}

void norm_release(struct norm *norm)
{
    clgn_plan_release(norm->forward);
    clgn_plan_release(norm->backward);
    device_free(&norm->mean);
    device_free(&norm->rstd);
    device_free(&norm->mean_lo);
    device_free(&norm->workspace);
}

static clgn_tensor at(cl_mem mem, size_t floats)
{
    const clgn_tensor tensor = {mem, floats * sizeof(float), NULL};

    return tensor;
}

/* What both directions read. */
static clgn_args common_args(const struct norm *norm, const struct tensor *x, const struct tensor *residual)
{
    clgn_args args = CLGN_ARGS_INIT;

    args.x.mem = x->mem;
    args.residual.mem = residual ? residual->mem : NULL;
    if (norm->options.kind != NORM_NONE) {
        args.gamma = at(norm->p->value, layers_gamma(norm->id));
    }
    args.beta = at(norm->p->value, layers_beta(norm->id));
    args.mean.mem = norm->mean;
    args.rstd.mem = norm->rstd;
    args.mean_lo.mem = norm->mean_lo;
    args.workspace.mem = norm->workspace;
    return args;
}

int norm_forward(struct norm *norm, const struct tensor *x, const struct tensor *residual, const struct tensor *y)
{
    clgn_args args = common_args(norm, x, residual);

    args.y.mem = y->mem;
    if (norm->options.kind == NORM_BATCH && norm->options.mode != NORM_INFER_BATCH) {
        args.running_mean = at(norm->p->running, layers_running_mean(norm->id));
        args.running_var = at(norm->p->running, layers_running_var(norm->id));
    }
    TRY(clgn_plan_enqueue(norm->forward, norm->device->queue, &args, 0, NULL, NULL));
    return 0;
}

int norm_backward(struct norm *norm, const struct tensor *x, const struct tensor *residual, const struct tensor *dy,
                  const struct tensor *dresidual)
{
    clgn_args args = common_args(norm, x, residual);

    args.dy.mem = args.dx.mem = dy->mem;
    args.dresidual.mem = dresidual ? dresidual->mem : NULL;
    if (norm->options.kind != NORM_NONE) {
        args.dgamma = at(norm->p->gradient, layers_gamma(norm->id));
    }
    args.dbeta = at(norm->p->gradient, layers_beta(norm->id));
    TRY(clgn_plan_enqueue(norm->backward, norm->device->queue, &args, 0, NULL, NULL));
    return 0;
}
