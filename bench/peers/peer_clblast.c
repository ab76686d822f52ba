/* SPDX-License-Identifier: Apache-2.0 */
/* Group normalisation from CLBlast calls, as far as they reach: f32, channels first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clblast_c.h>

#include "cl_device.h"
#include "timing.h"

/*
 * x is a matrix of n*g rows, a group each, and of n*c rows, a channel each.
 *
 *   copy   y = x
 *   gemv   mean = y * ones / length        a row per group
 *   ger    y -= mean * ones'
 *   nrm2   norm = |row of y|, a call per group; or had and gemv, where that is faster
 *   host   a = gamma * rstd; the only thing that BLAS cannot do, read and written: two small transfers
 *   axpy   y += (a - 1) * y, batched       a batch per channel of a sample
 *   ger    y += beta * ones'
 *   act    a kernel of its own, in place
 */
enum { MOST_ROWS = 1 << 16, MOST_NRM2 = 4096 };

static const char act_source[] = "__kernel void act(__global float *y)\n"
                                 "{\n"
                                 "    const size_t i = get_global_id(0);\n"
                                 "    const float v = y[i];\n"
                                 "    y[i] = RELU ? fmax(v, 0.0f) : v / (1.0f + exp(-v));\n"
                                 "}\n";

struct blas {
    struct cl_device device;
    cl_kernel act;
    size_t rows;   /* n*g */
    size_t length; /* (c/g)*s */
    size_t lines;  /* n*c */
    size_t s;
    size_t per; /* c/g */
    size_t channels;
    double eps;
    const float *gamma;
    int by_nrm2;
    cl_mem ones;
    cl_mem mean;
    cl_mem norms;
    cl_mem shifts;  /* beta for every line */
    cl_mem squares; /* of had */
    float *host_norms;
    float *alphas;
    size_t *offsets;
};

static int open_peer(const char *spec, void **state, char *version, size_t version_bytes, char *error)
{
    struct blas *b = calloc(1, sizeof(*b));

    *state = b;
    if (!b) {
        snprintf(error, WORKER_ERROR_BYTES, "out of memory");
        return -1;
    }
    return cl_device_open(spec, &b->device, version, version_bytes, error);
}

/* values, period of them, again and again */
static cl_mem filled(struct blas *b, size_t count, const float *values, size_t period)
{
    float *data = malloc(count * sizeof(*data));
    cl_mem buffer;

    if (!data) {
        return NULL;
    }
    for (size_t i = 0; i < count; ++i) {
        data[i] = values[i % period];
    }
    buffer = cl_device_floats(&b->device, data, count);
    free(data);
    return buffer;
}

static int allocate(struct blas *b, const struct worker_problem *p)
{
    const float one = 1.0f;

    b->ones = filled(b, b->length, &one, 1);
    b->shifts = filled(b, b->lines, p->beta, p->c);
    b->mean = cl_device_floats(&b->device, NULL, b->rows);
    b->norms = cl_device_floats(&b->device, NULL, b->rows);
    b->squares = cl_device_floats(&b->device, NULL, b->rows * b->length);
    b->host_norms = malloc(b->rows * sizeof(*b->host_norms));
    b->alphas = malloc(b->lines * sizeof(*b->alphas));
    b->offsets = malloc(b->lines * sizeof(*b->offsets));
    if (!b->ones || !b->shifts || !b->mean || !b->norms || !b->squares || !b->host_norms || !b->alphas || !b->offsets) {
        return -1;
    }
    for (size_t i = 0; i < b->lines; ++i) {
        b->offsets[i] = i * b->s;
    }
    return 0;
}

static int set_sizes(struct blas *b, const struct worker_problem *p, char *error)
{
    if (p->backward || p->dtype != CLGN_DTYPE_F32 || p->layout != CLGN_LAYOUT_FIRST) {
        snprintf(error, WORKER_ERROR_BYTES, "forward of f32 with channels first only");
        return -1;
    }
    if (p->act != CLGN_ACT_NONE && p->act != CLGN_ACT_RELU && p->act != CLGN_ACT_SILU) {
        snprintf(error, WORKER_ERROR_BYTES, "none, relu, silu only");
        return -1;
    }
    b->rows = p->n * p->groups;
    b->per = p->c / p->groups;
    b->length = b->per * p->s;
    b->lines = p->n * p->c;
    b->s = p->s;
    b->channels = p->c;
    b->eps = p->eps;
    b->gamma = p->gamma;
    if (b->lines > MOST_ROWS) {
        snprintf(error, WORKER_ERROR_BYTES, "%zu rows are too many for a batch", b->lines);
        return -1;
    }
    return 0;
}

static int call(void *state, char *error);

/* Milliseconds are enough to see which of the two ways to the norms is faster. */
static int choose(struct blas *b, char *error)
{
    double best[2] = {INFINITY, INFINITY};

    for (int round = 0; round < 3; ++round) {
        for (int way = 0; way < 2; ++way) {
            double start;
            if (way == 1 && b->rows > MOST_NRM2) {
                continue;
            }
            b->by_nrm2 = way;
            start = timing_now_ns();
            if (call(b, error) != 0 || cl_device_finish(&b->device, error) != 0) {
                return -1;
            }
            best[way] = fmin(best[way], timing_now_ns() - start);
        }
    }
    b->by_nrm2 = best[1] < best[0];
    return 0;
}

