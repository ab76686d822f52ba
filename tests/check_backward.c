/* SPDX-License-Identifier: Apache-2.0 */
/* Every backward variant in every layout and dtype over shapes with edges, against the reference. */
#include <string.h>

#include "axes.h"
#include "variants.h"

struct shape {
    size_t n, c, groups, s; /* s = 0: no spatial axes */
};

/* Sizes of one, primes, tails behind every vector width, C/G that no vector width divides nor is divided by. */
static const struct shape shapes[] = {
    {1, 1, 1, 0},     {2, 6, 3, 0},  {3, 10, 2, 1},   {2, 12, 4, 2},   {1, 16, 2, 3},   {2, 20, 2, 7},  {2, 24, 2, 49},
    {1, 34, 2, 63},   {1, 8, 8, 64}, {2, 64, 1, 65},  {1, 10, 2, 257}, {1, 3, 1, 4097}, {0, 8, 4, 9},   {67, 8, 8, 5},
    {5, 256, 32, 16}, {3, 7, 7, 31}, {4, 320, 32, 3}, {1, 128, 1, 33}, {1000, 6, 3, 0}, {9, 200, 8, 0}, {2, 51, 3, 127},
};

enum { SHAPES = (int)(sizeof shapes / sizeof shapes[0]), DTYPES = 4, FORMS = 6, VARIANTS = BACKWARD_PINS };

/* What is compiled in is fixed for a variant, layout and dtype; all shapes run on that program. Four forms with one
 * layout, each dtype in both over the variants; two with two layouts. */
static struct axes axes_of(int i)
{
    const int form = i % FORMS, turn = i / FORMS;
    struct axes a;

    a.variant = backward_pin[turn];
    axes_set_layouts(&a, form, 4);
    a.dtype = (clgn_dtype)(CLGN_DTYPE_F32 + (form < 2 ? 0 : (form / 2 + turn) % DTYPES));
    a.vec = 1 << (i + turn) % 5;
    /* llvmpipe ends the loops of a work-item after 65,535 rounds in all, which one alone would need. */
    a.wgs = (const int[]){32, testing.small ? 4 : 1, 8, 16}[i % 4];
    return a;
}

/* gamma, beta, and their gradients; frozen statistics and batch norm where the variant is for these. */
static struct trial_case case_of(struct axes a, const struct shape *sh)
{
    struct trial_case tc = {.problem = testing_problem(sh->n, sh->c, sh->s, sh->groups)};
    clgn_problem *p = &tc.problem;

    p->direction = CLGN_BACKWARD;
    axes_apply(a, p);
    p->config = a.variant;
    p->dgamma = p->dbeta = CLGN_GRADIENT_WRITE;
    variant_suit(p, a.variant);
    return tc;
}

/* A checking simulator takes seconds for a case, a slow device half a minute for a program. */
static int is_left_out(int i)
{
    return (testing.tiny && i % 7 != 3) || (testing.small && i % 13 != 0);
}

START_TEST(test_backward_shapes_are_within_bound)
{
    const struct axes a = axes_of(_i);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t i = 0; i < SHAPES; i++) {
        struct trial_case tc = case_of(a, &shapes[i]);

        tc.problem.config = axes_pin(a, i);
        axes_turn(&tc, i);
        tc.twice = i % 6 == 0;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), axes_expected(a, a.vec <= 4 ? 9 : 6));
}
END_TEST

/* By the variant's own numbers; three shapes where the unit is held in registers, since then the program is its shape's
 * alone. */
START_TEST(test_backward_own_numbers_are_within_bound)
{
    const struct axes a = axes_of(_i);
    const int count = strcmp(a.variant, "bwd_onepass") == 0 ? 3 : 1;

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (int i = 0; i < count; i++) {
        struct trial_case tc = case_of(a, &shapes[(_i * 3 + i + 5) % SHAPES]);

        tc.problem.dgamma = i % 2 ? CLGN_GRADIENT_NONE : CLGN_GRADIENT_ADD;
        tc.problem.dbeta = i % 2 ? CLGN_GRADIENT_NONE : CLGN_GRADIENT_WRITE;
        tc.offset = (size_t)(i % 2);
        tc.twice = 1;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), 0);
}
END_TEST

START_TEST(test_backward_unpinned_is_within_bound)
{
    const struct axes a = axes_of(_i);

    testing_tally_begin();
    for (int i = _i; i < SHAPES; i += 4) {
        struct trial_case tc = case_of(a, &shapes[i]);

        tc.problem.config = NULL;
        tc.problem.norm = i % 3 == 2 && shapes[i].n * shapes[i].s > 1 ? CLGN_NORM_BATCH : CLGN_NORM_GROUP;
        tc.problem.groups = tc.problem.norm == CLGN_NORM_BATCH ? 0 : shapes[i].groups;
        tc.problem.stats = i % 5 == 4 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        (void)testing_case_run(&tc);
    }
    testing_tally_end("unpinned", testing_at_least(4));
}
END_TEST

