/* SPDX-License-Identifier: Apache-2.0 */
/* What is worth measuring on devices described by hand: all legal pins, no two alike, the heuristic's choice first. */
#include "candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "fake_devices.h"
#include "testing.h"

enum { MOST = 40000, TEXT = 192, PROBLEMS = 5 };

struct list {
    char (*text)[TEXT];
    size_t count;
};

static void collect(void *user, const char *config)
{
    struct list *list = user;

    ck_assert_uint_lt(list->count, MOST);
    ck_assert_uint_lt(strlen(config), TEXT);
    strcpy(list->text[list->count++], config);
}

/* A context that has no OpenCL behind it. */
static clgn_context context_on(enum fake_device which)
{
    const clgn_options options = testing_options();
    clgn_context context = {0};

    context.sink = (struct clgn_sink){options.on_message, options.user};
    context.device = fake_devices[which];
    testing_forget();
    return context;
}

static clgn_problem problem_of(int which)
{
    clgn_problem p = which % 2 ? testing_problem(2, 320, 4096, 32) : testing_problem(1, 128, 512 * 512, 32);

    p.x.layout = p.y.layout = which == 2 || which == 3 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    p.direction = which == 3 || which == 4 ? CLGN_BACKWARD : CLGN_FORWARD;
    return p;
}

static struct list candidates_of(clgn_context *context, const clgn_problem *p, clgn_tuning_level level)
{
    struct list list = {malloc(MOST * sizeof(*list.text)), 0};

    ck_assert_ptr_nonnull(list.text);
    ck_assert_msg(clgn_tuning_candidates(context, p, level, collect, &list) == CLGN_OK, "%s", testing.message);
    ck_assert_uint_ge(list.count, 1);
    return list;
}

static struct clgn_choice choose(const clgn_context *context, const clgn_problem *p, const char *pin)
{
    const struct clgn_advice advice = {.pin = pin};
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct clgn_geometry g;
    size_t count;

    ck_assert_int_eq(clgn_problem_check(p, &context->sink, &g), CLGN_OK);
    ck_assert_msg(clgn_select(&g, &context->device, &advice, &context->sink, choices, &count) == CLGN_OK, "%s: %s", pin,
                  testing.message);
    return choices[0];
}

static void print(const struct clgn_choice *choice, char *text)
{
    struct clgn_text to = clgn_text_in(text, TEXT);

    clgn_choice_print(choice, &to);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* ---- all of it, for each device and problem ---- */

START_TEST(test_candidates_are_legal_complete_and_different)
{
    clgn_context context = context_on((enum fake_device)(_i / PROBLEMS));
    const clgn_problem p = problem_of(_i % PROBLEMS);
    struct list list = candidates_of(&context, &p, CLGN_TUNING_NORMAL);
    char text[TEXT];

    for (size_t i = 0; i < list.count; ++i) {
        const struct clgn_choice choice = choose(&context, &p, list.text[i]);
        print(&choice, text);
        ck_assert_str_eq(text, list.text[i]);
    }
    qsort(list.text, list.count, sizeof(*list.text), compare);
    for (size_t i = 1; i < list.count; ++i) {
        ck_assert_str_ne(list.text[i - 1], list.text[i]);
    }
    free(list.text);
}
END_TEST

START_TEST(test_candidates_begin_with_the_heuristics_choice)
{
    clgn_context context = context_on((enum fake_device)(_i / PROBLEMS));
    clgn_problem p = problem_of(_i % PROBLEMS);
    const struct clgn_choice heuristics = choose(&context, &p, NULL);
    char text[TEXT];

    print(&heuristics, text);
    for (int level = CLGN_TUNING_RAPID; level <= CLGN_TUNING_NORMAL; ++level) {
        struct list list = candidates_of(&context, &p, (clgn_tuning_level)level);
        ck_assert_str_eq(list.text[0], text);
        free(list.text);
    }
    p.config = p.direction == CLGN_FORWARD ? "fwd_twopass" : "bwd_twopass";
    {
        struct list pinned = candidates_of(&context, &p, CLGN_TUNING_RAPID);
        ck_assert_str_eq(pinned.text[0], text);
        free(pinned.text);
    }
}
END_TEST

START_TEST(test_levels_hold_each_other)
{
    clgn_context context = context_on((enum fake_device)(_i / PROBLEMS));
    const clgn_problem p = problem_of(_i % PROBLEMS);
    struct list lists[3];

    for (int level = 0; level < 3; ++level) {
        lists[level] = candidates_of(&context, &p, (clgn_tuning_level)level);
        qsort(lists[level].text, lists[level].count, sizeof(*lists[level].text), compare);
    }
    ck_assert_uint_le(lists[0].count, 16);
    for (int level = 0; level < 2; ++level) {
        for (size_t i = 0; i < lists[level].count; ++i) {
            ck_assert_msg(bsearch(lists[level].text[i], lists[level + 1].text, lists[level + 1].count,
                                  sizeof(*lists[level].text), compare) != NULL,
                          "%s", lists[level].text[i]);
        }
    }
    if (context.device.max_work_group > 1) {
        ck_assert_uint_gt(lists[1].count, lists[0].count);
        ck_assert_uint_gt(lists[2].count, lists[1].count);
    }
    for (int level = 0; level < 3; ++level) {
        free(lists[level].text);
    }
}
END_TEST

/* ---- what is tried ---- */

static int occurs(const struct list *list, const char *word)
{
    for (size_t i = 0; i < list->count; ++i) {
        if (strstr(list->text[i], word)) {
            return 1;
        }
    }
    return 0;
}

START_TEST(test_cpu_then_its_params_are_tried)
{
    static const char *const tried[] = {"fwd_rows,", "fwd_twopass,", "vec=8,",   "unroll=8,", "nt=0",
                                        "nt=1",      "align=0",      "slices=4", "bands=8",   "chunk=1024"};
    clgn_context context = context_on(CPU);
    const clgn_problem p = problem_of(0);
    struct list list = candidates_of(&context, &p, CLGN_TUNING_NORMAL);

    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); ++i) {
        ck_assert_msg(occurs(&list, tried[i]), "%s", tried[i]);
    }
    ck_assert(!occurs(&list, "onepass")); /* made for GPUs */
    free(list.text);
}
END_TEST

