/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the tensors of a case: shapes, values by pattern, guarded buffers. */
#include "testing_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "reference.h"

/* Before and behind a tensor, in bytes; of a length that keeps every device's alignment. */
enum { GUARD = 256 };

static clgn_tensor *arg_of(clgn_args *args, enum testing_slot slot)
{
    clgn_tensor *const all[TESTING_SLOTS] = {
        [TESTING_X] = &args->x,
        [TESTING_Y] = &args->y,
        [TESTING_SKIP_TENSOR] = &args->skip,
        [TESTING_BIAS] = &args->bias,
        [TESTING_SUM] = &args->sum,
        [TESTING_GAMMA] = &args->gamma,
        [TESTING_BETA] = &args->beta,
        [TESTING_SCALE] = &args->scale,
        [TESTING_SHIFT] = &args->shift,
        [TESTING_RESIDUAL] = &args->residual,
        [TESTING_MEAN] = &args->mean,
        [TESTING_RSTD] = &args->rstd,
        [TESTING_MEAN_LO] = &args->mean_lo,
        [TESTING_RUNNING_MEAN] = &args->running_mean,
        [TESTING_RUNNING_VAR] = &args->running_var,
        [TESTING_DY] = &args->dy,
        [TESTING_DX] = &args->dx,
        [TESTING_DSKIP] = &args->dskip,
        [TESTING_DRESIDUAL] = &args->dresidual,
        [TESTING_DGAMMA] = &args->dgamma,
        [TESTING_DBETA] = &args->dbeta,
        [TESTING_DSCALE] = &args->dscale,
        [TESTING_DSHIFT] = &args->dshift,
        [TESTING_DBIAS] = &args->dbias,
        [TESTING_DMEAN] = &args->dmean,
        [TESTING_DRSTD] = &args->drstd,
        [TESTING_WORKSPACE] = &args->workspace,
    };

    return all[slot];
}

static void shape(struct testing_tensor *t, clgn_dtype dtype, size_t n, size_t c, size_t s)
{
    *t = (struct testing_tensor){.dtype = dtype, .count = {n, c, s}, .stride = {c * s, s, 1}};
}

static void finish_shape(struct testing_tensor *t)
{
    t->elements = t->count[0] * t->count[1] * t->count[2];
    t->extent = t->elements == 0 ? 0 : 1;
    for (size_t i = 0; i < 3 && t->elements != 0; i++) {
        t->extent += (t->count[i] - 1) * t->stride[i];
    }
}

/* A tensor of x's shape; strides of 0 are dense. */
static void shape_full(struct testing_tensor *t, const clgn_problem *p, clgn_dtype dtype, clgn_layout layout,
                       size_t batch, size_t row)
{
    const size_t s = reference_spatial(p);
    const int last = layout == CLGN_LAYOUT_LAST;

    shape(t, dtype, p->n, p->c, s);
    row = row != 0 ? row : last ? p->c : s;
    t->stride[0] = batch != 0 ? batch : row * (last ? s : p->c);
    t->stride[1] = last ? 1 : row;
    t->stride[2] = last ? row : 1;
}

/* Statistics are (n, groups), those over the batch (c). */
static void shape_statistics(struct testing_data *data, clgn_dtype statistic)
{
    const clgn_problem *p = &data->problem;
    const int given = p->stats == CLGN_STATS_GIVEN;
    const int saved = p->direction == CLGN_BACKWARD && p->stats == CLGN_STATS_COMPUTE;
    const int running = p->running || p->stats == CLGN_STATS_RUNNING;
    const size_t n = p->norm == CLGN_NORM_BATCH ? 1 : p->n, groups = reference_groups(p);
    struct testing_tensor *t = data->tensor;

    shape(&t[TESTING_MEAN], given || p->write_mean || (saved && !p->rms) ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[TESTING_RSTD], given || p->write_rstd || saved ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[TESTING_MEAN_LO], p->mean_lo ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[TESTING_DMEAN], p->dmean ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[TESTING_DRSTD], p->drstd ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[TESTING_RUNNING_MEAN], running ? statistic : CLGN_DTYPE_NONE, 1, p->c, 1);
    shape(&t[TESTING_RUNNING_VAR], running ? statistic : CLGN_DTYPE_NONE, 1, p->c, 1);
    t[TESTING_RUNNING_MEAN].output = t[TESTING_RUNNING_MEAN].updated = p->running;
    t[TESTING_RUNNING_VAR].output = t[TESTING_RUNNING_VAR].updated = p->running;
}

