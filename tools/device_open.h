/* SPDX-License-Identifier: Apache-2.0 */
/* A chosen device with its OpenCL context, its profiling queue, its clgn context: what every tool opens first. */
#ifndef CLGN_TOOLS_DEVICE_OPEN_H
#define CLGN_TOOLS_DEVICE_OPEN_H

#include <stddef.h>

#include <clgn/clgn.h>

#include "device_pick.h"

struct device_open {
    const char *program;
    int quiet;          /* not 0: the library's messages are kept, but not printed */
    char message[1024]; /* the library's last error; "" at first */
    struct device_entry entry;
    cl_context context;
    cl_command_queue queue; /* in order */
    clgn_context *clgn;
};

/**
 * Open the device that device_pick chooses for spec. The library's messages go to stderr after the program's name,
 * which must outlive the device, and *opened must stay where it is until it is closed.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1 with nothing open
 */
int device_open(const char *spec, const char *program, struct device_open *opened, char *error, size_t error_bytes);

/** Close; harmless on zeros. */
void device_close(struct device_open *opened);

#endif
