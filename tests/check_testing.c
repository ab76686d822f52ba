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

int main(void)
{
    Suite *suite = suite_create("testing");
    TCase *tc = tcase_create("judge");

    tcase_add_checked_fixture(tc, make, unmake);
    tcase_add_test(tc, test_judge_of_exact_results_is_right);
    tcase_add_test(tc, test_judge_of_wrong_element_is_wrong);
    tcase_add_test(tc, test_judge_of_written_gap_is_wrong);
    suite_add_tcase(suite, tc);
    return testing_run_device_suite(suite, NULL);
}
