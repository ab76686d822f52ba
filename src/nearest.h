/* SPDX-License-Identifier: Apache-2.0 */
/* Which measured choices answer for a problem, best first, and what of them holds at the problem's size. */
#ifndef CLGN_NEAREST_H
#define CLGN_NEAREST_H

#include "geometry.h"
#include "trace.h"
#include "tunedb.h"

/* Where a choice comes from, in the order in which they are asked. */
enum clgn_layer {
    CLGN_LAYER_USER_EXACT,
    CLGN_LAYER_SHIPPED_EXACT,
    CLGN_LAYER_USER_NEAREST,
    CLGN_LAYER_SHIPPED_NEAREST,
    CLGN_LAYER_ARCH,
    CLGN_LAYER_GENERIC,
    CLGN_LAYER_COUNT
};

const char *clgn_layer_name(enum clgn_layer layer);

struct clgn_match {
    const struct clgn_tuned_row *row;
    enum clgn_layer layer;
    double distance; /* in octaves */
};

#define CLGN_MOST_MATCHES 8

/* The rows that may answer, at most CLGN_MOST_MATCHES, best first: by layer, then distance, then time. What is too far
 * away or of another class goes to trace. */
size_t clgn_nearest(const struct clgn_tunedb *db, const struct clgn_geometry *geometry,
                    const struct clgn_device *device, const struct clgn_trace *trace, struct clgn_match *matches);

/* The match's params for the problem: all of them when it is exact; else those that say how to compute travel, those
 * that share out the work are scaled, and those that follow from the shape of a unit are left to be completed. */
struct clgn_params clgn_match_params(const struct clgn_match *match, const struct clgn_geometry *geometry,
                                     const struct clgn_device *device);

#endif
