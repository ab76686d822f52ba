/* SPDX-License-Identifier: Apache-2.0 */
/* Problems that the reference of backward is tried on, and its gradients of them. */
#include "definition_cases.h"

#include "testing.h"

const struct definition_case definition_cases[DEFINITION_CASES] = {
    {"group", CLGN_NORM_GROUP, 2, 6, 5, 3, AFFINE},
    {"group, bare", CLGN_NORM_GROUP, 2, 6, 5, 2, 0},
    {"group, all", CLGN_NORM_GROUP, 2, 6, 3, 2, ALL | SKIP | BIAS | STATISTICS},
    {"group, modulated, no affine", CLGN_NORM_GROUP, 2, 4, 4, 2, MODULATE | STATISTICS},
    {"group, skip per channel", CLGN_NORM_GROUP, 2, 6, 4, 3, ALL | SKIP_CHANNEL | BIAS},
    {"group, skip, no bias", CLGN_NORM_GROUP, 1, 4, 5, 2, AFFINE | SKIP},
    {"group, residual", CLGN_NORM_GROUP, 2, 4, 4, 2, AFFINE | RESIDUAL},
    {"group, G = 1", CLGN_NORM_GROUP, 2, 4, 5, 1, ALL},
    {"group, G = C", CLGN_NORM_GROUP, 2, 4, 6, 4, ALL | STATISTICS},
    {"group, no space", CLGN_NORM_GROUP, 3, 8, 0, 2, ALL | STATISTICS | SKIP_CHANNEL},
    {"group, N = 1", CLGN_NORM_GROUP, 3, 4, 1, 4, ALL | STATISTICS | BIAS},
    {"group, N = 1, no space", CLGN_NORM_GROUP, 2, 5, 0, 5, AFFINE},
    {"group, constant", CLGN_NORM_GROUP, 2, 4, 4, 2, AFFINE | RESIDUAL | CONSTANT},
    {"group, constant, upstream", CLGN_NORM_GROUP, 2, 4, 4, 2, ALL | CONSTANT | STATISTICS},
    {"group, float64", CLGN_NORM_GROUP, 2, 4, 4, 2, ALL | SKIP | BIAS | STATISTICS | FLOAT64},
    {"group, N = 1000", CLGN_NORM_GROUP, 1, 2, 500, 1, AFFINE | STATISTICS},
    {"layer", CLGN_NORM_LAYER, 3, 4, 4, 0, AFFINE | STATISTICS},
    {"layer, no space", CLGN_NORM_LAYER, 4, 9, 0, 1, ALL | SKIP | BIAS},
    {"instance", CLGN_NORM_INSTANCE, 2, 3, 7, 0, ALL | SKIP | STATISTICS},
    {"batch", CLGN_NORM_BATCH, 4, 3, 3, 0, AFFINE | STATISTICS},
    {"batch, all", CLGN_NORM_BATCH, 3, 3, 4, 0, ALL | SKIP_CHANNEL | BIAS | STATISTICS},
    {"batch, no space", CLGN_NORM_BATCH, 7, 3, 0, 0, ALL | SKIP | BIAS},
    {"batch, N = 1", CLGN_NORM_BATCH, 1, 4, 0, 0, AFFINE | STATISTICS},
    {"batch, constant", CLGN_NORM_BATCH, 3, 3, 2, 0, AFFINE | CONSTANT | STATISTICS},
    {"batch, N = 1000", CLGN_NORM_BATCH, 1000, 1, 1, 0, ALL | BIAS | STATISTICS},
    {"rms, group", CLGN_NORM_GROUP, 2, 6, 4, 2, ALL | SKIP | BIAS | RMS},
    {"rms, layer, no space", CLGN_NORM_LAYER, 4, 8, 0, 0, AFFINE | RMS},
    {"rms, drstd", CLGN_NORM_GROUP, 2, 6, 4, 3, ALL | SKIP_CHANNEL | STATISTICS | RMS},
    {"rms, N = 1", CLGN_NORM_GROUP, 2, 5, 0, 5, ALL | STATISTICS | RMS},
    {"rms, constant", CLGN_NORM_GROUP, 2, 4, 4, 2, AFFINE | CONSTANT | RMS},
    {"given, group", CLGN_NORM_GROUP, 2, 6, 4, 3, ALL | SKIP | BIAS | GIVEN},
    {"given, instance", CLGN_NORM_INSTANCE, 2, 4, 4, 0, AFFINE | SKIP_CHANNEL | BIAS | GIVEN},
    {"given, batch", CLGN_NORM_BATCH, 3, 4, 4, 0, ALL | GIVEN},
    {"running, batch", CLGN_NORM_BATCH, 3, 4, 4, 0, ALL | SKIP | BIAS | RUNNING},
    {"running, batch, no space", CLGN_NORM_BATCH, 5, 4, 0, 0, AFFINE | BIAS | RUNNING},
    {"running, instance", CLGN_NORM_INSTANCE, 3, 4, 4, 0, ALL | SKIP_CHANNEL | RUNNING},
};

