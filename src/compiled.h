/* SPDX-License-Identifier: Apache-2.0 */
/* A choice compiled for a device: kernels with every argument but the tensors set, and the launches. */
#ifndef CLGN_COMPILED_H
#define CLGN_COMPILED_H

#include "program.h"
#include "select.h"

/* Kernels for any offsets, and for offsets that keep every vector aligned. */
enum { CLGN_ANY_OFFSET, CLGN_ALIGNED, CLGN_KERNEL_SETS };

struct clgn_compiled {
    struct clgn_geometry geometry;
    struct clgn_choice choice;
    uint64_t workspace_bytes; /* without slack */
    uint64_t local_bytes;
    size_t launch_count;
    struct clgn_launch *launches;
    cl_kernel kernels[CLGN_KERNEL_SETS][CLGN_VARIANT_KERNELS]; /* ALIGNED: NULL unless the params say align */
    cl_program programs[CLGN_KERNEL_SETS];                     /* of the kernels; held */
    cl_uint tensor_argument[CLGN_ROLE_COUNT];                  /* index of the buffer; its offset follows. 0: none */
};

/* Builds a choice. On failure *compiled is empty; *limit is set when a kernel's own limit is below the work-group. */
clgn_status clgn_compile(struct clgn_program_table *programs, cl_device_id id, const struct clgn_device *device,
                         const struct clgn_geometry *geometry, const struct clgn_choice *choice,
                         const struct clgn_sink *sink, struct clgn_compiled *compiled, size_t *limit);

/* Sets the arguments that depend on the problem alone. warm: those of the same problem on a few elements that all
 * rows share, for a first execution on small buffers. */
clgn_status clgn_compiled_set_shape(struct clgn_compiled *compiled, int warm, const struct clgn_sink *sink);

/* Sets one tensor, offset in elements, for a set of kernels. */
cl_int clgn_compiled_set_tensor(struct clgn_compiled *compiled, int set, enum clgn_role role, cl_mem mem,
                                uint64_t offset);

/* Sets a launch's own arguments on its kernel, and returns that. */
cl_int clgn_compiled_set_launch(struct clgn_compiled *compiled, int set, const struct clgn_launch *launch,
                                cl_kernel *kernel);

/* Bytes of a buffer that can be every tensor of the warm shape. */
uint64_t clgn_compiled_warm_bytes(const struct clgn_compiled *compiled);

/* Releases what exists; an empty one is legal. */
void clgn_compiled_release(struct clgn_compiled *compiled);

#endif
