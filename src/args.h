/* SPDX-License-Identifier: Apache-2.0 */
/* The tensors of one enqueue, checked against the problem. */
#ifndef CLGN_ARGS_H
#define CLGN_ARGS_H

#include "problem.h"

/* A buffer and the element at which the tensor begins. */
struct clgn_binding {
    cl_mem mem;
    uint64_t at;
};

/* Bytes that a caller must give for a workspace of bytes: its records are moved to an aligned place. */
uint64_t clgn_workspace_with_slack(uint64_t bytes);

/* Checks args and gives one binding per role; CLGN_ERR_ARGUMENT names the tensor and the values. Allocates nothing. */
clgn_status clgn_args_check(const struct clgn_geometry *geometry, uint64_t workspace_bytes, const clgn_args *args,
                            const struct clgn_sink *sink, struct clgn_binding *bindings);

#endif
