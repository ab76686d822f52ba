/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes by kind: those of x, of y, of the parameters, of statistics. */
#include "norm_shapes.h"

#include "names.h"

static int follows_y(enum norm_file file)
{
    return file == NORM_Y || file == NORM_RESIDUAL || file == NORM_EXPECT || file == NORM_DY || file == NORM_DRESIDUAL;
}

static int follows_x(const clgn_problem *p, enum norm_file file)
{
    const int skip = file == NORM_SKIP || file == NORM_DSKIP;

    return file == NORM_X || file == NORM_SUM || file == NORM_DX || (skip && p->skip != CLGN_SKIP_PER_CHANNEL);
}

static struct norm_shape shape_of_1(size_t a)
{
    return (struct norm_shape){1, {a}, a};
}

static struct norm_shape shape_of_2(size_t a, size_t b)
{
    return (struct norm_shape){2, {a, b}, a * b};
}

/* The shape of x or y. */
static struct norm_shape tensor_shape(const clgn_problem *p, clgn_layout layout)
{
    struct norm_shape s = {p->spatial_dims + 2, {p->n}, p->n * p->c};
    const size_t first = layout == CLGN_LAYOUT_FIRST ? 2 : 1;

    s.axis[layout == CLGN_LAYOUT_FIRST ? 1 : s.rank - 1] = p->c;
    for (size_t i = 0; i < p->spatial_dims; ++i) {
        s.axis[first + i] = p->spatial[i];
        s.count *= p->spatial[i];
    }
    return s;
}

struct norm_shape norm_shapes_of(const clgn_problem *problem, enum norm_file file)
{
    if (follows_x(problem, file) || follows_y(file)) {
        return tensor_shape(problem, norm_shapes_layout(problem, file));
    }
    switch (file) {
    case NORM_BIAS:
    case NORM_GAMMA:
    case NORM_BETA:
    case NORM_RUNNING_MEAN:
    case NORM_RUNNING_VAR:
    case NORM_DGAMMA:
    case NORM_DBETA:
    case NORM_DBIAS:
        return shape_of_1(problem->c);
    case NORM_GIVEN_MEAN:
    case NORM_GIVEN_RSTD:
    case NORM_MEAN:
    case NORM_RSTD:
        return problem->norm == CLGN_NORM_BATCH ? shape_of_1(problem->c) : shape_of_2(problem->n, problem->groups);
    default:
        return shape_of_2(problem->n, problem->c);
    }
}

clgn_layout norm_shapes_layout(const clgn_problem *problem, enum norm_file file)
{
    return follows_x(problem, file) ? problem->x.layout : follows_y(file) ? problem->y.layout : CLGN_LAYOUT_FIRST;
}

clgn_dtype norm_shapes_dtype(const clgn_problem *problem, enum norm_file output)
{
    return follows_y(output)                    ? problem->y.dtype
           : follows_x(problem, output)         ? problem->x.dtype
           : problem->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64
                                                : CLGN_DTYPE_F32;
}

size_t norm_shapes_bytes(const clgn_problem *problem, enum norm_file output)
{
    return norm_shapes_of(problem, output).count * names_dtype_bytes(norm_shapes_dtype(problem, output));
}
