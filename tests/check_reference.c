/* SPDX-License-Identifier: Apache-2.0 */
/* The reference itself: against PyTorch, against numbers derived by hand, and that it notices what is wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "reference.h"
#include "testing.h"
#include "vectors.h"

/* No activation's result, no mean and no rstd below is trusted to more than this, relative to its size. */
static const double tiny = 1e-15;

#define ASSERT_NEAR(found, expected) ck_assert_double_eq_tol(found, expected, tiny *fabs(expected))

/* ---- PyTorch's results ---- */

/* The largest relative difference of y from the file's, where 1 stands for small values; x[at] is perturbed. */
static double difference(const struct vector_case *v, size_t at, double by)
{
    const clgn_problem *p = &v->problem;
    const size_t full = p->n * p->c * reference_spatial(p), groups = p->n * reference_groups(p);
    struct reference_tensors in = {
        .gamma = v->gamma, .beta = v->beta, .scale = v->scale, .shift = v->shift, .residual = v->residual};
    double *x = malloc(full * sizeof *x), *y = malloc(full * sizeof *y);
    double *mean = malloc(groups * sizeof *mean), *rstd = malloc(groups * sizeof *rstd);
    struct reference_result out = {.y = y, .mean = mean, .rstd = rstd};
    double most = 0.0;

    ck_assert(x != NULL && y != NULL && mean != NULL && rstd != NULL);
    memcpy(x, v->x, full * sizeof *x);
    x[at] += by;
    in.x = x;
    ck_assert_int_eq(reference_forward(p, &in, &out), 0);
    for (size_t i = 0; i < full; i++) {
        most = fmax(most, fabs(y[i] - v->y[i]) / fmax(1.0, fabs(v->y[i])));
    }
    for (size_t i = 0; i < groups; i++) {
        most = fmax(most, fabs(mean[i] - v->mean[i]) / fmax(1.0, fabs(v->mean[i])));
        most = fmax(most, fabs(rstd[i] - v->rstd[i]) / fmax(1.0, fabs(v->rstd[i])));
    }
    free(x);
    free(y);
    free(mean);
    free(rstd);
    return most;
}

/* PyTorch computed in float64, and its error grows with mean / std: 10^-11 is what the large-mean vector needs. */
START_TEST(test_vector_reference_agrees_with_pytorch)
{
    struct vector_case v;
    char text[512] = "";

    ck_assert_msg(vector_read(vector_names[_i], &v, text, sizeof text) == 0, "%s", text);
    ck_assert_double_le(difference(&v, 0, 0.0), 1e-11);
    vector_release(&v);
}
END_TEST

START_TEST(test_vector_perturbed_input_is_detected)
{
    struct vector_case v;
    char text[512] = "";

    ck_assert_msg(vector_read(vector_names[_i], &v, text, sizeof text) == 0, "%s", text);
    ck_assert_double_gt(difference(&v, 1, reference_ulp(CLGN_DTYPE_F32, v.x[1])), 1e-11);
    vector_release(&v);
}
END_TEST

/* ---- by hand ---- */

/* One channel's y for x, by the problem given; n = 1, c = 1. */
static void forward(clgn_problem *p, size_t count, const double *x, double *y)
{
    const struct reference_tensors in = {.x = x, .mean = (const double[]){0.0}, .rstd = (const double[]){1.0}};
    const struct reference_result out = {.y = y};

    p->spatial[0] = count;
    ck_assert_int_eq(reference_forward(p, &in, &out), 0);
}

static clgn_problem bare(void)
{
    clgn_problem p = testing_problem(1, 1, 1, 1);

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    return p;
}

START_TEST(test_statistics_of_four_numbers_are_exact)
{
    static const double x[] = {1.0, 2.0, 3.0, 4.0};
    const struct reference_tensors in = {.x = x};
    double y[4], mean = 0.0, rstd = 0.0;
    const struct reference_result out = {.y = y, .mean = &mean, .rstd = &rstd};
    clgn_problem p = bare();

    p.spatial[0] = 4;
    p.eps = 0.75; /* the variance is 5/4, so rstd is 1 / sqrt 2 */
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    ck_assert_double_eq(mean, 2.5);
    ASSERT_NEAR(rstd, 0.70710678118654752);
    ASSERT_NEAR(y[0], -1.06066017177982129);
    ASSERT_NEAR(y[3], 1.06066017177982129);
}
END_TEST

