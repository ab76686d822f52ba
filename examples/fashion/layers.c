/* SPDX-License-Identifier: Apache-2.0 */
/* The network's convolutions and the places of its parameters. */
#include "layers.h"

enum { MULTIPLE = 16 };

const struct layer layers[LAYERS] = {
    [STEM] = {1, 16, IMAGE_SIZE, 2, 9}, [BLOCK1_A] = {16, 16, 14, 1, 9}, [BLOCK1_B] = {16, 16, 14, 1, 9},
    [BLOCK2_A] = {16, 32, 14, 2, 9},    [BLOCK2_B] = {32, 32, 7, 1, 9},  [BLOCK2_SHORTCUT] = {16, 32, 14, 2, 1},
    [BLOCK3_A] = {32, 64, 7, 2, 9},     [BLOCK3_B] = {64, 64, 4, 1, 9},  [BLOCK3_SHORTCUT] = {32, 64, 7, 2, 1},
};

size_t layer_out_size(const struct layer *layer)
{
    return (layer->size + layer->stride - 1) / layer->stride;
}

size_t layer_rows(const struct layer *layer)
{
    return (layer->in * layer->taps + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
}

/* Output channels of the layers before id. */
static size_t channels_before(size_t id)
{
    size_t sum = 0;

    for (size_t i = 0; i < id; ++i) {
        sum += layers[i].out;
    }
    return sum;
}

static size_t weights_before(size_t id)
{
    size_t sum = 0;

    for (size_t i = 0; i < id; ++i) {
        sum += layer_rows(&layers[i]) * layers[i].out;
    }
    return sum;
}

size_t layers_weight(enum layer_id id)
{
    return weights_before(id);
}

size_t layers_linear(void)
{
    return weights_before(LAYERS);
}

static size_t undecayed(void)
{
    return layers_linear() + CLASSES * FEATURES;
}

size_t layers_gamma(enum layer_id id)
{
    return undecayed() + 2 * channels_before(id);
}

size_t layers_beta(enum layer_id id)
{
    return layers_gamma(id) + layers[id].out;
}

size_t layers_bias(void)
{
    return undecayed() + 2 * channels_before(LAYERS);
}

size_t layers_parameters(void)
{
    return layers_bias() + CLASSES;
}

size_t layers_running_mean(enum layer_id id)
{
    return 2 * channels_before(id);
}

size_t layers_running_var(enum layer_id id)
{
    return layers_running_mean(id) + layers[id].out;
}

size_t layers_running(void)
{
    return 2 * channels_before(LAYERS);
}
