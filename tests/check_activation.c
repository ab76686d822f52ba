/* SPDX-License-Identifier: Apache-2.0 */
/* Every activation over the whole range of float32, against its stated error in ulp (docs/numerics.md), which is
 * another where y is narrow. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "reference.h"
#include "testing.h"

/* Stated errors, for a correctly rounded division; what a division of 2.5 ulp adds. alpha is a float. */
static const struct stated {
    clgn_act act;
    const char *name;
    double alpha;
    double ulps;
    double division;
    double brief;       /* of a narrow y, in its units: what shorter exponentials add */
    const char *config; /* another vector width must give the same bits */
} stated[] = {
    {CLGN_ACT_RELU, "relu", 0, 0, 0, 0, "fwd_given,vec=1"},
    {CLGN_ACT_LEAKY_RELU, "leaky_relu", 0.010009765625, 0.51, 0, 0, "fwd_given,vec=4"},
    {CLGN_ACT_SILU, "silu", 0, 3, 2, 1.0 / 64, "fwd_given,vec=1"},
    {CLGN_ACT_GELU, "gelu", 0, 4, 4, 1.0 / 64, "fwd_given,vec=4"},
    {CLGN_ACT_GELU_TANH, "gelu_tanh", 0, 3.2, 2, 1.0 / 64, "fwd_given,vec=8"},
    {CLGN_ACT_QUICK_GELU, "quick_gelu", 0, 3.3, 2, 1.0 / 64, "fwd_given,vec=2"},
    {CLGN_ACT_SIGMOID, "sigmoid", 0, 2.5, 2, 1.0 / 64, "fwd_given,vec=1"},
    {CLGN_ACT_TANH, "tanh", 0, 2.5, 2, 0, "fwd_given,vec=4"},
    {CLGN_ACT_MISH, "mish", 0, 3.4, 2, 1.0 / 64, "fwd_given,vec=8"},
    {CLGN_ACT_HARDSWISH, "hardswish", 0, 2, 0, 0, "fwd_given,vec=1"},
    {CLGN_ACT_ELU, "elu", 1.673828125, 2, 0, 0, "fwd_given,vec=2"},
};

static struct sweep {
    size_t count;
    float *x, *y, *z;
    uint16_t *narrow;
    double *wide, *exact;
} sweep;

/* A third over all finite bit patterns, the rest over where the activations bend, and the points that people ask about.
 */
static void fill(void)
{
    static const float asked[] = {-100, -14.5F, -12, -9, -5, -1, -0.0F, 0, 1, 5, 20, 88, 100, INFINITY, -INFINITY, NAN};
    const size_t points = sizeof asked / sizeof asked[0];
    struct rng rng = testing_rng_of("activation");
    for (size_t i = 0; i < sweep.count; i++) {
        const uint32_t bits = (uint32_t)rng_next(&rng);
        if (i < points)
            sweep.x[i] = asked[i];
        else if (i % 3 == 0)
            memcpy(&sweep.x[i], &bits, sizeof bits);
        else
            sweep.x[i] = (float)rng_uniform(&rng, i % 3 == 1 ? -10 : -120, i % 3 == 1 ? 10 : 120);
        sweep.wide[i] = (double)sweep.x[i];
    }
}

static clgn_problem problem_of(const struct stated *row, clgn_dtype y, const char *config)
{
    clgn_problem p = testing_problem(1, 1, sweep.count, 1);
    p.y.dtype = y;
    p.gamma = p.beta = CLGN_DTYPE_NONE;
    p.stats = CLGN_STATS_GIVEN; /* mean 0 and rstd 1: z is x */
    p.act = row->act;
    p.act_alpha = row->alpha;
    p.config = config;
    return p;
}

