/* SPDX-License-Identifier: Apache-2.0 */
/* The residual network for one batch size: forward and backward passes over images of a data set. */
#ifndef FASHION_NETWORK_H
#define FASHION_NETWORK_H

#include "data.h"
#include "device.h"
#include "meter.h"
#include "norm.h"
#include "parameters.h"

/* A convolution with the normalisation behind it: x -> unfolded -> product -> y. */
struct unit {
    struct conv conv;
    struct norm norm;
    struct tensor product;
    struct tensor y;
    struct tensor gradient; /* of y, then of product */
};

/* relu(b(a(x)) + shortcut), the shortcut being x itself where the shape stays. */
struct block {
    int projects;
    struct unit a, b, shortcut;
};

/* The end: average over the pixels, linear layer, softmax, cross-entropy. */
struct head {
    cl_program program;
    cl_kernel head, gradient;
    cl_mem pooled, dlogits;
    cl_mem sums; /* loss and errors of each place in the batch, since they were last taken */
    cl_float2 *sums_read;
};

struct network {
    const struct device *device;
    struct parameters *p;
    size_t images; /* in a batch */
    struct norm_options options;
    struct conv_scratch scratch;
    struct unit stem;
    struct block blocks[BLOCKS];
    struct head head;
    struct meter meter;
    cl_event pace[2]; /* the ends of the last two passes */
};

int network_create(struct parameters *p, const struct norm_options *options, size_t images, struct network *net);
void network_release(struct network *net);

/* Enqueue a pass over the batch that stands at place first of data's order; places past data->count are computed, not
 * counted. Returns when the pass before the last one is done: PoCL slows down when very many commands wait. */
int network_infer(struct network *net, const struct data *data, size_t first);
int network_train(struct network *net, const struct data *data, size_t first, float rate);

/* Wait, then take and reset the sums of cross-entropy and of errors. */
int network_take_sums(struct network *net, double *loss, double *errors);

#endif
