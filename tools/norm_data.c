/* SPDX-License-Identifier: Apache-2.0 */
/* From files to a problem with tensors. */
#include "norm_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"

static clgn_dtype file_dtype(enum npy_type type)
{
    return type == NPY_F2 ? CLGN_DTYPE_F16 : type == NPY_F4 ? CLGN_DTYPE_F32 : CLGN_DTYPE_F64;
}

/* Moves the file's elements into a tensor of another type. The file's data is used up. */
static int convert_file(struct npy *file, clgn_dtype dtype, void **stored)
{
    const clgn_dtype from = file_dtype(file->type);
    const size_t size = names_dtype_bytes(dtype);
    enum { BLOCK = 4096 };
    double values[BLOCK];
    unsigned char *to;

    if (from == dtype) {
        *stored = file->data;
        file->data = NULL;
        return 0;
    }
    to = malloc(file->count * size + 1);
    if (!to) {
        return -1;
    }
    for (size_t done = 0; done < file->count; done += BLOCK) {
        const size_t count = file->count - done < BLOCK ? file->count - done : BLOCK;
        convert_load(from, values, (const unsigned char *)file->data + done * (size_t)file->type, count);
        convert_store(dtype, to + done * size, values, count);
    }
    *stored = to;
    return 0;
}

static int same_shape(const struct norm_shape *wanted, const struct npy *file)
{
    return wanted->rank == file->rank && memcmp(wanted->axis, file->shape, file->rank * sizeof(file->shape[0])) == 0;
}

static int check_shape(struct norm_data *d, enum norm_file at, const char *path, const struct npy *file, char *error,
                       size_t error_bytes)
{
    const struct norm_shape wanted = norm_shapes_of(&d->problem, at);
    const struct norm_shape batch_channels = norm_shapes_of(&d->problem, NORM_SCALE);
    char has[256];
    char wants[256];
    char or_else[256];

    if (same_shape(&wanted, file)) {
        return 0;
    }
    if (at == NORM_SKIP && same_shape(&batch_channels, file)) {
        d->problem.skip = CLGN_SKIP_PER_CHANNEL;
        return 0;
    }
    npy_shape_text(batch_channels.rank, batch_channels.axis, or_else, sizeof(or_else));
    snprintf(error, error_bytes, "%s %s: shape %s where %s%s%s is expected", norm_file_option(at), path,
             npy_shape_text(file->rank, file->shape, has, sizeof(has)),
             npy_shape_text(wanted.rank, wanted.axis, wants, sizeof(wants)), at == NORM_SKIP ? " or " : "",
             at == NORM_SKIP ? or_else : "");
    return -1;
}

/* Parameters keep x's type when their file has it, and are float32 otherwise. */
static clgn_dtype input_dtype(const struct norm_data *d, enum norm_file at, enum npy_type type)
{
    const clgn_dtype x = d->problem.x.dtype;

    switch (at) {
    case NORM_X:
    case NORM_SKIP:
        return x;
    case NORM_RESIDUAL:
    case NORM_DY:
        return d->problem.y.dtype;
    case NORM_GIVEN_MEAN:
    case NORM_GIVEN_RSTD:
    case NORM_RUNNING_MEAN:
    case NORM_RUNNING_VAR:
        return x == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    case NORM_EXPECT:
        return CLGN_DTYPE_F64;
    default:
        return file_dtype(type) == x ? x : CLGN_DTYPE_F32;
    }
}

/* Reads x's shape as a problem. */
static int describe(const struct norm_options *o, const struct npy *x, struct norm_data *d, char *error,
                    size_t error_bytes)
{
    clgn_problem *p = &d->problem;
    const size_t first = o->layout == CLGN_LAYOUT_FIRST ? 2 : 1;
    char shape[256];

    if (x->rank < 2) {
        snprintf(error, error_bytes, "%s: shape %s where two axes, n and c, are the least", o->path[NORM_X],
                 npy_shape_text(x->rank, x->shape, shape, sizeof(shape)));
        return -1;
    }
    p->norm = o->norm;
    p->n = x->shape[0];
    p->c = x->shape[o->layout == CLGN_LAYOUT_FIRST ? 1 : x->rank - 1];
    p->spatial_dims = x->rank - 2;
    d->spatial = 1;
    for (size_t i = 0; i < p->spatial_dims; ++i) {
        p->spatial[i] = x->shape[first + i];
        d->spatial *= p->spatial[i];
    }
    p->groups = o->norm == CLGN_NORM_GROUP ? o->groups : o->norm == CLGN_NORM_LAYER ? 1 : p->c;
    d->elements = x->count;
    p->eps = o->eps;
    p->act = o->act;
    p->act_alpha = o->act_alpha;
    p->config = o->config;
    p->x.layout = o->layout;
    p->y.layout = o->out_layout;
    p->x.dtype = o->dtype != CLGN_DTYPE_NONE ? o->dtype : x->type == NPY_F2 ? CLGN_DTYPE_F16 : CLGN_DTYPE_F32;
    p->y.dtype = o->out_dtype != CLGN_DTYPE_NONE ? o->out_dtype : p->x.dtype;
    return 0;
}

