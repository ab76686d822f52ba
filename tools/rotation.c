/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation and first touch of rotating buffers. */
#include "rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cl_ulong wanted_bytes = (cl_ulong)256 << 20;
static const cl_ulong enough_bytes = (cl_ulong)1 << 30; /* a pair that drives itself out of any cache */
static const cl_ulong most_bytes = (cl_ulong)6 << 30;

enum { MOST_PAIRS = 4096 };

static cl_ulong least_pairs(cl_ulong pair_bytes, int warm)
{
    return warm || pair_bytes >= enough_bytes ? 1 : 2;
}

cl_ulong rotation_least_bytes(size_t x_bytes, size_t y_bytes, int warm)
{
    const cl_ulong pair_bytes = (cl_ulong)x_bytes + (cl_ulong)y_bytes;

    return pair_bytes * least_pairs(pair_bytes, warm);
}

static size_t count_pairs(cl_device_id device, cl_ulong pair_bytes, int warm)
{
    const cl_ulong least = least_pairs(pair_bytes, warm);
    cl_ulong memory = 0;
    cl_ulong most = most_bytes;
    cl_ulong pairs;

    if (clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(memory), &memory, NULL) == CL_SUCCESS &&
        memory / 2 < most) {
        most = memory / 2;
    }
    if (pair_bytes == 0 || warm) {
        return (size_t)least;
    }
    pairs = wanted_bytes / pair_bytes + 1;
    if (pairs > most / pair_bytes) {
        pairs = most / pair_bytes;
    }
    return pairs < least ? (size_t)least : pairs > MOST_PAIRS ? MOST_PAIRS : (size_t)pairs;
}

static int beyond_cache(cl_device_id device, const struct rotation *r)
{
    cl_ulong cache = 0;

    if (clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof(cache), &cache, NULL) != CL_SUCCESS) {
        cache = 0;
    }
    return (cl_ulong)r->pairs * ((cl_ulong)r->x_bytes + (cl_ulong)r->y_bytes) > cache;
}

static cl_int make_pair(cl_context context, cl_command_queue queue, const void *data, struct rotation *r)
{
    const cl_uchar zero = 0;
    const size_t at = r->pairs;
    cl_int err;

    /* OpenCL knows no empty buffers. */
    r->x[at] = clCreateBuffer(context, CL_MEM_READ_WRITE, r->x_bytes ? r->x_bytes : 1, NULL, &err);
    if (err != CL_SUCCESS) {
        return err;
    }
    r->pairs++;
    r->y[at] = clCreateBuffer(context, CL_MEM_READ_WRITE, r->y_bytes ? r->y_bytes : 1, NULL, &err);
    if (err == CL_SUCCESS && r->x_bytes > 0 && data) {
        err = clEnqueueWriteBuffer(queue, r->x[at], CL_TRUE, 0, r->x_bytes, data, 0, NULL, NULL);
    }
    if (err == CL_SUCCESS && r->y_bytes > 0) {
        err = clEnqueueFillBuffer(queue, r->y[at], &zero, sizeof(zero), 0, r->y_bytes, 0, NULL, NULL);
    }
    return err == CL_SUCCESS ? clFinish(queue) : err;
}

int rotation_create(cl_context context, cl_device_id device, cl_command_queue queue, const void *data, size_t x_bytes,
                    size_t y_bytes, int warm, struct rotation *rotation, char *error, size_t error_bytes)
{
    const size_t pairs = count_pairs(device, (cl_ulong)x_bytes + (cl_ulong)y_bytes, warm);
    struct rotation r = {NULL, NULL, x_bytes, y_bytes, 0, 0, 0};
    cl_int err = CL_SUCCESS;

    r.x = calloc(pairs, sizeof(*r.x));
    r.y = calloc(pairs, sizeof(*r.y));
    if (!r.x || !r.y) {
        snprintf(error, error_bytes, "out of memory");
        rotation_release(&r);
        return -1;
    }
    while (r.pairs < pairs && err == CL_SUCCESS) {
        err = make_pair(context, queue, data, &r);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, error_bytes, "cannot allocate %zu pairs of %zu + %zu bytes on the device (OpenCL error %d)",
                 pairs, x_bytes, y_bytes, (int)err);
        rotation_release(&r);
        return -1;
    }
    r.cold = !warm && beyond_cache(device, &r);
    *rotation = r;
    return 0;
}

size_t rotation_next(struct rotation *rotation)
{
    const size_t turn = rotation->turn;

    rotation->turn = turn + 1 < rotation->pairs ? turn + 1 : 0;
    return turn;
}

void rotation_release(struct rotation *rotation)
{
    for (size_t i = 0; i < rotation->pairs; ++i) {
        if (rotation->x[i]) {
            clReleaseMemObject(rotation->x[i]);
        }
        if (rotation->y[i]) {
            clReleaseMemObject(rotation->y[i]);
        }
    }
    free(rotation->x);
    free(rotation->y);
    memset(rotation, 0, sizeof(*rotation));
}
