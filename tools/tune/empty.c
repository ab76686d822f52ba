/* SPDX-License-Identifier: Apache-2.0 */
/* Building and launching the empty kernel. */
#include "empty.h"

cl_int empty_create(const struct device_open *device, struct empty *empty)
{
    const char *source = "__kernel void empty(void)\n{\n}\n";
    cl_int err;
    cl_program program = clCreateProgramWithSource(device->context, 1, &source, NULL, &err);

    empty->kernel = NULL;
    if (err != CL_SUCCESS) {
        return err;
    }
    err = clBuildProgram(program, 1, &device->entry.device, "", NULL, NULL);
    if (err == CL_SUCCESS) {
        empty->kernel = clCreateKernel(program, "empty", &err);
    }
    clReleaseProgram(program);
    return err;
}

cl_int empty_enqueue(const struct empty *empty, cl_command_queue queue, cl_uint n_wait, const cl_event *wait,
                     cl_event *done)
{
    const size_t one = 1;

    return clEnqueueNDRangeKernel(queue, empty->kernel, 1, NULL, &one, &one, n_wait, wait, done);
}

void empty_release(struct empty *empty)
{
    if (empty->kernel) {
        clReleaseKernel(empty->kernel);
        empty->kernel = NULL;
    }
}
