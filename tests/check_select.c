/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen for real problems on devices described by hand: always something, always legal, all of it covered. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "choices.h"
#include "gradients.h"
#include "testing.h"
#include "traffic.h"
#include "units.h"

static void expect_choices(const clgn_problem *p, const struct clgn_device *d, const char *row)
{
    const struct clgn_geometry g = choices_geometry(p);
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    ck_assert_msg(choices_try(p, d, NULL, choices, &count) == CLGN_OK, "%s: %s", row, testing.message);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, CLGN_MOST_CHOICES);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(choices[i].from, "heuristic");
        ck_assert_int_eq(strncmp(choices[i].variant->name, "bwd_", 4) == 0, g.backward);
        if (!g.backward) {
            ck_assert_int_eq(choices[i].variant == &clgn_fwd_given, p->stats != CLGN_STATS_COMPUTE);
        }
        if (p->stats == CLGN_STATS_COMPUTE) {
            ck_assert_int_eq(strstr(choices[i].variant->name, "_batch") != NULL, g.batch || p->running);
        }
        for (size_t k = 0; k < i; k++) {
            ck_assert_ptr_ne(choices[k].variant, choices[i].variant);
        }
        choices_expect_good(&g, d, &choices[i], row);
        ck_assert_uint_ge(clgn_traffic_of(choices[i].variant, &g, &choices[i].params), clgn_traffic_least(&g));
    }
}

/* ---- choices ---- */

START_TEST(test_choice_for_real_problems_is_legal_and_covers_all)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];
    const struct shape *shape = &choices_shapes[_i % SHAPES];

    for (int mix = 0; mix < MIXES; mix++) {
        clgn_problem p = choices_problem(shape, mix);
        char row[128];

        snprintf(row, sizeof row, "n=%zu c=%zu s=%zu groups=%zu mix %d", shape->n, shape->c, shape->s, shape->groups,
                 mix);
        if (p.x.dtype == CLGN_DTYPE_F64 && !d->has_f64) {
            continue;
        }
        expect_choices(&p, d, row);
        p.stats = CLGN_STATS_GIVEN;
        expect_choices(&p, d, row);
        p.stats = CLGN_STATS_COMPUTE;
        p.bias = CLGN_DTYPE_F32; /* not linear */
        p.direction = CLGN_FORWARD;
        p.x.row_stride = p.x.layout == LAST ? p.c + 3 : p.spatial[0] * (p.spatial_dims > 0) + 5;
        expect_choices(&p, d, row);
    }
}
END_TEST

/* The same shapes backward, with and without sums, and over the batch in both directions. */
START_TEST(test_choice_for_real_gradients_is_legal_and_covers_all)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];
    const struct shape *shape = &choices_shapes[_i % SHAPES];

    for (int i = 0; i < MIXES * 2 * 3; i++) {
        const int mix = i % MIXES;
        clgn_problem p = choices_problem(shape, mix);
        char row[128];

        snprintf(row, sizeof row, "backward n=%zu c=%zu s=%zu groups=%zu %d", shape->n, shape->c, shape->s,
                 shape->groups, i);
        if (p.x.dtype == CLGN_DTYPE_F64 && !d->has_f64) {
            continue;
        }
        p.direction = CLGN_BACKWARD;
        p.dgamma = p.dbeta = i / MIXES % 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        p.stats = i / MIXES / 2 == 1 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        if (i / MIXES / 2 == 2) {
            p.norm = CLGN_NORM_BATCH;
            p.groups = 0;
        }
        expect_choices(&p, d, row);
        if (p.norm == CLGN_NORM_BATCH && p.n * (p.spatial_dims ? p.spatial[0] : 1) != 1) {
            p.direction = CLGN_FORWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
            p.running = i / MIXES % 2;
            expect_choices(&p, d, row);
        }
    }
}
END_TEST

