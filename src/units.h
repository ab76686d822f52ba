/* SPDX-License-Identifier: Apache-2.0 */
/* Units of work, local memory and the params that all variants share; the kernels' view is cl/walk_*.clh. */
#ifndef CLGN_UNITS_H
#define CLGN_UNITS_H

#include "variant.h"

/* A unit is a group (rows are channels), or a block of groups (rows are pixels). */
uint64_t clgn_units(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Elements of a row of a unit, and its rows. */
uint64_t clgn_unit_row(const struct clgn_geometry *geometry, const struct clgn_params *params);
uint64_t clgn_unit_rows(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Work-items that fold the channels of one group (cl/walk_last.clh). */
long clgn_unit_team(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Whether a group is walked as one run: as the geometry says, unless work-items are to stand in several rows. */
int clgn_unit_linear(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Local memory of a work-group, in bytes. */
uint64_t clgn_unit_local_bytes(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Bytes of the inputs of x's or y's shape that both passes read, and of those of which v is made; of all such tensors,
 * each once. */
uint64_t clgn_bytes_in(const struct clgn_geometry *geometry);
uint64_t clgn_bytes_of_v(const struct clgn_geometry *geometry);
uint64_t clgn_bytes_once(const struct clgn_geometry *geometry);

/* Whether the tensors take so much of the last cache that memory is what takes the time. */
int clgn_exceeds_caches(const struct clgn_geometry *geometry, const struct clgn_device *device);

/* Whether so much is fused that a GPU's work-item has few registers left for vectors in flight. */
int clgn_is_fused(const struct clgn_geometry *geometry);

/* Whether an activation takes so much arithmetic that it outweighs how vectors are stored, and is better kept than done
 * twice. */
int clgn_act_is_costly(clgn_act act);

/* For clgn_variant.refuse of those that compute statistics of each sample. */
const char *clgn_refuse_computed(const struct clgn_geometry *geometry);

/* For clgn_variant.legal of those that have work-groups of one. */
int clgn_legal_alone(const struct clgn_geometry *geometry, const struct clgn_params *params, struct clgn_text *why);

uint64_t clgn_ceil_div(uint64_t a, uint64_t b);
uint64_t clgn_smaller(uint64_t a, uint64_t b);

/* Bytes of a number of the statistics' type. */
uint64_t clgn_acc_bytes(const struct clgn_geometry *geometry);

/* The largest power of two that is at most value (>= 1). */
long clgn_power_below(uint64_t value);

/* Workspace of a variant, in bytes. */
uint64_t clgn_workspace_bytes(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                              const struct clgn_params *params);

/* Records of moments: four numbers per (n, g, slice). */
uint64_t clgn_moments_bytes(const struct clgn_geometry *geometry, const struct clgn_params *params);

/* Groups of a unit whose rows of x span bytes at least; 1 where rows are channels. */
long clgn_block_of(const struct clgn_geometry *geometry, uint64_t bytes);

/* Fills vec, lx, unroll, chunk, align, nt and what the variant does not use, after wgs and block are known. */
void clgn_complete_walk(const struct clgn_geometry *geometry, const struct clgn_device *device,
                        struct clgn_params *params);

/* Whether the params are legal for variant, problem and device; else adds why not. */
int clgn_params_legal(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                      const struct clgn_device *device, const struct clgn_params *params, struct clgn_text *why);

/* Fills all params of a variant whose units are cut into slices. */
void clgn_complete_slices(const struct clgn_geometry *geometry, const struct clgn_device *device,
                          struct clgn_params *params);

/* Fills all params of a variant whose work-items are alone: each does as many units, one after the other, as have bytes
 * of inputs together. */
void clgn_complete_alone(const struct clgn_geometry *geometry, const struct clgn_device *device, uint64_t bytes,
                         struct clgn_params *params);

/* A launch in which work-items share the channels. */
struct clgn_launch clgn_launch_channels(const struct clgn_geometry *geometry, const struct clgn_params *params,
                                        int kernel);

/* A launch in which each work-group does per whole units. */
size_t clgn_launch_units(const struct clgn_geometry *geometry, const struct clgn_params *params,
                         struct clgn_launch *launches, size_t room);

/* A launch of kernel over units [first, first + units), each cut into slices: rows first, then
 * columns. */
struct clgn_launch clgn_launch_slices(const struct clgn_geometry *geometry, const struct clgn_params *params,
                                      int kernel, uint64_t first, uint64_t units);

#endif
