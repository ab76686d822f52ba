/* SPDX-License-Identifier: Apache-2.0 */
/* A trial's buffers with their guards: made, written, read, run on. */
#include "trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"

/* Before and behind a workspace, in bytes; of a length that keeps every device's alignment. */
enum { GUARD = 256 };

size_t trial_byte_of(const struct trial_tensor *t, const struct trial_buffer *b, size_t i)
{
    const size_t k = i % t->count[2], j = i / t->count[2] % t->count[1], n = i / t->count[2] / t->count[1];
    const size_t at_n = t->picks[0] != NULL ? t->picks[0][n] : n, at_c = t->picks[1] != NULL ? t->picks[1][j] : j;

    return b->offset + (at_n * t->stride[0] + at_c * t->stride[1] + k * t->stride[2]) * names_dtype_bytes(t->dtype);
}

void trial_put_values(struct trial *trial, enum slot slot)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    struct trial_buffer *b = &trial->buffer[trial->home[slot]];

    for (size_t i = 0; i < t->elements; i++) {
        convert_store(t->dtype, b->image + trial_byte_of(t, b, i), &t->values[i], 1);
    }
}

/* The judged values of a filled image. */
static int take_values(struct trial *trial, enum slot slot)
{
    struct trial_tensor *t = &trial->tensor[slot];
    const struct trial_buffer *b = &trial->buffer[slot];

    t->values = malloc((t->elements + 1) * sizeof *t->values);
    for (size_t i = 0; i < t->elements && t->values != NULL; i++) {
        convert_load(t->dtype, &t->values[i], b->image + trial_byte_of(t, b, i), 1);
    }
    return t->values != NULL ? 0 : -1;
}

static void release_buffer(struct trial_buffer *b)
{
    free(b->image);
    free(b->after);
    if (b->mem != NULL) {
        (void)clReleaseMemObject(b->mem);
    }
    *b = (struct trial_buffer){NULL, 0, 0, NULL, NULL};
}

static clgn_status make_buffer(const struct trial *trial, struct trial_buffer *b, size_t front, size_t bytes,
                               size_t back)
{
    cl_int err = CL_SUCCESS;

    b->offset = front;
    b->bytes = front + bytes + back;
    b->image = malloc(b->bytes);
    b->after = malloc(b->bytes);
    b->mem = clCreateBuffer(trial->device.cl, CL_MEM_READ_WRITE, b->bytes, NULL, &err);
    if (b->image == NULL || b->after == NULL || b->mem == NULL) {
        return CLGN_ERR_MEMORY;
    }
    memset(b->image, 0xff, b->bytes); /* a NaN of every type */
    return CLGN_OK;
}

clgn_status trial_write(const struct trial *trial, enum slot slot)
{
    const struct trial_buffer *b = &trial->buffer[trial->home[slot]];
    const cl_int err = clEnqueueWriteBuffer(trial->device.queue, b->mem, CL_TRUE, 0, b->bytes, b->image, 0, NULL, NULL);

    return err == CL_SUCCESS ? CLGN_OK : CLGN_ERR_OPENCL;
}

/* Guards are of any length that keeps a device's alignment; unless they must be there, each is left out half the time,
 * so that a tensor also begins and ends where its buffer does. */
static size_t guard(const struct trial_case *tc, struct rng *rng)
{
    static const size_t lengths[] = {64, 256, 1024, 4096};
    const size_t length = lengths[rng_below(rng, 4)];

    return rng_below(rng, 2) != 0 || tc->guarded ? length : 0;
}

static clgn_status make_tensor_buffer(const struct trial_case *tc, struct trial *trial, enum slot slot)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    struct rng rng = rng_of(trial->text, trial->device.seed);
    const size_t size = names_dtype_bytes(t->dtype);
    size_t front, back;
    clgn_status st;

    rng.state += (uint64_t)slot << 40;
    front = guard(tc, &rng);
    back = guard(tc, &rng);
    st = make_buffer(trial, &trial->buffer[slot], front + tc->offset * size, t->extent * size,
                     back == 0 && t->extent == 0 ? GUARD : back);
    if (st != CLGN_OK) {
        return st;
    }
    if (!t->output || t->updated) {
        trial_fill(tc, trial, slot);
        if (take_values(trial, slot) != 0) {
            return CLGN_ERR_MEMORY;
        }
    }
    return trial_write(trial, slot);
}

