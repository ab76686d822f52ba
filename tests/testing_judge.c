/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what a case wrote, and what it must not write, with the reference. */
#include "testing_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "reference.h"

static const char *const slot_name[TESTING_SLOTS] = {"x",     "y",        "skip",    "bias",         "sum",
                                                     "gamma", "beta",     "scale",   "shift",        "residual",
                                                     "mean",  "rstd",     "mean_lo", "running_mean", "running_var",
                                                     "dy",    "dx",       "dskip",   "dresidual",    "dgamma",
                                                     "dbeta", "dscale",   "dshift",  "dbias",        "dmean",
                                                     "drstd", "workspace"};

const char *testing_slot_name(enum testing_slot slot)
{
    return slot_name[slot];
}

/* The largest error seen, in units of the bound, and where. */
struct worst {
    double error;
    char text[640];
};

static struct worst worst[TESTING_SLOTS][5]; /* by output, and x's dtype */

static int compute_forward(struct testing_data *data)
{
    const struct reference_tensors in = testing_data_tensors(data);
    const size_t elements = data->tensor[TESTING_X].elements + 1, groups = data->problem.n * data->problem.c + 1;
    struct reference_result out = {.v = NULL};

    out.v = data->v = malloc(elements * sizeof(double));
    out.y = data->y = malloc(elements * sizeof(double));
    out.bound = data->bound = malloc(elements * sizeof(double));
    out.mean = data->mean = malloc((groups + data->problem.c) * sizeof(double));
    out.mean_rest = data->mean_rest = malloc((groups + data->problem.c) * sizeof(double));
    out.rstd = data->rstd = malloc((groups + data->problem.c) * sizeof(double));
    data->running_mean = malloc((data->problem.c + 1) * sizeof(double));
    data->running_var = malloc((data->problem.c + 1) * sizeof(double));
    if (data->v == NULL || data->y == NULL || data->bound == NULL || data->mean == NULL || data->mean_rest == NULL ||
        data->rstd == NULL || data->running_mean == NULL || data->running_var == NULL) {
        return -1;
    }
    if (data->problem.running) {
        out.running_mean = data->running_mean;
        out.running_var = data->running_var;
    }
    return reference_forward(&data->problem, &in, &out);
}

static int compute_backward(struct testing_data *data)
{
    const struct testing_tensor *t = data->tensor;
    const struct reference_tensors in = testing_data_tensors(data);
    const struct reference_upstream up = {t[TESTING_DY].values, t[TESTING_DMEAN].values, t[TESTING_DRSTD].values};

    if (reference_gradients_create(&data->problem, &data->gradients) != 0 ||
        reference_gradients_create(&data->problem, &data->off) != 0) {
        return -1;
    }
    return reference_backward(&data->problem, &in, &up, &data->gradients, &data->off);
}

static int compute_reference(struct testing_data *data)
{
    if (data->y != NULL || data->gradients.dx != NULL) {
        return 0;
    }
    return data->problem.direction == CLGN_BACKWARD ? compute_backward(data) : compute_forward(data);
}

/* What an output should be, and how far the device may be from it. */
static double expected_gradient(const struct testing_data *data, enum testing_slot slot, size_t i, double *bound)
{
    const struct testing_tensor *t = &data->tensor[slot];
    const double *off = NULL, *exact = testing_gradient(data, slot, &off);
    const double value = exact[i] + (t->updated ? t->values[i] : 0.0);

    *bound = off[i] + (t->updated ? 0.5 * reference_ulp(t->dtype, fabs(value) + off[i]) : 0.0);
    return value;
}

static double running_error(const struct testing_data *data, double device, double exact, double old)
{
    const double unit = (double)reference_unit(&data->problem);

    return device == exact ? 0.0 : fabs(device - exact) / (4.0 * unit * (fabs(exact) + fabs(old) + 1.0));
}

/* Any NaN will do where a NaN is right, an infinity for a gradient that is one. */
static double gradient_error(double device, double exact, double bound)
{
    if (!isfinite(exact)) {
        return isfinite(device) ? HUGE_VAL : 0.0;
    }
    return device == exact ? 0.0 : isfinite(device) ? fabs(device - exact) / bound : HUGE_VAL;
}

/* mean_lo is judged with the mean it belongs to: together they are right to 2^-23 of a standard deviation. */
static double mean_lo_error(const struct testing_data *data, size_t i, double device)
{
    const struct testing_buffer *b = &data->buffer[TESTING_MEAN];
    const struct testing_tensor *t = &data->tensor[TESTING_MEAN];
    const double rstd = data->rstd[i];
    double mean;

    convert_load(t->dtype, &mean, b->after + testing_byte_of(t, b, i), 1);
    if (!isfinite(rstd) || !isfinite(data->mean[i])) {
        return 0.0;
    }
    return fabs(((mean - data->mean[i]) + device) - data->mean_rest[i]) /
           ((double)reference_unit(&data->problem) * (2.0 / rstd + 1e-6 * fabs(data->mean[i])));
}

