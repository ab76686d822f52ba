/* SPDX-License-Identifier: Apache-2.0 */
/* Backward through what is fused before and after the normalisation, by every variant. */
#include <stdio.h>

#include "fusions.h"
#include "names.h"
#include "variants.h"

enum { VARIANTS = BACKWARD_PINS };

/* Runs a fusion on all shapes by a variant. */
static void run(const clgn_problem *fusion, const char *variant, unsigned turn)
{
    for (unsigned i = 0; i < FUSION_SHAPES; i++) {
        struct trial_case tc = fusion_case(fusion, variant, turn, i);
        clgn_problem *p = &tc.problem;

        p->direction = CLGN_BACKWARD;
        p->rms = p->rms && p->norm != CLGN_NORM_BATCH && p->stats == CLGN_STATS_COMPUTE;
        if (p->stats != CLGN_STATS_COMPUTE) {
            p->mean_lo = p->dmean = p->drstd = 0;
        }
        if (p->rms) {
            p->mean_lo = p->dmean = 0;
        }
        tc.dx_is_dy = i == 0 && p->x.layout == p->y.layout &&
                      (p->y.dtype == CLGN_DTYPE_NONE || p->y.dtype == p->x.dtype);
        tc.dskip_is_dx = i == 2 && p->skip == CLGN_SKIP_FULL && p->dskip;
        (void)testing_case_run(&tc);
    }
}

/* Every activation by half of the variants, with the low part of the mean. */
START_TEST(test_gradient_of_activation_is_within_bound)
{
    testing_tally_begin();
    for (int v = _i % 2; v < VARIANTS; v += 2) {
        clgn_problem p = fusion_none();

        p.gamma = p.beta = CLGN_DTYPE_F32;
        p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
        p.mean_lo = 1;
        fusion_set_act(&p, _i);
        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (unsigned)(_i + v) % 4);
        run(&p, backward_pin[v], (unsigned)(_i + v));
    }
    testing_tally_end(names_act((clgn_act)_i), testing_at_least(VARIANTS / 2 * FUSION_SHAPES));
}
END_TEST

START_TEST(test_gradient_of_activation_in_its_tails_is_within_bound)
{
    clgn_problem p = testing_problem(2, 8, 211, 2);

    p.direction = CLGN_BACKWARD;
    p.dbeta = CLGN_GRADIENT_WRITE;
    fusion_run_tails(&p, _i);
}
END_TEST

/* gamma, beta, scale, shift, residual: every subset by a third of the variants, all gradients of it. */
START_TEST(test_gradient_of_epilogue_is_within_bound)
{
    const unsigned set = (unsigned)_i;

    testing_tally_begin();
    for (unsigned v = set % 3; v < VARIANTS; v += 3) {
        const clgn_gradient how = (set + v) % 3 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_ADD;
        clgn_problem p = fusion_none();

        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (set + v / 2) % 4);
        p.gamma = set & 1 ? fusion_parameter(&p, 1 + v % 2) : CLGN_DTYPE_NONE;
        p.beta = set & 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p.scale = set & 4 ? fusion_parameter(&p, 1 + (v + 1) % 2) : CLGN_DTYPE_NONE;
        p.shift = set & 8 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p.residual = (set & 16) != 0;
        p.dgamma = p.gamma ? how : CLGN_GRADIENT_NONE;
        p.dbeta = p.beta ? how : CLGN_GRADIENT_NONE;
        p.dscale = p.scale ? how : CLGN_GRADIENT_NONE;
        p.dshift = p.shift ? how : CLGN_GRADIENT_NONE;
        p.dresidual = p.residual && v % 4 != 1;
        p.act = set % 3 == 1 ? CLGN_ACT_SILU : set % 3 == 2 ? CLGN_ACT_RELU : CLGN_ACT_NONE;
        p.mean_lo = p.act != CLGN_ACT_NONE;
        run(&p, backward_pin[v], set + v);
    }
    testing_tally_end("epilogue", testing_at_least(FUSION_SHAPES));
}
END_TEST

