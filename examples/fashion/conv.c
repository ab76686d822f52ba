/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution as unfold and product; the three products of a layer, in the row-major form that CLBlast takes as is. */
#include "conv.h"

#include <stdio.h>
#include <string.h>

#include <clblast_c.h>

enum { MULTIPLE = 16, CENTRE_TAP = 4 };

static size_t columns_of(size_t images, size_t pixels)
{
    return (images * pixels + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
}

static size_t out_pixels(const struct layer *layer)
{
    return layer_out_size(layer) * layer_out_size(layer);
}

int tensor_create(const struct device *device, size_t channels, size_t size, size_t images, struct tensor *t)
{
    t->channels = channels;
    t->pixels = size * size;
    t->columns = columns_of(images, t->pixels);
    t->mem = device_zeros(device, channels * t->columns * sizeof(float));
    return t->mem ? 0 : -1;
}

static size_t unfolded_bytes(const struct layer *layer, size_t images)
{
    return layer_rows(layer) * columns_of(images, out_pixels(layer)) * sizeof(float);
}

size_t conv_folding_bytes(size_t images)
{
    size_t most = 0;

    for (size_t id = 0; id < LAYERS; ++id) {
        const size_t bytes = unfolded_bytes(&layers[id], images);
        most = bytes > most ? bytes : most;
    }
    return most;
}

size_t conv_turned_bytes(size_t images)
{
    size_t most = 0;

    for (size_t id = 0; id < LAYERS; ++id) {
        const size_t bytes = layers[id].out * columns_of(images, out_pixels(&layers[id])) * sizeof(float);
        most = bytes > most ? bytes : most;
    }
    return most;
}

static int create_kernels(struct conv *conv)
{
    const struct layer *layer = conv->layer;
    char options[128];
    cl_int err;

    snprintf(options, sizeof(options), "-DSIZE=%zu -DOUT=%zu -DSTRIDE=%zu", layer->size, layer_out_size(layer),
             layer->stride);
    conv->program = device_program(conv->device, options);
    if (!conv->program) {
        return -1;
    }
    conv->unfold = clCreateKernel(conv->program, layer->in == 1 ? "unfold_images" : "unfold", &err);
    TRY(err);
    conv->fold = clCreateKernel(conv->program, "fold", &err);
    TRY(err);
    conv->turn = clCreateKernel(conv->program, "turn", &err);
    TRY(err);
    return 0;
}

/* The parts of the flat arrays that belong to this layer. */
static int create_weights(const struct parameters *p, enum layer_id id, struct conv *conv)
{
    const size_t offset = layers_weight(id) * sizeof(float);
    const size_t bytes = conv->rows * conv->layer->out * sizeof(float);

    conv->weight = device_part(p->value, offset, bytes);
    conv->weight_twin = device_part(p->twin, offset, bytes);
    conv->gradient = device_part(p->gradient, offset, bytes);
    return conv->weight && conv->weight_twin && conv->gradient ? 0 : -1;
}

static int create_common(const struct parameters *p, enum layer_id id, size_t images, struct conv *conv)
{
    memset(conv, 0, sizeof(*conv));
    conv->device = p->device;
    conv->layer = &layers[id];
    conv->images = images;
    conv->rows = layer_rows(conv->layer);
    conv->columns = columns_of(images, out_pixels(conv->layer));
    PASS(create_weights(p, id, conv));
    return create_kernels(conv);
}

int conv_create(const struct parameters *p, enum layer_id id, size_t images, const struct conv_scratch *scratch,
                struct conv *conv)
{
    const size_t bytes = unfolded_bytes(&layers[id], images);

    PASS(create_common(p, id, images, conv));
    conv->unfolded = device_zeros(p->device, bytes);
    if (scratch->folding) {
        TRY(clRetainMemObject(scratch->folding));
        conv->folding = scratch->folding;
    }
    return conv->unfolded ? 0 : -1;
}

int conv_create_shortcut(const struct parameters *p, enum layer_id id, const struct conv *sibling, struct conv *conv)
{
    const size_t bytes = unfolded_bytes(&layers[id], sibling->images);

    PASS(create_common(p, id, sibling->images, conv));
    conv->unfolded = device_part(sibling->unfolded, CENTRE_TAP * bytes, bytes);
    if (sibling->folding) {
        conv->folding = device_part(sibling->folding, CENTRE_TAP * bytes, bytes);
    }
    return conv->unfolded && (conv->folding || !sibling->folding) ? 0 : -1;
}

void conv_release(struct conv *conv)
{
    cl_mem *const buffers[] = {&conv->unfolded, &conv->weight, &conv->weight_twin, &conv->gradient, &conv->folding};
    const cl_kernel kernels[] = {conv->unfold, conv->fold, conv->turn};

    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); ++i) {
        device_free(buffers[i]);
    }
    for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); ++i) {
        if (kernels[i]) {
            clReleaseKernel(kernels[i]);
        }
    }
    if (conv->program) {
        clReleaseProgram(conv->program);
    }
}

