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

static const char *const slot_name[TESTING_SLOTS] = {"x",     "y",     "skip",     "bias", "sum",  "gamma",    "beta",
                                                     "scale", "shift", "residual", "mean", "rstd", "workspace"};

const char *testing_slot_name(enum testing_slot slot)
{
    return slot_name[slot];
}

/* The largest error seen, in units of the bound, and where. */
struct worst {
    double error;
    char text[640];
};

static struct worst worst_y[5], worst_mean[5], worst_rstd[5]; /* by x's dtype */

static int compute_reference(struct testing_data *data)
{
    const struct testing_tensor *t = data->tensor;
    const struct reference_tensors in = {t[TESTING_X].values,     t[TESTING_SKIP_TENSOR].values,
                                         t[TESTING_BIAS].values,  t[TESTING_GAMMA].values,
                                         t[TESTING_BETA].values,  t[TESTING_SCALE].values,
                                         t[TESTING_SHIFT].values, t[TESTING_RESIDUAL].values,
                                         t[TESTING_MEAN].values,  t[TESTING_RSTD].values};
    const size_t elements = t[TESTING_X].elements + 1, groups = data->problem.n * data->problem.c + 1;
    struct reference_result out;

    if (data->y != NULL) {
        return 0;
    }
    data->v = malloc(elements * sizeof *data->v);
    data->y = malloc(elements * sizeof *data->y);
    data->bound = malloc(elements * sizeof *data->bound);
    data->mean = malloc(groups * sizeof *data->mean);
    data->rstd = malloc(groups * sizeof *data->rstd);
    if (data->v == NULL || data->y == NULL || data->bound == NULL || data->mean == NULL || data->rstd == NULL) {
        return -1;
    }
    out = (struct reference_result){data->v, data->y, data->bound, data->mean, data->rstd};
    return reference_forward(&data->problem, &in, &out);
}

/* The error of one element of an output, in units of what is allowed. */
static double error_of(const struct testing_data *data, enum testing_slot slot, size_t i, double device)
{
    switch (slot) {
    case TESTING_Y:
        return reference_error(data->tensor[TESTING_Y].dtype, device, data->y[i], data->bound[i]);
    case TESTING_SUM:
        return device == data->v[i] || (isnan(device) && isnan(data->v[i])) ? 0.0 : HUGE_VAL;
    case TESTING_MEAN:
        return reference_mean_error(&data->problem, device, data->mean[i], data->rstd[i]);
    default:
        return reference_rstd_error(&data->problem, device, data->rstd[i]);
    }
}

static double exact_of(const struct testing_data *data, enum testing_slot slot, size_t i)
{
    return slot == TESTING_Y      ? data->y[i]
           : slot == TESTING_SUM  ? data->v[i]
           : slot == TESTING_MEAN ? data->mean[i]
                                  : data->rstd[i];
}

static void keep_worst(const struct testing_data *data, enum testing_slot slot, double error)
{
    struct worst *w = slot == TESTING_Y ? worst_y : slot == TESTING_MEAN ? worst_mean : worst_rstd;

    w += data->problem.x.dtype;
    if (slot != TESTING_SUM && error > w->error) {
        w->error = error;
        memcpy(w->text, data->text, sizeof w->text);
    }
}

/* Compares one output; puts the bytes that it owns back to what they were, so that the guards can be compared. */
static int check_output(struct testing_data *data, enum testing_slot slot, char *text, size_t bytes)
{
    const struct testing_tensor *t = &data->tensor[slot];
    struct testing_buffer *b = &data->buffer[data->home[slot]];
    const size_t size = names_dtype_bytes(t->dtype);
    size_t worst = 0, wrong = 0;
    double most = -1.0, found = 0.0;

    for (size_t i = 0; i < t->elements; i++) {
        const size_t at = testing_byte_of(t, b, i);
        double device, error;

        convert_load(t->dtype, &device, b->after + at, 1);
        error = error_of(data, slot, i, device);
        wrong += !(error <= 1.0);
        if (!(error <= most)) {
            most = error;
            worst = i;
            found = device;
        }
        memcpy(b->after + at, b->image + at, size);
    }
    keep_worst(data, slot, most);
    if (wrong == 0) {
        return 0;
    }
    snprintf(text, bytes,
             "%zu of %zu elements of %s are wrong; worst at n=%zu c=%zu s=%zu: %.9g instead of %.9g, "
             "%.3g of the bound",
             wrong, t->elements, slot_name[slot], worst / t->count[2] / t->count[1], worst / t->count[2] % t->count[1],
             worst % t->count[2], found, exact_of(data, slot, worst), most);
    return 1;
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
        if (data->buffer[i].mem != NULL && check_untouched(data, (enum testing_slot)i, text, bytes) != 0) {
            return 1;
        }
    }
    return 0;
}

void testing_report_errors(void)
{
    for (int d = CLGN_DTYPE_F32; d <= CLGN_DTYPE_F64; d++) {
        const struct worst *const kinds[3] = {&worst_y[d], &worst_mean[d], &worst_rstd[d]};

        for (int k = 0; k < 3; k++) {
            if (kinds[k]->text[0] != '\0') {
                fprintf(stderr, "largest error of %s with x %s: %.3f of the bound, case %s\n",
                        k == 0   ? "y"
                        : k == 1 ? "mean"
                                 : "rstd",
                        names_dtype((clgn_dtype)d), kinds[k]->error, kinds[k]->text);
            }
        }
    }
}