static void shape_gradients(struct testing_data *data, clgn_dtype statistic)
{
    const clgn_problem *p = &data->problem;
    struct testing_tensor *t = data->tensor;
    const struct {
        enum testing_slot slot;
        clgn_gradient gradient;
        int per_sample;
    } sums[] = {{TESTING_DGAMMA, p->dgamma, 0}, {TESTING_DBETA, p->dbeta, 0}, {TESTING_DSCALE, p->dscale, 1},
                {TESTING_DSHIFT, p->dshift, 1}, {TESTING_DBIAS, p->dbias, 0}, {TESTING_DSKIP, p->dskip, 1}};

    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        shape(&t[sums[i].slot], sums[i].gradient ? statistic : CLGN_DTYPE_NONE, sums[i].per_sample ? p->n : 1, p->c, 1);
        t[sums[i].slot].output = 1;
        t[sums[i].slot].updated = sums[i].gradient == CLGN_GRADIENT_ADD;
    }
    if (p->skip == CLGN_SKIP_FULL) {
        shape_full(&t[TESTING_DSKIP], p, p->dskip ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout,
                   p->dskip_strides.batch_stride, p->dskip_strides.row_stride);
    }
    shape_full(&t[TESTING_DX], p, p->x.dtype, p->x.layout, p->dx_strides.batch_stride, p->dx_strides.row_stride);
    shape_full(&t[TESTING_DRESIDUAL], p, p->dresidual ? reference_y_dtype(p) : CLGN_DTYPE_NONE, p->y.layout,
               p->dresidual_strides.batch_stride, p->dresidual_strides.row_stride);
    t[TESTING_DSKIP].output = t[TESTING_DX].output = t[TESTING_DRESIDUAL].output = 1;
}

static void shape_all(struct testing_data *data)
{
    const clgn_problem *p = &data->problem;
    const clgn_dtype statistic = p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    const int backward = p->direction == CLGN_BACKWARD;
    struct testing_tensor *t = data->tensor;

    shape_full(&t[TESTING_X], p, p->x.dtype, p->x.layout, p->x.batch_stride, p->x.row_stride);
    shape_full(&t[backward ? TESTING_DY : TESTING_Y], p, reference_y_dtype(p), p->y.layout, p->y.batch_stride,
               p->y.row_stride);
    shape_full(&t[TESTING_SUM], p, p->sum ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout, p->sum_strides.batch_stride,
               p->sum_strides.row_stride);
    shape_full(&t[TESTING_RESIDUAL], p, p->residual ? reference_y_dtype(p) : CLGN_DTYPE_NONE, p->y.layout,
               p->residual_strides.batch_stride, p->residual_strides.row_stride);
    if (p->skip == CLGN_SKIP_PER_CHANNEL) {
        shape(&t[TESTING_SKIP_TENSOR], p->x.dtype, p->n, p->c, 1);
    } else {
        shape_full(&t[TESTING_SKIP_TENSOR], p, p->skip == CLGN_SKIP_FULL ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout,
                   p->skip_strides.batch_stride, p->skip_strides.row_stride);
    }
    shape(&t[TESTING_BIAS], p->bias, 1, p->c, 1);
    shape(&t[TESTING_GAMMA], p->gamma, 1, p->c, 1);
    shape(&t[TESTING_BETA], p->beta, 1, p->c, 1);
    shape(&t[TESTING_SCALE], p->scale, p->n, p->c, 1);
    shape(&t[TESTING_SHIFT], p->shift, p->n, p->c, 1);
    shape_statistics(data, statistic);
    if (backward) {
        shape_gradients(data, statistic);
    }
    shape(&t[TESTING_WORKSPACE], CLGN_DTYPE_NONE, 0, 0, 0);
    t[TESTING_Y].output = 1;
    t[TESTING_SUM].output = !backward;
    t[TESTING_MEAN].output = t[TESTING_RSTD].output = t[TESTING_MEAN_LO].output = p->stats == CLGN_STATS_COMPUTE &&
                                                                                  !backward;
    for (int i = 0; i < TESTING_SLOTS; i++) {
        finish_shape(&t[i]);
    }
}

