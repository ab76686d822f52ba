/* SPDX-License-Identifier: Apache-2.0 */
/* Batch norm, running statistics, RMS and the mean's low part, against the reference, and where they reach limits. */
#include <math.h>
#include <stdlib.h>

#include "axes.h"
#include "variants.h"

struct shape {
    size_t n, c, groups, s; /* s = 0: no spatial axes */
};

/* One sample and many, one pixel and none, tails, channels that no vector divides; an empty batch. */
static const struct shape shapes[] = {
    {2, 6, 3, 9},  {67, 8, 8, 1},   {1, 34, 2, 63}, {9, 33, 3, 0}, {3, 7, 7, 31},   {32, 16, 4, 49},
    {5, 64, 8, 4}, {1000, 6, 2, 0}, {2, 1, 1, 257}, {4, 96, 6, 8}, {1, 2, 2, 4097},
};

enum { SHAPES = (int)(sizeof shapes / sizeof shapes[0]), DTYPES = 4, FORMS = 12 };

/* Eight forms with one layout, each dtype in both; four with two. Pins are fixed but for what is an argument, so that
 * all shapes run on one program. */
static struct axes axes_of(const char *variant, int form)
{
    struct axes a = {.variant = variant, .vec = 1 << form % 5, .wgs = (const int[]){16, 1, 8, 32}[form % 4]};

    axes_set_layouts(&a, form, 8);
    a.dtype = (clgn_dtype)(CLGN_DTYPE_F32 + (form < 8 ? form / 2 : form % DTYPES));
    return a;
}

static const char *pin_of(const char *variant, int form, size_t i)
{
    return axes_pin(axes_of(variant, form), i);
}

/* A group norm, or one that has no groups. */
static struct trial_case case_of(const struct shape *sh, int form, clgn_norm norm)
{
    struct trial_case tc = {.problem = testing_problem(sh->n, sh->c, sh->s, norm == CLGN_NORM_GROUP ? sh->groups : 0)};

    tc.problem.norm = norm;
    axes_apply(axes_of(NULL, form), &tc.problem);
    return tc;
}

static int is_left_out(int form)
{
    return (testing.small || testing.tiny) && form % 5 != 0;
}

/* Ends the tally of what was run in a form. */
static void end(const char *what, int form, unsigned at_least)
{
    struct axes a = axes_of(what, form);

    a.vec = 0; /* not all are pinned */
    testing_tally_end(axes_text(a), axes_expected(a, at_least));
}

START_TEST(test_batch_in_training_is_within_bound)
{
    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t i = 0; i < SHAPES; i++) {
        struct trial_case tc = case_of(&shapes[i], _i, CLGN_NORM_BATCH);
        clgn_problem *p = &tc.problem;

        p->config = pin_of("fwd_batch", _i, i);
        p->write_mean = p->write_rstd = p->mean_lo = p->running = 1;
        p->running_biased = _i % 3 == 0;
        p->momentum = _i % 2 ? 0.1 : 1.0;
        axes_turn(&tc, i);
        (void)testing_case_run(&tc);
    }
    end("batch", _i, 5);
}
END_TEST

/* By the library's own choice, with all that may stand around it: what differs from sample to sample keeps the samples
 * apart, the rest lets them fold into one. */
START_TEST(test_batch_with_an_epilogue_is_within_bound)
{
    testing_tally_begin();
    for (size_t i = 0; i < 3; i++) {
        static const struct shape few[] = {{4, 24, 1, 35}, {7, 40, 1, 16}, {19, 12, 1, 0}};
        struct trial_case tc = case_of(&few[i], _i, CLGN_NORM_BATCH);
        clgn_problem *p = &tc.problem;

        p->running = i != 1;
        p->write_mean = p->write_rstd = 1;
        p->skip = (clgn_skip)((_i + (int)i) % 3);
        p->bias = _i % 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p->sum = p->skip != CLGN_SKIP_NONE && _i % 4 == 1;
        p->scale = p->shift = _i % 3 == 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        p->residual = _i % 2;
        p->act = (clgn_act)(_i % (CLGN_ACT_ELU + 1));
        p->act_alpha = p->act == CLGN_ACT_LEAKY_RELU || p->act == CLGN_ACT_ELU ? 0.25 : 0.0;
        tc.twice = 1;
        (void)testing_case_run(&tc);
    }
    end("batch, fused", _i, 3);
}
END_TEST

/* Running statistics instead of the data's: batch norm, and instance norm. */
START_TEST(test_inference_is_within_bound)
{
    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t i = 0; i < SHAPES; i++) {
        struct trial_case tc = case_of(&shapes[i], _i, i % 2 ? CLGN_NORM_BATCH : CLGN_NORM_INSTANCE);
        clgn_problem *p = &tc.problem;

        p->stats = CLGN_STATS_RUNNING;
        p->config = pin_of("fwd_given", _i, i);
        p->act = _i % 3 == 1 ? CLGN_ACT_RELU : CLGN_ACT_NONE;
        axes_turn(&tc, i);
        (void)testing_case_run(&tc);
    }
    end("inference", _i, 5);
}
END_TEST

