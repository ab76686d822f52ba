/* SPDX-License-Identifier: Apache-2.0 */
/* Allocating and filling the tensors of a problem. */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"

/* Tensors are filled with one block of random numbers, again and again: the memory system cannot tell. */
enum { BLOCK = 1 << 20 };

int workload_fits(const struct device_open *device, const clgn_problem *problem, int warm, char *why, size_t why_bytes)
{
    const double gib = 1024.0 * 1024.0 * 1024.0;
    cl_ulong memory = 0;
    cl_ulong most = 0;
    cl_ulong largest;
    cl_ulong all;
    struct tensors t;

    tensors_list(problem, &t);
    largest = t.buffer_bytes[TENSORS_READ] > t.buffer_bytes[TENSORS_WRITTEN] ? t.buffer_bytes[TENSORS_READ]
                                                                             : t.buffer_bytes[TENSORS_WRITTEN];
    all = rotation_least_bytes(t.buffer_bytes[TENSORS_READ], t.buffer_bytes[TENSORS_WRITTEN], warm);
    clGetDeviceInfo(device->entry.device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(memory), &memory, NULL);
    clGetDeviceInfo(device->entry.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(most), &most, NULL);
    if (largest > most) {
        snprintf(why, why_bytes, "too large: a buffer of %.1f GiB where the device allows %.1f GiB",
                 (double)largest / gib, (double)most / gib);
        return 0;
    }
    if (all > memory / 4 * 3) {
        snprintf(why, why_bytes, "too large: %.1f GiB of tensors where the device has %.1f GiB in all",
                 (double)all / gib, (double)memory / gib);
        return 0;
    }
    return 1;
}

/* Uniform in [-1, 1): xorshift64*, the same on every computer. */
static double next_random(cl_ulong *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 4503599627370496.0 - 1.0;
}

static void *random_block(clgn_dtype dtype, size_t elements)
{
    double *values = malloc((elements + 1) * sizeof(*values));
    void *block = malloc(elements * names_dtype_bytes(dtype) + 1);
    cl_ulong state = 88172645463325252u;

    if (values && block) {
        for (size_t i = 0; i < elements; ++i) {
            values[i] = 0.25 + 2.0 * next_random(&state);
        }
        convert_store(dtype, block, values, elements);
        free(values);
        return block;
    }
    free(values);
    free(block);
    return NULL;
}

static int fill(const struct device_open *device, cl_mem buffer, const struct tensors_entry *entry)
{
    const size_t size = names_dtype_bytes(entry->dtype);
    const size_t block = entry->elements < BLOCK ? entry->elements : BLOCK;
    void *data = random_block(entry->dtype, block);
    cl_int err = data ? CL_SUCCESS : CL_OUT_OF_HOST_MEMORY;

    for (size_t done = 0; done < entry->elements && err == CL_SUCCESS; done += block) {
        const size_t count = entry->elements - done < block ? entry->elements - done : block;
        err = clEnqueueWriteBuffer(device->queue, buffer, CL_TRUE, entry->offset + done * size, count * size, data, 0,
                                   NULL, NULL);
    }
    free(data);
    return err == CL_SUCCESS ? 0 : -1;
}

/* The first pair from the host, the others from the first. */
static int fill_all(struct workload *w)
{
    const struct rotation *r = &w->rotation;

    for (size_t i = 0; i < w->tensors.count; ++i) {
        const struct tensors_entry *entry = &w->tensors.entries[i];
        const cl_mem buffer = entry->buffer == TENSORS_READ ? r->x[0] : w->parameters;
        if (entry->buffer != TENSORS_WRITTEN && fill(w->device, buffer, entry) != 0) {
            return -1;
        }
    }
    for (size_t pair = 1; pair < r->pairs; ++pair) {
        if (r->x_bytes > 0 &&
            clEnqueueCopyBuffer(w->device->queue, r->x[0], r->x[pair], 0, 0, r->x_bytes, 0, NULL, NULL) != CL_SUCCESS) {
            return -1;
        }
    }
    return clFinish(w->device->queue) == CL_SUCCESS ? 0 : -1;
}

static void set_arguments(struct workload *w)
{
    for (size_t i = 0; i < w->tensors.count; ++i) {
        const struct tensors_entry *entry = &w->tensors.entries[i];
        clgn_tensor *tensor = tensors_of(&w->args, entry);
        tensor->offset = entry->offset;
        tensor->mem = entry->buffer == TENSORS_PARAMETERS ? w->parameters : NULL;
    }
}

int workload_create(const struct device_open *device, const clgn_problem *problem, int warm, struct workload *workload,
                    char *error, size_t error_bytes)
{
    struct workload w = {.device = device, .args = CLGN_ARGS_INIT};
    const size_t *bytes = w.tensors.buffer_bytes;
    cl_int err;

    tensors_list(problem, &w.tensors);
    w.parameters = clCreateBuffer(device->context, CL_MEM_READ_WRITE, bytes[TENSORS_PARAMETERS] + 1, NULL, &err);
    if (err != CL_SUCCESS) {
        snprintf(error, error_bytes, "cannot allocate %zu bytes of parameters (OpenCL error %d)",
                 bytes[TENSORS_PARAMETERS], (int)err);
        return -1;
    }
    if (rotation_create(device->context, device->entry.device, device->queue, NULL, bytes[TENSORS_READ],
                        bytes[TENSORS_WRITTEN], warm, &w.rotation, error, error_bytes) != 0) {
        workload_release(&w);
        return -1;
    }
    if (fill_all(&w) != 0) {
        snprintf(error, error_bytes, "cannot fill the tensors");
        workload_release(&w);
        return -1;
    }
    set_arguments(&w);
    *workload = w;
    return 0;
}

int workload_serve(struct workload *workload, const clgn_plan *plan)
{
    size_t bytes = 0;
    cl_int err = CL_SUCCESS;

    if (clgn_plan_workspace_bytes(plan, &bytes) != CLGN_OK) {
        return -1;
    }
    if (workload->workspace) {
        clReleaseMemObject(workload->workspace);
        workload->workspace = NULL;
    }
    if (bytes > 0) {
        workload->workspace = clCreateBuffer(workload->device->context, CL_MEM_READ_WRITE, bytes, NULL, &err);
    }
    workload->args.workspace.mem = err == CL_SUCCESS ? workload->workspace : NULL;
    return err == CL_SUCCESS ? 0 : -1;
}

void workload_place(const void *user, cl_mem read, cl_mem written, clgn_args *args)
{
    const struct workload *w = user;

    for (size_t i = 0; i < w->tensors.count; ++i) {
        const struct tensors_entry *entry = &w->tensors.entries[i];
        if (entry->buffer != TENSORS_PARAMETERS) {
            tensors_of(args, entry)->mem = entry->buffer == TENSORS_READ ? read : written;
        }
    }
}

void workload_release(struct workload *workload)
{
    rotation_release(&workload->rotation);
    if (workload->parameters) {
        clReleaseMemObject(workload->parameters);
    }
    if (workload->workspace) {
        clReleaseMemObject(workload->workspace);
    }
    memset(workload, 0, sizeof(*workload));
}
