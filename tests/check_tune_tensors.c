/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of which tensors clgn-tune gives a problem, and of the order statistics of its times. */
#include "tensors.h"

#include <stdio.h>
#include <string.h>

#include "names.h"
#include "problems.h"
#include "testing.h"
#include "timing.h"

static int take(const struct tune_problem *problem, void *user)
{
    *(clgn_problem *)user = problem->problem;
    return 0;
}

static struct tensors list(const char *norm, const char *dt, const char *flags, const char *act, const char *op)
{
    const char *const lists[AXIS_COUNT] = {
        [AXIS_NORM] = norm, [AXIS_DT] = dt, [AXIS_FLAGS] = flags, [AXIS_ACT] = act, [AXIS_OP] = op};
    clgn_problem problem;
    struct tensors tensors;
    char error[256] = "";

    ck_assert_msg(axes_expand("g2mb2ic8ih3iw4", lists, take, &problem, error, sizeof(error)) == 0, "%s", error);
    tensors_list(&problem, &tensors);
    return tensors;
}

static size_t all_bytes(const struct tensors *t)
{
    size_t bytes = 0;

    for (size_t i = 0; i < t->count; ++i) {
        bytes += t->entries[i].elements * names_dtype_bytes(t->entries[i].dtype);
    }
    return bytes;
}

START_TEST(test_tensors_then_as_large_as_the_problem_says)
{
    /* x has 2 * 8 * 12 elements, a parameter of a channel 8, one of (n, c) 16, a statistic of (n, g) 4. */
    static const struct {
        const char *norm, *dt, *flags, *act, *op;
        size_t bytes;
    } cases[] = {
        {"group", "f32", "CH", "none", "fwd", 4 * (2 * 192 + 2 * 8)},
        {"group", "f32", "", "silu", "fwd", 4 * (2 * 192)},
        {"group", "f32", "GCH", "none", "fwd", 4 * (2 * 192 + 2 * 8 + 2 * 4)},
        {"group", "f32", "CH", "none", "fwd_stats", 4 * (2 * 192 + 2 * 8 + 2 * 4)},
        {"group", "f32", "CH", "add+relu", "fwd", 4 * (3 * 192 + 2 * 8)},
        {"group", "f32", "CH", "skip+bias+modulate", "fwd", 4 * (3 * 192 + 3 * 8 + 2 * 16)},
        {"group", "bf16:f32", "CH", "none", "fwd", 2 * 192 + 4 * (192 + 2 * 8)},
        {"group", "f32", "CH", "none", "bwd", 4 * (3 * 192 + 4 * 8 + 2 * 4)},
        {"group", "f32", "CH", "none", "bwd_data", 4 * (3 * 192 + 2 * 8 + 2 * 4)},
        {"group", "f32", "CH", "add+relu", "bwd", 4 * (5 * 192 + 4 * 8 + 2 * 4)},
        {"group", "f32", "CH", "modulate", "bwd", 4 * (3 * 192 + 4 * 8 + 4 * 16 + 2 * 4)},
        {"group", "f64", "CH", "none", "bwd", 8 * (3 * 192 + 2 * 8 + 2 * 4) + 4 * 2 * 8},
        {"layer", "f32", "CH", "none", "fwd_stats", 4 * (2 * 192 + 2 * 8 + 2 * 2)},
        {"batch", "f32", "CH", "none", "fwd_stats", 4 * (2 * 192 + 2 * 8 + 2 * 8)},
        {"rms", "f32", "CH", "none", "fwd_stats", 4 * (2 * 192 + 2 * 8 + 4)},
        {"rms", "f32", "C", "none", "bwd", 4 * (3 * 192 + 2 * 8 + 4)},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        const struct tensors t = list(cases[i].norm, cases[i].dt, cases[i].flags, cases[i].act, cases[i].op);
        ck_assert_msg(all_bytes(&t) == cases[i].bytes, "case %zu: %zu instead of %zu bytes", i, all_bytes(&t),
                      cases[i].bytes);
    }
}
END_TEST

START_TEST(test_tensors_then_apart_in_their_buffers)
{
    const struct tensors t = list("group", "bf16:f32", "CH", "skip+bias+modulate+add+silu", "bwd");
    clgn_args args = CLGN_ARGS_INIT;

    ck_assert_uint_eq(t.element_bytes[TENSORS_READ], 2 + 2 + 4 + 4);
    ck_assert_uint_eq(t.element_bytes[TENSORS_WRITTEN], 2 + 4);
    for (size_t i = 0; i < t.count; ++i) {
        const struct tensors_entry *e = &t.entries[i];
        const size_t bytes = e->elements * (e->dtype == CLGN_DTYPE_BF16 ? 2 : 4);
        ck_assert_uint_le(e->offset + bytes, t.buffer_bytes[e->buffer]);
        ck_assert_ptr_null(tensors_of(&args, e)->mem);
        tensors_of(&args, e)->reserved = &args;
        for (size_t j = 0; j < i; ++j) {
            ck_assert(t.entries[j].buffer != e->buffer || t.entries[j].offset < e->offset);
        }
    }
    /* By their names, too. */
    ck_assert_ptr_eq(args.x.reserved, &args);
    ck_assert_ptr_eq(args.dresidual.reserved, &args);
    ck_assert_ptr_eq(args.dbias.reserved, &args);
    ck_assert_ptr_null(args.y.reserved);
    ck_assert_ptr_null(args.dskip.reserved);
}
END_TEST

START_TEST(test_interval_then_order_statistics_of_the_binomial)
{
    /* Ranks (from 1) of the 95 % interval of a median, as tables have them. */
    static const struct {
        size_t count, lo, hi;
    } cases[] = {{1, 1, 1},   {5, 1, 5},    {6, 1, 6},     {8, 1, 8},        {9, 2, 8},        {20, 6, 15},
                 {25, 8, 18}, {50, 18, 33}, {100, 40, 61}, {1000, 469, 532}, {2000, 957, 1044}};
    static double values[2000];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        const size_t count = cases[i].count;
        struct timing_interval found;
        for (size_t k = 0; k < count; ++k) {
            values[k] = (double)((k * 7919) % count + 1); /* 1 to count in another order: 7919 is prime */
        }
        found = timing_interval(values, count);
        ck_assert_uint_eq(found.samples, count);
        ck_assert_double_eq(found.median, 0.5 * (double)(count + 1));
        ck_assert_msg(found.lo == (double)cases[i].lo && found.hi == (double)cases[i].hi, "%zu: %g to %g", count,
                      found.lo, found.hi);
    }
    ck_assert_double_eq(timing_interval(values, 0).median, 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tune_tensors");
    TCase *tensors = tcase_create("tensors");
    TCase *times = tcase_create("times");

    tcase_add_test(tensors, test_tensors_then_as_large_as_the_problem_says);
    tcase_add_test(tensors, test_tensors_then_apart_in_their_buffers);
    tcase_add_test(times, test_interval_then_order_statistics_of_the_binomial);
    suite_add_tcase(suite, tensors);
    suite_add_tcase(suite, times);
    return testing_run_host_suite(suite);
}
