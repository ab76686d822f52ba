/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of configurations: the cases that a problem gets, and what a job says of pins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "testing.h"
#include "verify_cases.h"
#include "verify_job.h"

static struct device_open device;

static void open_device(void)
{
    char error[1024];

    ck_assert_msg(device_open(NULL, "check_verify_job", &device, error, sizeof error) == 0, "%s", error);
}

static void close_device(void)
{
    device_close(&device);
}

static size_t elements(const clgn_problem *p)
{
    return p->n * p->c * reference_spatial(p);
}

START_TEST(test_cases_of_large_problem_are_it_and_smaller_ones)
{
    clgn_problem p = testing_problem(4, 64, 64 * 1024, 8);
    struct trial_case cases[VERIFY_MOST_CASES];
    size_t count, itself = 0, in_place = 0, odd = 0;

    p.x.row_stride = p.y.row_stride = 64 * 1024 + 8;
    p.direction = _i ? CLGN_BACKWARD : CLGN_FORWARD;
    p.dx_strides.row_stride = 64 * 1024 + 8;
    count = verify_cases(&p, SIZE_MAX, cases);
    ck_assert_uint_le(count, VERIFY_MOST_CASES);
    ck_assert_uint_eq(cases[0].problem.n, 4);
    for (size_t i = 0; i < count; i++) {
        const clgn_problem *q = &cases[i].problem;

        ck_assert_uint_eq(q->c, 64);
        ck_assert_uint_eq(q->groups, 8);
        ck_assert(elements(q) == elements(&p) || (elements(q) <= 1 << 18 && q->x.row_stride == 0));
        ck_assert(cases[i].guarded && cases[i].judge_most <= 1 << 18);
        itself += elements(q) == elements(&p);
        in_place += (_i ? cases[i].dx_is_dy : cases[i].y_is_x) != 0;
        odd += cases[i].offset % 2 != 0;
    }
    ck_assert_uint_ge(itself, 3);
    ck_assert_uint_ge(count - itself, 4);
    ck_assert_uint_ge(in_place, 2);
    ck_assert_uint_ge(odd, 3);
}
END_TEST

START_TEST(test_cases_of_problem_beyond_memory_are_smaller)
{
    const clgn_problem p = testing_problem(4, 64, 1024 * 1024, 8);
    struct trial_case cases[VERIFY_MOST_CASES];
    size_t count = verify_cases(&p, SIZE_MAX, cases);

    ck_assert_uint_eq(elements(&cases[0].problem), elements(&p));
    for (size_t i = 1; i < count; i++) {
        ck_assert_uint_le(elements(&cases[i].problem), 1 << 22);
    }
    count = verify_cases(&p, 100 << 20, cases);
    ck_assert_uint_le(elements(&cases[0].problem), 100 << 20);
    ck_assert_uint_gt(elements(&cases[0].problem), 25 << 20);
}
END_TEST

/* y of another type or layout cannot be x. */
START_TEST(test_cases_of_other_output_are_not_in_place)
{
    clgn_problem p = testing_problem(2, 8, 64, 2);
    struct trial_case cases[VERIFY_MOST_CASES];
    size_t count;

    p.y.dtype = _i ? CLGN_DTYPE_NONE : CLGN_DTYPE_F16;
    p.y.layout = _i ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
    count = verify_cases(&p, SIZE_MAX, cases);
    for (size_t i = 0; i < count; i++) {
        ck_assert(!cases[i].y_is_x);
    }
}
END_TEST

static void expect_right(struct verify_job *job, const char *config, unsigned cases)
{
    struct verify_result r;

    if (testing.small && config != NULL) { /* a slow compiler */
        return;
    }
    verify_job_run(job, config, &r);
    ck_assert_msg(r.outcome == VERIFY_RIGHT, "%s: %s", config ? config : "chosen", r.text);
    ck_assert(r.whole);
    ck_assert_msg(r.cases >= cases, "%s: only %u cases", r.config, r.cases);
    ck_assert_msg(r.worst > 0.0 && r.worst <= 1.0, "%s: worst %g in %s", r.config, r.worst, r.output);
    ck_assert_str_ne(r.output, "");
    ck_assert(config == NULL || strcmp(r.from, "pin") == 0);
    ck_assert(config == NULL || strncmp(r.config, config, strcspn(config, ",")) == 0);
}

static struct verify_job *job_of(const clgn_problem *p)
{
    char error[1024] = "";
    struct verify_job *job = verify_job_create(&device, p, testing_seed(), error, sizeof error);

    ck_assert_msg(job != NULL, "%s", error);
    return job;
}

/* Several configurations on one job: what one leaves in the buffers is not what the next is judged by. */
START_TEST(test_configurations_of_one_job_are_right)
{
    clgn_problem p = testing_problem(2, 24, 77, 3);
    struct verify_job *job;

    p.residual = 1;
    job = job_of(&p);
    expect_right(job, NULL, 8);
    expect_right(job, "fwd_twopass,slices=2", 8);
    expect_right(job, "fwd_rows,vec=4", 8);
    expect_right(job, NULL, 8);
    verify_job_release(job);
}
END_TEST

START_TEST(test_backward_configurations_are_right)
{
    clgn_problem p = testing_problem(2, 24, 77, 3);
    struct verify_job *job;

    if (testing.small) {
        testing_skip("configurations of backward", "a slow compiler");
        return;
    }
    p.direction = CLGN_BACKWARD;
    p.dgamma = CLGN_GRADIENT_ADD;
    p.dbeta = CLGN_GRADIENT_WRITE;
    job = job_of(&p);
    expect_right(job, NULL, 8);
    expect_right(job, "bwd_twopass", 8);
    verify_job_release(job);
}
END_TEST

START_TEST(test_refusal_tells_why_and_leaves_the_job_usable)
{
    const clgn_problem p = testing_problem(1, 8, 33, 2);
    struct verify_job *job = job_of(&p);
    struct verify_result r;

    verify_job_run(job, "fwd_rows,vec=3", &r);
    ck_assert_int_eq(r.outcome, VERIFY_REFUSED);
    ck_assert_msg(strstr(r.text, "argument: config: vec=3 is not a power of two") != NULL, "%s", r.text);
    ck_assert_str_eq(r.config, "");
    ck_assert_uint_eq(r.cases, 0);
    verify_job_run(job, "fwd_given", &r);
    ck_assert_int_eq(r.outcome, VERIFY_REFUSED);
    expect_right(job, NULL, 7); /* what a shape's registers hold has no room in another's */
    verify_job_release(job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify_job");
    TCase *tc = tcase_create("cases");

    tcase_add_loop_test(tc, test_cases_of_large_problem_are_it_and_smaller_ones, 0, 2);
    tcase_add_test(tc, test_cases_of_problem_beyond_memory_are_smaller);
    tcase_add_loop_test(tc, test_cases_of_other_output_are_not_in_place, 0, 2);
    suite_add_tcase(suite, tc);
    tc = tcase_create("job");
    tcase_add_unchecked_fixture(tc, open_device, close_device);
    tcase_add_test(tc, test_configurations_of_one_job_are_right);
    tcase_add_test(tc, test_backward_configurations_are_right);
    tcase_add_test(tc, test_refusal_tells_why_and_leaves_the_job_usable);
    suite_add_tcase(suite, tc);
    return testing_run_device_suite(suite, NULL);
}
