/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel family says of itself: what it can compute, with which params, in which launches. */
#ifndef CLGN_VARIANT_H
#define CLGN_VARIANT_H

#include "device.h"
#include "params.h"
#include "problem.h"

/* One launch: groups work-groups of wgs work-items. The rest are kernel arguments (cl/task.clh). */
struct clgn_launch {
    int kernel; /* index into the variant's kernels */
    uint64_t groups;
    uint32_t first;
    uint32_t units;
    uint32_t per;
    int32_t slices;
    int32_t records;
    int32_t row_cuts;
    int64_t col_cut;
};

#define CLGN_VARIANT_KERNELS 3
#define CLGN_USES(upper) (1u << CLGN_P_##upper)
/* Params of every walk over units. */
#define CLGN_USES_WALK                                                                                           \
    (CLGN_USES(WGS) | CLGN_USES(LX) | CLGN_USES(VEC) | CLGN_USES(UNROLL) | CLGN_USES(CHUNK) | CLGN_USES(ALIGN) | \
     CLGN_USES(NT) | CLGN_USES(BLOCK))

struct clgn_variant {
    const char *name;
    unsigned uses;                                 /* its params; others stay at what means "not used" */
    const char *files[CLGN_VARIANT_KERNELS + 1];   /* of the kernels; NULL ends */
    const char *kernels[CLGN_VARIANT_KERNELS + 1]; /* their names */

    /* NULL when the variant can compute the problem, else why not. */
    const char *(*refuse)(const struct clgn_geometry *geometry);

    /* Fills the params that are unset; those that are set are somebody's wish and stay. */
    void (*complete)(const struct clgn_geometry *geometry, const struct clgn_device *device,
                     struct clgn_params *params);

    /* Bytes of the workspace; NULL: none is needed. */
    uint64_t (*workspace)(const struct clgn_geometry *geometry, const struct clgn_params *params);

    /* Bytes that kernels load and store, the workspace's first writing and reading aside (traffic.h). */
    uint64_t (*moved)(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                      const struct clgn_params *params);

    /* NULL when params that are legal for any variant are legal for this one; else adds why not and returns 0. */
    int (*legal)(const struct clgn_geometry *geometry, const struct clgn_params *params, struct clgn_text *why);

    /* Launches of a problem with params, into at most room; returns their number, which may be larger. */
    size_t (*launches)(const struct clgn_geometry *geometry, const struct clgn_params *params,
                       struct clgn_launch *launches, size_t room);
};

#define CLGN_FORWARD_VARIANT(name) extern const struct clgn_variant clgn_##name;
#define CLGN_BATCH_VARIANT(name) CLGN_FORWARD_VARIANT(name)
#define CLGN_BACKWARD_VARIANT(name) CLGN_FORWARD_VARIANT(name)
#include "variants.inc"
#undef CLGN_FORWARD_VARIANT
#undef CLGN_BATCH_VARIANT
#undef CLGN_BACKWARD_VARIANT

#endif
