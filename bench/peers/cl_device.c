/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenCL device of a peer. */
#include "cl_device.h"

#include <stdio.h>

int cl_device_open(const char *spec, struct cl_device *device, char *version, size_t version_bytes, char *error)
{
    struct device_entry *e = &device->entry;
    cl_int err;

    if (device_pick(spec[0] != '\0' ? spec : NULL, e, error, WORKER_ERROR_BYTES) != 0) {
        return -1;
    }
    device->context = clCreateContext(NULL, 1, &e->device, NULL, NULL, &err);
    if (err == CL_SUCCESS) {
        device->queue = clCreateCommandQueue(device->context, e->device, 0, &err);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, WORKER_ERROR_BYTES, "%s: OpenCL error %d", e->name, (int)err);
        return -1;
    }
    snprintf(version, version_bytes, "%s, driver %s", e->platform_name, e->driver);
    return 0;
}

int cl_device_prepare(struct cl_device *device, const struct worker_problem *problem, char *error)
{
    device->gamma = cl_device_floats(device, problem->gamma, problem->c);
    device->beta = cl_device_floats(device, problem->beta, problem->c);
    if (!device->gamma || !device->beta) {
        snprintf(error, WORKER_ERROR_BYTES, "out of device memory");
        return -1;
    }
    return rotation_create(device->context, device->entry.device, device->queue, problem->x, problem->bytes,
                           problem->bytes, 0, &device->rotation, error, WORKER_ERROR_BYTES);
}

size_t cl_device_next(struct cl_device *device)
{
    device->last = rotation_next(&device->rotation);
    return device->last;
}

cl_mem cl_device_floats(struct cl_device *device, const float *data, size_t count)
{
    const cl_mem_flags flags = CL_MEM_READ_WRITE | (data ? CL_MEM_COPY_HOST_PTR : 0);
    cl_int err;
    cl_mem buffer = clCreateBuffer(device->context, flags, count * sizeof(float), (void *)(size_t)data, &err);

    return err == CL_SUCCESS ? buffer : NULL;
}

cl_kernel cl_device_kernel(struct cl_device *device, const char *source, const char *options, const char *name,
                           char *error)
{
    cl_kernel kernel = NULL;
    cl_int err;
    cl_program program = clCreateProgramWithSource(device->context, 1, &source, NULL, &err);

    if (err == CL_SUCCESS) {
        err = clBuildProgram(program, 1, &device->entry.device, options, NULL, NULL);
    }
    if (err == CL_SUCCESS) {
        kernel = clCreateKernel(program, name, &err);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, WORKER_ERROR_BYTES, "kernel %s: OpenCL error %d", name, (int)err);
        kernel = NULL;
    }
    if (program) {
        clReleaseProgram(program);
    }
    return kernel;
}

int cl_device_finish(struct cl_device *device, char *error)
{
    const cl_int err = clFinish(device->queue);

    snprintf(error, WORKER_ERROR_BYTES, "clFinish: OpenCL error %d", (int)err);
    return err == CL_SUCCESS ? 0 : -1;
}

int cl_device_read(struct cl_device *device, void *result, char *error)
{
    const struct rotation *r = &device->rotation;
    const cl_int err = clEnqueueReadBuffer(device->queue, r->y[device->last], CL_TRUE, 0, r->y_bytes, result, 0, NULL,
                                           NULL);

    snprintf(error, WORKER_ERROR_BYTES, "reading y: OpenCL error %d", (int)err);
    return err == CL_SUCCESS ? 0 : -1;
}

void cl_device_release(struct cl_device *device)
{
    cl_mem *buffers[] = {&device->gamma, &device->beta};

    for (int i = 0; i < 2; ++i) {
        if (*buffers[i]) {
            clReleaseMemObject(*buffers[i]);
        }
        *buffers[i] = NULL;
    }
    rotation_release(&device->rotation);
    device->rotation = (struct rotation){0};
}
