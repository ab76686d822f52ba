/* SPDX-License-Identifier: Apache-2.0 */
/* Axes as layouts, as text, as a pin and in a case. */
#include "axes.h"

#include <stdio.h>

#include "names.h"
#include "variants.h"

void axes_set_layouts(struct axes *a, int form, int alike)
{
    const clgn_layout other = form % 2 ? CLGN_LAYOUT_FIRST : CLGN_LAYOUT_LAST;

    a->x = form % 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    a->y = form < alike ? a->x : other;
}

const char *axes_text(struct axes a)
{
    static char text[128];
    char vec[32] = "";

    if (a.vec > 0) {
        snprintf(vec, sizeof vec, " vec=%d", a.vec);
    }
    snprintf(text, sizeof text, "%s %s->%s %s%s", a.variant, a.x == CLGN_LAYOUT_LAST ? "last" : "first",
             a.y == CLGN_LAYOUT_LAST ? "last" : "first", names_dtype(a.dtype), vec);
    return text;
}

const char *axes_pin(struct axes a, size_t i)
{
    static char text[128];

    variant_fix(text, sizeof text, a.variant, a.wgs, a.vec, i);
    return text;
}

void axes_apply(struct axes a, clgn_problem *p)
{
    p->x.dtype = a.dtype;
    p->x.layout = a.x;
    p->y.layout = a.y;
}

void axes_turn(struct trial_case *tc, size_t i)
{
    const int in_place = i % 4 == 1 && tc->problem.x.layout == tc->problem.y.layout;

    tc->offset = i % 5;
    tc->pattern = i % 3 == 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
    tc->y_is_x = in_place && tc->problem.direction == CLGN_FORWARD;
    tc->dx_is_dy = in_place && tc->problem.direction == CLGN_BACKWARD;
}

unsigned axes_expected(struct axes a, unsigned count)
{
    return !testing_has(a.dtype) || testing.tiny || testing.small ? 0 : count;
}
