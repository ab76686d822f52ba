/* SPDX-License-Identifier: Apache-2.0 */
/* Copy kernels of several shapes: long chunks for CPU devices, many work-items for GPUs, plain and non-temporal. */
#include "copy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* COPY_X vectors are read for every COPY_Y written. A CPU wants few work-items with a long
 * sequential loop each; a GPU wants neighbouring work-items on neighbouring vectors. */
static const char source[] =
    "#if COPY_CHUNKED\n"
    "typedef uint16 vec;\n"
    "#else\n"
    "typedef uint4 vec;\n"
    "#endif\n"
    "#if COPY_NT\n"
    "#ifndef __has_builtin\n"
    "#error no way to ask for the builtin\n"
    "#elif !__has_builtin(__builtin_nontemporal_store)\n"
    "#error no non-temporal store\n"
    "#endif\n"
    "#define STORE(value, at) __builtin_nontemporal_store((value), (at))\n"
    "#else\n"
    "#define STORE(value, at) (*(at) = (value))\n"
    "#endif\n"
    "static void move(__global const vec *x, __global vec *y, size_t unit)\n"
    "{\n"
    "    vec v = x[unit * COPY_X];\n"
    "#if COPY_X > 1\n"
    "    for (int i = 1; i < COPY_X; ++i)\n"
    "        v ^= x[unit * COPY_X + i];\n"
    "#endif\n"
    "    for (int i = 0; i < COPY_Y; ++i)\n"
    "        STORE(v, y + unit * COPY_Y + i);\n"
    "}\n"
    "__kernel void copy(__global const vec *restrict x, __global vec *restrict y, ulong units, ulong step)\n"
    "{\n"
    "#if COPY_CHUNKED\n"
    "    const size_t first = (size_t)(get_global_id(0) * step);\n"
    "    const size_t last = (size_t)min((ulong)first + step, units);\n"
    "    for (size_t unit = first; unit < last; ++unit)\n"
    "        move(x, y, unit);\n"
    "#else\n"
    "    size_t unit = get_group_id(0) * get_local_size(0) * COPY_UNROLL + get_local_id(0);\n"
    "    for (int i = 0; i < COPY_UNROLL; ++i, unit += get_local_size(0))\n"
    "        if (unit < units)\n"
    "            move(x, y, unit);\n"
    "#endif\n"
    "}\n";

struct kind {
    const char *name;
    int kernel;  /* 0: clEnqueueCopyBuffer */
    int chunked; /* for CPU devices, else for all others */
    int non_temporal;
    size_t chunk_bytes; /* chunked: of the larger tensor; 0: one chunk per compute unit */
    int unroll;         /* not chunked: vectors per work-item */
};

/* Kinds with the same program stand side by side: only the first of them builds it. */
static const struct kind kinds[] = {
    {"buffer", 0, 0, 0, 0, 0},
    {"chunk/cu", 1, 1, 0, 0, 0},
    {"chunk256k", 1, 1, 0, (size_t)256 << 10, 0},
    {"chunk2m", 1, 1, 0, (size_t)2 << 20, 0},
    {"chunk/cu-nt", 1, 1, 1, 0, 0},
    {"chunk256k-nt", 1, 1, 1, (size_t)256 << 10, 0},
    {"chunk2m-nt", 1, 1, 1, (size_t)2 << 20, 0},
    {"items", 1, 0, 0, 0, 1},
    {"items-nt", 1, 0, 1, 0, 1},
    {"items4", 1, 0, 0, 0, 4},
    {"items4-nt", 1, 0, 1, 0, 4},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

struct copy_set {
    size_t count;
    size_t x_ratio;
    size_t y_ratio;
    size_t compute_units;
    size_t local; /* work-items of a group for the kinds that are not chunked */
    const struct kind *kind[KIND_COUNT];
    cl_kernel kernel[KIND_COUNT];
};

static cl_program build(cl_context context, cl_device_id device, const struct kind *kind, const struct copy_set *set)
{
    const char *text = source;
    char options[256];
    cl_program program;
    cl_int err;

    snprintf(options, sizeof(options),
             "-cl-std=CL1.2 -DCOPY_X=%zu -DCOPY_Y=%zu -DCOPY_CHUNKED=%d -DCOPY_NT=%d -DCOPY_UNROLL=%d", set->x_ratio,
             set->y_ratio, kind->chunked, kind->non_temporal, kind->unroll);
    program = clCreateProgramWithSource(context, 1, &text, NULL, &err);
    if (err != CL_SUCCESS) {
        return NULL;
    }
    if (clBuildProgram(program, 1, &device, options, NULL, NULL) != CL_SUCCESS) {
        clReleaseProgram(program);
        return NULL;
    }
    return program;
}

static int same_program(const struct kind *a, const struct kind *b)
{
    return a->kernel && b->kernel && a->chunked == b->chunked && a->non_temporal == b->non_temporal &&
           a->unroll == b->unroll;
}

static void add_kernel_kinds(cl_context context, cl_device_id device, int chunked, struct copy_set *set)
{
    const struct kind *built = NULL;
    cl_program program = NULL;

    for (size_t k = 0; k < KIND_COUNT; ++k) {
        cl_int err = CL_SUCCESS;
        if (!kinds[k].kernel || kinds[k].chunked != chunked) {
            continue;
        }
        if (!built || !same_program(built, &kinds[k])) {
            if (program) {
                clReleaseProgram(program);
            }
            program = build(context, device, &kinds[k], set);
            built = &kinds[k];
        }
        if (!program) {
            continue;
        }
        set->kernel[set->count] = clCreateKernel(program, "copy", &err);
        if (err == CL_SUCCESS) {
            set->kind[set->count++] = &kinds[k];
        }
    }
    if (program) {
        clReleaseProgram(program);
    }
}

static void ask_device(cl_device_id device, struct copy_set *set, cl_device_type *type)
{
    cl_uint units = 1;
    size_t local = 1;

    if (clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof(*type), type, NULL) != CL_SUCCESS) {
        *type = CL_DEVICE_TYPE_DEFAULT;
    }
    if (clGetDeviceInfo(device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(units), &units, NULL) != CL_SUCCESS || units == 0) {
        units = 1;
    }
    if (clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(local), &local, NULL) != CL_SUCCESS ||
        local == 0) {
        local = 1;
    }
    set->compute_units = units;
    set->local = local < 256 ? local : 256;
}