static int prepare(void *state, const struct worker_problem *p, char *error)
{
    struct blas *b = state;

    if (set_sizes(b, p, error) != 0 || cl_device_prepare(&b->device, p, error) != 0) {
        return -1;
    }
    if (p->act != CLGN_ACT_NONE) {
        b->act = cl_device_kernel(&b->device, act_source, p->act == CLGN_ACT_RELU ? "-DRELU=1" : "-DRELU=0", "act",
                                  error);
        if (!b->act) {
            return -1;
        }
    }
    if (allocate(b, p) != 0) {
        snprintf(error, WORKER_ERROR_BYTES, "out of memory");
        return -1;
    }
    return choose(b, error);
}

/* norms: of each row of y, its length, or its square by had and gemv. */
static int take_norms(struct blas *b, cl_mem y)
{
    cl_command_queue *q = &b->device.queue;
    int status = 0;

    if (b->by_nrm2) {
        for (size_t i = 0; i < b->rows && status == 0; ++i) {
            status = CLBlastSnrm2(b->length, b->norms, i, y, i * b->length, 1, q, NULL);
        }
        return status;
    }
    status = CLBlastShad(b->rows * b->length, 1.0f, y, 0, 1, y, 0, 1, 0.0f, b->squares, 0, 1, q, NULL);
    return status ? status
                  : CLBlastSgemv(CLBlastLayoutRowMajor, CLBlastTransposeNo, b->rows, b->length, 1.0f, b->squares, 0,
                                 b->length, b->ones, 0, 1, 0.0f, b->norms, 0, 1, q, NULL);
}

static int take_scales(struct blas *b)
{
    const cl_int err = clEnqueueReadBuffer(b->device.queue, b->norms, CL_TRUE, 0, b->rows * sizeof(float),
                                           b->host_norms, 0, NULL, NULL);

    for (size_t i = 0; i < b->lines; ++i) {
        const double v = b->host_norms[i / b->per];
        const double variance = (b->by_nrm2 ? v * v : v) / (double)b->length;
        b->alphas[i] = (float)(b->gamma[i % b->channels] / sqrt(variance + b->eps) - 1.0);
    }
    return err;
}

static int call(void *state, char *error)
{
    struct blas *b = state;
    const size_t pair = cl_device_next(&b->device);
    const size_t count = b->rows * b->length;
    cl_mem x = b->device.rotation.x[pair];
    cl_mem y = b->device.rotation.y[pair];
    cl_command_queue *q = &b->device.queue;
    const float share = 1.0f / (float)b->length;
    int status = CLBlastScopy(count, x, 0, 1, y, 0, 1, q, NULL);

    if (status == 0) {
        status = CLBlastSgemv(CLBlastLayoutRowMajor, CLBlastTransposeNo, b->rows, b->length, share, y, 0, b->length,
                              b->ones, 0, 1, 0.0f, b->mean, 0, 1, q, NULL);
    }
    if (status == 0) {
        status = CLBlastSger(CLBlastLayoutRowMajor, b->rows, b->length, -1.0f, b->mean, 0, 1, b->ones, 0, 1, y, 0,
                             b->length, q, NULL);
    }
    status = status ? status : take_norms(b, y);
    status = status ? status : take_scales(b);
    if (status == 0) {
        status = CLBlastSaxpyBatched(b->s, b->alphas, y, b->offsets, 1, y, b->offsets, 1, b->lines, q, NULL);
    }
    if (status == 0) {
        status = CLBlastSger(CLBlastLayoutRowMajor, b->lines, b->s, 1.0f, b->shifts, 0, 1, b->ones, 0, 1, y, 0, b->s, q,
                             NULL);
    }
    if (status == 0 && b->act) {
        status = clSetKernelArg(b->act, 0, sizeof(y), &y);
        status |= clEnqueueNDRangeKernel(*q, b->act, 1, NULL, &count, NULL, 0, NULL, NULL);
    }
    snprintf(error, WORKER_ERROR_BYTES, "CLBlast status %d", status);
    return status == 0 ? 0 : -1;
}

static int finish(void *state, char *error)
{
    return cl_device_finish(&((struct blas *)state)->device, error);
}

static int read_result(void *state, void *result, char *error)
{
    return cl_device_read(&((struct blas *)state)->device, result, error);
}

static void release(void *state)
{
    struct blas *b = state;
    cl_mem *buffers[] = {&b->ones, &b->mean, &b->norms, &b->shifts, &b->squares};

    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); ++i) {
        if (*buffers[i]) {
            clReleaseMemObject(*buffers[i]);
        }
        *buffers[i] = NULL;
    }
    if (b->act) {
        clReleaseKernel(b->act);
    }
    free(b->host_norms);
    free(b->alphas);
    free(b->offsets);
    b->act = NULL;
    b->host_norms = b->alphas = NULL;
    b->offsets = NULL;
    cl_device_release(&b->device);
}

int main(int argc, char **argv)
{
    const struct worker_peer peer = {"clblast", open_peer, prepare, call, finish, read_result, release};

    return worker_main(&peer, argc, argv);
}