/* A float64 mean of 10^15 leaves three bits for the fraction; the statistics of what is stored are still exact. */
START_TEST(test_statistics_with_huge_mean_are_exact)
{
    double x[1000], y[1000];
    clgn_problem p = bare();

    for (int i = 0; i < 1000; i++) {
        x[i] = 1e15 + (i % 2 ? 1.0 : -1.0) + 0.5;
    }
    p.x.dtype = CLGN_DTYPE_F64;
    p.eps = 3.0;
    forward(&p, 1000, x, y);
    for (int i = 0; i < 1000; i++) {
        ck_assert_double_eq(y[i], i % 2 ? 0.5 : -0.5);
    }
}
END_TEST

/* A mean that no float64 holds: it lies a third of the spacing away from one. */
START_TEST(test_statistics_with_mean_between_doubles_are_exact)
{
    static const double x[] = {1e15, 1e15, 1e15 + 0.125};
    double y[3];
    clgn_problem p = bare();

    p.x.dtype = CLGN_DTYPE_F64;
    p.eps = 0.0;
    forward(&p, 3, x, y);
    ASSERT_NEAR(y[0], -0.70710678118654752);
    ASSERT_NEAR(y[2], 1.41421356237309505);
}
END_TEST

START_TEST(test_epilogue_follows_the_definition)
{
    static const double x[] = {-1.0, 1.0, -3.0, 3.0};
    const struct reference_tensors in = {.x = x,
                                         .gamma = (const double[]){2.0, -1.0},
                                         .beta = (const double[]){0.5, 1.0},
                                         .scale = (const double[]){1.0, -0.5},
                                         .shift = (const double[]){0.25, 4.0},
                                         .residual = (const double[]){10.0, 20.0, 30.0, 40.0}};
    double y[4], bound[4];
    const struct reference_result out = {.y = y, .bound = bound};
    clgn_problem p = testing_problem(1, 2, 2, 2);

    p.scale = p.shift = CLGN_DTYPE_F32;
    p.residual = 1;
    p.eps = 0.0;
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    ck_assert_double_eq(y[0], (-1.0 * 2.0 + 0.5) * 2.0 + 0.25 + 10.0);
    ck_assert_double_eq(y[1], (1.0 * 2.0 + 0.5) * 2.0 + 0.25 + 20.0);
    ck_assert_double_eq(y[2], (1.0 + 1.0) * 0.5 + 4.0 + 30.0);
    ck_assert_double_eq(y[3], (-1.0 + 1.0) * 0.5 + 4.0 + 40.0);
    ck_assert_double_eq(bound[0], 0x1p-21 * (1.0 + 4.0 + 1.0 + 0.25 + 10.0));
    ck_assert_double_eq(bound[3], 0x1p-21 * (1.0 + 0.5 + 0.5 + 4.0 + 40.0));
}
END_TEST

START_TEST(test_group_with_nan_or_inf_spoils_itself_only)
{
    double x[6] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, y[6], mean[3], rstd[3];
    const struct reference_tensors in = {.x = x};
    const struct reference_result out = {.y = y, .mean = mean, .rstd = rstd};
    clgn_problem p = testing_problem(1, 6, 1, 3);

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    x[1] = NAN;
    x[3] = HUGE_VAL;
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(isnan(y[i]) != 0, i < 4);
    }
    ck_assert(!isfinite(mean[0]) && !isfinite(mean[1]) && mean[2] == 5.5);
}
END_TEST

