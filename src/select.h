/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses variant and params for a problem on a device: from a pin, from measured choices, by a heuristic. */
#ifndef CLGN_SELECT_H
#define CLGN_SELECT_H

#include "nearest.h"
#include "variant.h"

struct clgn_choice {
    const struct clgn_variant *variant;
    struct clgn_params wish; /* what somebody asked for; the rest of params was completed */
    struct clgn_params params;
    const char *from; /* the layer that answered: "pin", "CLGN_CONFIG", "heuristic", or one of nearest.h */
};

/* What speaks for a choice besides the facts of problem and device; NULL: nothing. */
struct clgn_advice {
    const char *pin;             /* the problem's */
    const char *environment_pin; /* CLGN_CONFIG */
    const struct clgn_tunedb *tunedb;
    struct clgn_trace trace;
};

/* Choices that the database gives, at most, and more than these and the variants together. */
#define CLGN_MOST_TUNED 4
#define CLGN_MOST_CHOICES 16

/* The legal choices, best first, at most CLGN_MOST_CHOICES. A pin gives one, or CLGN_ERR_ARGUMENT saying what is
 * illegal. Without a pin, none is CLGN_ERR_UNSUPPORTED saying why for each variant. */
clgn_status clgn_select(const struct clgn_geometry *geometry, const struct clgn_device *device,
                        const struct clgn_advice *advice, const struct clgn_sink *sink, struct clgn_choice *choices,
                        size_t *count);

/* Adds "variant,name=value,...", a legal pin. */
void clgn_choice_print(const struct clgn_choice *choice, struct clgn_text *text);

/* The legal choice with the largest work-group of at most most work-items, for a device whose compiled kernel allows no
 * more; not 0 when there is one and nobody asked for this work-group. */
int clgn_select_smaller(const struct clgn_geometry *geometry, const struct clgn_device *device, uint64_t most,
                        struct clgn_choice *choice);

#endif