/* A norm over more groups than channels would ask for statistics of an absurd size. */
static int check_problem(const struct norm_options *o, const struct norm_data *d, char *error, size_t error_bytes)
{
    const clgn_problem *p = &d->problem;

    if (p->c == 0) {
        snprintf(error, error_bytes, "%s: no channels", o->path[NORM_X]);
        return -1;
    }
    if (p->c % p->groups != 0) {
        snprintf(error, error_bytes, "-G %zu: does not divide the %zu channels of %s", p->groups, p->c,
                 o->path[NORM_X]);
        return -1;
    }
    return 0;
}

static void name_parts(const struct norm_options *o, struct norm_data *d)
{
    clgn_problem *p = &d->problem;

    p->skip = d->input[NORM_SKIP].dtype == CLGN_DTYPE_NONE ? CLGN_SKIP_NONE
              : p->skip == CLGN_SKIP_PER_CHANNEL           ? CLGN_SKIP_PER_CHANNEL
                                                           : CLGN_SKIP_FULL;
    p->bias = d->input[NORM_BIAS].dtype;
    p->gamma = d->input[NORM_GAMMA].dtype;
    p->beta = d->input[NORM_BETA].dtype;
    p->scale = d->input[NORM_SCALE].dtype;
    p->shift = d->input[NORM_SHIFT].dtype;
    p->residual = d->input[NORM_RESIDUAL].dtype != CLGN_DTYPE_NONE;
    p->stats = o->path[NORM_GIVEN_MEAN]     ? CLGN_STATS_GIVEN
               : o->path[NORM_RUNNING_MEAN] ? CLGN_STATS_RUNNING
                                            : CLGN_STATS_COMPUTE;
    p->rms = o->rms;
    p->sum = o->path[NORM_SUM] != NULL;
    p->write_mean = o->path[NORM_MEAN] != NULL;
    p->write_rstd = o->path[NORM_RSTD] != NULL;
}

static clgn_gradient wanted(const struct norm_options *o, enum norm_file file)
{
    return o->path[file] ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
}

static void name_gradients(const struct norm_options *o, clgn_problem *p)
{
    p->direction = CLGN_BACKWARD;
    p->mean_lo = p->stats == CLGN_STATS_COMPUTE && !p->rms;
    p->dgamma = wanted(o, NORM_DGAMMA);
    p->dbeta = wanted(o, NORM_DBETA);
    p->dscale = wanted(o, NORM_DSCALE);
    p->dshift = wanted(o, NORM_DSHIFT);
    p->dskip = wanted(o, NORM_DSKIP);
    p->dbias = wanted(o, NORM_DBIAS);
    p->dresidual = o->path[NORM_DRESIDUAL] != NULL;
}

static int read_input(const struct norm_options *o, enum norm_file at, struct norm_data *d, char *error,
                      size_t error_bytes)
{
    struct norm_tensor *t = &d->input[at];
    struct npy file;
    int result = 0;

    if (npy_read(o->path[at], &file, error, error_bytes) != 0) {
        return -1;
    }
    if (at == NORM_X) {
        result = describe(o, &file, d, error, error_bytes) != 0 || check_problem(o, d, error, error_bytes) != 0 ? -1
                                                                                                                : 0;
    } else {
        result = check_shape(d, at, o->path[at], &file, error, error_bytes);
    }
    if (result == 0) {
        t->dtype = input_dtype(d, at, file.type);
        t->rank = file.rank;
        memcpy(t->shape, file.shape, sizeof(t->shape));
        t->count = file.count;
        result = convert_file(&file, t->dtype, &t->stored);
        if (result != 0) {
            snprintf(error, error_bytes, "%s: out of memory", o->path[at]);
        }
    }
    npy_release(&file);
    return result;
}

int norm_data_read(const struct norm_options *options, struct norm_data *data, char *error, size_t error_bytes)
{
    const clgn_problem fresh = CLGN_PROBLEM_INIT;
    struct norm_data d;

    memset(&d, 0, sizeof(d));
    d.problem = fresh;
    for (int i = NORM_X; i < NORM_INPUTS; ++i) {
        if (options->path[i] && read_input(options, (enum norm_file)i, &d, error, error_bytes) != 0) {
            norm_data_release(&d);
            return -1;
        }
    }
    name_parts(options, &d);
    if (options->backward) {
        name_gradients(options, &d.problem);
    }
    *data = d;
    return 0;
}

void norm_data_release(struct norm_data *data)
{
    for (int i = 0; i < NORM_INPUTS; ++i) {
        free(data->input[i].stored);
    }
    memset(data, 0, sizeof(*data));
}
