/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses variant and params for a problem on a device, from a pin or by a heuristic, and says which. */
#ifndef CLGN_SELECT_H
#define CLGN_SELECT_H

#include "variant.h"

struct clgn_choice {
    const struct clgn_variant *variant;
    struct clgn_params wish; /* what somebody asked for; the rest of params was completed */
    struct clgn_params params;
    const char *from; /* the layer that answered: "pin" or "heuristic" */
};

/* More than the number of variants. */
#define CLGN_MOST_CHOICES 12

/* The legal choices, best first, at most CLGN_MOST_CHOICES. A pin gives one, or CLGN_ERR_ARGUMENT saying what is
 * illegal. Without a pin, none is CLGN_ERR_UNSUPPORTED saying why for each variant. */
clgn_status clgn_select(const struct clgn_geometry *geometry, const struct clgn_device *device, const char *pin,
                        const struct clgn_sink *sink, struct clgn_choice *choices, size_t *count);

/* The legal choice with the largest work-group of at most most work-items, for a device whose compiled kernel allows no
 * more; not 0 when there is one and nobody asked for this work-group. */
int clgn_select_smaller(const struct clgn_geometry *geometry, const struct clgn_device *device, uint64_t most,
                        struct clgn_choice *choice);

#endif