static void find_homes(const struct trial_case *tc, struct trial *trial)
{
    for (int i = 0; i < SLOTS; i++) {
        trial->home[i] = (enum slot)i;
    }
    if (tc->y_is_x) {
        trial->home[SLOT_Y] = SLOT_X;
    }
    if (tc->residual_is_y) {
        trial->home[SLOT_Y] = SLOT_RESIDUAL;
    }
    if (tc->dx_is_dy) {
        trial->home[SLOT_DX] = SLOT_DY;
    }
    if (tc->dskip_is_dx) {
        trial->home[SLOT_DSKIP] = trial->home[SLOT_DX];
    }
}

clgn_status trial_create(const struct trial_device *device, const struct trial_case *tc, struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    trial->device = *device;
    trial->problem = tc->problem;
    trial->args = (clgn_args)CLGN_ARGS_INIT;
    trial_case_text(tc, trial->text, sizeof trial->text);
    find_homes(tc, trial);
    if (trial_shape(tc, trial) != 0) {
        return CLGN_ERR_MEMORY;
    }
    for (int i = 0; i < SLOTS; i++) {
        const enum slot slot = (enum slot)i;

        if (trial->tensor[i].dtype != CLGN_DTYPE_NONE && trial->home[i] == slot) {
            const clgn_status st = make_tensor_buffer(tc, trial, slot);

            if (st != CLGN_OK) {
                return st;
            }
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        if (trial->tensor[i].dtype != CLGN_DTYPE_NONE) {
            const struct trial_buffer *b = &trial->buffer[trial->home[i]];

            *slot_argument(&trial->args, (enum slot)i) = (clgn_tensor){b->mem, b->offset, NULL};
        }
    }
    return tc->problem.direction == CLGN_BACKWARD ? trial_give_forwards(trial) : CLGN_OK;
}

void trial_release(struct trial *trial)
{
    for (int i = 0; i < SLOTS; i++) {
        free(trial->tensor[i].values);
        release_buffer(&trial->buffer[i]);
    }
    free(trial->picks.n);
    free(trial->picks.c);
    free(trial->picks.groups);
    expected_release(&trial->expected);
    memset(trial, 0, sizeof *trial);
}

/* At an offset that is a multiple of four only: the size includes what alignment costs. */
clgn_status trial_add_workspace(struct trial *trial, const clgn_plan *plan)
{
    struct trial_buffer *b = &trial->buffer[SLOT_WORKSPACE];
    size_t bytes = 0;
    clgn_status st = clgn_plan_workspace_bytes(plan, &bytes);

    release_buffer(b);
    trial->args.workspace = (clgn_tensor){NULL, 0, NULL};
    if (st != CLGN_OK || bytes == 0) {
        return st;
    }
    st = make_buffer(trial, b, GUARD + 4 * (trial->buffer[SLOT_X].offset % 2), bytes, GUARD);
    if (st == CLGN_OK) {
        trial->tensor[SLOT_WORKSPACE].extent = bytes;
        trial->args.workspace = (clgn_tensor){b->mem, b->offset, NULL};
        st = trial_write(trial, SLOT_WORKSPACE);
    }
    return st;
}

clgn_status trial_set(struct trial *trial, enum slot slot, const double *values)
{
    const struct trial_tensor *t = &trial->tensor[slot];

    for (size_t i = 0; i < t->elements; i++) {
        t->values[i] = reference_round(t->dtype, (long double)values[i]);
    }
    trial_put_values(trial, slot);
    return trial_write(trial, slot);
}

void trial_get(const struct trial *trial, enum slot slot, double *values)
{
    const struct trial_tensor *t = &trial->tensor[slot];
    const struct trial_buffer *b = &trial->buffer[trial->home[slot]];

    for (size_t i = 0; i < t->elements; i++) {
        convert_load(t->dtype, &values[i], b->after + trial_byte_of(t, b, i), 1);
    }
}

clgn_status trial_reset(struct trial *trial)
{
    for (int i = 0; i < SLOTS; i++) {
        if (trial->buffer[i].mem != NULL) {
            const clgn_status st = trial_write(trial, (enum slot)i);

            if (st != CLGN_OK) {
                return st;
            }
        }
    }
    return CLGN_OK;
}

int trial_read(struct trial *trial, char *text, size_t bytes)
{
    for (int i = 0; i < SLOTS; i++) {
        const struct trial_buffer *b = &trial->buffer[i];
        cl_int err = CL_SUCCESS;

        if (b->mem != NULL) {
            err = clEnqueueReadBuffer(trial->device.queue, b->mem, CL_TRUE, 0, b->bytes, b->after, 0, NULL, NULL);
        }
        if (err != CL_SUCCESS) {
            snprintf(text, bytes, "clEnqueueReadBuffer of %s: %d", slot_name((enum slot)i), (int)err);
            return -1;
        }
    }
    return 0;
}

static int enqueue(struct trial *trial, clgn_plan *plan, char *text, size_t bytes)
{
    const clgn_status st = clgn_plan_enqueue(plan, trial->device.queue, &trial->args, 0, NULL, NULL);
    const cl_int err = st == CLGN_OK ? clFinish(trial->device.queue) : CL_SUCCESS;

    if (st != CLGN_OK) {
        snprintf(text, bytes, "enqueue: %s", clgn_status_name(st));
    } else if (err != CL_SUCCESS) {
        snprintf(text, bytes, "clFinish: %d", (int)err);
    }
    return st == CLGN_OK && err == CL_SUCCESS ? 0 : -1;
}

/* What the first run left is still on the device; its bytes are moved to first. */
static int keep_first(struct trial *trial, unsigned char **first, char *text, size_t bytes)
{
    const int result = trial_read(trial, text, bytes);

    for (int i = 0; i < SLOTS && result == 0; i++) {
        struct trial_buffer *b = &trial->buffer[i];
        unsigned char *room = b->mem != NULL && i != SLOT_WORKSPACE ? malloc(b->bytes) : NULL;

        if (room != NULL) {
            first[i] = b->after;
            b->after = room;
        } else if (b->mem != NULL && i != SLOT_WORKSPACE) {
            snprintf(text, bytes, "out of memory");
            return -1;
        }
    }
    return result;
}

static int same_bits_again(struct trial *trial, clgn_plan *plan, char *text, size_t bytes)
{
    unsigned char *first[SLOTS] = {NULL};
    int result = keep_first(trial, first, text, bytes);

    if (result == 0 && trial_reset(trial) != CLGN_OK) {
        snprintf(text, bytes, "the buffers could not be written");
        result = -1;
    }
    result = result == 0 ? enqueue(trial, plan, text, bytes) : result;
    result = result == 0 ? trial_read(trial, text, bytes) : result;
    for (int i = 0; i < SLOTS; i++) {
        if (result == 0 && first[i] != NULL && memcmp(first[i], trial->buffer[i].after, trial->buffer[i].bytes) != 0) {
            snprintf(text, bytes, "a second run gave other bits in %s", slot_name((enum slot)i));
            result = 1;
        }
        free(first[i]);
    }
    return result;
}

int trial_run(struct trial *trial, clgn_plan *plan, int twice, char *text, size_t bytes)
{
    const clgn_status st = trial_add_workspace(trial, plan);
    int result = -1;

    if (st != CLGN_OK) {
        snprintf(text, bytes, "workspace: %s", clgn_status_name(st));
    } else {
        result = enqueue(trial, plan, text, bytes);
    }
    result = result == 0 ? trial_check(trial, text, bytes) : result;
    return result == 0 && twice ? same_bits_again(trial, plan, text, bytes) : result;
}