START_TEST(test_constant_group_gives_beta)
{
    const double x[] = {3.7f, 3.7f, 3.7f, -0.1f, -0.1f, -0.1f};
    const struct reference_tensors in = {.x = x,
                                         .gamma = (const double[]){5.0, 6.0},
                                         .beta = (const double[]){0.1, -7.0}};
    double y[6];
    const struct reference_result out = {.y = y};
    clgn_problem p = testing_problem(1, 2, 3, 2);

    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    for (int i = 0; i < 6; i++) {
        ck_assert_double_eq(y[i], i < 3 ? 0.1 : -7.0);
    }
}
END_TEST

/* Sums just beside a tie, which two roundings, or one of the pairwise sum, get wrong. */
START_TEST(test_sum_beside_a_tie_is_rounded_once)
{
    static const struct {
        clgn_dtype dtype;
        int sum;
        double x, skip, bias, v;
    } cases[] = {
        {CLGN_DTYPE_F32, 0, 1.0, 0x1p-24, 0x1p-48, 1.0 + 0x1p-23},
        {CLGN_DTYPE_F32, 0, 1.0, 0x1p-24, -0x1p-60, 1.0},
        {CLGN_DTYPE_F32, 0, 1.0, 0x1p-24, 0.0, 1.0},
        {CLGN_DTYPE_F32, 0, 1.0 + 0x1p-23, 0x1p-24, -0x1p-100, 1.0 + 0x1p-23},
        {CLGN_DTYPE_F32, 0, -1.0, -0x1p-24, -0x1p-140, -1.0 - 0x1p-23},
        {CLGN_DTYPE_F32, 0, 0x1p127, -0x1p127, 0x1p-149, 0x1p-149},
        {CLGN_DTYPE_F32, 0, 0x1p127, 0x1p-149, -0x1p127, 0x1p-149},
        {CLGN_DTYPE_F16, 1, 1.0, 0.0, 0x1p-11 + 0x1p-30, 1.0 + 0x1p-10},
        {CLGN_DTYPE_F16, 1, 1.0, 0x1p-24, 0x1p-11, 1.0 + 0x1p-10},
        {CLGN_DTYPE_F16, 1, 65504.0, 15.0, 0.998046875, 65504.0},
        {CLGN_DTYPE_F16, 1, 65504.0, 15.0, 1.0, HUGE_VAL},
        {CLGN_DTYPE_F16, 0, 1.0, 0x1p-24, 0x1p-11, 1.0 + 0x1p-11},
        {CLGN_DTYPE_BF16, 1, 1.0, 0x1p-8, 0x1p-40, 1.0 + 0x1p-7},
        {CLGN_DTYPE_F64, 0, 1.0, 0x1p-53, 0x1p-106, 1.0 + 0x1p-52},
        {CLGN_DTYPE_F64, 0, 1.0, 0x1p-53, -0x1p-900, 1.0},
        {CLGN_DTYPE_F64, 0, 1.0 + 0x1p-52, 0x1p-53, -0x1p-300, 1.0 + 0x1p-52},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct reference_tensors in = {.x = &cases[i].x, .skip = &cases[i].skip, .bias = &cases[i].bias};
        double v = 0.0;
        const struct reference_result out = {.v = &v};
        clgn_problem p = bare();

        p.x.dtype = cases[i].dtype;
        p.skip = i % 2 ? CLGN_SKIP_FULL : CLGN_SKIP_PER_CHANNEL;
        p.bias = CLGN_DTYPE_F32;
        p.sum = cases[i].sum;
        ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
        ck_assert_msg(v == cases[i].v, "case %zu: %a instead of %a", i, v, cases[i].v);
    }
}
END_TEST

