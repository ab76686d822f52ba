/* SPDX-License-Identifier: Apache-2.0 */
/* Every forward variant in every layout and dtype over shapes with edges, against the reference. */
#include <string.h>

#include "axes.h"
#include "variants.h"

struct shape {
    size_t n, c, groups, dims, spatial[CLGN_MAX_SPATIAL];
};

/* Sizes of one, primes, tails behind every vector width, C/G that no vector width divides nor is divided by. */
static const struct shape shapes[] = {
    {1, 1, 1, 0, {0}},
    {2, 6, 3, 0, {0}},
    {3, 10, 2, 1, {1}},
    {2, 12, 4, 1, {2}},
    {1, 16, 2, 1, {3}},
    {2, 20, 2, 1, {7}},
    {2, 24, 2, 2, {7, 7}},
    {1, 34, 2, 1, {63}},
    {1, 8, 8, 1, {64}},
    {2, 64, 1, 2, {5, 13}},
    {1, 10, 2, 1, {257}},
    {1, 3, 1, 1, {4097}},
    {1, 4, 2, 2, {11, 23}},
    {2, 6, 2, 3, {2, 3, 5}},
    {1, 4, 1, 4, {2, 1, 3, 2}},
    {2, 4, 2, 5, {2, 2, 2, 2, 3}},
    {1, 6, 3, 6, {1, 2, 3, 1, 2, 2}},
    {0, 8, 4, 1, {9}},
    {67, 8, 8, 1, {5}},
    {5, 256, 32, 2, {4, 4}},
    {3, 7, 7, 1, {31}},
    {4, 320, 32, 1, {3}},
    {1, 128, 1, 1, {33}},
    {1, 200, 8, 1, {19}},
    {2, 96, 4, 2, {8, 8}},
    {1, 51, 3, 1, {127}},
};

enum { SHAPES = (int)(sizeof shapes / sizeof shapes[0]), DTYPES = 4, VARIANTS = VARIANT_PINS - 1, FORMS = 12 };

/* A build costs more than a hundred small runs, so what is compiled in is fixed for a variant, layout and dtype, and
 * all shapes are run on that program; vector width and work-group turn with the number of the axes. Eight forms with
 * one layout, each dtype in both; four with two, which differ from those in y's addresses only. */
static struct axes axes_of(int i)
{
    const int form = i % FORMS;
    struct axes a;

    a.variant = variant_pin[1 + i / FORMS];
    axes_set_layouts(&a, form, 8);
    a.dtype = (clgn_dtype)(CLGN_DTYPE_F32 + (form < 8 ? form / 2 : (form + i / FORMS) % DTYPES));
    a.vec = 1 << (i + i / FORMS) % 5;
    a.wgs = (const int[]){32, 1, 8, testing.small ? 16 : 64}[i % 4]; /* llvmpipe allows some kernels no more than 32 */
    return a;
}

static struct trial_case case_of(struct axes a, const struct shape *sh)
{
    struct trial_case tc = {.problem = testing_problem(sh->n, sh->c, 1, sh->groups)};
    clgn_problem *p = &tc.problem;

    p->spatial_dims = sh->dims;
    for (size_t i = 0; i < CLGN_MAX_SPATIAL; i++) {
        p->spatial[i] = sh->spatial[i];
    }
    axes_apply(a, p);
    p->config = a.variant;
    variant_suit(p, a.variant);
    p->write_mean = p->write_rstd = p->stats == CLGN_STATS_COMPUTE;
    return tc;
}

/* Layer and instance norm are group norm by another name; half of the shapes that allow it use it. */
static void rename_norm(clgn_problem *p)
{
    if (p->groups == 1 && p->c % 3 == 0) {
        p->norm = CLGN_NORM_LAYER;
        p->groups = 0;
    } else if (p->groups == p->c && p->c % 2 == 1) {
        p->norm = CLGN_NORM_INSTANCE;
        p->groups = 0;
    }
}

/* What a slow device, or one that cannot do float64, leaves of a count of cases. */
static unsigned expected(struct axes a, unsigned count)
{
    return testing.small && !testing.tiny && testing_has(a.dtype) ? count / 2 : axes_expected(a, count);
}

/* A checking simulator takes seconds for a case, a slow device a good part of one: they are given a part of the axes,
 * in which all variants occur. */
