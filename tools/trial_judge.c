/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what a trial wrote, and what it must not write, with the reference. */
#include <stdio.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "trial.h"

static int compute_expected(struct trial *trial)
{
    const struct trial_tensor *t = trial->tensor;
    const struct reference_tensors in = trial_tensors(trial);
    const struct reference_upstream up = {t[SLOT_DY].values, t[SLOT_DMEAN].values, t[SLOT_DRSTD].values};

    if (trial->computed) {
        return 0;
    }
    expected_release(&trial->expected);
    trial->computed = expected_create(&trial->part, &in, &up, &trial->expected) == 0;
    return trial->computed ? 0 : -1;
}

static double load(const struct trial *trial, enum slot slot, size_t i)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    const struct trial_buffer *b = &trial->buffer[trial->home[slot]];
    double value;

    convert_load(t->dtype, &value, b->after + trial_byte_of(t, b, i), 1);
    return value;
}

/* Compares one output. */
static int check_output(struct trial *trial, enum slot slot, char *text, size_t bytes)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    size_t at_worst = 0, wrong = 0;
    double most = -1.0, found = 0.0, wanted = 0.0;

    for (size_t i = 0; i < t->elements; i++) {
        const double device = load(trial, slot, i);
        const double beside = slot == SLOT_MEAN_LO ? load(trial, SLOT_MEAN, i) : t->updated ? t->values[i] : 0.0;
        double exact;
        const double error = expected_error(&trial->expected, slot, i, device, beside, &exact);

        wrong += !(error <= 1.0);
        if (!(error <= most)) {
            most = error;
            at_worst = i;
            found = device;
            wanted = exact;
        }
    }
    trial->error[slot] = most;
    if (wrong != 0) {
        const size_t n = at_worst / t->count[2] / t->count[1], c = at_worst / t->count[2] % t->count[1];

        snprintf(text, bytes,
                 "%zu of %zu elements of %s are wrong; worst at n=%zu c=%zu s=%zu: %.9g instead of %.9g, "
                 "%.3g of the bound",
                 wrong, t->elements, slot_name(slot), t->picks[0] != NULL ? t->picks[0][n] : n,
                 t->picks[1] != NULL ? t->picks[1][c] : c, at_worst % t->count[2], found, wanted, most);
    }
    return wrong != 0;
}

/* Puts the bytes that an output owns back to what they were, so that the guards can be compared. Of an output that is
 * judged in part, returns how many elements still hold the pattern that they held at first. */
static size_t restore_output(struct trial *trial, enum slot slot)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    struct trial_buffer *b = &trial->buffer[trial->home[slot]];
    const size_t size = names_dtype_bytes(t->dtype);
    const int last = t->stride[1] < t->stride[2]; /* the channels lie side by side */
    const size_t inner = last ? 1 : 2, outer = last ? 2 : 1;
    const int in_part = (t->picks[0] != NULL || t->picks[1] != NULL) && !t->updated && trial->home[slot] == slot;
    size_t left = 0;

    for (size_t row = 0; row < t->all[0] * t->all[outer] && t->extent > 0; row++) {
        const size_t first = row / t->all[outer] * t->stride[0] + row % t->all[outer] * t->stride[outer];

        for (size_t i = 0; i < t->all[inner]; i++) {
            const size_t at = b->offset + (first + i * t->stride[inner]) * size;

            left += in_part && memcmp(b->after + at, b->image + at, size) == 0;
            memcpy(b->after + at, b->image + at, size);
        }
    }
    return left;
}

static int check_untouched(const struct trial *trial, enum slot slot, char *text, size_t bytes)
{
    const struct trial_buffer *b = &trial->buffer[slot];
    const size_t size = slot == SLOT_WORKSPACE ? 1 : names_dtype_bytes(trial->tensor[slot].dtype);

    if (slot != SLOT_WORKSPACE && memcmp(b->after, b->image, b->bytes) == 0) {
        return 0;
    }
    for (size_t i = 0; i < b->bytes; i++) {
        if (slot == SLOT_WORKSPACE && i == b->offset) {
            i += trial->tensor[slot].extent; /* the plan's own */
        }
        if (b->after[i] != b->image[i]) {
            snprintf(text, bytes,
                     "byte %zu of %zu of the buffer of %s was written, which is not part of an output "
                     "(element %.6g)",
                     i, b->bytes, slot_name(slot), ((double)i - (double)b->offset) / (double)size);
            return 1;
        }
    }
    return 0;
}

static int is_output(const struct trial *trial, int slot)
{
    return trial->tensor[slot].dtype != CLGN_DTYPE_NONE && trial->tensor[slot].output;
}

int trial_check(struct trial *trial, char *text, size_t bytes)
{
    memset(trial->error, 0, sizeof trial->error);
    if (trial_read(trial, text, bytes) != 0) {
        return -1;
    }
    if (compute_expected(trial) != 0) {
        snprintf(text, bytes, "out of memory in the reference");
        return -1;
    }
    for (int i = 0; i < SLOTS; i++) {
        if (is_output(trial, i) && check_output(trial, (enum slot)i, text, bytes) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        const size_t left = is_output(trial, i) ? restore_output(trial, (enum slot)i) : 0;

        if (left != 0) {
            snprintf(text, bytes, "%zu elements of %s were not written", left, slot_name((enum slot)i));
            return 1;
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        if (trial->buffer[i].mem != NULL && check_untouched(trial, (enum slot)i, text, bytes) != 0) {
            return 1;
        }
    }
    return 0;
}
