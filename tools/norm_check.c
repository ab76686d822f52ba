/* SPDX-License-Identifier: Apache-2.0 */
/* Judging outputs by tools/expected.c, which shares no code with the kernels. */
#include "norm_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "expected.h"
#include "names.h"

/* Inputs as double; tensors of x's or y's shape are channels-first here, whatever the files' layout. */
struct values {
    double *input[NORM_INPUTS];
    struct expected expected;
};

static void release_values(struct values *s)
{
    for (int i = 0; i < NORM_INPUTS; ++i) {
        free(s->input[i]);
    }
    expected_release(&s->expected);
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

static int compute_reference(const struct norm_data *d, struct values *s)
{
    struct reference_upstream up = {NULL, NULL, NULL};
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
    up.dy = s->input[NORM_DY];
    return expected_create(&d->problem, &in, &up, &s->expected);
}

static const enum slot slot_of[NORM_FILES] = {[NORM_Y] = SLOT_Y,           [NORM_SUM] = SLOT_SUM,
                                              [NORM_MEAN] = SLOT_MEAN,     [NORM_RSTD] = SLOT_RSTD,
                                              [NORM_DX] = SLOT_DX,         [NORM_DGAMMA] = SLOT_DGAMMA,
                                              [NORM_DBETA] = SLOT_DBETA,   [NORM_DSCALE] = SLOT_DSCALE,
                                              [NORM_DSHIFT] = SLOT_DSHIFT, [NORM_DRESIDUAL] = SLOT_DRESIDUAL,
                                              [NORM_DSKIP] = SLOT_DSKIP,   [NORM_DBIAS] = SLOT_DBIAS};

/* The error of element i of an output: of y against given when there is one, else against the reference. */
static double error_of(const struct values *s, enum norm_file file, size_t i, const double *given, double found,
                       double *wanted)
{
    const struct expected *e = &s->expected;

    if (!given) {
        return expected_error(e, slot_of[file], i, found, 0.0, wanted);
    }
    *wanted = given[i];
    return reference_error(reference_y_dtype(&e->problem), found, given[i], e->bound[i]);
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

/* Compares all elements of an output with the reference, or y with what is given. */
static void compare(const struct norm_data *d, const struct norm_run *run, const struct values *s, enum norm_file file,
                    const double *given, struct norm_error *worst)
{
    const clgn_layout layout = norm_shapes_layout(&d->problem, file);
    const unsigned char *stored = run->output[file];
    const clgn_dtype dtype = norm_shapes_dtype(&d->problem, file);
    const struct norm_shape shape = norm_shapes_of(&d->problem, file);

    for (size_t i = 0; i < shape.count; ++i) {
        const size_t at = place(d, layout, i);
        double found, wanted, error;
        convert_load(dtype, &found, stored + at * names_dtype_bytes(dtype), 1);
        error = error_of(s, file, i, given, found, &wanted);
        keep(worst, norm_file_name(file), error, found, wanted, at, &shape);
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
            compare(data, run, &s, (enum norm_file)i, NULL, &check->verify[i]);
        }
    }
    if (result == 0 && options->path[NORM_EXPECT]) {
        compare(data, run, &s, NORM_Y, s.input[NORM_EXPECT], &check->expect);
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
