/* SPDX-License-Identifier: Apache-2.0 */
/* What is fused before and after the normalisation, crossed where two meet and pairwise elsewhere. */
#include <stdio.h>

#include "fusions.h"
#include "names.h"
#include "reference.h"
#include "variants.h"

enum { VARIANTS = VARIANT_PINS - 1 };

/* Runs a fusion on all shapes by a variant. */
static void run(const clgn_problem *fusion, const char *variant, unsigned turn)
{
    for (unsigned i = 0; i < FUSION_SHAPES; i++) {
        struct trial_case tc = fusion_case(fusion, variant, turn, i);
        clgn_problem *p = &tc.problem;

        if (p->stats == CLGN_STATS_GIVEN) {
            p->write_mean = p->write_rstd = 0;
        }
        tc.pattern = i == 2 && turn % 4 == 0 ? TRIAL_NAN : tc.pattern;
        tc.residual_is_y = p->residual && i == 1;
        tc.y_is_x = i == 0 && p->x.layout == p->y.layout && p->x.dtype == reference_y_dtype(p);
        (void)testing_case_run(&tc);
    }
}

/* Every other variant has every other activation. */
START_TEST(test_activation_by_variants_is_within_bound)
{
    testing_tally_begin();
    for (int v = _i % 2; v < VARIANTS; v += 2) {
        clgn_problem p = fusion_none();

        p.gamma = p.beta = CLGN_DTYPE_F32;
        fusion_set_act(&p, _i);
        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (unsigned)(_i + v) % 4);
        run(&p, variant_pin[1 + v], (unsigned)(_i + v));
    }
    testing_tally_end(names_act((clgn_act)_i), testing_at_least(VARIANTS / 2 * FUSION_SHAPES));
}
END_TEST

START_TEST(test_activation_in_its_tails_is_within_bound)
{
    const clgn_problem p = testing_problem(2, 8, 211, 2);

    fusion_run_tails(&p, _i);
}
END_TEST

/* gamma, beta, scale, shift, residual: every subset by half of the variants, the parameters' types
 * and the activation in turn. */
START_TEST(test_epilogue_every_subset_is_within_bound)
{
    const unsigned set = (unsigned)_i;

    testing_tally_begin();
    for (unsigned v = (set / 2 + set) % 2; v < VARIANTS; v += 2) {
        clgn_problem p = fusion_none();

        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (set + v / 2) % 4);
        p.gamma = set & 1 ? fusion_parameter(&p, 1 + v % 2) : CLGN_DTYPE_NONE;
        p.beta = set & 2 ? fusion_parameter(&p, 1 + (v + 1) % 2) : CLGN_DTYPE_NONE;
        p.scale = set & 4 ? fusion_parameter(&p, 1 + v / 2 % 2) : CLGN_DTYPE_NONE;
        p.shift = set & 8 ? fusion_parameter(&p, 1 + (v / 2 + 1) % 2) : CLGN_DTYPE_NONE;
        p.residual = (set & 16) != 0;
        p.act = set % 3 == 1 ? CLGN_ACT_SILU : set % 3 == 2 ? CLGN_ACT_RELU : CLGN_ACT_NONE;
        p.write_mean = set % 4 == 1;
        p.write_rstd = set % 4 == 2;
        run(&p, variant_pin[1 + v], set + v);
    }
    testing_tally_end("epilogue", testing_at_least(VARIANTS / 2 * FUSION_SHAPES));
}
END_TEST

/* skip (3 kinds) by bias (3 types) by sum (2): all; every dtype of x by turns. */
START_TEST(test_prologue_every_kind_is_within_bound)
{
    const unsigned kind = (unsigned)_i;

    testing_tally_begin();
    for (unsigned v = 0; v < VARIANTS; v++) {
        clgn_problem p = fusion_none();

        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (kind / 3 + v) % 4);
        p.skip = (clgn_skip)(kind % 3);
        p.bias = fusion_parameter(&p, kind / 3);
        p.sum = kind >= 9;
        p.gamma = kind % 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p.write_mean = p.write_rstd = 1;
        run(&p, variant_pin[1 + v], kind + v);
    }
    testing_tally_end("prologue", testing_at_least(VARIANTS * FUSION_SHAPES));
}
END_TEST

