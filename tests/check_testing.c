/* SPDX-License-Identifier: Apache-2.0 */
/* The judge itself: it passes what the reference says, and notices an element, a gap, a guard or a statistic that is
 * wrong. No kernel runs here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "reference.h"
#include "testing_case.h"

static struct trial data;

/* A strided problem with every output, "computed" by writing what the reference says into the buffers. */
static void make(void)
{
    struct trial_case tc = {.problem = testing_problem(2, 6, 11, 3), .offset = 1};
    clgn_problem *p = &tc.problem;

    p->x.row_stride = 13;
    p->y.row_stride = 14;
    p->y.dtype = CLGN_DTYPE_F16;
    p->skip = CLGN_SKIP_FULL;
    p->sum = p->write_mean = p->write_rstd = 1;
    ck_assert_int_eq(testing_trial_create(&tc, &data), CLGN_OK);
}

static void unmake(void)
{
    trial_release(&data);
}

static void put(enum slot slot, size_t i, double value)
{
    const struct trial_tensor *t = &data.tensor[slot];
    const struct trial_buffer *b = &data.buffer[slot];
    unsigned char bytes[8];
    const size_t size = t->dtype == CLGN_DTYPE_F16 ? 2 : 4;

    convert_store(t->dtype, bytes, &value, 1);
    ck_assert_int_eq(clEnqueueWriteBuffer(testing.queue, b->mem, CL_TRUE, trial_byte_of(t, b, i), size, bytes, 0, NULL,
                                          NULL),
                     CL_SUCCESS);
}

/* The first check also computes the reference. */
static void put_all_right(void)
{
    char text[512] = "";

    ck_assert_int_eq(trial_check(&data, text, sizeof text), 1); /* outputs are still NaN */
    for (size_t i = 0; i < data.tensor[SLOT_Y].elements; i++) {
        put(SLOT_Y, i, data.expected.y[i]);
        put(SLOT_SUM, i, data.expected.v[i]);
    }
    for (size_t i = 0; i < data.tensor[SLOT_MEAN].elements; i++) {
        put(SLOT_MEAN, i, data.expected.mean[i]);
        put(SLOT_RSTD, i, data.expected.rstd[i]);
    }
}

static void expect_wrong(const char *word)
{
    char text[512] = "";

    ck_assert_msg(trial_check(&data, text, sizeof text) == 1, "not noticed: %s", word);
    ck_assert_msg(strstr(text, word) != NULL, "%s is not in: %s", word, text);
}

static void expect_right(void)
{
    char text[512] = "";

    ck_assert_msg(trial_check(&data, text, sizeof text) == 0, "%s", text);
}

START_TEST(test_judge_of_exact_results_is_right)
{
    put_all_right();
    expect_right();
}
END_TEST

START_TEST(test_judge_of_wrong_element_is_wrong)
{
    put_all_right();
    put(SLOT_Y, 57, data.expected.y[57] + 3.0 * data.expected.bound[57]);
    expect_wrong("elements of y");
    put(SLOT_Y, 57, (double)NAN);
    expect_wrong("elements of y");
    put(SLOT_Y, 57, data.expected.y[57]);
    put(SLOT_SUM, 131, data.expected.v[131] + reference_ulp(CLGN_DTYPE_F32, data.expected.v[131]));
    expect_wrong("elements of sum");
    put(SLOT_SUM, 131, data.expected.v[131]);
    put(SLOT_MEAN, 5, data.expected.mean[5] + 1e-5);
    expect_wrong("elements of mean");
    put(SLOT_MEAN, 5, data.expected.mean[5]);
    put(SLOT_RSTD, 0, data.expected.rstd[0] * 1.00001);
    expect_wrong("elements of rstd");
    put(SLOT_RSTD, 0, data.expected.rstd[0]);
    expect_right();
}
END_TEST

START_TEST(test_judge_of_written_gap_is_wrong)
{
    static const enum slot slots[] = {SLOT_X, SLOT_Y, SLOT_GAMMA, SLOT_MEAN};
    const unsigned char zero = 0;

    put_all_right();
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        const struct trial_tensor *t = &data.tensor[slots[i]];
        const struct trial_buffer *b = &data.buffer[slots[i]];
        /* Row gaps of x and y; the element before the first one of the others. */
        const size_t at = t->stride[1] > t->count[2] ? trial_byte_of(t, b, 10) + (size_t)4 : b->offset - 1;

        ck_assert_int_eq(clEnqueueWriteBuffer(testing.queue, b->mem, CL_TRUE, at, 1, &zero, 0, NULL, NULL), CL_SUCCESS);
        expect_wrong("was written");
        ck_assert_int_eq(clEnqueueWriteBuffer(testing.queue, b->mem, CL_TRUE, at, 1, &b->image[at], 0, NULL, NULL),
                         CL_SUCCESS);
    }
    expect_right();
}
END_TEST

