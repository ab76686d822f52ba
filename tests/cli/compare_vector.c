/* SPDX-License-Identifier: Apache-2.0 */
/* compare_vector VECTOR FOLDER LAYOUT OUTPUT...: are FOLDER/OUTPUT.npy, which clgn-norm wrote, what PyTorch found? */

/* y and dresidual lie in LAYOUT, dx in the vector's. The result comes from the vector, the bound from the reference. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "npy.h"
#include "reference.h"
#include "vectors.h"

enum shape { SHAPE_X, SHAPE_Y, SHAPE_STATISTICS, SHAPE_CHANNELS, SHAPE_BATCH_CHANNELS };

/* One kind of output: what is expected, and how far off it may be; statistics have bounds of their own. */
struct output {
    const char *name;
    enum shape shape;
    const double *expected;
    const double *bound;
};

static int find_output(const struct vector_case *v, const struct vector_bounds *b, const char *name,
                       struct output *found)
{
    const struct output all[] = {
        {"y", SHAPE_Y, v->y, b->y},
        {"mean", SHAPE_STATISTICS, v->mean, NULL},
        {"rstd", SHAPE_STATISTICS, v->rstd, NULL},
        {"dx", SHAPE_X, v->dx, b->gradients.dx},
        {"dgamma", SHAPE_CHANNELS, v->dgamma, b->gradients.dgamma},
        {"dbeta", SHAPE_CHANNELS, v->dbeta, b->gradients.dbeta},
        {"dscale", SHAPE_BATCH_CHANNELS, v->dscale, b->gradients.dscale},
        {"dshift", SHAPE_BATCH_CHANNELS, v->dshift, b->gradients.dshift},
        {"dresidual", SHAPE_Y, v->dresidual, b->gradients.dresidual},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, name) == 0 && all[i].expected != NULL) {
            *found = all[i];
            return 0;
        }
    }
    return -1;
}

static clgn_layout layout_of(const struct vector_case *v, enum shape shape, clgn_layout y)
{
    return shape == SHAPE_X ? v->problem.x.layout : shape == SHAPE_Y ? y : CLGN_LAYOUT_FIRST;
}

static size_t fill_shape(const clgn_problem *p, enum shape shape, clgn_layout layout, size_t *axis)
{
    const size_t channels = layout == CLGN_LAYOUT_FIRST ? 1 : p->spatial_dims + 1;

    axis[0] = p->n;
    axis[1] = p->c;
    switch (shape) {
    case SHAPE_CHANNELS:
        axis[0] = p->c;
        return 1;
    case SHAPE_STATISTICS:
        axis[1] = reference_groups(p);
        axis[0] = p->norm == CLGN_NORM_BATCH ? p->c : p->n;
        return p->norm == CLGN_NORM_BATCH ? 1 : 2;
    case SHAPE_BATCH_CHANNELS:
        return 2;
    default:
        memcpy(axis + (layout == CLGN_LAYOUT_FIRST ? 2 : 1), p->spatial, p->spatial_dims * sizeof axis[0]);
        axis[channels] = p->c;
        return p->spatial_dims + 2;
    }
}

/* Where element i of channels-first order lies. */
static size_t place(const clgn_problem *p, clgn_layout layout, size_t i)
{
    const size_t s = reference_spatial(p);

    return layout == CLGN_LAYOUT_FIRST ? i : (i / s / p->c * s + i % s) * p->c + i / s % p->c;
}

static double error_of(const struct vector_case *v, const struct output *o, size_t i, double found)
{
    const clgn_problem *p = &v->problem;

    if (o->bound != NULL) {
        return reference_error(o->shape == SHAPE_X || o->shape == SHAPE_Y ? p->x.dtype : CLGN_DTYPE_F32, found,
                               o->expected[i], o->bound[i]);
    }
    return o->expected == v->mean ? reference_mean_error(p, found, o->expected[i], v->rstd[i])
                                  : reference_rstd_error(p, found, o->expected[i]);
}

/* The largest error, in units of the bound; HUGE_VAL when the file is another array altogether. */
static double compare(const struct vector_case *v, const struct output *o, const char *path, clgn_layout y)
{
    const clgn_layout layout = layout_of(v, o->shape, y);
    size_t axis[NPY_MAX_RANK] = {0};
    const size_t rank = fill_shape(&v->problem, o->shape, layout, axis);
    char text[512] = "", wanted[256] = "";
    double worst = 0.0;
    struct npy file;

    if (npy_read(path, &file, text, sizeof text) != 0) {
        printf("%s\n", text);
        return HUGE_VAL;
    }
    if (file.type != NPY_F4 || file.rank != rank || memcmp(file.shape, axis, rank * sizeof axis[0]) != 0) {
        printf("%s: f%d %s instead of f4 %s\n", path, (int)file.type,
               npy_shape_text(file.rank, file.shape, text, sizeof text),
               npy_shape_text(rank, axis, wanted, sizeof wanted));
        worst = HUGE_VAL;
    }
    for (size_t i = 0; worst < HUGE_VAL && i < file.count; i++) {
        double value;

        convert_load(CLGN_DTYPE_F32, &value, (const float *)file.data + place(&v->problem, layout, i), 1);
        worst = fmax(worst, error_of(v, o, i, value));
    }
    npy_release(&file);
    return worst;
}

/* 1 when all outputs are within their bounds. */
static int compare_all(const struct vector_case *v, const struct vector_bounds *b, const char *folder, clgn_layout y,
                       char **names)
{
    int right = 1;

    for (; *names != NULL; names++) {
        struct output o;
        char path[1024];
        double error = HUGE_VAL;

        snprintf(path, sizeof path, "%s/%s.npy", folder, *names);
        if (find_output(v, b, *names, &o) == 0) {
            error = compare(v, &o, path, y);
        }
        printf("%-18s %-9s %8.3f of the bound\n", v->name, *names, error);
        right = right && error <= 1.0;
    }
    return right;
}

int main(int argc, char **argv)
{
    struct vector_case v;
    struct vector_bounds b;
    clgn_layout layout;
    char text[512] = "";
    int right = 0;

    if (argc < 5 || names_parse_layout(argv[3], &layout) != 0) {
        fprintf(stderr, "usage: compare_vector VECTOR FOLDER nchw|nhwc OUTPUT...\n");
        return 2;
    }
    if (vector_read(argv[1], &v, text, sizeof text) != 0) {
        fprintf(stderr, "compare_vector: %s\n", text);
        return 2;
    }
    if (vector_bounds_create(&v, &b) == 0) {
        right = compare_all(&v, &b, argv[2], layout, argv + 4);
    } else {
        fprintf(stderr, "compare_vector: out of memory\n");
    }
    vector_bounds_release(&b);
    vector_release(&v);
    return right ? 0 : 1;
}
