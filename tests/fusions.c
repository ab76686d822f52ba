/* SPDX-License-Identifier: Apache-2.0 */
/* Fusions on small shapes, and what they are put together from. */
#include "fusions.h"

#include "variants.h"

static const struct {
    size_t n, c, s, groups;
} shapes[FUSION_SHAPES] = {{2, 48, 37, 3}, {3, 64, 16, 4}, {1, 34, 21, 2}};

clgn_problem fusion_none(void)
{
    clgn_problem p = testing_problem(1, 1, 1, 1);

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    return p;
}

clgn_dtype fusion_dtype(unsigned dtype)
{
    return testing_has((clgn_dtype)dtype) ? (clgn_dtype)dtype : CLGN_DTYPE_F32;
}

clgn_dtype fusion_parameter(const clgn_problem *p, unsigned which)
{
    return which % 3 == 0 ? CLGN_DTYPE_NONE : which % 3 == 1 ? CLGN_DTYPE_F32 : p->x.dtype;
}

void fusion_set_act(clgn_problem *p, int act)
{
    p->act = (clgn_act)act;
    p->act_alpha = p->act == CLGN_ACT_LEAKY_RELU ? 0.01 : p->act == CLGN_ACT_ELU ? 1.5 : 0.0;
}

struct trial_case fusion_case(const clgn_problem *fusion, const char *variant, unsigned turn, unsigned i)
{
    static char pin[128];
    struct trial_case tc = {.problem = *fusion};
    clgn_problem *p = &tc.problem;

    variant_fix(pin, sizeof pin, variant, (const int[]){32, 1, 8}[turn % 3], 1 << turn % 5, i);
    p->n = shapes[i].n;
    p->c = shapes[i].c;
    p->spatial_dims = 1;
    p->spatial[0] = shapes[i].s;
    p->groups = shapes[i].groups;
    p->config = pin;
    p->x.layout = turn % 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    p->y.layout = turn % 8 == 3 ? CLGN_LAYOUT_FIRST : turn % 8 == 6 ? CLGN_LAYOUT_LAST : p->x.layout;
    variant_suit(p, variant);
    tc.offset = i;
    tc.pattern = i == 1 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
    return tc;
}

void fusion_run_tails(const clgn_problem *problem, int act)
{
    const clgn_dtype types[] = {CLGN_DTYPE_F32, act % 2 ? CLGN_DTYPE_F16 : CLGN_DTYPE_F64};

    testing_tally_begin();
    for (int i = 0; i < 4; i++) {
        struct trial_case tc = {.problem = *problem};

        tc.pattern = i / 2 ? TRIAL_ALTERNATING : TRIAL_WIDE;
        tc.problem.stats = CLGN_STATS_GIVEN;
        tc.problem.gamma = CLGN_DTYPE_NONE;
        tc.problem.act = (clgn_act)act;
        tc.problem.act_alpha = 0.5;
        tc.problem.x.dtype = fusion_dtype(types[i % 2]);
        (void)testing_case_run(&tc);
    }
    testing_tally_end("tails", testing_at_least(4));
}