/* skip (3 kinds) by bias (3 types) by a stored sum: all. */
START_TEST(test_gradient_of_prologue_is_within_bound)
{
    const unsigned kind = (unsigned)_i;

    testing_tally_begin();
    for (unsigned v = kind % 2; v < VARIANTS; v += 2) {
        clgn_problem p = fusion_none();

        p.x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (kind / 3 + v) % 4);
        p.skip = (clgn_skip)(kind % 3);
        p.bias = fusion_parameter(&p, kind / 3);
        p.sum = kind >= 9;
        p.gamma = kind % 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p.dgamma = p.gamma ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        p.dskip = p.skip == CLGN_SKIP_NONE   ? CLGN_GRADIENT_NONE
                  : p.skip == CLGN_SKIP_FULL ? CLGN_GRADIENT_WRITE
                  : v % 3                    ? CLGN_GRADIENT_WRITE
                                             : CLGN_GRADIENT_ADD;
        p.dbias = p.bias == CLGN_DTYPE_NONE ? CLGN_GRADIENT_NONE : v % 3 ? CLGN_GRADIENT_ADD : CLGN_GRADIENT_WRITE;
        run(&p, backward_pin[v], kind + v);
    }
    testing_tally_end("prologue", testing_at_least(FUSION_SHAPES));
}
END_TEST

/* What statistics can be: rms, with and without gradients into mean and rstd; with the mean's low part. */
START_TEST(test_gradient_into_statistics_is_within_bound)
{
    testing_tally_begin();
    for (unsigned v = 0; v < VARIANTS; v++) {
        clgn_problem p = fusion_none();

        p.gamma = CLGN_DTYPE_F32;
        p.dgamma = CLGN_GRADIENT_WRITE;
        p.rms = _i & 1;
        p.dmean = p.drstd = (_i & 2) != 0;
        p.mean_lo = (_i & 4) != 0;
        p.act = p.mean_lo ? CLGN_ACT_SILU : CLGN_ACT_NONE;
        run(&p, backward_pin[v], (unsigned)_i + v);
    }
    testing_tally_end("statistics", testing_at_least((VARIANTS - 1) * FUSION_SHAPES));
}
END_TEST

/* dz of a unit kept in local memory, or made anew: alone and in work-groups of one and of several rows, vectors that
 * divide a row and that do not, dx in place of dy. */
START_TEST(test_gradient_of_what_is_kept_is_within_bound)
{
    static const char *const pins[] = {"bwd_rows,stash=1,vec=16,per=3",
                                       "bwd_rows,stash=0,vec=16",
                                       "bwd_rows,stash=1,vec=4,unroll=2,chunk=16",
                                       "bwd_onepass,stash=1,wgs=32,lx=32,vec=1",
                                       "bwd_onepass,stash=1,wgs=16,lx=4,vec=4,per=2",
                                       "bwd_onepass,stash=1,wgs=1,vec=8"};
    static const size_t shapes[][4] = {{3, 24, 16, 4}, {2, 40, 49, 5}, {2, 12, 331, 3}, {5, 7, 64, 7}};

    const int slow = testing.tiny || testing.small;

    testing_tally_begin();
    for (size_t i = 0; i < 4; i++) {
        const size_t *sh = shapes[i];
        struct trial_case tc = {.problem = testing_problem(sh[0], sh[1], sh[2], sh[3])};
        clgn_problem *p = &tc.problem;

        if (slow && (_i > 0 || i != 1)) {
            continue;
        }
        p->direction = CLGN_BACKWARD;
        p->config = pins[slow ? 4 : _i % 6];
        p->x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (unsigned)(_i + _i / 6) % 4);
        p->y.layout = _i / 6 && i == 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        p->act = (const clgn_act[]){CLGN_ACT_SILU, CLGN_ACT_GELU, CLGN_ACT_RELU, CLGN_ACT_MISH}[(_i / 6 + (int)i) % 4];
        p->gamma = p->beta = CLGN_DTYPE_F32;
        p->dgamma = p->dbeta = i % 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        p->residual = p->dresidual = i == 1;
        p->mean_lo = 1;
        tc.dx_is_dy = i % 2 == 0 && p->y.layout == CLGN_LAYOUT_FIRST;
        tc.offset = i % 3;
        tc.pattern = i == 3 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        tc.twice = 1;
        ck_assert_int_ne(testing_case_try(&tc), TESTING_REFUSED);
    }
    testing_tally_end("kept", !slow ? 4 : _i == 0 ? 1 : 0);
}
END_TEST