static void run(const clgn_problem *p, void *y)
{
    const float zero = 0;
    const float one = 1;
    const size_t bytes = sweep.count * (p->y.dtype == CLGN_DTYPE_F32 ? sizeof *sweep.y : sizeof *sweep.narrow);
    clgn_args args = CLGN_ARGS_INIT;
    clgn_plan *plan = NULL;
    ck_assert_msg(clgn_plan_create(testing.context, p, &plan) == CLGN_OK, "%s", testing.message);
    args.x.mem = testing_buffer_create(sweep.count * sizeof *sweep.x, sweep.x);
    args.y.mem = testing_buffer_create(bytes, NULL);
    args.mean.mem = testing_buffer_create(sizeof zero, &zero);
    args.rstd.mem = testing_buffer_create(sizeof one, &one);
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &args, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(clEnqueueReadBuffer(testing.queue, args.y.mem, CL_TRUE, 0, bytes, y, 0, NULL, NULL), CL_SUCCESS);
    clReleaseMemObject(args.x.mem);
    clReleaseMemObject(args.y.mem);
    clReleaseMemObject(args.mean.mem);
    clReleaseMemObject(args.rstd.mem);
    clgn_plan_release(plan);
}

/* The error of one result in ulp of the exact one; results that the device may flush count from the smallest normal. */
static double error_in_ulps(double x, double y, double exact)
{
    if (isinf(x) && isnan(exact)) /* a product of infinity and zero, whose limit is zero */
        return y == 0 ? 0 : HUGE_VAL;
    if (isnan(x) || isnan(exact))
        return isnan(y) ? 0 : HUGE_VAL;
    if (isinf(exact))
        return y == exact ? 0 : HUGE_VAL;
    if (!testing_has_single(CL_FP_DENORM) && fabs(exact) < 4 * 1.17549435e-38)
        return fabs(y) <= 4 * 1.17549435e-38 ? 0 : HUGE_VAL;
    return fabs(y - exact) / reference_ulp(CLGN_DTYPE_F32, exact);
}

START_TEST(test_activation_over_the_whole_range_is_within_its_ulps)
{
    const struct stated *row = &stated[_i];
    const clgn_problem p = problem_of(row, CLGN_DTYPE_F32, NULL);
    const double zero = 0;
    const double one = 1;
    const struct reference_tensors in = {.x = sweep.wide, .mean = &zero, .rstd = &one};
    const struct reference_result out = {.y = sweep.exact};
    const double allowed = row->ulps + (testing_has_single(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) ? 0 : row->division);
    double worst = 0;
    size_t at = 0;
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    run(&p, sweep.y);
    for (size_t i = 0; i < sweep.count; i++) {
        const double error = error_in_ulps(sweep.wide[i], (double)sweep.y[i], sweep.exact[i]);
        if (error > worst) {
            worst = error;
            at = i;
        }
    }
    printf("%-11s %.2f ulp of %.2f allowed, at %.9g\n", row->name, worst, allowed, sweep.wide[at]);
    ck_assert_msg(worst <= allowed, "%s: %g ulp at %.9g: %.9g for %.17g", row->name, worst, sweep.wide[at],
                  (double)sweep.y[at], sweep.exact[at]);
}
END_TEST

/* Half a unit for the rounding, and what shorter exponentials add, or a float lacks: 2^13 of its units are one of f16.
 */
START_TEST(test_activation_of_a_narrow_y_is_within_its_units)
{
    static const clgn_dtype types[] = {CLGN_DTYPE_F16, CLGN_DTYPE_BF16};
    const struct stated *row = &stated[_i / 2];
    const clgn_dtype type = types[_i % 2];
    const clgn_problem p = problem_of(row, type, NULL);
    const double zero = 0;
    const double one = 1;
    const struct reference_tensors in = {.x = sweep.wide, .mean = &zero, .rstd = &one};
    const struct reference_result out = {.y = sweep.exact};
    const double division = testing_has_single(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) ? 0 : row->division;
    const double allowed = 0.5 + fmax(row->brief, row->ulps * 0x1p-13) + division * 0x1p-13;
    double worst = 0;
    size_t at = 0;
    ck_assert_int_eq(reference_forward(&p, &in, &out), 0);
    run(&p, sweep.narrow);
    for (size_t i = 0; i < sweep.count; i++) {
        double y;
        double error;
        convert_load(type, &y, &sweep.narrow[i], 1);
        if (isinf(sweep.wide[i]) && isnan(sweep.exact[i])) /* a product of infinity and zero, whose limit is zero */
            error = y == 0 ? 0 : HUGE_VAL;
        else
            error = reference_error(type, y, sweep.exact[i], reference_ulp(type, sweep.exact[i]));
        if (type == CLGN_DTYPE_BF16 && !testing_has_single(CL_FP_DENORM) && fabs(sweep.exact[i]) < 4 * 0x1p-126)
            error = fabs(y) <= 4 * 0x1p-126 ? 0 : HUGE_VAL;
        if (error > worst) {
            worst = error;
            at = i;
        }
    }
    printf("%-11s %-4s %.4f ulp of %.4f allowed, at %.9g\n", row->name, names_dtype(type), worst, allowed,
           sweep.wide[at]);
    ck_assert_msg(worst <= allowed, "%s, %s: %g ulp at %.9g, exactly %.17g", row->name, names_dtype(type), worst,
                  sweep.wide[at], sweep.exact[at]);
}
END_TEST