START_TEST(test_choice_for_f64_without_doubles_is_unsupported)
{
    static const struct clgn_choice untouched;

    for (int i = 0; i < FAKE_DEVICES; i++) {
        struct clgn_choice choices[CLGN_MOST_CHOICES] = {untouched};
        clgn_problem p = choices_plain(2, 64, 100, 8, FIRST);
        size_t count = 0;

        p.x.dtype = CLGN_DTYPE_F64;
        if (fake_devices[i].has_f64) {
            (void)choices_first(&p, &fake_devices[i], NULL);
            continue;
        }
        testing_expect(choices_try(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x");
        testing_expect(choices_try(&p, &fake_devices[i], "fwd_rows", choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x, pinned");
        p.y.dtype = CLGN_DTYPE_F32;
        testing_expect(choices_try(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x alone");
        p.x.dtype = CLGN_DTYPE_F32;
        p.y.dtype = CLGN_DTYPE_F64;
        testing_expect(choices_try(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("y.dtype", "f64", fake_devices[i].identity.name), "y");
    }
}
END_TEST

/* 65536 channels of one group are 1 MiB of local memory at least. */
START_TEST(test_choice_where_nothing_fits_says_why_for_each_variant)
{
    const clgn_problem p = choices_plain(1, 65536, 4, 1, LAST);

    for (int i = 0; i < FAKE_DEVICES; i++) {
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        testing_expect(choices_try(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS(fake_devices[i].identity.name, "fwd_given: statistics are to be computed", "fwd_rows",
                             "fwd_onepass", "fwd_twopass", "local memory"),
                       fake_devices[i].identity.name);
    }
}
END_TEST

START_TEST(test_choice_for_few_large_groups_on_a_gpu_splits_them)
{
    static const struct shape few[] = {{1, 1, 1 << 24, 1},
                                       {1, 128, 512 * 512, 32},
                                       {8, 512, 3999, 1},
                                       {2, 320, 256 * 256, 8}};

    for (int device = 0; device < CPU; device++) {
        for (int i = 0; i < 4 * 8; i++) {
            const clgn_problem p = choices_problem(&few[i / 8], i % 8);
            const struct clgn_geometry g = choices_geometry(&p);
            const struct clgn_choice first = choices_first(&p, &fake_devices[device], NULL);
            struct clgn_launch launches[2] = {{0}};

            (void)first.variant->launches(&g, &first.params, launches, 2);
            ck_assert_msg(launches[0].groups >= fake_devices[device].compute_units,
                          "%s, case %d: %s with %llu work-groups", fake_devices[device].identity.name, i,
                          first.variant->name, (unsigned long long)launches[0].groups);
            if (g.n * g.g < fake_devices[device].compute_units) {
                ck_assert_ptr_eq(first.variant, &clgn_fwd_twopass);
                ck_assert_int_gt(first.params.value[CLGN_P_SLICES], 1);
            }
        }
    }
}
END_TEST

START_TEST(test_choice_for_many_groups_on_a_gpu_reads_them_once)
{
    for (int device = 0; device < MINIMUM; device++) {
        for (int i = 0; i < 2; i++) {
            const clgn_problem convolution = choices_plain(32, 256, 56 * 56, 32, FIRST);
            const clgn_problem layer = choices_plain(4096, 1024, 0, 1, i == 0 ? FIRST : LAST);
            const struct clgn_choice first = choices_first(&layer, &fake_devices[device], NULL);

            ck_assert_ptr_eq(choices_first(&convolution, &fake_devices[device], NULL).variant, &clgn_fwd_onepass);
            ck_assert_ptr_eq(first.variant, &clgn_fwd_onepass);
            ck_assert_int_gt(first.params.value[CLGN_P_RPI], 0);
        }
    }
}
END_TEST

START_TEST(test_choice_for_backward_on_a_gpu_is_one_pass_or_two_by_its_groups)
{
    for (int device = 0; device < MINIMUM; device++) {
        for (int i = 0; i < 2; i++) {
            const clgn_layout layout = i ? LAST : FIRST;
            const clgn_problem convolution = choices_backward(32, 256, 56 * 56, 32, FIRST);
            const clgn_problem transformer = choices_backward(4096, 1024, 0, 1, layout);
            const clgn_problem large = choices_backward(1, 128, 512 * 512, 4, layout);
            const struct clgn_choice split = choices_first(&large, &fake_devices[device], NULL);

            ck_assert_ptr_eq(choices_first(&convolution, &fake_devices[device], NULL).variant, &clgn_bwd_onepass);
            ck_assert_ptr_eq(choices_first(&transformer, &fake_devices[device], NULL).variant, &clgn_bwd_onepass);
            if (fake_devices[device].compute_units > 4) {
                ck_assert_ptr_eq(split.variant, &clgn_bwd_twopass);
                ck_assert_int_gt(split.params.value[CLGN_P_SLICES], 1);
            }
        }
    }
}
END_TEST

/* One read of everything; without space, where it cannot be that, by units. */
START_TEST(test_choice_for_backward_of_given_statistics_is_bwd_given)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        for (int i = 0; i < 4; i++) {
            clgn_problem p = choices_backward(64, 320, 4096, 32, i % 2 ? LAST : FIRST);

            p.stats = CLGN_STATS_GIVEN;
            if (i / 2) {
                p.norm = CLGN_NORM_INSTANCE;
                p.groups = 0;
                p.stats = CLGN_STATS_RUNNING;
            }
            ck_assert_ptr_eq(choices_first(&p, &fake_devices[device], NULL).variant, &clgn_bwd_given);
            p.spatial_dims = 0;
            ck_assert_ptr_eq(choices_first(&p, &fake_devices[device], NULL).variant,
                             device == CPU ? &clgn_bwd_rows : &clgn_bwd_onepass);
        }
    }
}
END_TEST

START_TEST(test_choice_over_the_batch_is_the_batch_variant_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        for (int i = 0; i < 8; i++) {
            clgn_problem p = choices_plain(8, 64, i % 4 / 2 ? 0 : 400, 0, i % 2 ? LAST : FIRST);
            struct clgn_choice choices[CLGN_MOST_CHOICES];
            size_t count = 0;

            p.norm = CLGN_NORM_BATCH;
            p.direction = i / 4 ? CLGN_BACKWARD : CLGN_FORWARD;
            ck_assert_int_eq(choices_try(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
            ck_assert_uint_eq(count, 1);
            ck_assert_ptr_eq(choices[0].variant, i / 4 ? &clgn_bwd_batch : &clgn_fwd_batch);
            p.stats = CLGN_STATS_RUNNING;
            ck_assert_ptr_eq(choices_first(&p, &fake_devices[device], NULL).variant,
                             i / 4 ? &clgn_bwd_given : &clgn_fwd_given);
        }
    }
}
END_TEST

START_TEST(test_choice_for_running_statistics_of_instances_is_fwd_batch_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        clgn_problem p = choices_plain(8, 64, 400, 0, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        p.norm = CLGN_NORM_INSTANCE;
        ck_assert_ptr_ne(choices_first(&p, &fake_devices[device], NULL).variant, &clgn_fwd_batch);
        p.running = 1;
        ck_assert_int_eq(choices_try(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert_ptr_eq(choices[0].variant, &clgn_fwd_batch);
    }
}
END_TEST

/* The sums that are kept per work-group are those of whole samples. */
START_TEST(test_choice_for_rows_of_groups_takes_whole_samples)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        const clgn_problem p = choices_backward(1000, 96, 0, 12, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        ck_assert_int_eq(choices_try(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_eq(choices[i].params.value[CLGN_P_PER] % 12, 0);
        }
    }
}
END_TEST

START_TEST(test_choice_for_given_statistics_is_fwd_given_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        clgn_problem p = choices_plain(2, 320, 4096, 32, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        p.stats = CLGN_STATS_GIVEN;
        ck_assert_int_eq(choices_try(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert_ptr_eq(choices[0].variant, &clgn_fwd_given);
        ck_assert_uint_eq(clgn_workspace_bytes(choices[0].variant, &(struct clgn_geometry){0}, &choices[0].params), 0);
    }
}
END_TEST

/* ---- traffic ---- */

static uint64_t traffic(const clgn_problem *p, const char *pin)
{
    const struct clgn_geometry g = choices_geometry(p);
    const struct clgn_choice choice = choices_first(p, &fake_devices[AMD], pin);

    return clgn_traffic_of(choice.variant, &g, &choice.params);
}

START_TEST(test_traffic_is_counted_by_hand)
{
    clgn_problem p = choices_plain(2, 24, 100, 3, FIRST); /* 4800 elements, 6 groups of 800 */
    const struct clgn_geometry g = choices_geometry(&p);
    const uint64_t x = 4800 * 4, channels = 24 * 4, least = 2 * x + 2 * channels;

    ck_assert_uint_eq(clgn_traffic_least(&g), least);
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), least + x);
    ck_assert_uint_eq(traffic(&p, "fwd_onepass,wgs=64,rpi=0,cpi=0"), least + x);
    ck_assert_uint_eq(traffic(&p, "fwd_onepass,wgs=256,vec=4,rpi=1,cpi=1"), least);
    /* A record is four numbers: written once, read by each slice. */
    ck_assert_uint_eq(traffic(&p, "fwd_twopass,slices=5"), least + x + 6 * 5 * 16 * (1 + 5));
    p.y.dtype = CLGN_DTYPE_F16;
    p.residual = 1;
    p.skip = CLGN_SKIP_PER_CHANNEL;
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), 2 * x + 2 * (x / 2) + 2 * channels + 2 * 24 * 4);
    p.skip = CLGN_SKIP_FULL; /* read twice, too */
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), 4 * x + 2 * (x / 2) + 2 * channels);
    p = choices_plain(2, 24, 100, 3, FIRST);
    p.stats = CLGN_STATS_GIVEN;
    ck_assert_uint_eq(traffic(&p, "fwd_given"), least + 2 * 6 * 4);
    p = choices_backward(2, 24, 100, 3, FIRST);
    p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
    p.gamma = p.beta = CLGN_DTYPE_NONE;
    ck_assert_uint_eq(traffic(&p, "bwd_rows"), 5 * x + 2 * 6 * 4); /* x, dy twice, dx; mean, rstd */
    p.act = CLGN_ACT_SILU;
    ck_assert_uint_eq(traffic(&p, "bwd_rows,stash=1"), 4 * x + 2 * 6 * 4); /* x alone twice */
    p.stats = CLGN_STATS_GIVEN;
    ck_assert_uint_eq(traffic(&p, "bwd_rows"), 3 * x + 2 * 6 * 4);
}
END_TEST

/* ---- smaller work-groups ---- */

START_TEST(test_smaller_halves_the_work_group_down_to_one)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];

    for (int mix = 0; mix < 8; mix++) {
        const clgn_problem p = choices_problem(&choices_shapes[_i % SHAPES], mix);
        const struct clgn_geometry g = choices_geometry(&p);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        ck_assert_int_eq(choices_try(&p, d, NULL, choices, &count), CLGN_OK);
        for (size_t i = 0; i < count; i++) {
            struct clgn_choice choice = choices[i];
            long wgs = choice.params.value[CLGN_P_WGS];

            while (clgn_select_smaller(&g, d, (uint64_t)choice.params.value[CLGN_P_WGS] / 2, &choice)) {
                wgs /= 2;
                ck_assert_ptr_eq(choice.variant, choices[i].variant);
                ck_assert_int_eq(choice.params.value[CLGN_P_WGS], wgs);
                choices_expect_good(&g, d, &choice, "smaller");
            }
            ck_assert_int_eq(wgs, 1);
        }
    }
}
END_TEST

START_TEST(test_smaller_of_a_pin_is_none)
{
    const clgn_problem p = choices_plain(2, 64, 100, 8, FIRST);
    const struct clgn_geometry g = choices_geometry(&p);
    struct clgn_choice choice = choices_first(&p, &fake_devices[AMD], "fwd_twopass,wgs=128");

    ck_assert_int_eq(clgn_select_smaller(&g, &fake_devices[AMD], 64, &choice), 0);
    ck_assert_int_eq(choice.params.value[CLGN_P_WGS], 128);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("select");
    TCase *choice = tcase_create("choice"), *smaller = tcase_create("smaller");

    tcase_set_timeout(choice, 60);
    tcase_set_timeout(smaller, 60);
    tcase_add_loop_test(choice, test_choice_for_real_problems_is_legal_and_covers_all, 0, FAKE_DEVICES * SHAPES);
    tcase_add_loop_test(choice, test_choice_for_real_gradients_is_legal_and_covers_all, 0, FAKE_DEVICES * SHAPES);
    tcase_add_test(choice, test_choice_for_f64_without_doubles_is_unsupported);
    tcase_add_test(choice, test_choice_where_nothing_fits_says_why_for_each_variant);
    tcase_add_test(choice, test_choice_for_few_large_groups_on_a_gpu_splits_them);
    tcase_add_test(choice, test_choice_for_many_groups_on_a_gpu_reads_them_once);
    tcase_add_test(choice, test_choice_for_given_statistics_is_fwd_given_alone);
    tcase_add_test(choice, test_choice_for_backward_on_a_gpu_is_one_pass_or_two_by_its_groups);
    tcase_add_test(choice, test_choice_for_backward_of_given_statistics_is_bwd_given);
    tcase_add_test(choice, test_choice_over_the_batch_is_the_batch_variant_alone);
    tcase_add_test(choice, test_choice_for_running_statistics_of_instances_is_fwd_batch_alone);
    tcase_add_test(choice, test_choice_for_rows_of_groups_takes_whole_samples);
    tcase_add_test(choice, test_traffic_is_counted_by_hand);
    tcase_add_loop_test(smaller, test_smaller_halves_the_work_group_down_to_one, 0, CPU * SHAPES);
    tcase_add_test(smaller, test_smaller_of_a_pin_is_none);
    suite_add_tcase(suite, choice);
    suite_add_tcase(suite, smaller);
    return testing_run_host_suite(suite);
}
