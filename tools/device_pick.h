/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenCL devices of this computer, numbered P:D as clinfo numbers them, and the choice of one. */
#ifndef CLGN_TOOLS_DEVICE_PICK_H
#define CLGN_TOOLS_DEVICE_PICK_H

#include <stddef.h>

#include <clgn/clgn.h>

/** One device with what is printed about it. */
struct device_entry {
    unsigned platform_index; /* P: every platform counts, also one without devices */
    unsigned device_index;   /* D: within its platform */
    cl_platform_id platform;
    cl_device_id device;
    cl_device_type type;
    char name[128];
    char platform_name[128];
    char driver[128];
};

/**
 * List all devices of all platforms; a platform without devices, or whose driver fails, is passed over.
 *
 * @param entries receives an array to be freed, or NULL when there are none
 * @return the number of devices, or -1 when memory ran out
 */
int device_pick_list(struct device_entry **entries);

/**
 * Choose a device: spec "P:D"; when spec is NULL, the environment's CLGN_DEVICE; when that is unset or empty, the first
 * GPU, else the first device.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int device_pick(const char *spec, struct device_entry *picked, char *error, size_t error_bytes);

/** Read "P:D"; returns 0, or -1 for another text. */
int device_pick_parse(const char *spec, unsigned *platform_index, unsigned *device_index);

/** "GPU", "CPU", "accelerator" or "device". */
const char *device_pick_type(cl_device_type type);

#endif