static int is_left_out(int i)
{
    return (testing.tiny && i % 7 != 3) || (testing.small && i % 20 != 3);
}

START_TEST(test_forward_shapes_are_within_bound)
{
    const struct axes a = axes_of(_i);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t i = 0; i < SHAPES; i++) {
        struct trial_case tc = case_of(a, &shapes[i]);

        tc.problem.config = axes_pin(a, i);
        rename_norm(&tc.problem);
        axes_turn(&tc, i);
        tc.twice = i % 6 == 0;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), expected(a, a.vec <= 4 ? 14 : 10));
}
END_TEST

/* By the variant's own numbers, which differ from shape to shape: another shape for each of the axes, and three where
 * the unit is held in registers, since then the program is its shape's alone. */
START_TEST(test_forward_own_numbers_are_within_bound)
{
    const struct axes a = axes_of(_i);
    const int count = strcmp(a.variant, "fwd_onepass") == 0 ? 3 : 1;

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (int i = 0; i < count; i++) {
        struct trial_case tc = case_of(a, &shapes[(_i * 3 + i) % SHAPES]);

        rename_norm(&tc.problem);
        tc.offset = (size_t)(i % 2);
        tc.twice = 1;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), expected(a, (unsigned)count));
}
END_TEST

/* What the library chooses when nobody says. */
START_TEST(test_forward_unpinned_is_within_bound)
{
    struct axes a = axes_of(_i);

    testing_tally_begin();
    for (int i = _i; i < SHAPES; i += 4) {
        struct trial_case tc = case_of(a, &shapes[i]);

        tc.problem.config = NULL;
        tc.problem.stats = i % 2 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        tc.problem.write_mean = tc.problem.write_rstd = i % 2 == 0;
        (void)testing_case_run(&tc);
    }
    testing_tally_end("unpinned", expected(a, 6));
}
END_TEST

START_TEST(test_forward_patterns_are_within_bound)
{
    static const struct shape few[] = {{3, 12, 3, 1, {37}}, {2, 32, 4, 2, {9, 9}}, {1, 34, 2, 1, {331}}};
    const struct axes a = axes_of(_i);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < TRIAL_PATTERNS * 3; k++) {
        struct trial_case tc = case_of(a, &few[k / TRIAL_PATTERNS]);

        tc.problem.config = axes_pin(a, k);
        tc.pattern = (enum trial_pattern)(k % TRIAL_PATTERNS);
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), expected(a, TRIAL_PATTERNS));
}
END_TEST

START_TEST(test_forward_strides_leave_gaps_alone)
{
    static const struct shape sh = {3, 32, 2, 2, {5, 9}};
    const struct axes a = axes_of(_i);
    const size_t x_row = a.x == CLGN_LAYOUT_LAST ? 32 : 45, x_rows = a.x == CLGN_LAYOUT_LAST ? 45 : 32;
    const size_t y_row = a.y == CLGN_LAYOUT_LAST ? 32 : 45, y_rows = a.y == CLGN_LAYOUT_LAST ? 45 : 32;

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < 12; k++) { /* bits: x's rows apart, y's rows apart; then the batches: 0, 8, 5 more */
        struct trial_case tc = case_of(a, &sh);
        const size_t more = k / 4 == 0 ? 0 : k / 4 == 1 ? 8 : 5;
        clgn_problem *p = &tc.problem;

        p->config = axes_pin(a, k);
        p->x.row_stride = k & 1 ? x_row + 4 + k / 4 : 0;
        p->y.row_stride = k & 2 ? y_row + 3 + k / 4 : 0;
        p->x.batch_stride = more || k & 1 ? (p->x.row_stride ? p->x.row_stride : x_row) * x_rows + more : 0;
        p->y.batch_stride = k & 2 ? p->y.row_stride * y_rows + more : 0;
        tc.offset = k % 3;
        (void)testing_case_run(&tc);
        if (a.x == a.y) {
            p->y.row_stride = p->x.row_stride;
            p->y.batch_stride = p->x.batch_stride;
            tc.y_is_x = 1;
            (void)testing_case_run(&tc);
        }
    }
    testing_tally_end(axes_text(a), expected(a, a.x == a.y ? 24 : 12));
}
END_TEST

