/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics over the batch and running ones, against the reference, and where they reach their limits. */
#include <math.h>
#include <stdlib.h>

#include "testing_case.h"

static unsigned at_least(unsigned count)
{
    return testing.tiny || testing.small ? 1 : count;
}

/* Batch norms, folded into one sample and not, and instance norms, whose running statistics are averages. */
START_TEST(test_running_statistics_are_within_bound)
{
    static const struct {
        size_t n, c, s;
    } shapes[] = {{5, 12, 37}, {3, 7, 64}, {130, 24, 0}, {2, 48, 9}};
    const clgn_layout layout = _i & 1 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;

    testing_tally_begin();
    for (int i = 0; i < 4; i++) {
        struct testing_case tc = {.problem = testing_problem(shapes[i].n, shapes[i].c, shapes[i].s, 0)};
        clgn_problem *p = &tc.problem;

        p->norm = _i & 2 && shapes[i].s > 0 ? CLGN_NORM_INSTANCE : CLGN_NORM_BATCH;
        p->x.layout = p->y.layout = layout;
        p->scale = i == 3 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE; /* what differs between samples cannot be folded */
        p->running = p->write_mean = p->write_rstd = p->mean_lo = 1;
        p->running_biased = i == 1;
        p->momentum = i == 2 ? 1.0 : 0.1;
        p->config = (const char *const[]){NULL, "fwd_batch,slices=3", "fwd_batch,wgs=8"}[i % 3];
        tc.pattern = i % 2 ? TESTING_LARGE_MEAN : TESTING_NORMAL;
        tc.twice = 1;
        (void)testing_case_run(&tc);
    }
    testing_tally_end("running", at_least(4));
}
END_TEST

/* What is not a number has no part in frozen statistics: it reaches no gradient but those that are sums over it. */
START_TEST(test_frozen_gradient_of_an_infinity_is_finite)
{
    static const char *const pins[] = {NULL, "bwd_rows", "bwd_onepass", "bwd_onepass,rpi=0,cpi=0", "bwd_given"};

    testing_tally_begin();
    for (int i = 0; i < 8; i++) {
        struct testing_case tc = {.problem = testing_problem(3, 8, i & 1 ? 39 : 0, 0)};

        tc.problem.direction = CLGN_BACKWARD;
        tc.problem.norm = CLGN_NORM_INSTANCE;
        tc.problem.stats = CLGN_STATS_RUNNING;
        tc.problem.x.layout = tc.problem.y.layout = i & 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        tc.problem.dgamma = tc.problem.dbeta = i & 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        tc.problem.config = pins[_i];
        tc.pattern = i & 4 ? TESTING_INF : TESTING_NAN;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(pins[_i] != NULL ? pins[_i] : "unpinned", at_least(2));
}
END_TEST

START_TEST(test_unbiased_variance_of_one_value_is_argument_error)
{
    static const char *const words[] = {"spatial", "running", NULL};
    clgn_problem p = testing_problem(4, 8, 1, 0);
    clgn_plan *plan = NULL;

    p.norm = CLGN_NORM_INSTANCE;
    p.running = 1;
    testing_forget();
    testing_expect(clgn_plan_create(testing.context, &p, &plan), CLGN_ERR_ARGUMENT, words, "one value, unbiased");
    ck_assert_ptr_null(plan);
    p.running_biased = 1;
    ck_assert_int_eq(clgn_plan_create(testing.context, &p, &plan), CLGN_OK);
    clgn_plan_release(plan);
}
END_TEST

/* Samples of five values by the million: more of them than a float counts, each too small to change such a count. */
enum { MANY = 4500000, FEW = 5 };

static void expect_statistics(cl_mem statistics, const float *x)
{
    float found[2];
    double mean = 0, variance = 0;

    for (size_t i = 0; i < (size_t)MANY * FEW; i++) {
        mean += x[i];
    }
    mean /= (double)MANY * FEW;
    for (size_t i = 0; i < (size_t)MANY * FEW; i++) {
        variance += (x[i] - mean) * (x[i] - mean);
    }
    variance /= (double)MANY * FEW;
    ck_assert_int_eq(clEnqueueReadBuffer(testing.queue, statistics, CL_TRUE, 0, sizeof found, found, 0, NULL, NULL),
                     CL_SUCCESS);
    ck_assert_double_le(fabs(found[0] - mean), 1e-6 * fabs(mean));
    ck_assert_double_le(fabs(found[1] * sqrt(variance) - 1), 1e-6);
}

START_TEST(test_more_values_than_a_float_counts_are_counted)
{
    clgn_problem p = testing_problem(MANY, 1, FEW, 0);
    clgn_args args = CLGN_ARGS_INIT;
    struct testing_rng rng = testing_rng_of("many");
    float *x = malloc(sizeof *x * MANY * FEW);
    clgn_plan *plan = NULL;
    size_t bytes = 0;

    if (testing.tiny || testing.small || x == NULL) {
        free(x);
        testing_skip("more values than a float counts", "the device is slow");
        return;
    }
    for (size_t i = 0; i < (size_t)MANY * FEW; i++) { /* the second half lies apart from the first */
        x[i] = (float)testing_rng_uniform(&rng, 0.0, i < (size_t)MANY * FEW / 2 ? 1.0 : 2.0);
    }
    p.norm = CLGN_NORM_BATCH;
    p.gamma = p.beta = CLGN_DTYPE_NONE;
    p.eps = 0;
    p.write_mean = p.write_rstd = 1;
    ck_assert_int_eq(clgn_plan_create(testing.context, &p, &plan), CLGN_OK);
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, &bytes), CLGN_OK);
    args.x.mem = clCreateBuffer(testing.cl, CL_MEM_COPY_HOST_PTR, sizeof *x * MANY * FEW, x, NULL);
    args.y = args.x;
    args.mean.mem = args.rstd.mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, 2 * sizeof *x, NULL, NULL);
    args.rstd.offset = sizeof *x;
    args.workspace.mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, bytes, NULL, NULL);
    ck_assert_int_eq(clgn_plan_enqueue(plan, testing.queue, &args, 0, NULL, NULL), CLGN_OK);
    expect_statistics(args.mean.mem, x);
    (void)clReleaseMemObject(args.x.mem);
    (void)clReleaseMemObject(args.mean.mem);
    (void)clReleaseMemObject(args.workspace.mem);
    clgn_plan_release(plan);
    free(x);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch");
    const struct {
        const char *name;
        const TTest *test;
        int count;
    } cases[] = {
        {"running", test_running_statistics_are_within_bound, 4},
        {"frozen", test_frozen_gradient_of_an_infinity_is_finite, 5},
        {"one value", test_unbiased_variance_of_one_value_is_argument_error, 1},
        {"many", test_more_values_than_a_float_counts_are_counted, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TCase *tc = tcase_create(cases[i].name);

        tcase_set_timeout(tc, 0);
        tcase_add_loop_test(tc, cases[i].test, 0, cases[i].count);
        suite_add_tcase(suite, tc);
    }
    return testing_run_device_suite(suite, testing_report_errors);
}
