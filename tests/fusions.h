/* SPDX-License-Identifier: Apache-2.0 */
/* What is fused around the normalisation, on a few small shapes: a fusion costs a build, so the shapes ride along. */
#ifndef CLGN_TESTS_FUSIONS_H
#define CLGN_TESTS_FUSIONS_H

#include "testing_case.h"

enum { FUSION_SHAPES = 3 };

/* Nothing fused, no gamma and no beta; the shape is a case's. */
clgn_problem fusion_none(void);

/* A dtype that the device has: float64 stands back for float32 where it is lacking. */
clgn_dtype fusion_dtype(unsigned dtype);

/* NONE, F32 or x's type. */
clgn_dtype fusion_parameter(const clgn_problem *p, unsigned which);

/* Gives a problem an activation, with an alpha where it has one. */
void fusion_set_act(clgn_problem *p, int act);

/* A fusion on shape i by a variant, whose pin stands until the next call. Layout, vector and work-group change with the
 * turn; no vector is longer than a row. */
struct trial_case fusion_case(const clgn_problem *fusion, const char *variant, unsigned turn, unsigned i);

/* Runs and judges a problem with an activation far out on both sides, where exp overflows and differences cancel: given
 * statistics put z where it is wanted. */
void fusion_run_tails(const clgn_problem *problem, int act);

#endif