static size_t greatest_divisor(size_t a, size_t b)
{
    while (b != 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int copy_create(cl_context context, cl_device_id device, size_t x_size, size_t y_size, struct copy_set **set,
                char *error, size_t error_bytes)
{
    cl_device_type type = CL_DEVICE_TYPE_DEFAULT;
    struct copy_set *s;

    if (x_size == 0 || y_size == 0) {
        snprintf(error, error_bytes, "no copy of %zu to %zu bytes", x_size, y_size);
        return -1;
    }
    s = calloc(1, sizeof(*s));
    if (!s) {
        snprintf(error, error_bytes, "out of memory");
        return -1;
    }
    s->x_ratio = x_size / greatest_divisor(x_size, y_size);
    s->y_ratio = y_size / greatest_divisor(x_size, y_size);
    ask_device(device, s, &type);
    if (x_size == y_size) {
        s->kind[s->count++] = &kinds[0];
    }
    add_kernel_kinds(context, device, (type & CL_DEVICE_TYPE_CPU) != 0, s);
    if (s->count == 0) {
        snprintf(error, error_bytes, "no copy kernel builds on this device");
        copy_release(s);
        return -1;
    }
    *set = s;
    return 0;
}

size_t copy_count(const struct copy_set *set)
{
    return set->count;
}

const char *copy_name(const struct copy_set *set, size_t kind)
{
    return set->kind[kind]->name;
}

static size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

/* Units (x_ratio vectors in, y_ratio out) per work-item and the launch that covers all of them. */
static void plan_launch(const struct copy_set *set, const struct kind *kind, size_t units, size_t *step, size_t *global,
                        size_t *local)
{
    if (kind->chunked) {
        const size_t wide = set->x_ratio > set->y_ratio ? set->x_ratio : set->y_ratio;
        *step = kind->chunk_bytes ? kind->chunk_bytes / (64 * wide) : ceil_div(units, set->compute_units);
        *global = ceil_div(units, *step);
        *local = 1;
    } else {
        *step = 1;
        *global = ceil_div(units, set->local * (size_t)kind->unroll) * set->local;
        *local = set->local;
    }
}

static cl_int enqueue_kernel(const struct copy_set *set, size_t at, cl_command_queue queue, cl_mem x, size_t x_bytes,
                             cl_mem y, size_t y_bytes, cl_event *done)
{
    const struct kind *kind = set->kind[at];
    cl_kernel kernel = set->kernel[at];
    const size_t vec_bytes = kind->chunked ? 64 : 16;
    const size_t x_units = x_bytes / (vec_bytes * set->x_ratio);
    const size_t y_units = y_bytes / (vec_bytes * set->y_ratio);
    const size_t units = x_units < y_units ? x_units : y_units;
    const cl_ulong units_arg = units;
    cl_ulong step_arg;
    size_t step;
    size_t global;
    size_t local;
    cl_int err;

    if (units == 0) {
        return clEnqueueMarkerWithWaitList(queue, 0, NULL, done);
    }
    plan_launch(set, kind, units, &step, &global, &local);
    step_arg = step;
    err = clSetKernelArg(kernel, 0, sizeof(x), &x);
    err = err == CL_SUCCESS ? clSetKernelArg(kernel, 1, sizeof(y), &y) : err;
    err = err == CL_SUCCESS ? clSetKernelArg(kernel, 2, sizeof(units_arg), &units_arg) : err;
    err = err == CL_SUCCESS ? clSetKernelArg(kernel, 3, sizeof(step_arg), &step_arg) : err;
    if (err != CL_SUCCESS) {
        return err;
    }
    return clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &local, 0, NULL, done);
}

cl_int copy_enqueue(const struct copy_set *set, size_t kind, cl_command_queue queue, cl_mem x, size_t x_bytes, cl_mem y,
                    size_t y_bytes, cl_event *done)
{
    if (set->kind[kind]->kernel) {
        return enqueue_kernel(set, kind, queue, x, x_bytes, y, y_bytes, done);
    }
    return clEnqueueCopyBuffer(queue, x, y, 0, 0, x_bytes < y_bytes ? x_bytes : y_bytes, 0, NULL, done);
}

void copy_release(struct copy_set *set)
{
    if (!set) {
        return;
    }
    for (size_t i = 0; i < set->count; ++i) {
        if (set->kernel[i]) {
            clReleaseKernel(set->kernel[i]);
        }
    }
    free(set);
}
