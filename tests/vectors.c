/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the folders of tests/data/vectors: problems with inputs and results from an independent implementation. */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "npy.h"
#include "reference.h"

const char *const vector_names[] = {"fashion_stage2",
                                    "gn_1d_noaffine",
                                    "gn_3d",
                                    "gn_f16",
                                    "gn_modulate_silu",
                                    "gn_nchw",
                                    "gn_nhwc",
                                    "gn_residual_relu",
                                    "gn_silu_large_mean",
                                    "in",
                                    "ln",
                                    NULL};

const char *const vector_batch_names[] = {"bn", "bn_nhwc", NULL};

/* The text behind "key": in a flat JSON object. */
static const char *find(const char *json, const char *key)
{
    char quoted[64];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    at = strstr(json, quoted);
    return at != NULL ? at + strlen(quoted) + strspn(at + strlen(quoted), " ") : "";
}

static int is(const char *json, const char *key, const char *value)
{
    const char *at = find(json, key);

    return strncmp(at, value, strlen(value)) == 0;
}

static int read_act(const char *json, clgn_problem *p)
{
    const char *at = find(json, "act");
    char word[32] = "";

    at += *at == '"';
    snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "\""), at);
    return names_parse_act(word, &p->act, &p->act_alpha);
}

static int read_problem(const char *json, clgn_problem *p)
{
    const char *at = find(json, "shape");
    size_t axes[2 + CLGN_MAX_SPATIAL] = {0}, count = 0;

    for (at = strchr(at, '['); at != NULL && *at != ']' && count < sizeof axes / sizeof axes[0]; count++) {
        char *end = NULL;

        axes[count] = (size_t)strtoul(at + 1, &end, 10);
        at = end + strcspn(end, ",]");
    }
    *p = (clgn_problem)CLGN_PROBLEM_INIT;
    p->n = axes[0];
    p->c = axes[1];
    p->spatial_dims = count - 2;
    memcpy(p->spatial, axes + 2, sizeof p->spatial);
    p->groups = (size_t)strtoul(find(json, "groups"), NULL, 10);
    p->norm = is(json, "norm", "\"layer\"")      ? CLGN_NORM_LAYER
              : is(json, "norm", "\"instance\"") ? CLGN_NORM_INSTANCE
              : is(json, "norm", "\"batch\"")    ? CLGN_NORM_BATCH
                                                 : CLGN_NORM_GROUP;
    p->eps = strtod(find(json, "eps"), NULL);
    p->x.dtype = is(json, "dtype", "\"float16\"") ? CLGN_DTYPE_F16 : CLGN_DTYPE_F32;
    p->x.layout = is(json, "layout", "\"nhwc\"") ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    p->y.layout = p->x.layout;
    p->gamma = p->beta = is(json, "affine", "true") ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p->scale = p->shift = is(json, "modulate", "true") ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p->residual = is(json, "residual", "true");
    return count < 2 ? -1 : read_act(json, p);
}

static const char *folder(void)
{
    const char *set = getenv("CLGN_TEST_DATA");

    return set != NULL ? set : CLGN_TEST_DATA_DIR;
}

static int read_json(const char *name, char *json, size_t bytes)
{
    char path[1024];
    FILE *file;
    size_t got;

    snprintf(path, sizeof path, "%s/vectors/%s/case.json", folder(), name);
    file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    got = fread(json, 1, bytes - 1, file);
    json[got] = '\0';
    (void)fclose(file);
    return got == 0 ? -1 : 0;
}

/* (n, s, c) to (n, c, s). */
static void to_channels_first(const clgn_problem *p, const double *from, double *to)
{
    const size_t s = reference_spatial(p);

    for (size_t n = 0; n < p->n; n++) {
        for (size_t k = 0; k < s; k++) {
            for (size_t c = 0; c < p->c; c++) {
                to[(n * p->c + c) * s + k] = from[(n * s + k) * p->c + c];
            }
        }
    }
}

/* Reads an array of count values; full ones are turned to channels-first. */
static double *read_array(const struct vector_case *v, const char *array, size_t count, int full, char *text,
                          size_t bytes)
{
    char path[1024];
    struct npy npy;
    double *values = malloc(count * sizeof *values), *turned = NULL;

    snprintf(path, sizeof path, "%s/vectors/%s/%s.npy", folder(), v->name, array);
    if (values == NULL || npy_read(path, &npy, text, bytes) != 0) {
        free(values);
        return NULL;
    }
    if (npy.count == count) {
        convert_load(npy.type == NPY_F2   ? CLGN_DTYPE_F16
                     : npy.type == NPY_F4 ? CLGN_DTYPE_F32
                                          : CLGN_DTYPE_F64,
                     values, npy.data, count);
        turned = values;
    } else {
        snprintf(text, bytes, "%s: %zu elements instead of %zu", path, npy.count, count);
    }
    npy_release(&npy);
    if (turned != NULL && full && v->problem.x.layout == CLGN_LAYOUT_LAST) {
        turned = malloc(count * sizeof *turned);
        if (turned != NULL) {
            to_channels_first(&v->problem, values, turned);
        }
    }
    if (turned != values) {
        free(values);
    }
    return turned;
}

