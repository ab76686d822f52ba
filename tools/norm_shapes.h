/* SPDX-License-Identifier: Apache-2.0 */
/* The array that each file of a problem holds: its shape, the order of its axes, its type on the device. */
#ifndef CLGN_TOOLS_NORM_SHAPES_H
#define CLGN_TOOLS_NORM_SHAPES_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "norm_files.h"
#include "npy.h"

struct norm_shape {
    size_t rank;
    size_t axis[NPY_MAX_RANK];
    size_t count; /* the product of the axes, which fits: x does */
};

/** The shape of a file; of skip the one like x's, unless the problem has a skip per channel. */
struct norm_shape norm_shapes_of(const clgn_problem *problem, enum norm_file file);

/** The order of its axes; FIRST for those that are not of x's or y's shape. */
clgn_layout norm_shapes_layout(const clgn_problem *problem, enum norm_file file);

/** The type of an output on the device, and the bytes that it takes there. */
clgn_dtype norm_shapes_dtype(const clgn_problem *problem, enum norm_file output);
size_t norm_shapes_bytes(const clgn_problem *problem, enum norm_file output);

#endif