/* Strides that are multiples of the vector, at offsets that are and are not: one plan has kernels for both. */
START_TEST(test_forward_aligned_strides_leave_gaps_alone)
{
    static const struct shape sh = {3, 32, 2, 2, {5, 16}};
    struct axes a = axes_of(_i * FORMS);

    testing_tally_begin();
    for (size_t k = 0; k < 16; k++) { /* layout, gaps between rows, between samples, offset */
        struct trial_case tc;
        clgn_problem *p = &tc.problem;

        a.x = a.y = k & 1 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        a.dtype = k & 1 ? CLGN_DTYPE_F16 : CLGN_DTYPE_F32;
        tc = case_of(a, &sh);
        p->x.row_stride = p->y.row_stride = k & 2 ? (k & 1 ? 48 : 96) : 0;
        p->x.batch_stride = (k & 1 ? 80 * (k & 2 ? 48u : 32u) : 32 * (k & 2 ? 96u : 80u)) + (k & 4 ? 16u : 0u);
        p->y.batch_stride = k & 2 ? (k & 1 ? 80 * 48 : 32 * 96) : 0;
        tc.offset = k & 8 ? 1 : 0;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(a.variant, testing.tiny ? 0 : 16);
}
END_TEST

START_TEST(test_forward_large_groups_are_within_bound)
{
    static const struct shape large[] = {{1, 4, 1, 1, {200003}},
                                         {1, 1, 1, 1, {300007}},
                                         {2, 24, 2, 1, {16411}},
                                         {1, 2048, 2, 1, {97}}};
    static const enum trial_pattern some[] = {TRIAL_LARGE_MEAN, TRIAL_OUTLIER_FIRST, TRIAL_ALTERNATING};
    const struct axes a = axes_of(_i);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < 2 && a.x == a.y; k++) {
        struct trial_case tc = case_of(a, &large[(k + (size_t)_i) % 4]);

        tc.problem.config = k % 2 ? axes_pin(a, k) : a.variant;
        tc.pattern = some[(k + (size_t)_i) % 3];
        tc.offset = k % 2;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(axes_text(a), expected(a, a.x == a.y ? 1 : 0));
}
END_TEST

/* x and y of different types: each pair once a layout, by each variant in turn. */
START_TEST(test_forward_mixed_types_are_within_bound)
{
    static const struct shape few[] = {{2, 40, 4, 1, {53}}, {1, 32, 2, 2, {8, 8}}, {3, 51, 3, 1, {17}}};
    const clgn_dtype x = (clgn_dtype)(CLGN_DTYPE_F32 + _i % DTYPES), y = (clgn_dtype)(CLGN_DTYPE_F32 + _i / DTYPES);
    const int possible = x != y && testing_has(x) && testing_has(y);

    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t k = 0; k < 6 && possible; k++) {
        struct axes a = axes_of((_i + (int)(k / 3)) % VARIANTS * FORMS);
        struct trial_case tc;

        a.x = a.y = k / 3 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        a.vec = 1 << (_i + (int)(k / 3)) % 5;
        a.dtype = x;
        tc = case_of(a, &few[k % 3]);
        tc.problem.config = axes_pin(a, k);
        tc.problem.y.dtype = y;
        tc.pattern = k % 3 == 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        tc.offset = k % 3;
        (void)testing_case_run(&tc);
    }
    testing_tally_end("mixed types", possible ? 4 : 0);
}
END_TEST

int main(void)
{
    const struct testing_loop loops[] = {
        {"shapes", test_forward_shapes_are_within_bound, 0, VARIANTS * FORMS},
        {"own", test_forward_own_numbers_are_within_bound, 0, VARIANTS * FORMS},
        {"unpinned", test_forward_unpinned_is_within_bound, 0, 4},
        {"patterns", test_forward_patterns_are_within_bound, 0, VARIANTS * FORMS},
        {"strides", test_forward_strides_leave_gaps_alone, 0, VARIANTS * FORMS},
        {"large", test_forward_large_groups_are_within_bound, 0, VARIANTS * FORMS},
        {"mixed", test_forward_mixed_types_are_within_bound, 0, DTYPES * DTYPES},
    };
    const struct testing_loop aligned = {"aligned", test_forward_aligned_strides_leave_gaps_alone, 0, VARIANTS};
    Suite *suite = suite_create("forward");

    testing_add_loops(suite, loops, sizeof loops / sizeof loops[0], 1);
    testing_add_loops(suite, &aligned, 1, VARIANTS);
    return testing_run_device_suite(suite, testing_report_errors);
}
