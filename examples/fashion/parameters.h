/* SPDX-License-Identifier: Apache-2.0 */
/* All that the network learns, in flat arrays on the device: initialisation and the descent step. */
#ifndef FASHION_PARAMETERS_H
#define FASHION_PARAMETERS_H

#include <stdint.h>

#include "device.h"
#include "layers.h"

struct parameters {
    const struct device *device;
    cl_mem value;    /* as layers.h places them */
    cl_mem gradient; /* likewise */
    cl_mem velocity; /* likewise: the momentum's memory */
    cl_mem twin;     /* the convolutions' weights again, each as [out][row] */
    cl_mem tiles;    /* where each tile of 16 x 16 weights stands in value and in twin */
    cl_mem running;  /* running mean and variance of each layer */
    cl_program program;
    cl_kernel descend;
};

/* Host copies of what a checkpoint holds. */
struct parameters_image {
    float *value, *velocity, *running; /* layers_parameters() twice, layers_running(): one allocation, at value */
};

int parameters_create(const struct device *device, struct parameters *p);
void parameters_release(struct parameters *p);

/* He initialisation: weights normal with variance 2 / fan-in; gamma 1, beta 0; the linear layer 1 / fan-in. */
int parameters_initialise(struct parameters *p, uint64_t seed);

/* Room for all; free(image->value) releases it. */
int parameters_image_create(struct parameters_image *image);
int parameters_read(const struct parameters *p, struct parameters_image *image);
int parameters_write(struct parameters *p, const struct parameters_image *image);

/* One step down the gradient: momentum 0.9, weight decay 0.0001 on weights. */
int parameters_descend(struct parameters *p, float rate);

#endif
