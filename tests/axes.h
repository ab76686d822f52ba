/* SPDX-License-Identifier: Apache-2.0 */
/* What is compiled in while many shapes run on one program: a variant, layouts, a dtype and the numbers of a pin. */
#ifndef CLGN_TESTS_AXES_H
#define CLGN_TESTS_AXES_H

#include "testing_case.h"

struct axes {
    const char *variant; /* or what else the axes are called */
    clgn_layout x, y;
    clgn_dtype dtype;
    int vec, wgs; /* vec = 0: not fixed */
};

/* Layouts by turns; forms from alike on have another for y than for x. */
void axes_set_layouts(struct axes *a, int form, int alike);

/* In one line, for a tally; a pin in which they are fixed, while what is a kernel argument turns with i. Both stand
 * until the next call. */
const char *axes_text(struct axes a);
const char *axes_pin(struct axes a, size_t i);

/* Gives a problem the layouts and the dtype. */
void axes_apply(struct axes a, clgn_problem *p);

/* Offset, pattern and whether the case is in place turn with i. The layouts are known. */
void axes_turn(struct trial_case *tc, size_t i);

/* What a slow device, or one that lacks the dtype, leaves of a count of cases. */
unsigned axes_expected(struct axes a, unsigned count);

#endif