/* The error of one element of an output, in units of what is allowed; exact receives what it should be. */
static double error_of(const struct testing_data *data, enum testing_slot slot, size_t i, double device, double *exact)
{
    double bound;

    switch (slot) {
    case TESTING_Y:
        *exact = data->y[i];
        return reference_error(data->tensor[TESTING_Y].dtype, device, data->y[i], data->bound[i]);
    case TESTING_SUM:
        *exact = data->v[i];
        return device == data->v[i] || (isnan(device) && isnan(data->v[i])) ? 0.0 : HUGE_VAL;
    case TESTING_MEAN:
        *exact = data->mean[i];
        return reference_mean_error(&data->problem, device, data->mean[i], data->rstd[i]);
    case TESTING_RSTD:
        *exact = data->rstd[i];
        return reference_rstd_error(&data->problem, device, data->rstd[i]);
    case TESTING_MEAN_LO:
        *exact = 0.0;
        return mean_lo_error(data, i, device);
    case TESTING_RUNNING_MEAN:
        *exact = data->running_mean[i];
        return running_error(data, device, *exact, data->tensor[slot].values[i]);
    case TESTING_RUNNING_VAR:
        *exact = data->running_var[i];
        return running_error(data, device, *exact, data->tensor[slot].values[i]);
    default:
        *exact = expected_gradient(data, slot, i, &bound);
        return gradient_error(device, *exact, bound);
    }
}

static void keep_worst(const struct testing_data *data, enum testing_slot slot, double error)
{
    struct worst *w = &worst[slot][data->problem.x.dtype];

    if (error > w->error) {
        w->error = error;
        memcpy(w->text, data->text, sizeof w->text);
    }
}

/* Compares one output. */
static int check_output(struct testing_data *data, enum testing_slot slot, char *text, size_t bytes)
{
    const struct testing_tensor *t = &data->tensor[slot];
    const struct testing_buffer *b = &data->buffer[data->home[slot]];
    size_t at_worst = 0, wrong = 0;
    double most = -1.0, found = 0.0, wanted = 0.0;

    for (size_t i = 0; i < t->elements; i++) {
        const size_t at = testing_byte_of(t, b, i);
        double device, error, exact;

        convert_load(t->dtype, &device, b->after + at, 1);
        error = error_of(data, slot, i, device, &exact);
        wrong += !(error <= 1.0);
        if (!(error <= most)) {
            most = error;
            at_worst = i;
            found = device;
            wanted = exact;
        }
    }
    keep_worst(data, slot, most);
    if (wrong == 0) {
        return 0;
    }
    snprintf(text, bytes,
             "%zu of %zu elements of %s are wrong; worst at n=%zu c=%zu s=%zu: %.9g instead of %.9g, "
             "%.3g of the bound",
             wrong, t->elements, slot_name[slot], at_worst / t->count[2] / t->count[1],
             at_worst / t->count[2] % t->count[1], at_worst % t->count[2], found, wanted, most);
    return 1;
}

/* Puts the bytes that an output owns back to what they were, so that the guards can be compared. */
static void restore_output(struct testing_data *data, enum testing_slot slot)
{
    const struct testing_tensor *t = &data->tensor[slot];
    struct testing_buffer *b = &data->buffer[data->home[slot]];
    const size_t size = names_dtype_bytes(t->dtype);

    for (size_t i = 0; i < t->elements; i++) {
        const size_t at = testing_byte_of(t, b, i);

        memcpy(b->after + at, b->image + at, size);
    }
}

static int check_untouched(const struct testing_data *data, enum testing_slot slot, char *text, size_t bytes)
{
    const struct testing_buffer *b = &data->buffer[slot];
    const size_t size = slot == TESTING_WORKSPACE ? 1 : names_dtype_bytes(data->tensor[slot].dtype);

    for (size_t i = 0; i < b->bytes; i++) {
        if (slot == TESTING_WORKSPACE && i == b->offset) {
            i += data->tensor[slot].extent; /* the plan's own */
        }
        if (b->after[i] != b->image[i]) {
            snprintf(text, bytes,
                     "byte %zu of %zu of the buffer of %s was written, which is not part of an output "
                     "(element %.6g)",
                     i, b->bytes, slot_name[slot], ((double)i - (double)b->offset) / (double)size);
            return 1;
        }
    }
    return 0;
}

int testing_data_read(struct testing_data *data, char *text, size_t bytes)
{
    for (int i = 0; i < TESTING_SLOTS; i++) {
        const struct testing_buffer *b = &data->buffer[i];
        cl_int err = CL_SUCCESS;

        if (b->mem != NULL) {
            err = clEnqueueReadBuffer(testing.queue, b->mem, CL_TRUE, 0, b->bytes, b->after, 0, NULL, NULL);
        }
        if (err != CL_SUCCESS) {
            snprintf(text, bytes, "clEnqueueReadBuffer of %s: %d", slot_name[i], (int)err);
            return 1;
        }
    }
    return 0;
}

int testing_data_check(struct testing_data *data, char *text, size_t bytes)
{
    if (testing_data_read(data, text, bytes) != 0) {
        return 1;
    }
    if (compute_reference(data) != 0) {
        snprintf(text, bytes, "out of memory in the reference");
        return 1;
    }
    for (int i = 0; i < TESTING_SLOTS; i++) {
        const struct testing_tensor *t = &data->tensor[i];

        if (t->dtype != CLGN_DTYPE_NONE && t->output && check_output(data, (enum testing_slot)i, text, bytes) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (data->tensor[i].dtype != CLGN_DTYPE_NONE && data->tensor[i].output) {
            restore_output(data, (enum testing_slot)i);
        }
    }
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (data->buffer[i].mem != NULL && check_untouched(data, (enum testing_slot)i, text, bytes) != 0) {
            return 1;
        }
    }
    return 0;
}

void testing_report_errors(void)
{
    for (int d = CLGN_DTYPE_F32; d <= CLGN_DTYPE_F64; d++) {
        for (int i = 0; i < TESTING_SLOTS; i++) {
            if (worst[i][d].text[0] != '\0') {
                fprintf(stderr, "largest error of %s with x %s: %.3f of the bound, case %s\n", slot_name[i],
                        names_dtype((clgn_dtype)d), worst[i][d].error, worst[i][d].text);
            }
        }
    }
}
