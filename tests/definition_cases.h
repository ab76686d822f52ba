/* SPDX-License-Identifier: Apache-2.0 */
/* Problems that the reference of backward is tried on, and its gradients of them. */
#ifndef CLGN_TESTS_DEFINITION_CASES_H
#define CLGN_TESTS_DEFINITION_CASES_H

#include "definition.h"

/* Parts of a problem. */
enum {
    AFFINE = 1,
    MODULATE = 2,
    RESIDUAL = 4,
    SKIP = 8, /* a full one */
    SKIP_CHANNEL = 16,
    BIAS = 32,
    STATISTICS = 64, /* gradients into mean and rstd */
    CONSTANT = 128,  /* populations of one value each */
    RMS = 256,
    FLOAT64 = 512,
    GIVEN = 1024,
    RUNNING = 2048,
    ALL = AFFINE | MODULATE | RESIDUAL
};

struct definition_case {
    const char *name;
    clgn_norm norm;
    size_t n, c, s, groups; /* s = 0: no spatial axes */
    int parts;
};

enum { DEFINITION_CASES = 36, DEFINITION_ACTS = CLGN_ACT_ELU + 1 };
extern const struct definition_case definition_cases[DEFINITION_CASES];

/* Case i with an activation: a problem of backward. */
clgn_problem definition_problem(int i, clgn_act act);

/* The values of a case, and the reference's gradients. */
struct tried {
    struct definition d;
    struct reference_gradients g, bound;
};

void tried_create(struct tried *t, int i, clgn_act act);
void tried_release(struct tried *t);

/* Fills g and bound anew from d, without releasing what they were. */
void tried_take_reference(struct tried *t);

#endif
