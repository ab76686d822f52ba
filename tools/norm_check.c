/* SPDX-License-Identifier: Apache-2.0 */
/* Judging outputs by tools/reference.c and reference_backward.c, which share no code with the kernels. */
#include "norm_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "norm_gradients.h"
#include "reference.h"

/* All values as double; tensors of x's or y's shape are channels-first here, whatever the files' layout. */
struct values {
    double *input[NORM_INPUTS];
    double *v;
    double *y;
    double *bound;
    double *mean;
    double *rstd;
    struct norm_gradients gradients;
};

static void release_values(struct values *s)
{
    for (int i = 0; i < NORM_INPUTS; ++i) {
        free(s->input[i]);
    }
    free(s->v);
    free(s->y);
    free(s->bound);
    free(s->mean);
    free(s->rstd);
    norm_gradients_release(&s->gradients);
}

/* Element i of a dense (n, c, s) tensor lies here in a tensor of the layout. */
static size_t place(const struct norm_data *d, clgn_layout layout, size_t i)
{
    const size_t s = d->spatial;
    const size_t c = d->problem.c;

    if (layout == CLGN_LAYOUT_FIRST) {
        return i;
    }
    return (i / s / c * s + i % s) * c + i / s % c;
}

static double *widen(const struct norm_data *d, enum norm_file at)
{
    const struct norm_tensor *t = &d->input[at];
    const size_t size = names_dtype_bytes(t->dtype);
    const clgn_layout layout = norm_shapes_layout(&d->problem, at);
    double *values = malloc((t->count + 1) * sizeof(*values));

    if (!values) {
        return NULL;
    }
    if (layout == CLGN_LAYOUT_FIRST) {
        convert_load(t->dtype, values, t->stored, t->count);
        return values;
    }
    for (size_t i = 0; i < t->count; ++i) {
        convert_load(t->dtype, &values[i], (const unsigned char *)t->stored + place(d, layout, i) * size, 1);
    }
    return values;
}

static int compute_forward(const struct norm_data *d, const struct reference_tensors *in, struct values *s)
{
    const size_t statistics = d->problem.n * d->problem.groups + 1;
    struct reference_result out;

    s->v = d->problem.sum ? malloc((d->elements + 1) * sizeof(*s->v)) : NULL;
    s->y = malloc((d->elements + 1) * sizeof(*s->y));
    s->bound = malloc((d->elements + 1) * sizeof(*s->bound));
    s->mean = malloc(statistics * sizeof(*s->mean));
    s->rstd = malloc(statistics * sizeof(*s->rstd));
    if ((d->problem.sum && !s->v) || !s->y || !s->bound || !s->mean || !s->rstd) {
        return -1;
    }
    out = (struct reference_result){.v = s->v, .y = s->y, .bound = s->bound, .mean = s->mean, .rstd = s->rstd};
    return reference_forward(&d->problem, in, &out);
}

static int compute_reference(const struct norm_data *d, struct values *s)
{
    struct reference_tensors in;

    for (int i = 0; i < NORM_INPUTS; ++i) {
        if (d->input[i].dtype != CLGN_DTYPE_NONE && (s->input[i] = widen(d, (enum norm_file)i)) == NULL) {
            return -1;
        }
    }
    in = (struct reference_tensors){.x = s->input[NORM_X],
                                    .skip = s->input[NORM_SKIP],
                                    .bias = s->input[NORM_BIAS],
                                    .gamma = s->input[NORM_GAMMA],
                                    .beta = s->input[NORM_BETA],
                                    .scale = s->input[NORM_SCALE],
                                    .shift = s->input[NORM_SHIFT],
                                    .residual = s->input[NORM_RESIDUAL],
                                    .mean = s->input[NORM_GIVEN_MEAN],
                                    .rstd = s->input[NORM_GIVEN_RSTD],
                                    .running_mean = s->input[NORM_RUNNING_MEAN],
                                    .running_var = s->input[NORM_RUNNING_VAR]};
    return d->problem.direction == CLGN_BACKWARD
               ? norm_gradients_compute(&d->problem, &in, s->input[NORM_DY], &s->gradients)
               : compute_forward(d, &in, s);
}

