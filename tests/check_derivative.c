/* SPDX-License-Identifier: Apache-2.0 */
/* The derivative of every activation over the whole range, against its stated error (docs/numerics.md). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "reference_backward.h"
#include "testing.h"

/* Stated errors of float32 and float64, in ulp of max(|derivative|, 1), for a correctly rounded division, and what a
 * division of 2.5 ulp adds. alpha is a float. */
static const struct stated {
    clgn_act act;
    double alpha;
    double ulps[2];
    double division;
} stated[] = {
    {CLGN_ACT_SILU, 0, {2, 2}, 3},
    {CLGN_ACT_GELU, 0, {1.5, 2}, 3},
    {CLGN_ACT_MISH, 0, {2, 2}, 4},
    {CLGN_ACT_RELU, 0, {0, 0}, 0},
    {CLGN_ACT_LEAKY_RELU, 0.010009765625, {0, 0}, 0},
    {CLGN_ACT_GELU_TANH, 0, {2, 2.5}, 3},
    {CLGN_ACT_QUICK_GELU, 0, {2, 2}, 3},
    {CLGN_ACT_SIGMOID, 0, {1, 1}, 1},
    {CLGN_ACT_TANH, 0, {2, 1.5}, 4},
    {CLGN_ACT_HARDSWISH, 0, {1, 1}, 0},
    {CLGN_ACT_ELU, 1.673828125, {2, 4}, 0},
    {CLGN_ACT_ELU, -100, {2, 4}, 0},
};

enum { ROWS = (int)(sizeof stated / sizeof stated[0]) };

/* The points, and what the device made of them, as the type has them and as double. */
static struct sweep {
    size_t count;
    double *z, *found;
    void *stored;
} sweep;

/* Kinks and their neighbours, ends and zeros. */
static const double asked[] = {
    0.0,           -0.0,      3.0,       -3.0,     0x1.7ffffep1, -0x1.7ffffep1,  0x1.800002p1,
    -0x1.800002p1, 0x1p-149,  -0x1p-149, 0x1p-126, -0x1p-126,    0x1.fffffep127, -0x1.fffffep127,
    INFINITY,      -INFINITY, NAN};

static size_t bytes_of(clgn_dtype dtype)
{
    return dtype == CLGN_DTYPE_F64 ? sizeof(double) : sizeof(float);
}

/* A quarter over all bit patterns of float, a quarter in steps over where the derivatives bend, the rest at random
 * there and further out; all are floats but for float64, which has random last bits. */
static void fill(clgn_dtype dtype)
{
    const size_t points = sizeof asked / sizeof asked[0];
    struct rng rng = testing_rng_of("derivative");

    for (size_t i = 0; i < sweep.count; i++) {
        const uint32_t bits = (uint32_t)rng_next(&rng);
        float any;
        double z;

        memcpy(&any, &bits, sizeof any);
        z = i < points   ? asked[i]
            : i % 4 == 0 ? (double)any
            : i % 4 == 1 ? -12.0 + 24.0 * (double)i / (double)sweep.count
            : i % 4 == 2 ? rng_uniform(&rng, -4.0, 4.0)
                         : rng_uniform(&rng, -120.0, 120.0);
        sweep.z[i] = dtype == CLGN_DTYPE_F64 ? z : (double)(float)z;
    }
}

static void convert(clgn_dtype dtype, double *wide, void *stored, int load)
{
    float *narrow = stored;

    if (dtype == CLGN_DTYPE_F64) {
        memcpy(load ? (void *)wide : stored, load ? stored : (void *)wide, sweep.count * sizeof *wide);
        return;
    }
    for (size_t i = 0; i < sweep.count; i++) {
        if (load) {
            wide[i] = (double)narrow[i];
        } else {
            narrow[i] = (float)wide[i];
        }
    }
}

/* Statistics are frozen at mean 0 and rstd 1 and dy is 1: dx is the derivative at x. */
static clgn_problem problem_of(const struct stated *row, clgn_dtype dtype)
{
    clgn_problem p = testing_problem(1, 1, sweep.count, 1);

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    p.direction = CLGN_BACKWARD;
    p.stats = CLGN_STATS_GIVEN;
    p.x.dtype = dtype;
    p.act = row->act;
    p.act_alpha = row->alpha;
    return p;
}