/* Everything at once, drawn at random. */
START_TEST(test_gradients_drawn_at_random_are_within_bound)
{
    char text[32];
    struct rng rng;
    struct trial_case tc = {.problem = fusion_none(), .twice = 1};
    clgn_problem *p = &tc.problem;

    snprintf(text, sizeof text, "gradients %d", _i);
    rng = testing_rng_of(text);
    p->direction = CLGN_BACKWARD;
    p->n = 1 + rng_below(&rng, 3);
    p->c = 24;
    p->norm = (clgn_norm)rng_below(&rng, 4);
    p->groups = p->norm == CLGN_NORM_GROUP ? (size_t[]){1, 2, 3, 6, 8, 24}[rng_below(&rng, 6)] : 0;
    p->spatial_dims = rng_below(&rng, 5) != 0 || p->norm == CLGN_NORM_BATCH;
    p->spatial[0] = 2 + rng_below(&rng, 70);
    p->x.dtype = fusion_dtype(CLGN_DTYPE_F32 + (unsigned)rng_below(&rng, 4));
    p->y.dtype = fusion_dtype((unsigned)rng_below(&rng, 5));
    p->x.layout = (clgn_layout)rng_below(&rng, 2);
    p->y.layout = (clgn_layout)rng_below(&rng, 2);
    p->skip = (clgn_skip)rng_below(&rng, 3);
    p->bias = rng_below(&rng, 2) ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p->gamma = rng_below(&rng, 2) ? p->x.dtype : CLGN_DTYPE_NONE;
    p->beta = rng_below(&rng, 2) ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p->scale = rng_below(&rng, 2) ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
    p->shift = rng_below(&rng, 2) ? p->x.dtype : CLGN_DTYPE_NONE;
    p->residual = (int)rng_below(&rng, 2);
    p->act = (clgn_act)rng_below(&rng, CLGN_ACT_ELU + 1);
    p->act_alpha = p->act == CLGN_ACT_LEAKY_RELU || p->act == CLGN_ACT_ELU ? 0.25 : 0.0;
    p->stats = (clgn_stats)rng_below(&rng, 3);
    if (p->stats == CLGN_STATS_RUNNING && (p->norm == CLGN_NORM_GROUP || p->norm == CLGN_NORM_LAYER)) {
        p->stats = CLGN_STATS_COMPUTE;
    }
    p->mean_lo = p->stats == CLGN_STATS_COMPUTE;
    p->dmean = p->drstd = p->stats == CLGN_STATS_COMPUTE && rng_below(&rng, 2);
    p->dgamma = p->gamma ? (clgn_gradient)rng_below(&rng, 3) : CLGN_GRADIENT_NONE;
    p->dbeta = p->beta ? (clgn_gradient)rng_below(&rng, 3) : CLGN_GRADIENT_NONE;
    p->dscale = p->scale ? (clgn_gradient)rng_below(&rng, 3) : CLGN_GRADIENT_NONE;
    p->dshift = p->shift ? (clgn_gradient)rng_below(&rng, 3) : CLGN_GRADIENT_NONE;
    p->dbias = p->bias ? (clgn_gradient)rng_below(&rng, 3) : CLGN_GRADIENT_NONE;
    p->dskip = p->skip ? (clgn_gradient)rng_below(&rng, p->skip == CLGN_SKIP_FULL ? 2 : 3) : CLGN_GRADIENT_NONE;
    p->dresidual = p->residual && rng_below(&rng, 2);
    tc.offset = rng_below(&rng, 4);
    tc.pattern = rng_below(&rng, 3) ? TRIAL_NORMAL : TRIAL_LARGE_MEAN;
    testing_tally_begin();
    (void)testing_case_run(&tc);
    testing_tally_end("at random", testing_at_least(1));
}
END_TEST

int main(void)
{
    const struct testing_loop loops[] = {
        {"activation", test_gradient_of_activation_is_within_bound, 0, CLGN_ACT_ELU + 1},
        {"tails", test_gradient_of_activation_in_its_tails_is_within_bound, 0, CLGN_ACT_ELU + 1},
        {"epilogue", test_gradient_of_epilogue_is_within_bound, 0, 32},
        {"prologue", test_gradient_of_prologue_is_within_bound, 0, 18},
        {"statistics", test_gradient_into_statistics_is_within_bound, 0, 8},
        {"kept", test_gradient_of_what_is_kept_is_within_bound, 0, 12},
        {"everything", test_gradients_drawn_at_random_are_within_bound, 0, 40},
    };
    Suite *suite = suite_create("gradients");

    testing_add_loops(suite, loops, sizeof loops / sizeof loops[0], 40);
    return testing_run_device_suite(suite, testing_report_errors);
}
