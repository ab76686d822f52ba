/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of the facts of a device on which choices rest; a test can fill one by hand. */
#ifndef CLGN_DEVICE_H
#define CLGN_DEVICE_H

#include <stdint.h>

#include "identity.h"

/* Sub-group built-ins, in the values of the param sg. */
enum clgn_subgroups { CLGN_SUBGROUPS_NONE, CLGN_SUBGROUPS_KHRONOS, CLGN_SUBGROUPS_INTEL };

struct clgn_device {
    int is_cpu;
    int has_f64;
    int rounds_bf16; /* a CPU that has an instruction for it */
    enum clgn_subgroups subgroups;
    int c_version_20; /* OpenCL C 2.0 is on the list: Khronos sub-groups need it */
    uint64_t compute_units;
    uint64_t max_work_group; /* also the limit of the first dimension */
    uint64_t local_bytes;
    uint64_t cache_bytes;  /* of global memory, as the device says; 0 unknown */
    uint64_t vector_bytes; /* of the widest registers, 16 to 64 */
    struct clgn_identity identity;
};

/* CLGN_ERR_DEVICE names what is missing. */
clgn_status clgn_device_query(cl_device_id id, const struct clgn_sink *sink, struct clgn_device *device);

#endif