static double large_mean(clgn_dtype dtype)
{
    return dtype == CLGN_DTYPE_F16 ? 1e3 : dtype == CLGN_DTYPE_BF16 ? 1e2 : 1e4;
}

static void fill_x(const struct testing_case *tc, const struct testing_data *data, double *values,
                   struct testing_rng *rng)
{
    const clgn_problem *p = &tc->problem;
    const size_t groups = reference_groups(p), per_group = p->c / groups * reference_spatial(p);
    const size_t total = p->n * groups;

    for (size_t i = 0; i < data->tensor[TESTING_X].elements; i++) {
        const double z = testing_rng_normal(rng);

        switch (tc->pattern) {
        case TESTING_LARGE_MEAN:
            values[i] = large_mean(p->x.dtype) + z;
            break;
        case TESTING_CONSTANT:
            values[i] = 3.7;
            break;
        case TESTING_OUTLIER_FIRST:
            values[i] = i % per_group == 0 ? 1e4 : z;
            break;
        case TESTING_ALTERNATING:
            values[i] = (i % 2 == 0 ? 1e3 : -1e3) + z;
            break;
        case TESTING_WIDE:
            values[i] = 25.0 * z;
            break;
        default:
            values[i] = z + 0.25;
        }
    }
    if ((tc->pattern == TESTING_NAN || tc->pattern == TESTING_INF) && total > 0) {
        const size_t group = total > 1 ? total - 2 : 0;

        values[group * per_group + testing_rng_below(rng, per_group)] = tc->pattern == TESTING_NAN ? NAN : HUGE_VAL;
    }
}

static double value_of(const struct testing_case *tc, enum testing_slot slot, struct testing_rng *rng)
{
    const double z = testing_rng_normal(rng);

    switch (slot) {
    case TESTING_SKIP_TENSOR:
    case TESTING_BIAS:
        return tc->pattern == TESTING_CONSTANT ? 0.3 : z;
    case TESTING_GAMMA:
        return copysign(testing_rng_uniform(rng, 0.5, 1.5), z);
    case TESTING_SCALE:
        return 0.5 * z;
    case TESTING_MEAN:
        return tc->pattern == TESTING_LARGE_MEAN ? large_mean(tc->problem.x.dtype) + z : z;
    case TESTING_RSTD:
    case TESTING_RUNNING_VAR:
        return testing_rng_uniform(rng, 0.3, 2.0);
    case TESTING_RUNNING_MEAN:
        return tc->pattern == TESTING_LARGE_MEAN ? large_mean(tc->problem.x.dtype) + z : 0.25 + 0.5 * z;
    default:
        return z;
    }
}

static int fill(const struct testing_case *tc, struct testing_data *data, enum testing_slot slot)
{
    struct testing_tensor *t = &data->tensor[slot];
    struct testing_rng rng = testing_rng_of(data->text);

    rng.state += (uint64_t)slot << 32;
    t->values = malloc((t->elements + 1) * sizeof *t->values);
    if (t->values == NULL) {
        return -1;
    }
    if (slot == TESTING_X) {
        fill_x(tc, data, t->values, &rng);
    }
    for (size_t i = 0; i < t->elements; i++) {
        const double value = slot == TESTING_X ? t->values[i] : value_of(tc, slot, &rng);

        t->values[i] = reference_round(t->dtype, (long double)value);
    }
    return 0;
}

