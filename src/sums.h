/* SPDX-License-Identifier: Apache-2.0 */
/* What backward's variants share: the workspace of feedback and sums, and the launch that reads it (cl/gradient.clh).
 */
#ifndef CLGN_SUMS_H
#define CLGN_SUMS_H

#include "units.h"

/* For clgn_variant.refuse of those that go unit by unit: NULL for backward without statistics over the batch. */
const char *clgn_refuse_forward(const struct clgn_geometry *geometry);

/* Work-groups that keep sums over samples where s is 1: those of a launch of whole units. */
uint64_t clgn_sum_parts(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Records of a channel and sample in a launch of slices. */
uint64_t clgn_sum_records(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Bytes for launches of whole units (0 when no sum is wanted), and of slices. */
uint64_t clgn_sums_by_unit(const struct clgn_geometry *geometry, const struct clgn_params *params);
uint64_t clgn_sums_by_slice(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* For clgn_variant.legal of launches of whole units. */
int clgn_legal_unit(const struct clgn_geometry *geometry, const struct clgn_params *params, struct clgn_text *why);

/* Fills per where s is 1, so that a work-group's samples are whole. */
void clgn_complete_parts(const struct clgn_geometry *geometry, const struct clgn_device *device,
                         struct clgn_params *params);

/* Sets stash where dz behind a long activation fits local memory; walk is params completed. */
void clgn_complete_stash(const struct clgn_geometry *geometry, const struct clgn_device *device,
                         const struct clgn_params *walk, struct clgn_params *params);

/* Kernel 0 on whole units, then kernel 1 on the channels when a sum is wanted. */
size_t clgn_launch_unit_sums(const struct clgn_geometry *geometry, const struct clgn_params *params,
                             struct clgn_launch *launches, size_t room);

/* A launch of kernel over slices, or over channels, that knows the records of slices. */
struct clgn_launch clgn_launch_sum_slices(const struct clgn_geometry *geometry, const struct clgn_params *params,
                                          int kernel, uint64_t first, uint64_t units);
struct clgn_launch clgn_launch_sum_channels(const struct clgn_geometry *geometry, const struct clgn_params *params,
                                            int kernel);

#endif