static void run(const clgn_problem *p)
{
    const double zero = 0.0;
    const double one = 1.0;
    const float narrow_one = 1.0F;
    const size_t size = bytes_of(p->x.dtype);
    const size_t bytes = sweep.count * size;
    clgn_args args = CLGN_ARGS_INIT;
    clgn_plan *plan = NULL;

    ck_assert_msg(clgn_plan_create(testing.context, p, &plan) == CLGN_OK, "%s", testing.message);
    for (size_t i = 0; i < sweep.count; i++) {
        sweep.found[i] = 1.0;
    }
    convert(p->x.dtype, sweep.found, sweep.stored, 0);
    args.dy.mem = testing_buffer_create(bytes, sweep.stored);
    convert(p->x.dtype, sweep.z, sweep.stored, 0);
    args.x.mem = testing_buffer_create(bytes, sweep.stored);
    args.dx.mem = testing_buffer_create(bytes, NULL);
    args.mean.mem = testing_buffer_create(size, &zero);
    args.rstd.mem = testing_buffer_create(size, size == sizeof one ? (const void *)&one : &narrow_one);
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &args, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(clEnqueueReadBuffer(testing.queue, args.dx.mem, CL_TRUE, 0, bytes, sweep.stored, 0, NULL, NULL),
                     CL_SUCCESS);
    convert(p->x.dtype, sweep.found, sweep.stored, 1);
    clReleaseMemObject(args.x.mem);
    clReleaseMemObject(args.dy.mem);
    clReleaseMemObject(args.dx.mem);
    clReleaseMemObject(args.mean.mem);
    clReleaseMemObject(args.rstd.mem);
    clgn_plan_release(plan);
}

/* The derivative; at an infinity its limit, which the reference's products do not find. */
static long double exact_at(const clgn_problem *p, double z)
{
    return reference_derivative(p, isinf(z) ? copysignl(1000.0L, (long double)z) : (long double)z);
}

/* A NaN stays one but for relu, where it is 0. */
static double error_at(const clgn_problem *p, size_t i)
{
    const long double exact = exact_at(p, sweep.z[i]);
    const long double size = fmaxl(fabsl(exact), 1.0L);

    if (isnan(sweep.z[i])) {
        return isnan(sweep.found[i]) || (p->act == CLGN_ACT_RELU && sweep.found[i] == 0.0) ? 0.0 : HUGE_VAL;
    }
    if (isnan(sweep.found[i])) {
        return HUGE_VAL;
    }
    return (double)(fabsl((long double)sweep.found[i] - exact) / (long double)reference_ulp(p->x.dtype, (double)size));
}

START_TEST(test_derivative_over_the_whole_range_is_within_its_ulps)
{
    const int wide = _i % 2;
    const struct stated *row = &stated[_i / 2];
    const clgn_dtype dtype = wide ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    const double allowed = row->ulps[wide] +
                           (wide || testing_has_single(CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) ? 0 : row->division);
    const clgn_problem p = problem_of(row, dtype);
    double worst = 0.0;
    size_t at = 0;

    if (wide && !testing.has_f64) {
        testing_skip("derivative in float64", "the device has no double precision");
        return;
    }
    fill(dtype);
    run(&p);
    for (size_t i = 0; i < sweep.count; i++) {
        const double error = error_at(&p, i);

        if (error > worst) {
            worst = error;
            at = i;
        }
    }
    printf("%-11s %s %.2f ulp of %.2f allowed, at %.9g\n", names_act(row->act), names_dtype(dtype), worst, allowed,
           sweep.z[at]);
    ck_assert_msg(worst <= allowed, "%s: %g ulp at %.17g: %.17g for %.17Lg", names_act(row->act), worst, sweep.z[at],
                  sweep.found[at], exact_at(&p, sweep.z[at]));
}
END_TEST

static void make_sweep(void)
{
    const char *count = getenv("CLGN_TEST_POINTS");

    sweep.count = testing.tiny ? 4096 : testing.small ? 1 << 15 : 1 << 20;
    sweep.count = count != NULL ? (size_t)strtoull(count, NULL, 10) : sweep.count;
    sweep.z = malloc(sweep.count * sizeof *sweep.z);
    sweep.found = malloc(sweep.count * sizeof *sweep.found);
    sweep.stored = malloc(sweep.count * sizeof(double));
    ck_assert(sweep.z != NULL && sweep.found != NULL && sweep.stored != NULL);
}

static void free_sweep(void)
{
    free(sweep.z);
    free(sweep.found);
    free(sweep.stored);
}

int main(void)
{
    /* A slow device builds for long: it is given the first few. */
    const int rows = getenv("CLGN_TEST_SMALL") != NULL ? 2 : ROWS;
    Suite *suite = suite_create("derivative");
    TCase *ulps = tcase_create("ulps");

    tcase_add_unchecked_fixture(ulps, make_sweep, free_sweep);
    tcase_set_timeout(ulps, 0);
    tcase_add_loop_test(ulps, test_derivative_over_the_whole_range_is_within_its_ulps, 0, 2 * rows);
    suite_add_tcase(suite, ulps);
    return testing_run_device_suite(suite, NULL);
}