/* Where an element lies in its buffer; i counts densely. */
size_t testing_byte_of(const struct testing_tensor *t, const struct testing_buffer *b, size_t i)
{
    const size_t k = i % t->count[2], j = i / t->count[2] % t->count[1], n = i / t->count[2] / t->count[1];

    return b->offset + (n * t->stride[0] + j * t->stride[1] + k * t->stride[2]) * names_dtype_bytes(t->dtype);
}

static void put_values(const struct testing_tensor *t, struct testing_buffer *b)
{
    for (size_t i = 0; i < t->elements; i++) {
        convert_store(t->dtype, b->image + testing_byte_of(t, b, i), &t->values[i], 1);
    }
}

static clgn_status make_buffer(struct testing_buffer *b, size_t front, size_t bytes, size_t back)
{
    cl_int err = CL_SUCCESS;

    b->offset = front;
    b->bytes = front + bytes + back;
    b->image = malloc(b->bytes);
    b->after = malloc(b->bytes);
    b->mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, b->bytes, NULL, &err);
    if (b->image == NULL || b->after == NULL || b->mem == NULL) {
        return CLGN_ERR_MEMORY;
    }
    memset(b->image, 0xff, b->bytes); /* a NaN of every type */
    return CLGN_OK;
}

static clgn_status write_buffer(const struct testing_buffer *b)
{
    const cl_int err = clEnqueueWriteBuffer(testing.queue, b->mem, CL_TRUE, 0, b->bytes, b->image, 0, NULL, NULL);

    return err == CL_SUCCESS ? CLGN_OK : CLGN_ERR_OPENCL;
}

/* Guards come and go by the case, so that a tensor also begins and ends where its buffer does. */
static clgn_status make_tensor_buffer(const struct testing_case *tc, struct testing_data *data, enum testing_slot slot)
{
    struct testing_tensor *t = &data->tensor[slot];
    struct testing_buffer *b = &data->buffer[slot];
    struct testing_rng rng = testing_rng_of(data->text);
    const size_t size = names_dtype_bytes(t->dtype);
    size_t front, back;
    clgn_status st;

    rng.state += (uint64_t)slot << 40;
    front = testing_rng_below(&rng, 2) != 0 ? GUARD : 0;
    back = testing_rng_below(&rng, 2) != 0 || t->extent == 0 ? GUARD : 0;
    if ((!t->output || t->updated) && fill(tc, data, slot) != 0) {
        return CLGN_ERR_MEMORY;
    }
    st = make_buffer(b, front + tc->offset * size, t->extent * size, back);
    if (st == CLGN_OK && t->values != NULL) {
        put_values(t, b);
    }
    return st == CLGN_OK ? write_buffer(b) : st;
}

/* What forward left for backward: statistics, and v in place of what it is the sum of. */
static clgn_status give_forwards(struct testing_data *data)
{
    static const enum testing_slot replaced[] = {TESTING_X, TESTING_SKIP_TENSOR, TESTING_BIAS};

    if (testing_data_fill_statistics(data) != 0) {
        return CLGN_ERR_MEMORY;
    }
    for (int i = TESTING_SUM; i <= TESTING_MEAN_LO; i++) {
        const int changed = i == TESTING_SUM || (data->problem.stats == CLGN_STATS_COMPUTE && i >= TESTING_MEAN);

        if (changed && data->tensor[i].dtype != CLGN_DTYPE_NONE) {
            put_values(&data->tensor[i], &data->buffer[i]);
            if (write_buffer(&data->buffer[i]) != CLGN_OK) {
                return CLGN_ERR_OPENCL;
            }
        }
    }
    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0] && data->problem.sum; i++) {
        *arg_of(&data->args, replaced[i]) = (clgn_tensor){NULL, 0, NULL};
    }
    return CLGN_OK;
}