/* Numbers from 40-digit arithmetic. */
START_TEST(test_activation_of_known_arguments_is_right)
{
    static const struct {
        clgn_act act;
        double alpha, z, y;
    } cases[] = {
        {CLGN_ACT_RELU, 0.0, -1.0, 0.0},
        {CLGN_ACT_RELU, 0.0, 2.0, 2.0},
        {CLGN_ACT_LEAKY_RELU, 0.125, -2.0, -0.25},
        {CLGN_ACT_LEAKY_RELU, 0.125, 2.0, 2.0},
        {CLGN_ACT_SILU, 0.0, -200.0, -2.7677930534734750613e-85},
        {CLGN_ACT_SILU, 0.0, -0.5, -0.18877033439907271768},
        {CLGN_ACT_SILU, 0.0, 0.0009765625, 0.00048851966856015375802},
        {CLGN_ACT_SILU, 0.0, 1.0, 0.73105857863000487925},
        {CLGN_ACT_SILU, 0.0, 30.0, 29.999999999997192713},
        {CLGN_ACT_GELU, 0.0, -30.0, -1.4720141781444561179e-196},
        {CLGN_ACT_GELU, 0.0, -0.5, -0.15426876936299344818},
        {CLGN_ACT_GELU, 0.0, 0.0009765625, 0.00048866171094607474708},
        {CLGN_ACT_GELU, 0.0, 1.0, 0.84134474606854294859},
        {CLGN_ACT_GELU, 0.0, 6.0, 5.9999999940804741298},
        {CLGN_ACT_GELU_TANH, 0.0, -9.0, -1.33645959473487255e-28},
        {CLGN_ACT_GELU_TANH, 0.0, -0.5, -0.15428599017485607796},
        {CLGN_ACT_GELU_TANH, 0.0, 1.0, 0.84119199060827670478},
        {CLGN_ACT_GELU_TANH, 0.0, 6.0, 5.999999999915603533},
        {CLGN_ACT_QUICK_GELU, 0.0, -40.0, -1.0846551018154303683e-28},
        {CLGN_ACT_QUICK_GELU, 0.0, -0.5, -0.14961156339361987683},
        {CLGN_ACT_QUICK_GELU, 0.0, 1.0, 0.84579576593282129571},
        {CLGN_ACT_QUICK_GELU, 0.0, 30.0, 30.0},
        {CLGN_ACT_SIGMOID, 0.0, -100.0, 3.720075976020835963e-44},
        {CLGN_ACT_SIGMOID, 0.0, -0.5, 0.37754066879814543536},
        {CLGN_ACT_SIGMOID, 0.0, 30.0, 0.99999999999990642377},
        {CLGN_ACT_TANH, 0.0, -0.5, -0.4621171572600097585},
        {CLGN_ACT_TANH, 0.0, 0.0009765625, 0.00097656218955926021858},
        {CLGN_ACT_TANH, 0.0, 1.0, 0.76159415595576488812},
        {CLGN_ACT_TANH, 0.0, 6.0, 0.99998771165079557056},
        {CLGN_ACT_MISH, 0.0, -40.0, -1.6993417021166355945e-16},
        {CLGN_ACT_MISH, 0.0, -0.5, -0.22074377465172999682},
        {CLGN_ACT_MISH, 0.0, 1.0, 0.86509838826731034612},
        {CLGN_ACT_MISH, 0.0, 30.0, 30.0},
        {CLGN_ACT_HARDSWISH, 0.0, -4.0, 0.0},
        {CLGN_ACT_HARDSWISH, 0.0, -1.5, -0.375},
        {CLGN_ACT_HARDSWISH, 0.0, 1.0, 0.66666666666666666667},
        {CLGN_ACT_HARDSWISH, 0.0, 5.0, 5.0},
        {CLGN_ACT_ELU, 1.75, -40.0, -1.7499999999999999926},
        {CLGN_ACT_ELU, 1.75, -0.0009765625, -0.0017081501815425910893},
        {CLGN_ACT_ELU, 1.75, 2.0, 2.0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clgn_problem p = bare();
        double y = -99.0;

        p.x.dtype = CLGN_DTYPE_F64;
        p.stats = CLGN_STATS_GIVEN;
        p.act = cases[i].act;
        p.act_alpha = cases[i].alpha;
        forward(&p, 1, &cases[i].z, &y);
        ck_assert_msg(fabs(y - cases[i].y) <= tiny * fabs(cases[i].y), "activation %d of %g: %.17g instead of %.17g",
                      (int)cases[i].act, cases[i].z, y, cases[i].y);
    }
}
END_TEST

/* The bound uses the largest slope of the activation: measured here, it is that and not much more. */
START_TEST(test_activation_slope_is_the_largest)
{
    enum { COUNT = 40001 };
    static double z[COUNT], y[COUNT], bound[COUNT];
    const struct reference_tensors in = {.x = z, .mean = (const double[]){0.0}, .rstd = (const double[]){1.0}};
    const struct reference_result out = {.y = y, .bound = bound};
    clgn_problem p = bare();
    double most = 0.0, slope;

    p.x.dtype = CLGN_DTYPE_F64;
    p.spatial[0] = COUNT;
    p.stats = CLGN_STATS_GIVEN;
    p.act = (clgn_act)_i;
    p.act_alpha = p.act == CLGN_ACT_ELU ? 1.75 : 0.01;
    for (int i = 0; i < COUNT; i++) {
        z[i] = (i - COUNT / 2) * 0x1p-11;
    }
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    for (int i = 1; i < COUNT; i++) {
        most = fmax(most, fabs(y[i] - y[i - 1]) / 0x1p-11);
    }
    slope = bound[COUNT / 2] / 0x1p-50; /* z = 0: the slope alone, and 4 ulp of 1/2 for the sigmoid */
    slope -= p.act == CLGN_ACT_SIGMOID ? 0.5 : 0.0;
    ck_assert_double_le(most, slope);
    ck_assert_double_ge(most, slope * 0.999);
}
END_TEST

/* ---- rounding and judging ---- */

START_TEST(test_round_agrees_with_the_tools_conversion)
{
    struct rng rng = testing_rng_of("rounding");

    for (int i = 0; i < 200000; i++) {
        const double value = ldexp(rng_normal(&rng), (int)rng_below(&rng, 60) - 40);

        ck_assert_double_eq(reference_round(CLGN_DTYPE_F16, (long double)value),
                            convert_from_f16(convert_to_f16(value)));
        ck_assert_double_eq(reference_round(CLGN_DTYPE_BF16, (long double)value),
                            convert_from_bf16(convert_to_bf16(value)));
        ck_assert_double_eq(reference_round(CLGN_DTYPE_F32, (long double)value), (double)(float)value);
        ck_assert_double_eq(reference_round(CLGN_DTYPE_F64, (long double)value), value);
    }
}
END_TEST

START_TEST(test_round_at_edges_is_ieee)
{
    ck_assert_double_eq(reference_round(CLGN_DTYPE_F16, 65519.99L), 65504.0);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_F16, 65520.0L), HUGE_VAL);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_F16, 0x1p-25L), 0.0);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_F16, 0x1.8p-25L), 0x1p-24);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_BF16, 0x1.01p0L), 1.0);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_BF16, 0x1.03p0L), 0x1.04p0);
    ck_assert_double_eq(reference_round(CLGN_DTYPE_F32, -0x1p128L), -HUGE_VAL);
    ck_assert_double_eq(reference_ulp(CLGN_DTYPE_F32, 1.0), 0x1p-23);
    ck_assert_double_eq(reference_ulp(CLGN_DTYPE_F16, 0x1p-20), 0x1p-24);
    ck_assert_double_eq(reference_ulp(CLGN_DTYPE_BF16, -3.0), 0x1p-6);
    ck_assert_double_eq(reference_ulp(CLGN_DTYPE_F64, 0.0), 0x1p-1074);
}
END_TEST