/* An instance norm takes the average of the samples' statistics into the running ones. */
START_TEST(test_instance_with_running_statistics_is_within_bound)
{
    if (is_left_out(_i)) {
        return;
    }
    testing_tally_begin();
    for (size_t i = 0; i < SHAPES; i++) {
        struct trial_case tc = case_of(&shapes[i], _i, CLGN_NORM_INSTANCE);
        clgn_problem *p = &tc.problem;

        if (shapes[i].s < 2) {
            continue; /* one value per channel and sample has no variance */
        }
        p->running = p->write_mean = p->write_rstd = 1;
        p->running_biased = _i % 2;
        p->momentum = 0.25;
        p->config = pin_of("fwd_batch", _i, i);
        tc.offset = i % 3;
        tc.pattern = i % 3 == 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        (void)testing_case_run(&tc);
    }
    end("instance, running", _i, 4);
}
END_TEST

/* Every variant that computes statistics, without a mean, and with the mean's low part written. */
static void run_variants(int form, int rms)
{
    if (is_left_out(form)) {
        return;
    }
    testing_tally_begin();
    for (int v = 1; v < VARIANT_PINS; v++) {
        if (variant_is_given(variant_pin[v])) {
            continue;
        }
        for (size_t i = 0; i < SHAPES; i++) {
            struct trial_case tc = case_of(&shapes[i], form, i % 3 == 1 ? CLGN_NORM_LAYER : CLGN_NORM_GROUP);
            clgn_problem *p = &tc.problem;

            p->rms = rms;
            p->mean_lo = !rms;
            p->write_mean = !rms;
            p->write_rstd = 1;
            p->config = pin_of(variant_pin[v], form, i);
            tc.offset = i % 5;
            tc.pattern = i % 3 == 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
            (void)testing_case_run(&tc);
        }
    }
    end(rms ? "rms" : "mean_lo", form, 12);
}

START_TEST(test_rms_is_within_bound)
{
    run_variants(_i, 1);
}
END_TEST

START_TEST(test_mean_lo_completes_the_mean)
{
    run_variants(_i, 0);
}
END_TEST

/* What is not a number has no part in frozen statistics: it reaches no gradient but those that are sums over it. */
START_TEST(test_frozen_gradient_of_an_infinity_is_finite)
{
    static const char *const pins[] = {NULL, "bwd_rows", "bwd_onepass", "bwd_onepass,rpi=0,cpi=0", "bwd_given"};

    testing_tally_begin();
    for (int i = 0; i < 8; i++) {
        struct trial_case tc = {.problem = testing_problem(3, 8, i & 1 ? 39 : 0, 0)};

        tc.problem.direction = CLGN_BACKWARD;
        tc.problem.norm = CLGN_NORM_INSTANCE;
        tc.problem.stats = CLGN_STATS_RUNNING;
        tc.problem.x.layout = tc.problem.y.layout = i & 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        tc.problem.dgamma = tc.problem.dbeta = i & 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        tc.problem.config = pins[_i];
        tc.pattern = i & 4 ? TRIAL_INF : TRIAL_NAN;
        (void)testing_case_run(&tc);
    }
    testing_tally_end(pins[_i] != NULL ? pins[_i] : "unpinned", testing_at_least(2));
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
    struct rng rng = testing_rng_of("many");
    float *x = malloc(sizeof *x * MANY * FEW);
    clgn_plan *plan = NULL;
    size_t bytes = 0;

    if (testing.tiny || testing.small || x == NULL) {
        free(x);
        testing_skip("more values than a float counts", "the device is slow");
        return;
    }
    for (size_t i = 0; i < (size_t)MANY * FEW; i++) { /* the second half lies apart from the first */
        x[i] = (float)rng_uniform(&rng, 0.0, i < (size_t)MANY * FEW / 2 ? 1.0 : 2.0);
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
    const struct testing_loop loops[] = {
        {"batch", test_batch_in_training_is_within_bound, 0, FORMS},
        {"fused", test_batch_with_an_epilogue_is_within_bound, 0, 8},
        {"inference", test_inference_is_within_bound, 0, FORMS},
        {"instance", test_instance_with_running_statistics_is_within_bound, 0, 8},
        {"rms", test_rms_is_within_bound, 0, 6},
        {"mean_lo", test_mean_lo_completes_the_mean, 0, 4}, /* each variant in both layouts and two types */
        {"frozen", test_frozen_gradient_of_an_infinity_is_finite, 0, 5},
        {"many", test_more_values_than_a_float_counts_are_counted, 0, 1},
    };
    Suite *suite = suite_create("family");

    testing_add_loops(suite, loops, sizeof loops / sizeof loops[0], FORMS);
    return testing_run_device_suite(suite, testing_report_errors);
}