/* What an output should be, in the reference's order, and how far it may be off where that is told per element. */
static const double *wanted_of(const struct norm_data *d, const struct values *s, enum norm_file file,
                               const double **bound)
{
    *bound = file == NORM_Y ? s->bound : NULL;
    switch (file) {
    case NORM_Y:
        return s->y;
    case NORM_SUM:
        return s->v;
    case NORM_MEAN:
        return s->mean;
    case NORM_RSTD:
        return s->rstd;
    default:
        return norm_gradients_find(&s->gradients, &d->problem, file, bound);
    }
}

/* Error of element i of an output without bounds per element. */
static double error_of(const struct norm_data *d, const struct values *s, enum norm_file file, size_t i, double found,
                       double wanted)
{
    switch (file) {
    case NORM_SUM:
        return found == wanted || (isnan(found) && isnan(wanted)) ? 0.0 : HUGE_VAL;
    case NORM_MEAN:
        return reference_mean_error(&d->problem, found, wanted, s->rstd[i]);
    default:
        return reference_rstd_error(&d->problem, found, wanted);
    }
}

static void keep(struct norm_error *worst, const char *output, double error, double found, double wanted, size_t at,
                 const struct norm_shape *shape)
{
    if (worst->output && error <= worst->error) {
        return;
    }
    worst->output = output;
    worst->error = error;
    worst->found = found;
    worst->wanted = wanted;
    worst->rank = shape->rank;
    for (size_t i = shape->rank; i-- > 0;) {
        worst->index[i] = at % shape->axis[i];
        at /= shape->axis[i];
    }
}

/* Compares all elements of an output with wanted. */
static void compare(const struct norm_data *d, const struct norm_run *run, const struct values *s, enum norm_file file,
                    const double *wanted, const double *bound, struct norm_error *worst)
{
    const clgn_layout layout = norm_shapes_layout(&d->problem, file);
    const unsigned char *stored = run->output[file];
    const clgn_dtype dtype = norm_shapes_dtype(&d->problem, file);
    const struct norm_shape shape = norm_shapes_of(&d->problem, file);

    for (size_t i = 0; i < shape.count; ++i) {
        const size_t at = place(d, layout, i);
        double found, error;
        convert_load(dtype, &found, stored + at * names_dtype_bytes(dtype), 1);
        error = bound ? reference_error(dtype, found, wanted[i], bound[i]) : error_of(d, s, file, i, found, wanted[i]);
        keep(worst, norm_file_name(file), error, found, wanted[i], at, &shape);
    }
}

int norm_check_run(const struct norm_options *options, const struct norm_data *data, const struct norm_run *run,
                   struct norm_check *check)
{
    struct values s;
    int result;

    memset(check, 0, sizeof(*check));
    if ((!options->verify && !options->path[NORM_EXPECT]) || (data->elements == 0 && !options->backward)) {
        return 0;
    }
    memset(&s, 0, sizeof(s));
    result = compute_reference(data, &s);
    for (int i = NORM_INPUTS; i < NORM_FILES && result == 0 && options->verify; ++i) {
        if (run->output[i]) {
            const double *bound;
            const double *wanted = wanted_of(data, &s, (enum norm_file)i, &bound);
            compare(data, run, &s, (enum norm_file)i, wanted, bound, &check->verify[i]);
        }
    }
    if (result == 0 && options->path[NORM_EXPECT]) {
        compare(data, run, &s, NORM_Y, s.input[NORM_EXPECT], s.bound, &check->expect);
    }
    release_values(&s);
    return result;
}

const struct norm_error *norm_check_worst(const struct norm_check *check)
{
    const struct norm_error *worst = &check->verify[NORM_INPUTS];

    for (int i = NORM_INPUTS; i < NORM_FILES; ++i) {
        const struct norm_error *e = &check->verify[i];
        if (e->output && (!worst->output || e->error > worst->error)) {
            worst = e;
        }
    }
    return worst;
}

int norm_check_failed(const struct norm_error *error)
{
    return error->output && !(error->error <= 1.0);
}
