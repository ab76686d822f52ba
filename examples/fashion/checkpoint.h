/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hold a network on its way through a training run. */
#ifndef FASHION_CHECKPOINT_H
#define FASHION_CHECKPOINT_H

#include <stdint.h>

#include "parameters.h"

/* What a run was asked to do, and how far it is. */
struct checkpoint {
    uint32_t norm;   /* enum norm_kind */
    uint32_t groups; /* 0 unless the norm is group norm */
    uint32_t batch;
    uint32_t images; /* of the training set that are used */
    uint32_t epochs;
    uint32_t done; /* epochs */
    uint32_t seed;
    float rate; /* learning rate at the start */
};

/* Whether there is a file at path. */
int checkpoint_exists(const char *path);

/* Read a file; -1 after a message that names the file and what is wrong. free(image->value) releases what was read. */
int checkpoint_read(const char *path, struct checkpoint *c, struct parameters_image *image);

/* Replace the file at path, all of it or, when that fails, not at all. */
int checkpoint_write(const char *path, const struct checkpoint *c, const struct parameters_image *image);

/* 0 when both describe the same run, wherever they are in it; else a message says what differs. */
int checkpoint_match(const char *path, const struct checkpoint *file, const struct checkpoint *asked);

#endif