START_TEST(test_backward_patterns_are_within_bound)
{
    static const struct shape few[] = {{3, 12, 3, 37}, {2, 32, 4, 81}, {1, 34, 2, 331}};
    const struct axes a = axes_of(_i);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < TRIAL_PATTERNS * 3; k++) {
        struct trial_case tc = case_of(a, &few[k / TRIAL_PATTERNS]);

        tc.problem.config = axes_pin(a, k);
        tc.pattern = (enum trial_pattern)(k % TRIAL_PATTERNS);
        if (tc.pattern != TRIAL_INF) { /* an infinity is a NaN in the statistics that it is given */
            (void)testing_case_run(&tc);
        }
    }
    testing_tally_end(axes_text(a), axes_expected(a, TRIAL_PATTERNS));
}
END_TEST

START_TEST(test_backward_strides_leave_gaps_alone)
{
    static const struct shape sh = {3, 32, 2, 45};
    const struct axes a = axes_of(_i);
    const size_t x_row = a.x == CLGN_LAYOUT_LAST ? 32 : 45, y_row = a.y == CLGN_LAYOUT_LAST ? 32 : 45;

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < 8; k++) { /* bits: x's rows apart, dy's, dx's */
        struct trial_case tc = case_of(a, &sh);
        clgn_problem *p = &tc.problem;

        p->config = axes_pin(a, k);
        p->x.row_stride = k & 1 ? x_row + 4 + k : 0;
        p->y.row_stride = k & 2 ? y_row + 3 : 0;
        p->dx_strides.row_stride = k & 4 ? x_row + 8 : 0;
        p->dx_strides.batch_stride = k & 4 ? (x_row + 8) * (a.x == CLGN_LAYOUT_LAST ? 45 : 32) + 5 : 0;
        tc.offset = k % 3;
        (void)testing_case_run(&tc);
        if (a.x == a.y) {
            p->dx_strides = (clgn_strides){p->y.batch_stride, p->y.row_stride};
            tc.dx_is_dy = 1;
            (void)testing_case_run(&tc);
        }
    }
    testing_tally_end(axes_text(a), axes_expected(a, a.x == a.y ? 16 : 8));
}
END_TEST

START_TEST(test_backward_large_groups_are_within_bound)
{
    static const struct shape large[] = {{1, 4, 1, 200003}, {1, 1, 1, 300007}, {2, 24, 2, 16411}, {1, 512, 2, 97}};
    const struct axes a = axes_of(_i);

    if (is_left_out(_i) || _i % 3 != 0) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < 2; k++) {
        struct trial_case tc = case_of(a, &large[(k + (size_t)_i) % 4]);

        tc.problem.config = k % 2 ? axes_pin(a, k) : a.variant;
        tc.pattern = k % 2 ? TRIAL_OUTLIER_FIRST : TRIAL_LARGE_MEAN;
        tc.offset = k % 2;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), axes_expected(a, 1));
}
END_TEST

/* The layer norm of transformers: rows of elements that each have a gamma and a beta. */
START_TEST(test_backward_of_element_wise_layer_norm_is_within_bound)
{
    static const struct shape rows[] = {{64, 96, 1, 0}, {300, 17, 1, 0}, {5, 1000, 4, 0}, {1, 33, 3, 0}};
    static const char *const pins[] = {NULL, "bwd_rows", "bwd_onepass"};

    testing_tally_begin();
    for (size_t k = 0; k < 4; k++) {
        struct trial_case tc = {.problem = testing_problem(rows[k].n, rows[k].c, 0, rows[k].groups)};

        tc.problem.direction = CLGN_BACKWARD;
        tc.problem.config = pins[_i % 3];
        tc.problem.x.dtype = _i / 3 ? CLGN_DTYPE_F16 : CLGN_DTYPE_F32;
        tc.problem.dgamma = CLGN_GRADIENT_WRITE;
        tc.problem.dbeta = CLGN_GRADIENT_ADD;
        tc.problem.mean_lo = 1;
        tc.problem.act = k % 2 ? CLGN_ACT_GELU : CLGN_ACT_NONE;
        tc.problem.rms = k == 2;
        tc.problem.mean_lo = k != 2;
        tc.pattern = k % 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        tc.twice = 1;
        (void)testing_case_run(&tc);
    }
    testing_tally_end("element-wise", testing_at_least(4));
}
END_TEST

int main(void)
{
    const struct testing_loop loops[] = {
        {"shapes", test_backward_shapes_are_within_bound, 0, VARIANTS * FORMS},
        {"own", test_backward_own_numbers_are_within_bound, 0, VARIANTS * FORMS},
        {"unpinned", test_backward_unpinned_is_within_bound, 0, 4},
        {"patterns", test_backward_patterns_are_within_bound, 0, VARIANTS * FORMS},
        {"strides", test_backward_strides_leave_gaps_alone, 0, VARIANTS * FORMS},
        {"large", test_backward_large_groups_are_within_bound, 0, VARIANTS * FORMS},
    };
    const struct testing_loop layers = {"element-wise", test_backward_of_element_wise_layer_norm_is_within_bound, 0, 6};
    Suite *suite = suite_create("backward");

    testing_add_loops(suite, loops, sizeof loops / sizeof loops[0], 1);
    testing_add_loops(suite, &layers, 1, 3);
    return testing_run_device_suite(suite, testing_report_errors);
}