START_TEST(test_gpu_then_its_params_are_tried)
{
    static const char *const tried[] = {"fwd_onepass,", "fwd_twopass,", "wgs=64,", "wgs=512,",  "vec=1,",
                                        "rpi=0,cpi=0",  "sg=2",         "sg=0",    "slices=16", "unroll=4,"};
    clgn_context context = context_on(INTEL);
    const clgn_problem p = problem_of(1);
    struct list list = candidates_of(&context, &p, CLGN_TUNING_NORMAL);

    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); ++i) {
        ck_assert_msg(occurs(&list, tried[i]), "%s", tried[i]);
    }
    ck_assert(!occurs(&list, "rows")); /* made for CPUs */
    ck_assert(!occurs(&list, "sg=1")); /* of another kind than the device's */
    ck_assert(!occurs(&list, "wgs=1024"));
    free(list.text);
}
END_TEST

static long number_of(const char *config, const char *param)
{
    const char *at = strstr(config, param);

    ck_assert_msg(at != NULL, "%s: no %s", config, param);
    return strtol(at + strlen(param), NULL, 10);
}

START_TEST(test_cpu_then_accumulators_take_few_terms_in_a_row)
{
    clgn_context context = context_on(CPU);
    const clgn_problem p = problem_of(0);
    struct list list = candidates_of(&context, &p, CLGN_TUNING_NORMAL);

    ck_assert(occurs(&list, ",unroll=1,"));
    for (size_t i = 0; i < list.count; ++i) {
        const long parallel = number_of(list.text[i], ",vec=") * number_of(list.text[i], ",unroll=");

        ck_assert_msg(number_of(list.text[i], ",chunk=") <= 128 * parallel, "%s", list.text[i]);
    }
    free(list.text);
}
END_TEST

START_TEST(test_backward_then_no_longer_sums_than_the_bound_allows)
{
    clgn_context context = context_on(CPU);
    const clgn_problem p = problem_of(4);
    const long most = choose(&context, &p, NULL).params.value[CLGN_P_CHUNK];
    struct list list = candidates_of(&context, &p, CLGN_TUNING_NORMAL);

    for (size_t i = 0; i < list.count; ++i) {
        ck_assert_int_le(strtol(strstr(list.text[i], "chunk=") + strlen("chunk="), NULL, 10), most);
    }
    free(list.text);
}
END_TEST

/* ---- bad input ---- */

START_TEST(test_bad_arguments_are_argument_errors)
{
    clgn_context context = context_on(CPU);
    clgn_problem p = problem_of(0);
    struct list list = {NULL, 0};

    ck_assert_int_eq(clgn_tuning_candidates(NULL, &p, CLGN_TUNING_RAPID, collect, &list), CLGN_ERR_ARGUMENT);
    testing_expect(clgn_tuning_candidates(&context, NULL, CLGN_TUNING_RAPID, collect, &list), CLGN_ERR_ARGUMENT,
                   (const char *const[]){"problem", "NULL", NULL}, "problem");
    testing_forget();
    testing_expect(clgn_tuning_candidates(&context, &p, CLGN_TUNING_RAPID, NULL, &list), CLGN_ERR_ARGUMENT,
                   (const char *const[]){"each", "NULL", NULL}, "each");
    testing_forget();
    testing_expect(clgn_tuning_candidates(&context, &p, (clgn_tuning_level)3, collect, &list), CLGN_ERR_ARGUMENT,
                   (const char *const[]){"level", "3", NULL}, "level");
    testing_forget();
    p.groups = 7;
    ck_assert_int_eq(clgn_tuning_candidates(&context, &p, CLGN_TUNING_RAPID, collect, &list), CLGN_ERR_ARGUMENT);
    ck_assert_uint_eq(testing.messages, 1);
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("candidates");
    TCase *all = tcase_create("all");
    TCase *some = tcase_create("some");

    tcase_add_loop_test(all, test_candidates_are_legal_complete_and_different, 0, FAKE_DEVICES * PROBLEMS);
    tcase_add_loop_test(all, test_candidates_begin_with_the_heuristics_choice, 0, FAKE_DEVICES * PROBLEMS);
    tcase_add_loop_test(all, test_levels_hold_each_other, 0, FAKE_DEVICES * PROBLEMS);
    tcase_add_test(some, test_cpu_then_its_params_are_tried);
    tcase_add_test(some, test_gpu_then_its_params_are_tried);
    tcase_add_test(some, test_backward_then_no_longer_sums_than_the_bound_allows);
    tcase_add_test(some, test_cpu_then_accumulators_take_few_terms_in_a_row);
    tcase_add_test(some, test_bad_arguments_are_argument_errors);
    suite_add_tcase(suite, all);
    suite_add_tcase(suite, some);
    return testing_run_host_suite(suite);
}
