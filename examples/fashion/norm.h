/* SPDX-License-Identifier: Apache-2.0 */
/* Normalisation, addition of the shortcut and activation after a convolution: one clgn plan each way. */
#ifndef FASHION_NORM_H
#define FASHION_NORM_H

#include "conv.h"
#include "device.h"
#include "parameters.h"

enum norm_kind { NORM_NONE, NORM_GROUP, NORM_LAYER, NORM_INSTANCE, NORM_BATCH, NORM_KINDS };

/* "none", "gn", "ln", "in", "bn". */
extern const char *const norm_names[NORM_KINDS];

/* Where statistics come from, and whether the layer can learn. */
enum norm_mode {
    NORM_TRAIN,      /* the batch or the image; batch norm updates its running statistics */
    NORM_INFER,      /* batch norm: running statistics; else the image */
    NORM_INFER_BATCH /* as in training, but nothing learns: running statistics stay */
};

struct norm_options {
    enum norm_kind kind;
    size_t groups; /* of NORM_GROUP */
    enum norm_mode mode;
};

struct norm {
    const struct device *device;
    clgn_plan *forward;
    clgn_plan *backward;        /* training only */
    cl_mem mean, rstd, mean_lo; /* that forward writes and backward reads, where there are any */
    cl_mem workspace;           /* NULL when neither needs one */
    size_t statistics;          /* elements of mean */
    const struct parameters *p;
    enum layer_id id;
    struct norm_options options;
};

/* For y = act(norm(x) + residual) of tensors like shape. */
int norm_create(const struct parameters *p, enum layer_id id, const struct norm_options *options, size_t images,
                const struct tensor *shape, int residual, int relu, struct norm *norm);
void norm_release(struct norm *norm);

/* residual is NULL where the layer has none. */
int norm_forward(struct norm *norm, const struct tensor *x, const struct tensor *residual, const struct tensor *y);
/* dy becomes dx; dresidual is NULL where the layer has no residual. */
int norm_backward(struct norm *norm, const struct tensor *x, const struct tensor *residual, const struct tensor *dy,
                  const struct tensor *dresidual);

#endif
