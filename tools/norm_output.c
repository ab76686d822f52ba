/* SPDX-License-Identifier: Apache-2.0 */
/* From a run's results to files. */
#include "norm_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "norm_shapes.h"

/* 16-bit types are widened, so that every reader understands the file and no value changes. */
static void *widen(clgn_dtype dtype, const unsigned char *stored, size_t count)
{
    const size_t size = names_dtype_bytes(dtype);
    float *wide = malloc(count * sizeof(*wide) + 1);

    for (size_t i = 0; wide && i < count; ++i) {
        double value;
        convert_load(dtype, &value, stored + i * size, 1);
        convert_store(CLGN_DTYPE_F32, &wide[i], &value, 1);
    }
    return wide;
}

static int write_one(const char *path, clgn_dtype dtype, const struct norm_shape *shape, void *stored, char *error,
                     size_t error_bytes)
{
    const int narrow = names_dtype_bytes(dtype) == 2;
    struct npy array = {.type = dtype == CLGN_DTYPE_F64 ? NPY_F8 : NPY_F4, .rank = shape->rank};
    int result;

    memcpy(array.shape, shape->axis, sizeof(array.shape));
    array.data = narrow ? widen(dtype, stored, shape->count) : stored;
    if (!array.data) {
        snprintf(error, error_bytes, "%s: out of memory", path);
        return -1;
    }
    result = npy_write(path, &array, error, error_bytes);
    if (narrow) {
        free(array.data);
    }
    return result;
}

int norm_output_check(const struct norm_options *options, char *error, size_t error_bytes)
{
    int result = 0;

    for (int i = NORM_INPUTS; i < NORM_FILES && result == 0; ++i) {
        if (options->path[i]) {
            result = npy_try_write(options->path[i], error, error_bytes);
        }
    }
    return result;
}

int norm_output_write(const struct norm_options *options, const struct norm_data *data, const struct norm_run *run,
                      char *error, size_t error_bytes)
{
    int result = 0;

    for (int i = NORM_INPUTS; i < NORM_FILES && result == 0; ++i) {
        const struct norm_shape shape = norm_shapes_of(&data->problem, (enum norm_file)i);
        if (options->path[i]) {
            result = write_one(options->path[i], norm_shapes_dtype(&data->problem, (enum norm_file)i), &shape,
                               run->output[i], error, error_bytes);
        }
    }
    return result;
}
