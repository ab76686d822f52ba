/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the library's variants, from the library's own list, for tests that pin each. */
#ifndef CLGN_TESTS_VARIANTS_H
#define CLGN_TESTS_VARIANTS_H

#include <stdio.h>
#include <string.h>

#include <clgn/clgn.h>

static const char *const variant_pin[] = {
    NULL, /* the library's own choice */
#define CLGN_FORWARD_VARIANT(name) #name,
#define CLGN_BATCH_VARIANT(name)
#define CLGN_BACKWARD_VARIANT(name)
#include "variants.inc"
#undef CLGN_FORWARD_VARIANT
#undef CLGN_BATCH_VARIANT
#undef CLGN_BACKWARD_VARIANT
};

static const char *const backward_pin[] = {
#define CLGN_FORWARD_VARIANT(name)
#define CLGN_BATCH_VARIANT(name)
#define CLGN_BACKWARD_VARIANT(name) #name,
#include "variants.inc"
#undef CLGN_FORWARD_VARIANT
#undef CLGN_BATCH_VARIANT
#undef CLGN_BACKWARD_VARIANT
};

enum { BACKWARD_PINS = (int)(sizeof backward_pin / sizeof backward_pin[0]) };
enum { VARIANT_PINS = (int)(sizeof variant_pin / sizeof variant_pin[0]) };

/* The variant that reads mean and rstd can do nothing else, and nothing else can. */
static inline int variant_is_given(const char *pin)
{
    return pin != NULL && strstr(pin, "given") != NULL;
}

/* Makes a problem one that the pinned variant can compute: on given statistics, or over the batch. */
static inline void variant_suit(clgn_problem *p, const char *pin)
{
    if (variant_is_given(pin)) {
        p->stats = CLGN_STATS_GIVEN;
    }
    if (pin != NULL && strcmp(pin, "bwd_batch") == 0) {
        p->norm = CLGN_NORM_BATCH;
        p->groups = 0;
    }
}

/* A pin of which all that is compiled in is said, so that one program serves many shapes; the numbers that are kernel
 * arguments turn with i. fwd_rows has work-groups of one whatever wgs says. */
static inline void variant_fix(char *text, size_t bytes, const char *variant, int wgs, int vec, size_t i)
{
    const int items = strstr(variant, "_rows") != NULL ? 1 : wgs;
    char rest[64];

    if (strstr(variant, "_twopass") != NULL) {
        snprintf(rest, sizeof rest, "slices=%zu,bands=%zu", 1 + i % 5, 1 + i % 3);
    } else if (strstr(variant, "_given") != NULL || strstr(variant, "_batch") != NULL) {
        snprintf(rest, sizeof rest, "slices=%zu", 1 + i % 3);
    } else if (strstr(variant, "_onepass") != NULL) {
        snprintf(rest, sizeof rest, "per=%zu,rpi=0,cpi=0", 1 + i % 3);
    } else {
        snprintf(rest, sizeof rest, "per=%zu", 1 + i % 3);
    }
    snprintf(text, bytes, "%s,wgs=%d,lx=%d,vec=%d,unroll=2,chunk=%d,align=0,%s", variant, items,
             items > 8 ? items / 4 : items, vec, vec * 4, rest);
}

#endif
