/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of a whole batch as products of matrices by CLBlast, with its gradients. */
#ifndef FASHION_CONV_H
#define FASHION_CONV_H

#include "device.h"
#include "layers.h"
#include "parameters.h"

/* Activations or gradients, [channel][columns]: a row is all images' pixels, padded to a multiple of 16. */
struct tensor {
    cl_mem mem;
    size_t channels;
    size_t pixels; /* of one image */
    size_t columns;
};

int tensor_create(const struct device *device, size_t channels, size_t size, size_t images, struct tensor *t);

struct conv {
    const struct device *device;
    const struct layer *layer;
    size_t images;
    size_t rows;        /* of the unfolded input: tap * in + channel */
    size_t columns;     /* of the unfolded input and of the output */
    cl_mem unfolded;    /* [rows][columns] */
    cl_mem weight;      /* [rows][out], part of the parameters; gradient likewise */
    cl_mem weight_twin; /* [out][rows] */
    cl_mem gradient;
    cl_mem folding; /* [rows][columns], the network's scratch or a part: gradient of unfolded */
    cl_program program;
    cl_kernel unfold, fold, turn;
};

/* Scratch that the convolutions of a network share. */
struct conv_scratch {
    cl_mem folding;
    cl_mem turned;
};

/* Bytes of a scratch that fits every layer. */
size_t conv_folding_bytes(size_t images);
size_t conv_turned_bytes(size_t images);

int conv_create(const struct parameters *p, enum layer_id id, size_t images, const struct conv_scratch *scratch,
                struct conv *conv);
/*
 * A 1 x 1 convolution of the same input and stride as a 3 x 3 one: what it needs is the centre tap of that one's
 * unfolded input. It must not outlive the other.
 */
int conv_create_shortcut(const struct parameters *p, enum layer_id id, const struct conv *sibling, struct conv *conv);
void conv_release(struct conv *conv);

/* Unfold the input; for the first layer the images order[first], order[first + 1], ... */
int conv_unfold(struct conv *conv, const struct tensor *x);
int conv_unfold_images(struct conv *conv, cl_mem images, cl_mem order, size_t first);
/* y = weight * unfolded input. */
int conv_forward(struct conv *conv, const struct tensor *y);

/* The weight's gradient from dy and the input that is unfolded. */
int conv_backward_weight(struct conv *conv, const struct tensor *dy, cl_mem turned);
/* The unfolded input's gradient: written to the scratch, or added. */
int conv_backward_input(struct conv *conv, const struct tensor *dy, int add);
/* The input's gradient from the unfolded one: written to dx, or added. */
int conv_fold(struct conv *conv, const struct tensor *dx, int add);

#endif