START_TEST(test_error_counts_in_units_of_the_bound)
{
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, 1.5, 1.0, 0.25), 2.0);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, 1.0, 1.0, 0.0), 0.0);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, NAN, NAN, 1.0), 0.0);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, NAN, 1.0, 1.0), HUGE_VAL);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, 1.0, NAN, 1.0), HUGE_VAL);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F32, HUGE_VAL, 1.0, 1.0), HUGE_VAL);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F16, HUGE_VAL, 65519.0, 20.0), 0.0); /* 4 before the store */
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F16, HUGE_VAL, 65515.0, 20.0), HUGE_VAL);
    ck_assert_double_eq(reference_error(CLGN_DTYPE_F16, -HUGE_VAL, 70000.0, 20.0), HUGE_VAL);
    ck_assert_double_gt(reference_error(CLGN_DTYPE_F16, 65504.0, 70000.0, 20.0), 1.0);
}
END_TEST

START_TEST(test_statistics_error_is_relative_to_its_bound)
{
    const clgn_problem p = testing_problem(1, 1, 1, 1);

    ck_assert_double_eq(reference_rstd_error(&p, 2.0 + 0x1p-20, 2.0), 1.0);
    ck_assert_double_eq(reference_rstd_error(&p, 2.0 - 0x1p-19, 2.0), 2.0);
    ck_assert_double_lt(reference_mean_error(&p, 1e4 + 0x1p-10, 1e4, 1.0), 1.0);
    ck_assert_double_gt(reference_mean_error(&p, 1e4 + 0x1p-9, 1e4, 1.0), 1.0);
    ck_assert_double_eq(reference_mean_error(&p, NAN, HUGE_VAL, NAN), 0.0);
    ck_assert_double_eq(reference_mean_error(&p, 1.0, NAN, NAN), HUGE_VAL);
    ck_assert_double_eq(reference_mean_error(&p, NAN, 1.0, 1.0), HUGE_VAL);
}
END_TEST

