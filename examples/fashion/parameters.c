/* SPDX-License-Identifier: Apache-2.0 */
/* The network's parameters on the device. */
#include "parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { TILE = 16, TILE_VALUES = TILE * TILE };

/* Rounded up to whole work-items of a descent step. */
static size_t padded_parameters(void)
{
    return (layers_parameters() + TILE_VALUES - 1) / TILE_VALUES * TILE_VALUES;
}

/* The tiles of one layer; weight [row][out] of the flat array stands at [out][row] in its twin. */
static cl_uint4 *add_tiles(enum layer_id id, cl_uint4 *tile)
{
    const size_t base = layers_weight(id);
    const size_t rows = layer_rows(&layers[id]);
    const size_t out = layers[id].out;

    for (size_t r = 0; r < rows; r += TILE) {
        for (size_t c = 0; c < out; c += TILE, ++tile) {
            tile->s[0] = (cl_uint)(base + r * out + c);
            tile->s[1] = (cl_uint)out;
            tile->s[2] = (cl_uint)(base + c * rows + r);
            tile->s[3] = (cl_uint)rows;
        }
    }
    return tile;
}

static int create_tiles(struct parameters *p)
{
    const size_t count = layers_linear() / TILE_VALUES;
    cl_uint4 *tiles = malloc(count * sizeof(*tiles));
    cl_uint4 *end = tiles;

    if (!tiles) {
        return fail("out of memory");
    }
    for (size_t id = 0; id < LAYERS; ++id) {
        end = add_tiles((enum layer_id)id, end);
    }
    p->tiles = device_copy(p->device, tiles, count * sizeof(*tiles));
    free(tiles);
    return p->tiles ? 0 : -1;
}

int parameters_create(const struct device *device, struct parameters *p)
{
    const size_t bytes = padded_parameters() * sizeof(float);
    cl_int err;

    memset(p, 0, sizeof(*p));
    p->device = device;
    p->value = device_zeros(device, bytes);
    p->gradient = device_zeros(device, bytes);
    p->velocity = device_zeros(device, bytes);
    p->twin = device_zeros(device, layers_linear() * sizeof(float));
    p->running = device_zeros(device, layers_running() * sizeof(float));
    p->program = device_program(device, "");
    if (!p->value || !p->gradient || !p->velocity || !p->twin || !p->running || !p->program) {
        return -1;
    }
    p->descend = clCreateKernel(p->program, "descend", &err);
    TRY(err);
    return create_tiles(p);
}

void parameters_release(struct parameters *p)
{
    cl_mem *const buffers[] = {&p->value, &p->gradient, &p->velocity, &p->twin, &p->tiles, &p->running};

    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); ++i) {
        device_free(buffers[i]);
    }
    if (p->descend) {
        clReleaseKernel(p->descend);
    }
    if (p->program) {
        clReleaseProgram(p->program);
    }
}

int parameters_image_create(struct parameters_image *image)
{
    image->value = calloc(2 * layers_parameters() + layers_running(), sizeof(float));
    if (!image->value) {
        return fail("out of memory");
    }
    image->velocity = image->value + layers_parameters();
    image->running = image->velocity + layers_parameters();
    return 0;
}

static void initial_values(struct parameters_image *image, uint64_t seed)
{
    struct random r = {seed};

    for (size_t id = 0; id < LAYERS; ++id) {
        const size_t inputs = layers[id].in * layers[id].taps;
        for (size_t i = 0; i < inputs * layers[id].out; ++i) {
            image->value[layers_weight((enum layer_id)id) + i] = (float)(sqrt(2.0 / (double)inputs) *
                                                                         random_normal(&r));
        }
        for (size_t c = 0; c < layers[id].out; ++c) {
            image->value[layers_gamma((enum layer_id)id) + c] = 1.0f;
            image->running[layers_running_var((enum layer_id)id) + c] = 1.0f;
        }
    }
    for (size_t i = 0; i < CLASSES * FEATURES; ++i) {
        image->value[layers_linear() + i] = (float)(sqrt(1.0 / FEATURES) * random_normal(&r));
    }
}

int parameters_initialise(struct parameters *p, uint64_t seed)
{
    struct parameters_image image;
    int result;

    PASS(parameters_image_create(&image));
    initial_values(&image, seed);
    result = parameters_write(p, &image);
    free(image.value);
    return result;
}

int parameters_read(const struct parameters *p, struct parameters_image *image)
{
    const cl_command_queue queue = p->device->queue;
    const size_t bytes = layers_parameters() * sizeof(float);

    TRY(clEnqueueReadBuffer(queue, p->value, CL_TRUE, 0, bytes, image->value, 0, NULL, NULL));
    TRY(clEnqueueReadBuffer(queue, p->velocity, CL_TRUE, 0, bytes, image->velocity, 0, NULL, NULL));
    TRY(clEnqueueReadBuffer(queue, p->running, CL_TRUE, 0, layers_running() * sizeof(float), image->running, 0, NULL,
                            NULL));
    return 0;
}

static int write_twin(struct parameters *p, const float *value)
{
    float *twin = malloc(layers_linear() * sizeof(*twin));
    cl_int err;

    if (!twin) {
        return fail("out of memory");
    }
    for (size_t id = 0; id < LAYERS; ++id) {
        const size_t base = layers_weight((enum layer_id)id);
        const size_t rows = layer_rows(&layers[id]);
        const size_t out = layers[id].out;
        for (size_t i = 0; i < rows * out; ++i) {
            twin[base + i % out * rows + i / out] = value[base + i];
        }
    }
    err = clEnqueueWriteBuffer(p->device->queue, p->twin, CL_TRUE, 0, layers_linear() * sizeof(*twin), twin, 0, NULL,
                               NULL);
    free(twin);
    TRY(err);
    return 0;
}

int parameters_write(struct parameters *p, const struct parameters_image *image)
{
    const cl_command_queue queue = p->device->queue;
    const size_t bytes = layers_parameters() * sizeof(float);

    TRY(clEnqueueWriteBuffer(queue, p->value, CL_TRUE, 0, bytes, image->value, 0, NULL, NULL));
    TRY(clEnqueueWriteBuffer(queue, p->velocity, CL_TRUE, 0, bytes, image->velocity, 0, NULL, NULL));
    TRY(clEnqueueWriteBuffer(queue, p->running, CL_TRUE, 0, layers_running() * sizeof(float), image->running, 0, NULL,
                             NULL));
    return write_twin(p, image->value);
}

int parameters_descend(struct parameters *p, float rate)
{
    const cl_float momentum = 0.9f;
    const cl_float decay = 1e-4f;
    const cl_uint decayed = (cl_uint)(layers_linear() + CLASSES * FEATURES);
    const cl_uint tile_count = (cl_uint)(layers_linear() / TILE_VALUES);
    const struct argument arguments[] = {
        ARGUMENT(p->value), ARGUMENT(p->gradient), ARGUMENT(p->velocity), ARGUMENT(rate),     ARGUMENT(momentum),
        ARGUMENT(decay),    ARGUMENT(decayed),     ARGUMENT(p->twin),     ARGUMENT(p->tiles), ARGUMENT(tile_count),
    };

    return device_launch(p->device, p->descend, arguments, sizeof(arguments) / sizeof(arguments[0]),
                         padded_parameters() / TILE_VALUES, 1);
}