/* A trial of which one group in ten or so is judged, run by the library. */
static clgn_plan *run_in_part(struct trial *trial, const clgn_problem *p)
{
    struct trial_case tc = {.problem = *p, .judge_most = 600, .guarded = 1, .offset = 1};
    char text[512] = "";
    clgn_plan *plan = NULL;

    ck_assert_int_eq(clgn_plan_create(testing.context, p, &plan), CLGN_OK);
    ck_assert_int_eq(testing_trial_create(&tc, trial), CLGN_OK);
    ck_assert_msg(trial_run(trial, plan, 0, text, sizeof text) == 0, "%s", text);
    return plan;
}

/* Overwrites the element at n, c, s of an output with the pattern that it held at first. */
static void unwrite(const struct trial *trial, enum slot slot, size_t n, size_t c, size_t s)
{
    static const unsigned char pattern[4] = {0xff, 0xff, 0xff, 0xff};
    const struct trial_tensor *t = &trial->tensor[slot];
    const size_t at = trial->buffer[slot].offset + (n * t->stride[0] + c * t->stride[1] + s * t->stride[2]) * 4;

    ck_assert_int_eq(clEnqueueWriteBuffer(testing.queue, trial->buffer[slot].mem, CL_TRUE, at, 4, pattern, 0, NULL,
                                          NULL),
                     CL_SUCCESS);
}

/* A channel, or sample, that is among the picks, or is not. */
static size_t find_picked(const size_t *picks, size_t count, size_t all, int wanted)
{
    for (size_t i = 0; i < all; i++) {
        int found = 0;

        for (size_t k = 0; k < count; k++) {
            found |= picks[k] == i;
        }
        if (found == wanted) {
            return i;
        }
    }
    ck_abort_msg("no such pick of %zu of %zu", count, all);
    return all;
}

START_TEST(test_trial_judged_in_part_notices_all)
{
    clgn_problem p = testing_problem(5, 24, 50, 12); /* groups of 100 */
    static struct trial trial;
    const struct trial_tensor *y = &trial.tensor[SLOT_Y];
    char text[512] = "";
    clgn_plan *plan;

    p.write_rstd = 1;
    plan = run_in_part(&trial, &p);
    ck_assert_uint_eq(y->elements, 600);
    ck_assert_uint_eq(trial.tensor[SLOT_RSTD].elements, 6);
    unwrite(&trial, SLOT_Y, find_picked(y->picks[0], y->count[0], p.n, 0), 3, 7);
    ck_assert_int_eq(trial_check(&trial, text, sizeof text), 1);
    ck_assert_msg(strstr(text, "1 elements of y were not written") != NULL, "%s", text);
    unwrite(&trial, SLOT_Y, find_picked(y->picks[0], y->count[0], p.n, 1),
            find_picked(y->picks[1], y->count[1], p.c, 1), 49);
    ck_assert_int_eq(trial_check(&trial, text, sizeof text), 1);
    ck_assert_msg(strstr(text, "1 of 600 elements of y are wrong") != NULL && strstr(text, "s=49") != NULL, "%s", text);
    trial_release(&trial);
    clgn_plan_release(plan);
}
END_TEST

/* Sums over the batch need every sample: fewer groups are judged then. */
START_TEST(test_trial_of_sums_judged_in_part_is_right)
{
    static const clgn_norm norms[] = {CLGN_NORM_GROUP, CLGN_NORM_BATCH, CLGN_NORM_LAYER, CLGN_NORM_INSTANCE};
    clgn_problem p = testing_problem(3, 24, 50, 12);
    static struct trial trial;
    clgn_plan *plan;

    if (testing.small && _i > 1) { /* a slow compiler */
        return;
    }
    p.norm = norms[_i / 2];
    p.groups = p.norm == CLGN_NORM_GROUP ? 12 : 0;
    p.direction = _i % 2 ? CLGN_BACKWARD : CLGN_FORWARD;
    p.dgamma = p.dbeta = p.direction == CLGN_BACKWARD ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.x.layout = p.y.layout = _i % 3 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    plan = run_in_part(&trial, &p);
    ck_assert_uint_lt(trial.tensor[SLOT_X].elements, p.n * p.c * 50 + (p.norm == CLGN_NORM_LAYER));
    ck_assert(p.direction == CLGN_FORWARD || trial.tensor[SLOT_X].count[0] == p.n);
    trial_release(&trial);
    clgn_plan_release(plan);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("testing");
    TCase *tc = tcase_create("judge");

    tcase_add_checked_fixture(tc, make, unmake);
    tcase_add_test(tc, test_judge_of_exact_results_is_right);
    tcase_add_test(tc, test_judge_of_wrong_element_is_wrong);
    tcase_add_test(tc, test_judge_of_written_gap_is_wrong);
    suite_add_tcase(suite, tc);
    tc = tcase_create("part");
    tcase_add_test(tc, test_trial_judged_in_part_notices_all);
    tcase_add_loop_test(tc, test_trial_of_sums_judged_in_part_is_right, 0, 8);
    suite_add_tcase(suite, tc);
    return testing_run_device_suite(suite, NULL);
}