clgn_status testing_data_create(const struct testing_case *tc, struct testing_data *data)
{
    memset(data, 0, sizeof *data);
    data->problem = tc->problem;
    data->args = (clgn_args)CLGN_ARGS_INIT;
    testing_case_text(tc, data->text, sizeof data->text);
    shape_all(data);
    for (int i = 0; i < TESTING_SLOTS; i++) {
        data->home[i] = (enum testing_slot)i;
    }
    if (tc->y_is_x) {
        data->home[TESTING_Y] = TESTING_X;
    }
    if (tc->residual_is_y) {
        data->home[TESTING_Y] = TESTING_RESIDUAL;
    }
    if (tc->dx_is_dy) {
        data->home[TESTING_DX] = TESTING_DY;
    }
    if (tc->dskip_is_dx) {
        data->home[TESTING_DSKIP] = data->home[TESTING_DX];
    }
    for (int i = 0; i < TESTING_SLOTS; i++) {
        const enum testing_slot slot = (enum testing_slot)i;

        if (data->tensor[i].dtype != CLGN_DTYPE_NONE && data->home[i] == slot) {
            const clgn_status st = make_tensor_buffer(tc, data, slot);

            if (st != CLGN_OK) {
                return st;
            }
        }
    }
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (data->tensor[i].dtype != CLGN_DTYPE_NONE) {
            const struct testing_buffer *b = &data->buffer[data->home[i]];

            *arg_of(&data->args, (enum testing_slot)i) = (clgn_tensor){b->mem, b->offset, NULL};
        }
    }
    if (tc->problem.direction == CLGN_BACKWARD) {
        return give_forwards(data);
    }
    return CLGN_OK;
}

void testing_data_release(struct testing_data *data)
{
    for (int i = 0; i < TESTING_SLOTS; i++) {
        free(data->tensor[i].values);
        free(data->buffer[i].image);
        free(data->buffer[i].after);
        if (data->buffer[i].mem != NULL) {
            (void)clReleaseMemObject(data->buffer[i].mem);
        }
    }
    free(data->v);
    free(data->y);
    free(data->bound);
    free(data->mean);
    free(data->rstd);
    free(data->mean_rest);
    free(data->running_mean);
    free(data->running_var);
    reference_gradients_release(&data->gradients);
    reference_gradients_release(&data->off);
    memset(data, 0, sizeof *data);
}

/* At an offset that is a multiple of four only: the size includes what alignment costs. */
clgn_status testing_data_add_workspace(struct testing_data *data, const clgn_plan *plan)
{
    struct testing_buffer *b = &data->buffer[TESTING_WORKSPACE];
    size_t bytes = 0;
    clgn_status st = clgn_plan_workspace_bytes(plan, &bytes);

    if (st != CLGN_OK || bytes == 0) {
        return st;
    }
    st = make_buffer(b, GUARD + 4 * (data->buffer[TESTING_X].offset % 2), bytes, GUARD);
    if (st == CLGN_OK) {
        data->tensor[TESTING_WORKSPACE].extent = bytes;
        data->args.workspace = (clgn_tensor){b->mem, b->offset, NULL};
        st = write_buffer(b);
    }
    return st;
}

clgn_status testing_data_set(struct testing_data *data, enum testing_slot slot, const double *values)
{
    struct testing_tensor *t = &data->tensor[slot];
    struct testing_buffer *b = &data->buffer[data->home[slot]];

    for (size_t i = 0; i < t->elements; i++) {
        t->values[i] = reference_round(t->dtype, (long double)values[i]);
    }
    put_values(t, b);
    return write_buffer(b);
}

void testing_data_get(const struct testing_data *data, enum testing_slot slot, double *values)
{
    const struct testing_tensor *t = &data->tensor[slot];
    const struct testing_buffer *b = &data->buffer[data->home[slot]];

    for (size_t i = 0; i < t->elements; i++) {
        convert_load(t->dtype, &values[i], b->after + testing_byte_of(t, b, i), 1);
    }
}

clgn_status testing_data_reset(struct testing_data *data)
{
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (data->buffer[i].mem != NULL) {
            const clgn_status st = write_buffer(&data->buffer[i]);

            if (st != CLGN_OK) {
                return st;
            }
        }
    }
    return CLGN_OK;
}
