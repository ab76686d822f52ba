/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring forward and backward runs on rotating buffers. */
#include "norm_speed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Element sizes: of x, of y or dy, and what each of x and dy takes in the buffer that they share. */
struct sizes {
    size_t x;
    size_t y;
    size_t half;
};

static struct sizes sizes_of(const clgn_problem *p)
{
    const size_t x = names_dtype_bytes(p->x.dtype);
    const size_t y = names_dtype_bytes(p->y.dtype);

    return (struct sizes){x, y, x > y ? x : y};
}

/* x, and then dy in the other half. */
static void *joined(const struct norm_data *d, struct sizes size)
{
    const size_t half = d->elements * size.half;
    unsigned char *both = calloc(2, half);

    if (both) {
        memcpy(both, d->input[NORM_X].stored, d->elements * size.x);
        memcpy(both + half, d->input[NORM_DY].stored, d->elements * size.y);
    }
    return both;
}

static int make_rotation(const struct norm_place *place, const struct norm_data *d, struct rotation *rotation)
{
    const struct sizes size = sizes_of(&d->problem);
    const int backward = d->problem.direction == CLGN_BACKWARD;
    const size_t in = d->elements * (backward ? 2 * size.half : size.x);
    const size_t out = d->elements * (backward ? size.x : size.y);
    void *both = backward ? joined(d, size) : NULL;
    int result;

    if (backward && !both) {
        snprintf(place->error, place->error_bytes, "out of memory");
        return -1;
    }
    result = rotation_create(place->device->context, place->device->entry.device, place->device->queue,
                             backward ? both : d->input[NORM_X].stored, in, out, 0, rotation, place->error,
                             place->error_bytes);
    free(both);
    return result;
}

static int make_copies(const struct norm_place *place, const clgn_problem *p, struct copy_set **copies)
{
    const struct sizes size = sizes_of(p);
    const int backward = p->direction == CLGN_BACKWARD;
    const size_t in = backward ? 2 * size.half : size.x;
    const size_t out = backward ? size.x : size.y;

    return copy_create(place->device->context, place->device->entry.device, in, out, copies, place->error,
                       place->error_bytes);
}

static void place_forward(const void *user, cl_mem read, cl_mem written, clgn_args *args)
{
    (void)user;
    args->x.mem = read;
    args->y.mem = written;
}

/* x and dy in the halves of the buffer. */
static void place_backward(const void *user, cl_mem read, cl_mem written, clgn_args *args)
{
    args->x.mem = read;
    args->dy.mem = read;
    args->dy.offset = *(const size_t *)user;
    args->dx.mem = written;
}

int norm_speed_measure(const struct norm_place *place, const struct norm_options *options, const struct norm_data *data,
                       const struct norm_launch *launch, struct norm_speed *speed)
{
    const clgn_problem *p = &data->problem;
    const struct sizes size = sizes_of(p);
    struct rotation rotation = {.x = NULL};
    struct copy_set *copies = NULL;
    int result;

    memset(speed, 0, sizeof(*speed));
    if (data->elements == 0) {
        return 0;
    }
    result = make_rotation(place, data, &rotation);
    if (result == 0 && options->copy) {
        result = make_copies(place, p, &copies);
    }
    if (result == 0) {
        const size_t half = rotation.x_bytes / 2;
        const struct measure_input input = {.queue = place->device->queue,
                                            .plan = launch->plan,
                                            .args = &launch->args,
                                            .place = p->direction == CLGN_BACKWARD ? place_backward : place_forward,
                                            .user = &half,
                                            .rotation = &rotation,
                                            .copies = copies,
                                            .seconds = options->seconds};
        result = measure_run(&input, &speed->measured, place->error, place->error_bytes);
    }
    if (result == 0) {
        speed->bytes = (double)data->elements * (double)(size.x * (p->direction == CLGN_BACKWARD ? 2 : 1) + size.y);
        speed->copy_bytes = (double)rotation.x_bytes + (double)rotation.y_bytes;
        if (speed->measured.copy_name) {
            snprintf(speed->copy_kind, sizeof(speed->copy_kind), "%s", speed->measured.copy_name);
            speed->measured.copy_name = NULL;
        }
    }
    copy_release(copies);
    rotation_release(&rotation);
    return result == 0 ? 0 : 2;
}
