/* SPDX-License-Identifier: Apache-2.0 */
/* The kind of a problem: all that decides which program computes it but sizes and params, as text. */
#ifndef CLGN_KIND_H
#define CLGN_KIND_H

#include "geometry.h"

/* Most bytes of a kind. */
#define CLGN_KIND_BYTES 256

/* Adds "fwd group x=f16/nhwc y=f16/nhwc gamma=f32 beta=f32 act=silu" or the like. Group, layer and instance norm are
 * one kind, since they differ in their number of groups alone; so are problems that differ in real numbers. */
void clgn_kind_print(const struct clgn_geometry *geometry, struct clgn_text *text);

/* Name of an activation, such as "leaky_relu". */
const char *clgn_act_name(clgn_act act);

#endif