clgn_problem definition_problem(int i, clgn_act act)
{
    const int parts = definition_cases[i].parts;
    clgn_problem p = testing_problem(definition_cases[i].n, definition_cases[i].c, definition_cases[i].s,
                                     definition_cases[i].groups);

    p.direction = CLGN_BACKWARD;
    p.norm = definition_cases[i].norm;
    p.act = act;
    p.act_alpha = act == CLGN_ACT_ELU ? 1.75 : act == CLGN_ACT_LEAKY_RELU ? 0.375 : 0.0;
    p.eps = parts & CONSTANT ? 0x1p-6 : 1e-3;
    p.x.dtype = parts & FLOAT64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    p.gamma = p.beta = parts & AFFINE ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p.scale = p.shift = parts & MODULATE ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p.bias = parts & BIAS ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p.skip = parts & SKIP ? CLGN_SKIP_FULL : parts & SKIP_CHANNEL ? CLGN_SKIP_PER_CHANNEL : CLGN_SKIP_NONE;
    p.residual = (parts & RESIDUAL) != 0;
    p.rms = (parts & RMS) != 0;
    p.drstd = (parts & STATISTICS) != 0;
    p.dmean = p.drstd && !p.rms;
    p.stats = parts & GIVEN ? CLGN_STATS_GIVEN : parts & RUNNING ? CLGN_STATS_RUNNING : CLGN_STATS_COMPUTE;
    return p;
}

void tried_take_reference(struct tried *t)
{
    const struct reference_tensors in = definition_tensors(&t->d);
    const struct reference_upstream up = definition_upstream(&t->d);

    ck_assert_int_eq(reference_gradients_create(&t->d.problem, &t->g), 0);
    ck_assert_int_eq(reference_gradients_create(&t->d.problem, &t->bound), 0);
    ck_assert_int_eq(reference_backward(&t->d.problem, &in, &up, &t->g, &t->bound), 0);
}

void tried_create(struct tried *t, int i, clgn_act act)
{
    const clgn_problem p = definition_problem(i, act);
    const size_t s = definition_cases[i].s > 0 ? definition_cases[i].s : 1;
    size_t left;

    definition_create(&t->d, &p, definition_cases[i].name);
    for (size_t k = 0; k < definition_count(&p, DEFINITION_X) && (definition_cases[i].parts & CONSTANT); k++) {
        t->d.values[DEFINITION_X][k] = 0.75 + (double)definition_population(&p, k / s / p.c, k / s % p.c);
    }
    left = definition_avoid_kinks(&t->d);
    ck_assert_msg(left * 4 >= definition_count(&p, DEFINITION_X) * 3, "%s: only %zu values are away from kinks",
                  definition_cases[i].name, left);
    tried_take_reference(t);
}

void tried_release(struct tried *t)
{
    reference_gradients_release(&t->g);
    reference_gradients_release(&t->bound);
    definition_release(&t->d);
}