int conv_unfold(struct conv *conv, const struct tensor *x)
{
    const cl_ulong x_row = x->columns;
    const cl_ulong columns = conv->columns;
    const struct argument arguments[] = {ARGUMENT(x->mem), ARGUMENT(x_row), ARGUMENT(conv->unfolded),
                                         ARGUMENT(columns)};

    return device_launch(conv->device, conv->unfold, arguments, 4, conv->layer->in, conv->images);
}

int conv_unfold_images(struct conv *conv, cl_mem images, cl_mem order, size_t first)
{
    const cl_ulong start = first;
    const cl_ulong columns = conv->columns;
    const struct argument arguments[] = {ARGUMENT(images), ARGUMENT(order), ARGUMENT(start), ARGUMENT(conv->unfolded),
                                         ARGUMENT(columns)};

    return device_launch(conv->device, conv->unfold, arguments, 5, 1, conv->images);
}

/* c = a * b + beta * c, row-major, [m][k] * [k][n]. */
static int multiply(struct conv *conv, size_t m, size_t n, size_t k, cl_mem a, cl_mem b, float beta, cl_mem c)
{
    cl_command_queue queue = conv->device->queue;

    TRY(CLBlastSgemm(CLBlastLayoutRowMajor, CLBlastTransposeNo, CLBlastTransposeNo, m, n, k, 1.0f, a, 0, k, b, 0, n,
                     beta, c, 0, n, &queue, NULL));
    return 0;
}

int conv_forward(struct conv *conv, const struct tensor *y)
{
    return multiply(conv, conv->layer->out, conv->columns, conv->rows, conv->weight_twin, conv->unfolded, 0.0f, y->mem);
}

int conv_backward_weight(struct conv *conv, const struct tensor *dy, cl_mem turned)
{
    const cl_ulong columns = conv->columns;
    const cl_ulong live = conv->images * out_pixels(conv->layer);
    const cl_ulong channels = conv->layer->out;
    const struct argument arguments[] = {ARGUMENT(dy->mem), ARGUMENT(columns), ARGUMENT(live), ARGUMENT(turned),
                                         ARGUMENT(channels)};

    PASS(device_launch(conv->device, conv->turn, arguments, 5, conv->columns / MULTIPLE, 1));
    return multiply(conv, conv->rows, conv->layer->out, conv->columns, conv->unfolded, turned, 0.0f, conv->gradient);
}

int conv_backward_input(struct conv *conv, const struct tensor *dy, int add)
{
    return multiply(conv, conv->rows, conv->columns, conv->layer->out, conv->weight, dy->mem, add ? 1.0f : 0.0f,
                    conv->folding);
}

int conv_fold(struct conv *conv, const struct tensor *dx, int add)
{
    const cl_ulong columns = conv->columns;
    const cl_ulong x_row = dx->columns;
    const cl_int accumulate = add;
    const struct argument arguments[] = {ARGUMENT(conv->folding), ARGUMENT(columns), ARGUMENT(dx->mem), ARGUMENT(x_row),
                                         ARGUMENT(accumulate)};

    return device_launch(conv->device, conv->fold, arguments, 5, conv->layer->in, conv->images);
}