START_TEST(test_activation_at_another_vector_width_gives_the_same_bits)
{
    static const clgn_dtype types[] = {CLGN_DTYPE_F32, CLGN_DTYPE_F16, CLGN_DTYPE_BF16};
    const struct stated *row = &stated[_i / 3];
    const clgn_dtype type = types[_i % 3];
    const size_t size = type == CLGN_DTYPE_F32 ? sizeof *sweep.y : sizeof *sweep.narrow;
    const clgn_problem p = problem_of(row, type, NULL);
    const clgn_problem q = problem_of(row, type, row->config);
    run(&p, sweep.y);
    run(&q, sweep.z);
    for (size_t i = 0; i < sweep.count; i++) {
        const char *y = (const char *)sweep.y + i * size;
        const char *z = (const char *)sweep.z + i * size;
        double values[2];
        convert_load(type, &values[0], y, 1);
        convert_load(type, &values[1], z, 1);
        ck_assert_msg(memcmp(y, z, size) == 0 || (isnan(values[0]) && isnan(values[1])),
                      "%s, %s, %s: %.9g and %.9g at %.9g", row->name, names_dtype(type), row->config, values[0],
                      values[1], sweep.wide[i]);
    }
}
END_TEST

static void make_sweep(void)
{
    sweep.count = testing.tiny ? 4096 : testing.small ? 8192 : 1 << 19;
    sweep.x = malloc(sweep.count * sizeof *sweep.x);
    sweep.y = malloc(sweep.count * sizeof *sweep.y);
    sweep.z = malloc(sweep.count * sizeof *sweep.z);
    sweep.narrow = malloc(sweep.count * sizeof *sweep.narrow);
    sweep.wide = malloc(sweep.count * sizeof *sweep.wide);
    sweep.exact = malloc(sweep.count * sizeof *sweep.exact);
    ck_assert(sweep.x && sweep.y && sweep.z && sweep.narrow && sweep.wide && sweep.exact);
    fill();
}

static void free_sweep(void)
{
    free(sweep.x);
    free(sweep.y);
    free(sweep.z);
    free(sweep.narrow);
    free(sweep.wide);
    free(sweep.exact);
}

int main(void)
{
    /* A slow device builds for seconds: it is given the first few, silu among them. */
    const int rows = getenv("CLGN_TEST_SMALL") != NULL ? 3 : (int)(sizeof stated / sizeof stated[0]);
    Suite *suite = suite_create("activation");
    TCase *ulps = tcase_create("ulps");
    tcase_add_unchecked_fixture(ulps, make_sweep, free_sweep);
    tcase_set_timeout(ulps, 0);
    tcase_add_loop_test(ulps, test_activation_over_the_whole_range_is_within_its_ulps, 0, rows);
    tcase_add_loop_test(ulps, test_activation_of_a_narrow_y_is_within_its_units, 0, 2 * rows);
    tcase_add_loop_test(ulps, test_activation_at_another_vector_width_gives_the_same_bits, 0, 3 * rows);
    suite_add_tcase(suite, ulps);
    return testing_run_device_suite(suite, NULL);
}