/* One and a half times the bound is wrong, for every type that y may have. */
START_TEST(test_bound_rejects_what_lies_beyond_it)
{
    static const double x[] = {-2.0, 0.5, 1.0, 7.0};
    clgn_problem p = bare();
    const struct reference_tensors in = {.x = x};
    double y[4], bound[4];
    const struct reference_result out = {.y = y, .bound = bound};

    p.spatial[0] = 4;
    p.y.dtype = (clgn_dtype)_i;
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    for (int i = 0; i < 4; i++) {
        const double stored = reference_round(p.y.dtype, (long double)y[i]);
        const double next = y[i] + 1.5 * fmax(bound[i], reference_ulp(p.y.dtype, y[i]));

        ck_assert_double_le(reference_error(p.y.dtype, stored, y[i], bound[i]), 1.0);
        ck_assert_double_gt(reference_error(p.y.dtype, next, y[i], bound[i]), 1.0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *vectors = tcase_create("vectors"), *hand = tcase_create("hand"), *judging = tcase_create("judging");
    int count = 0;

    while (vector_names[count] != NULL) {
        count++;
    }
    tcase_add_loop_test(vectors, test_vector_reference_agrees_with_pytorch, 0, count);
    tcase_add_loop_test(vectors, test_vector_perturbed_input_is_detected, 0, count);
    tcase_add_test(hand, test_statistics_of_four_numbers_are_exact);
    tcase_add_test(hand, test_statistics_with_huge_mean_are_exact);
    tcase_add_test(hand, test_statistics_with_mean_between_doubles_are_exact);
    tcase_add_test(hand, test_epilogue_follows_the_definition);
    tcase_add_test(hand, test_group_with_nan_or_inf_spoils_itself_only);
    tcase_add_test(hand, test_constant_group_gives_beta);
    tcase_add_test(hand, test_sum_beside_a_tie_is_rounded_once);
    tcase_add_test(hand, test_activation_of_known_arguments_is_right);
    tcase_add_loop_test(hand, test_activation_slope_is_the_largest, 0, CLGN_ACT_ELU + 1);
    tcase_add_test(judging, test_round_agrees_with_the_tools_conversion);
    tcase_add_test(judging, test_round_at_edges_is_ieee);
    tcase_add_test(judging, test_error_counts_in_units_of_the_bound);
    tcase_add_test(judging, test_statistics_error_is_relative_to_its_bound);
    tcase_add_loop_test(judging, test_bound_rejects_what_lies_beyond_it, CLGN_DTYPE_F32, CLGN_DTYPE_F64 + 1);
    suite_add_tcase(suite, vectors);
    suite_add_tcase(suite, hand);
    suite_add_tcase(suite, judging);
    return testing_run_host_suite(suite);
}