/* Everything at once, drawn at random, with strides on all that have them. */
START_TEST(test_everything_drawn_at_random_is_within_bound)
{
    char text[32];
    struct rng rng;
    struct trial_case tc;
    clgn_problem *p = &tc.problem;
    const size_t draw = (size_t)_i;
    size_t x_row, y_row;

    snprintf(text, sizeof text, "everything %d", _i);
    rng = testing_rng_of(text);
    tc = (struct trial_case){.problem = testing_problem(1 + rng_below(&rng, 3), 24, 1, 4)};
    p->groups = (size_t[]){1, 2, 3, 4, 6, 8, 12, 24}[rng_below(&rng, 8)];
    p->spatial[0] = 1 + rng_below(&rng, 70);
    p->x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (unsigned)rng_below(&rng, 4));
    p->y.dtype = fusion_dtype((unsigned)rng_below(&rng, 5));
    p->x.layout = (clgn_layout)rng_below(&rng, 2);
    p->y.layout = (clgn_layout)rng_below(&rng, 2);
    p->skip = (clgn_skip)rng_below(&rng, 3);
    p->bias = fusion_parameter(p, (unsigned)rng_below(&rng, 3));
    p->sum = (int)rng_below(&rng, 2);
    p->gamma = fusion_parameter(p, (unsigned)rng_below(&rng, 3));
    p->beta = fusion_parameter(p, (unsigned)rng_below(&rng, 3));
    p->scale = fusion_parameter(p, (unsigned)rng_below(&rng, 3));
    p->shift = fusion_parameter(p, (unsigned)rng_below(&rng, 3));
    p->residual = (int)rng_below(&rng, 2);
    p->act = (clgn_act)rng_below(&rng, CLGN_ACT_ELU + 1);
    p->act_alpha = p->act == CLGN_ACT_LEAKY_RELU || p->act == CLGN_ACT_ELU ? 0.25 : 0.0;
    p->config = variant_pin[draw % VARIANT_PINS];
    p->stats = variant_is_given(p->config) ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
    p->write_mean = p->stats == CLGN_STATS_COMPUTE && rng_below(&rng, 2);
    p->write_rstd = p->stats == CLGN_STATS_COMPUTE && rng_below(&rng, 2);
    x_row = (p->x.layout == CLGN_LAYOUT_LAST ? p->c : p->spatial[0]) + rng_below(&rng, 3);
    y_row = (p->y.layout == CLGN_LAYOUT_LAST ? p->c : p->spatial[0]) + rng_below(&rng, 3);
    p->x.row_stride = x_row;
    p->y.row_stride = y_row;
    p->skip_strides.row_stride = p->skip == CLGN_SKIP_FULL ? x_row + rng_below(&rng, 3) : 0;
    p->sum_strides.row_stride = p->sum ? x_row + rng_below(&rng, 3) : 0;
    p->residual_strides.row_stride = p->residual ? y_row + rng_below(&rng, 3) : 0;
    p->x.batch_stride = x_row * (p->x.layout == CLGN_LAYOUT_LAST ? p->spatial[0] : p->c);
    p->y.batch_stride = y_row * (p->y.layout == CLGN_LAYOUT_LAST ? p->spatial[0] : p->c);
    p->skip_strides.batch_stride = p->skip_strides.row_stride *
                                   (p->x.layout == CLGN_LAYOUT_LAST ? p->spatial[0] : p->c);
    p->sum_strides.batch_stride = p->sum_strides.row_stride * (p->x.layout == CLGN_LAYOUT_LAST ? p->spatial[0] : p->c);
    p->residual_strides.batch_stride = p->residual_strides.row_stride *
                                       (p->y.layout == CLGN_LAYOUT_LAST ? p->spatial[0] : p->c);
    tc.offset = rng_below(&rng, 4);
    tc.pattern = (enum trial_pattern)rng_below(&rng, TRIAL_NAN + 1);
    tc.twice = 1;
    testing_tally_begin();
    (void)testing_case_run(&tc);
    testing_tally_end("everything", testing_at_least(1));
}
END_TEST

int main(void)
{
    const struct testing_loop loops[] = {
        {"activation", test_activation_by_variants_is_within_bound, 0, CLGN_ACT_ELU + 1},
        {"tails", test_activation_in_its_tails_is_within_bound, 0, CLGN_ACT_ELU + 1},
        {"epilogue", test_epilogue_every_subset_is_within_bound, 0, 32},
        {"prologue", test_prologue_every_kind_is_within_bound, 1, 18},
        {"everything", test_everything_drawn_at_random_is_within_bound, 0, 32},
    };
    Suite *suite = suite_create("epilogue");

    testing_add_loops(suite, loops, sizeof loops / sizeof loops[0], 32);
    return testing_run_device_suite(suite, testing_report_errors);
}
