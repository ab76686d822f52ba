/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the network's convolutions, and where each layer's parameters lie in the flat arrays that hold all. */
#ifndef FASHION_LAYERS_H
#define FASHION_LAYERS_H

#include <stddef.h>

/* The stem, then of each block the two 3 x 3 convolutions and, where the shape changes, the 1 x 1 of the shortcut. */
enum layer_id {
    STEM,
    BLOCK1_A,
    BLOCK1_B,
    BLOCK2_A,
    BLOCK2_B,
    BLOCK2_SHORTCUT,
    BLOCK3_A,
    BLOCK3_B,
    BLOCK3_SHORTCUT,
    LAYERS
};

enum { BLOCKS = 3, IMAGE_SIZE = 28, FEATURES = 64, FEATURE_PIXELS = 16, CLASSES = 10 };

/* A convolution with taps 9 (3 x 3, a border of one zero) or 1; a normalisation follows each. */
struct layer {
    size_t in, out; /* channels */
    size_t size;    /* height and width of the input */
    size_t stride;
    size_t taps;
};

extern const struct layer layers[LAYERS];

/* Height and width of the output. */
size_t layer_out_size(const struct layer *layer);
/* Rows of the weight matrix, [row][out]: tap * in + channel, padded to a multiple of 16. */
size_t layer_rows(const struct layer *layer);

/*
 * Places in the flat array of parameters, in floats: all convolutions' weights, the linear layer's weight [class][c],
 * then what has no weight decay: gamma and beta of each layer, the linear layer's bias.
 */
size_t layers_weight(enum layer_id id);
size_t layers_gamma(enum layer_id id);
size_t layers_beta(enum layer_id id);
size_t layers_linear(void);
size_t layers_bias(void);
size_t layers_parameters(void);

/* Places in the flat array of running statistics. */
size_t layers_running_mean(enum layer_id id);
size_t layers_running_var(enum layer_id id);
size_t layers_running(void);

#endif
