/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenCL device with its queue, clgn and CLBlast, and the reporting of errors. */
#ifndef FASHION_DEVICE_H
#define FASHION_DEVICE_H

#include <stddef.h>

#include <clgn/clgn.h>

struct device {
    cl_device_id id;
    cl_context cl;
    cl_command_queue queue; /* in order */
    clgn_context *clgn;
    char name[256];
};

/* Open device "P:D"; NULL is CLGN_DEVICE from the environment, else the first GPU, else the first device. */
int device_open(const char *spec, struct device *device);
/* Close; harmless on zeros. */
void device_close(struct device *device);

/* The kernels of fashion.cl, built with options; NULL after a message. */
cl_program device_program(const struct device *device, const char *options);
/* A buffer full of zeros, a buffer with the given contents, a part of a buffer; NULL after a message. */
cl_mem device_zeros(const struct device *device, size_t bytes);
cl_mem device_copy(const struct device *device, const void *data, size_t bytes);
cl_mem device_part(cl_mem whole, size_t offset_bytes, size_t bytes);
void device_free(cl_mem *buffer);

/* An argument of a kernel. */
struct argument {
    size_t bytes;
    const void *value;
};
#define ARGUMENT(variable)            \
    {                                 \
        sizeof(variable), &(variable) \
    }

/* Set all arguments and launch over a 2-dimensional range of work-items. */
int device_launch(const struct device *device, cl_kernel kernel, const struct argument *arguments, size_t count,
                  size_t width, size_t height);

/* Print "fashion: ..." on stderr; always -1. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int
fail(const char *format, ...);

/* Leave the function with -1 and a message when an OpenCL, CLBlast or clgn call does not return 0. */
#define TRY(call)                                         \
    do {                                                  \
        const int status_ = (int)(call);                  \
        if (status_ != 0) {                               \
            return fail("%s: status %d", #call, status_); \
        }                                                 \
    } while (0)

/* Leave the function with -1 when a function that has printed its message returns -1. */
#define PASS(call)         \
    do {                   \
        if ((call) != 0) { \
            return -1;     \
        }                  \
    } while (0)

#endif
