/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an OpenCL device, building kernels, making buffers, launching. */
#include "device.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clblast_c.h>

#include "fashion_cl.h"

enum { MAX_PLATFORMS = 16, MAX_DEVICES = 16, LOG_BYTES = 4096 };

int fail(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    fputs("fashion: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return -1;
}

static void on_message(void *user, clgn_severity severity, const char *text)
{
    (void)user;
    if (severity != CLGN_SEVERITY_INFO) {
        fail("clgn: %s", text);
    }
}

/* Whether device d of platform p is the one meant: "P:D", or with spec NULL the first of the type. */
static int matches(const char *spec, unsigned p, unsigned d, cl_device_id id, cl_device_type type)
{
    cl_device_type actual = 0;
    char text[32];

    if (spec) {
        snprintf(text, sizeof(text), "%u:%u", p, d);
        return strcmp(spec, text) == 0;
    }
    return clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof(actual), &actual, NULL) == CL_SUCCESS && (actual & type) != 0;
}

/* A platform without a device is passed over. */
static cl_device_id find_device(const char *spec, cl_device_type type)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_device_id devices[MAX_DEVICES];
    cl_uint platform_count = 0;
    cl_uint device_count;

    if (clGetPlatformIDs(MAX_PLATFORMS, platforms, &platform_count) != CL_SUCCESS) {
        return NULL;
    }
    for (cl_uint p = 0; p < platform_count && p < MAX_PLATFORMS; ++p) {
        if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, MAX_DEVICES, devices, &device_count) != CL_SUCCESS) {
            continue;
        }
        for (cl_uint d = 0; d < device_count && d < MAX_DEVICES; ++d) {
            if (matches(spec, p, d, devices[d], type)) {
                return devices[d];
            }
        }
    }
    return NULL;
}

/*
 * CLBlast's parameters for CPUs, in place of its defaults for unknown devices: a work-item computes a tile of 4 x 16
 * elements of C in vector registers, without local memory. With PoCL on 2 cores this is some 15 times as fast. Matrices
 * whose sizes are multiples of 16 are used where they lie: one launch for a product.
 */
static int tune_for_cpu(cl_device_id id)
{
    static const char *const names[] = {"GEMMK", "MWG",   "NWG", "KWG", "KREG", "KWI",  "MDIMC", "NDIMC",
                                        "MDIMA", "NDIMB", "VWM", "VWN", "STRM", "STRN", "SA",    "SB"};
    static const size_t values[] = {1, 16, 16, 1, 1, 1, 1, 4, 1, 1, 8, 1, 0, 0, 0, 0};
    static const char *const routine_names[] = {"XGEMM_MIN_INDIRECT_SIZE"};
    static const size_t routine_values[] = {1};
    const char *copies[sizeof(names) / sizeof(names[0])];

    memcpy(copies, names, sizeof(names));
    TRY(CLBlastOverrideParameters(id, "Xgemm", CLBlastPrecisionSingle, sizeof(values) / sizeof(values[0]), copies,
                                  values));
    copies[0] = routine_names[0];
    TRY(CLBlastOverrideParameters(id, "GemmRoutine", CLBlastPrecisionSingle, 1, copies, routine_values));
    return 0;
}

static int open_all(struct device *d)
{
    clgn_options options = CLGN_OPTIONS_INIT;
    cl_device_type type;
    cl_int err;

    TRY(clGetDeviceInfo(d->id, CL_DEVICE_NAME, sizeof(d->name), d->name, NULL));
    TRY(clGetDeviceInfo(d->id, CL_DEVICE_TYPE, sizeof(type), &type, NULL));
    d->cl = clCreateContext(NULL, 1, &d->id, NULL, NULL, &err);
    TRY(err);
    d->queue = clCreateCommandQueue(d->cl, d->id, 0, &err);
    TRY(err);
    options.on_message = on_message;
    TRY(clgn_context_create(d->cl, d->id, &options, &d->clgn));
    return type & CL_DEVICE_TYPE_CPU ? tune_for_cpu(d->id) : 0;
}

int device_open(const char *spec, struct device *device)
{
    memset(device, 0, sizeof(*device));
    if (!spec) {
        spec = getenv("CLGN_DEVICE");
    }
    if (spec && !*spec) {
        spec = NULL;
    }
    device->id = find_device(spec, CL_DEVICE_TYPE_GPU);
    if (!device->id && !spec) {
        device->id = find_device(NULL, CL_DEVICE_TYPE_ALL);
    }
    if (!device->id) {
        return fail("device %s is not there; P:D counts platforms and their devices from 0", spec ? spec : "(any)");
    }
    return open_all(device);
}

void device_close(struct device *device)
{
    CLBlastClearCache();
    clgn_context_release(device->clgn);
    if (device->queue) {
        clReleaseCommandQueue(device->queue);
    }
    if (device->cl) {
        clReleaseContext(device->cl);
    }
    memset(device, 0, sizeof(*device));
}

cl_program device_program(const struct device *device, const char *options)
{
    const char *text = fashion_cl;
    char log[LOG_BYTES] = "";
    cl_int err;
    cl_program program = clCreateProgramWithSource(device->cl, 1, &text, NULL, &err);

    if (err == CL_SUCCESS) {
        err = clBuildProgram(program, 1, &device->id, options, NULL, NULL);
    }
    if (err != CL_SUCCESS) {
        if (program) {
            clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, sizeof(log) - 1, log, NULL);
            clReleaseProgram(program);
        }
        fail("fashion.cl does not build with %s: status %d\n%s", options, (int)err, log);
        return NULL;
    }
    return program;
}

cl_mem device_copy(const struct device *device, const void *data, size_t bytes)
{
    union { /* OpenCL only reads it, but does not say const */
        const void *in;
        void *out;
    } same = {data};
    cl_int err;
    cl_mem buffer = clCreateBuffer(device->cl, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes, same.out, &err);

    if (err != CL_SUCCESS) {
        fail("a buffer of %zu bytes: status %d", bytes, (int)err);
        return NULL;
    }
    return buffer;
}

cl_mem device_zeros(const struct device *device, size_t bytes)
{
    void *zeros = calloc(1, bytes);
    cl_mem buffer;

    if (!zeros) {
        fail("out of memory for %zu bytes", bytes);
        return NULL;
    }
    buffer = device_copy(device, zeros, bytes);
    free(zeros);
    return buffer;
}

cl_mem device_part(cl_mem whole, size_t offset_bytes, size_t bytes)
{
    const cl_buffer_region region = {offset_bytes, bytes};
    cl_int err;
    cl_mem part = clCreateSubBuffer(whole, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &err);

    if (err != CL_SUCCESS) {
        fail("a part of %zu bytes at %zu of a buffer: status %d", bytes, offset_bytes, (int)err);
        return NULL;
    }
    return part;
}

void device_free(cl_mem *buffer)
{
    if (*buffer) {
        clReleaseMemObject(*buffer);
        *buffer = NULL;
    }
}

int device_launch(const struct device *device, cl_kernel kernel, const struct argument *arguments, size_t count,
                  size_t width, size_t height)
{
    const size_t global[2] = {width, height};

    for (size_t i = 0; i < count; ++i) {
        TRY(clSetKernelArg(kernel, (cl_uint)i, arguments[i].bytes, arguments[i].value));
    }
    TRY(clEnqueueNDRangeKernel(device->queue, kernel, 2, NULL, global, NULL, 0, NULL, NULL));
    return 0;
}
