/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a call as a problem and its input tensors, shapes checked, elements converted to the device's types. */
#ifndef CLGN_TOOLS_NORM_DATA_H
#define CLGN_TOOLS_NORM_DATA_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "norm_options.h"
#include "norm_shapes.h"
#include "npy.h"

/* One input. */
struct norm_tensor {
    size_t rank; /* shape as in the file */
    size_t shape[NPY_MAX_RANK];
    size_t count;
    clgn_dtype dtype; /* on the device; NONE: absent */
    void *stored;     /* count elements of dtype, rounded to nearest even once */
};

struct norm_data {
    clgn_problem problem; /* groups as many as the norm stands for */
    size_t spatial;       /* the product of the spatial axes */
    size_t elements;
    struct norm_tensor input[NORM_INPUTS]; /* NORM_EXPECT as F64 */
};

/**
 * Read all input files of the options.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int norm_data_read(const struct norm_options *options, struct norm_data *data, char *error, size_t error_bytes);

/** Free; harmless on zeros. */
void norm_data_release(struct norm_data *data);

#endif
