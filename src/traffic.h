/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that kernels load and store, for clgn_variant.moved; whether a cache or memory serves them is another question.
 */
#ifndef CLGN_TRAFFIC_H
#define CLGN_TRAFFIC_H

#include "variant.h"

/* Every tensor of the problem once: the least that any variant can move. */
uint64_t clgn_traffic_least(const struct clgn_geometry *geometry);

/* What a variant moves in all: its moved, and its workspace written and read. */
uint64_t clgn_traffic_of(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                         const struct clgn_params *params);

/* For clgn_variant.moved. Once: one pass. Units: inputs twice, unless they stay in registers or statistics are frozen.
 * Passes: inputs twice. Slices: inputs twice, and each slice reads the records of all slices of its unit. */
uint64_t clgn_moved_once(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                         const struct clgn_params *params);
uint64_t clgn_moved_units(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                          const struct clgn_params *params);
uint64_t clgn_moved_passes(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                           const struct clgn_params *params);
uint64_t clgn_moved_slices(const struct clgn_variant *variant, const struct clgn_geometry *geometry,
                           const struct clgn_params *params);

#endif