/* An array of a folder: where it goes, and whether the problem has it. */
struct array {
    const char *name;
    double **values;
    int wanted;
    size_t count;
};

/* The first ones have x's shape. */
enum { FULL_ARRAYS = 6, ARRAYS = 16 };

static void list_arrays(struct vector_case *v, struct array *list)
{
    const clgn_problem *p = &v->problem;
    const size_t full = p->n * p->c * reference_spatial(p), statistics = reference_populations(p);
    const struct array all[ARRAYS] = {
        {"x", &v->x, 1, full},
        {"y", &v->y, 1, full},
        {"dy", &v->dy, 1, full},
        {"dx", &v->dx, 1, full},
        {"residual", &v->residual, p->residual, full},
        {"dresidual", &v->dresidual, p->residual, full},
        {"mean", &v->mean, 1, statistics},
        {"rstd", &v->rstd, 1, statistics},
        {"gamma", &v->gamma, p->gamma != CLGN_DTYPE_NONE, p->c},
        {"beta", &v->beta, p->beta != CLGN_DTYPE_NONE, p->c},
        {"dgamma", &v->dgamma, p->gamma != CLGN_DTYPE_NONE, p->c},
        {"dbeta", &v->dbeta, p->beta != CLGN_DTYPE_NONE, p->c},
        {"scale", &v->scale, p->scale != CLGN_DTYPE_NONE, p->n * p->c},
        {"shift", &v->shift, p->shift != CLGN_DTYPE_NONE, p->n * p->c},
        {"dscale", &v->dscale, p->scale != CLGN_DTYPE_NONE, p->n * p->c},
        {"dshift", &v->dshift, p->shift != CLGN_DTYPE_NONE, p->n * p->c},
    };

    memcpy(list, all, sizeof all);
}

int vector_read(const char *name, struct vector_case *v, char *text, size_t bytes)
{
    char json[2048] = "";
    struct array all[ARRAYS];

    memset(v, 0, sizeof *v);
    v->name = name;
    if (read_json(name, json, sizeof json) != 0 || read_problem(json, &v->problem) != 0) {
        snprintf(text, bytes, "%s/vectors/%s/case.json cannot be read", folder(), name);
        return -1;
    }
    list_arrays(v, all);
    for (size_t i = 0; i < ARRAYS; i++) {
        if (all[i].wanted) {
            *all[i].values = read_array(v, all[i].name, all[i].count, i < FULL_ARRAYS, text, bytes);
            if (*all[i].values == NULL) {
                vector_release(v);
                return -1;
            }
        }
    }
    return 0;
}

void vector_release(struct vector_case *v)
{
    struct array all[ARRAYS];

    list_arrays(v, all);
    for (size_t i = 0; i < ARRAYS; i++) {
        free(*all[i].values);
    }
    memset(v, 0, sizeof *v);
}

clgn_problem vector_backward(const struct vector_case *v)
{
    clgn_problem p = v->problem;

    p.direction = CLGN_BACKWARD;
    p.mean_lo = 1;
    p.dgamma = v->dgamma != NULL ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.dbeta = v->dbeta != NULL ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.dscale = v->dscale != NULL ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.dshift = v->dshift != NULL ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.dresidual = v->dresidual != NULL;
    return p;
}

int vector_bounds_create(const struct vector_case *v, struct vector_bounds *bounds)
{
    const struct reference_tensors in = {
        .x = v->x, .gamma = v->gamma, .beta = v->beta, .scale = v->scale, .shift = v->shift, .residual = v->residual};
    const struct reference_upstream up = {v->dy, NULL, NULL};
    const clgn_problem backward = vector_backward(v);
    struct reference_gradients unused; /* the case has the results */
    struct reference_result out;
    int result = -1;

    memset(&unused, 0, sizeof unused);
    memset(&out, 0, sizeof out);
    memset(bounds, 0, sizeof *bounds);
    bounds->y = malloc((v->problem.n * v->problem.c * reference_spatial(&v->problem) + 1) * sizeof *bounds->y);
    out.bound = bounds->y;
    if (bounds->y != NULL && reference_forward(&v->problem, &in, &out) == 0 &&
        reference_gradients_create(&backward, &unused) == 0 &&
        reference_gradients_create(&backward, &bounds->gradients) == 0) {
        result = reference_backward(&backward, &in, &up, &unused, &bounds->gradients);
    }
    reference_gradients_release(&unused);
    return result;
}

void vector_bounds_release(struct vector_bounds *bounds)
{
    free(bounds->y);
    reference_gradients_release(&bounds->gradients);
}
