/* SPDX-License-Identifier: Apache-2.0 */
/* Every mistake in a problem or a context gives its status, and a message that names the field and the values. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static clgn_problem good(void)
{
    clgn_problem p = testing_problem(2, 12, 35, 3);

    p.spatial_dims = 2;
    p.spatial[0] = 5;
    p.spatial[1] = 7;
    return p;
}

static void expect_problem(const clgn_problem *p, clgn_status expected, const char *const *words, const char *row)
{
    clgn_plan *const untouched = (clgn_plan *)(void *)&testing;
    clgn_plan *plan = untouched;

    testing_forget();
    testing_expect(clgn_plan_create(testing.context, p, &plan), expected, words, row);
    ck_assert_msg(plan == untouched, "%s: the plan was written", row);
}

/* The good problem, spoilt by a statement on p. */
#define BAD_AS(status, statement, ...)                              \
    do {                                                            \
        clgn_problem p = good();                                    \
        statement;                                                  \
        expect_problem(&p, status, WORDS(__VA_ARGS__), #statement); \
    } while (0)
#define BAD(statement, ...) BAD_AS(CLGN_ERR_ARGUMENT, statement, __VA_ARGS__)

#define BATCH(p) ((p).norm = CLGN_NORM_BATCH, (p).groups = 0)
#define INSTANCE(p) ((p).norm = CLGN_NORM_INSTANCE, (p).groups = 0)
#define BACKWARD(p) ((p).direction = CLGN_BACKWARD)

/* Backward of a problem that has all that there is a gradient of; none is wanted yet. */
static void full(clgn_problem *p)
{
    p->direction = CLGN_BACKWARD;
    p->skip = CLGN_SKIP_FULL;
    p->bias = p->gamma = p->beta = p->scale = p->shift = CLGN_DTYPE_F32;
    p->residual = 1;
}

START_TEST(test_create_good_problem_is_ok)
{
    const clgn_problem p = good();
    clgn_plan *plan = NULL;

    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, &p, &plan) == CLGN_OK, "%s", testing.message);
    ck_assert_uint_eq(testing.messages, 0);
    clgn_plan_release(plan);
}
END_TEST

START_TEST(test_create_bad_struct_size_is_argument_error)
{
    char size[32];

    snprintf(size, sizeof size, "%zu", sizeof(clgn_problem));
    BAD(p.struct_size = 0, "struct_size", "0", size);
    BAD(p.struct_size = 7, "struct_size", "7", size);
    BAD(p.struct_size = sizeof p + 1000, "struct_size", size);
}
END_TEST

START_TEST(test_create_bad_shape_is_argument_error)
{
    BAD(p.c = 0, "c", "0");
    BAD(p.groups = 0, "groups", "0");
    BAD(p.groups = 5, "groups", "5", "12");
    BAD(p.groups = 24, "groups", "24", "12");
    BAD(p.spatial_dims = 7, "spatial_dims", "7", "6");
    BAD(p.spatial_dims = SIZE_MAX, "spatial_dims");
    BAD(p.spatial[0] = 0, "spatial[0", "0");
    BAD(p.spatial[1] = 0, "spatial[1", "0");
}
END_TEST

START_TEST(test_create_bad_norm_is_argument_error)
{
    BAD(p.norm = (clgn_norm)4, "norm", "4");
    BAD(p.norm = (clgn_norm)77, "norm", "77");
    BAD(p.norm = CLGN_NORM_LAYER, "groups", "3");
    BAD((p.norm = CLGN_NORM_LAYER, p.groups = 12), "groups", "12");
    BAD(p.norm = CLGN_NORM_INSTANCE, "groups", "3", "12");
    BAD((p.norm = CLGN_NORM_INSTANCE, p.groups = 1), "groups", "1", "12");
    BAD(p.norm = CLGN_NORM_BATCH, "groups", "3", "batch", "12");
    BAD((BATCH(p), p.groups = 1), "groups", "1", "batch", "12");
    BAD((BATCH(p), p.n = 1, p.spatial_dims = 0), "n", "spatial", "1");
    BAD((BATCH(p), p.n = 1, p.spatial[0] = p.spatial[1] = 1, p.running = 1), "n", "spatial", "1");
}
END_TEST

START_TEST(test_create_size_overflow_is_argument_error)
{
    BAD(p.n = SIZE_MAX, "n");
    BAD(p.spatial[0] = SIZE_MAX / 2, "spatial");
    BAD((p.spatial[0] = (size_t)1 << 31, p.spatial[1] = (size_t)1 << 31, p.n = 1024), "spatial");
    BAD((p.n = (size_t)1 << 40, p.c = (size_t)3 << 20), "c");
    BAD(p.x.batch_stride = SIZE_MAX / 2, "x.batch_stride");
    BAD(p.y.batch_stride = SIZE_MAX - 3, "y.batch_stride");
    BAD(p.x.row_stride = SIZE_MAX / 2, "x.row_stride");
}
END_TEST

START_TEST(test_create_bad_eps_is_argument_error)
{
    BAD(p.eps = -1e-5, "eps");
    BAD(p.eps = (double)NAN, "eps");
    BAD(p.eps = HUGE_VAL, "eps");
    BAD(p.eps = -HUGE_VAL, "eps");
}
END_TEST

START_TEST(test_create_bad_dtype_is_argument_error)
{
    BAD(p.x.dtype = CLGN_DTYPE_NONE, "x.dtype", "0");
    BAD(p.x.dtype = (clgn_dtype)5, "x.dtype", "5");
    BAD(p.y.dtype = (clgn_dtype)99, "y.dtype", "99");
    BAD(p.gamma = (clgn_dtype)6, "gamma", "6");
    BAD(p.beta = (clgn_dtype)-1, "beta");
    BAD(p.gamma = CLGN_DTYPE_F16, "gamma", "f16", "f32");
    BAD(p.beta = CLGN_DTYPE_BF16, "beta", "bf16", "f32");
    BAD((p.x.dtype = CLGN_DTYPE_BF16, p.bias = CLGN_DTYPE_F16), "bias", "f16", "bf16");
    BAD((p.x.dtype = CLGN_DTYPE_F16, p.scale = CLGN_DTYPE_BF16), "scale", "bf16", "f16");
    BAD(p.shift = CLGN_DTYPE_F64, "shift", "f64", "f32");
}
END_TEST

START_TEST(test_create_bad_layout_is_argument_error)
{
    BAD(p.x.layout = (clgn_layout)2, "x.layout", "2");
    BAD(p.y.layout = (clgn_layout)-1, "y.layout");
}
END_TEST

START_TEST(test_create_bad_strides_are_argument_errors)
{
    BAD(p.x.row_stride = 34, "x.row_stride", "34", "35");
    BAD(p.x.batch_stride = 7, "x.batch_stride", "7", "420");
    BAD(p.y.row_stride = 1, "y.row_stride", "1", "35");
    BAD((p.x.layout = CLGN_LAYOUT_LAST, p.x.row_stride = 11), "x.row_stride", "11", "12");
    BAD((p.y.layout = CLGN_LAYOUT_LAST, p.y.row_stride = 11), "y.row_stride", "11", "12");
    BAD(p.y.batch_stride = 12 * 35 - 1, "y.batch_stride", "419", "420");
    BAD((p.y.row_stride = 40, p.y.batch_stride = 420), "y.batch_stride", "420", "475");
    BAD((p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 34), "skip_strides.row_stride", "34", "35");
    BAD((p.skip = CLGN_SKIP_FULL, p.sum = 1, p.sum_strides.row_stride = 2), "sum_strides.row_stride", "2", "35");
    BAD((p.skip = CLGN_SKIP_FULL, p.sum = 1, p.sum_strides.batch_stride = 100), "sum_strides.batch_stride", "100");
    BAD((p.residual = 1, p.residual_strides.row_stride = 3), "residual_strides.row_stride", "3", "35");
}
END_TEST

START_TEST(test_create_bad_enumerations_are_argument_errors)
{
    BAD(p.skip = (clgn_skip)3, "skip", "3");
    BAD(p.act = (clgn_act)12, "act", "12");
    BAD(p.act = (clgn_act)-2, "act");
    BAD(p.stats = (clgn_stats)3, "stats", "3");
    BAD(p.direction = (clgn_direction)2, "direction", "2");
    BAD(p.direction = (clgn_direction)-1, "direction", "-1");
    BAD((p.act = CLGN_ACT_LEAKY_RELU, p.act_alpha = (double)NAN), "act_alpha");
    BAD((p.act = CLGN_ACT_ELU, p.act_alpha = HUGE_VAL), "act_alpha");
}
END_TEST

START_TEST(test_create_statistics_that_are_read_and_written_are_argument_errors)
{
    BAD((p.stats = CLGN_STATS_GIVEN, p.write_mean = 1), "write_mean", "1", "stats", "1");
    BAD((p.stats = CLGN_STATS_GIVEN, p.write_rstd = 1), "write_rstd", "1", "stats", "1");
    BAD((BATCH(p), p.stats = CLGN_STATS_RUNNING, p.write_mean = 1), "write_mean", "1", "stats", "2");
    BAD((BACKWARD(p), p.write_rstd = 1), "write_rstd", "1", "direction", "1");
    BAD((BACKWARD(p), p.write_mean = 1), "write_mean", "1", "direction", "1");
}
END_TEST

START_TEST(test_create_bad_running_statistics_are_argument_errors)
{
    BAD(p.stats = CLGN_STATS_RUNNING, "stats", "2", "norm", "0", "BATCH", "INSTANCE");
    BAD((p.norm = CLGN_NORM_LAYER, p.groups = 0, p.stats = CLGN_STATS_RUNNING), "stats", "2", "norm", "1");
    BAD(p.running = 1, "running", "1", "norm", "0", "BATCH", "INSTANCE");
    BAD((p.norm = CLGN_NORM_LAYER, p.groups = 0, p.running = 1), "running", "1", "norm", "1");
    BAD((BATCH(p), p.stats = CLGN_STATS_RUNNING, p.running = 1), "running", "1", "stats", "2", "COMPUTE");
    BAD((BATCH(p), p.stats = CLGN_STATS_GIVEN, p.running = 1), "running", "1", "stats", "1", "COMPUTE");
    BAD((BATCH(p), BACKWARD(p), p.running = 1), "running", "1", "direction", "1", "FORWARD");
    BAD((INSTANCE(p), p.spatial_dims = 0, p.running = 1), "running", "1", "running_biased", "0");
    BAD((BATCH(p), p.running = 1, p.momentum = (double)NAN), "momentum", "nan", "0", "1");
    BAD((BATCH(p), p.running = 1, p.momentum = -0.5), "momentum", "-0.5", "0", "1");
    BAD((INSTANCE(p), p.running = 1, p.momentum = 2), "momentum", "2", "0", "1");
    BAD((INSTANCE(p), p.running = p.running_biased = 1, p.momentum = HUGE_VAL), "momentum", "inf");
}
END_TEST

START_TEST(test_create_bad_rms_or_mean_lo_is_argument_error)
{
    BAD((BATCH(p), p.rms = 1), "rms", "1", "norm", "3", "GROUP", "LAYER");
    BAD((INSTANCE(p), p.rms = 1), "rms", "1", "norm", "2", "GROUP", "LAYER");
    BAD((p.rms = 1, p.stats = CLGN_STATS_GIVEN), "rms", "1", "stats", "1", "COMPUTE");
    BAD((BACKWARD(p), p.rms = 1, p.stats = CLGN_STATS_GIVEN), "rms", "1", "stats", "1", "COMPUTE");
    BAD((p.rms = p.write_mean = 1), "write_mean", "1", "rms");
    BAD((p.rms = p.mean_lo = 1), "mean_lo", "1", "rms");
    BAD((BACKWARD(p), p.rms = p.mean_lo = 1), "mean_lo", "1", "rms");
    BAD((p.mean_lo = 1, p.stats = CLGN_STATS_GIVEN), "mean_lo", "1", "stats", "COMPUTE");
    BAD((BATCH(p), p.mean_lo = 1, p.stats = CLGN_STATS_RUNNING), "mean_lo", "1", "stats", "2", "COMPUTE");
    BAD((BACKWARD(p), p.mean_lo = 1, p.stats = CLGN_STATS_GIVEN), "mean_lo", "1", "stats", "COMPUTE");
}
END_TEST

/* What each gradient is wanted with: a value that is none, in forward, and without what it is the gradient of. */
#define BAD_GRADIENT(field, of, none)                                                                             \
    do {                                                                                                          \
        BAD((full(&p), p.field = (clgn_gradient)3), #field, "3", "NONE", "WRITE", "ADD");                         \
        BAD((full(&p), p.field = (clgn_gradient)-1), #field, "-1");                                               \
        BAD((full(&p), p.direction = CLGN_FORWARD, p.field = CLGN_GRADIENT_WRITE), #field, "1", "direction", "0", \
            "FORWARD");                                                                                           \
        BAD((full(&p), p.of = (none), p.field = CLGN_GRADIENT_ADD), #field, "2", #of);                            \
    } while (0)

START_TEST(test_create_bad_gradient_is_argument_error)
{
    BAD_GRADIENT(dgamma, gamma, CLGN_DTYPE_NONE);
    BAD_GRADIENT(dbeta, beta, CLGN_DTYPE_NONE);
    BAD_GRADIENT(dscale, scale, CLGN_DTYPE_NONE);
    BAD_GRADIENT(dshift, shift, CLGN_DTYPE_NONE);
    BAD_GRADIENT(dbias, bias, CLGN_DTYPE_NONE);
    BAD_GRADIENT(dskip, skip, CLGN_SKIP_NONE);
    BAD((full(&p), p.dskip = CLGN_GRADIENT_ADD), "dskip", "2", "skip", "1", "FULL");
    BAD((full(&p), p.direction = CLGN_FORWARD, p.dresidual = 1), "dresidual", "1", "direction", "0");
    BAD((full(&p), p.residual = 0, p.dresidual = 1), "dresidual", "1", "residual", "0");
    BAD((full(&p), p.direction = CLGN_FORWARD, p.dmean = 1), "dmean", "1", "direction", "0", "BACKWARD");
    BAD((full(&p), p.direction = CLGN_FORWARD, p.drstd = 1), "drstd", "1", "direction", "0", "BACKWARD");
    BAD((full(&p), p.stats = CLGN_STATS_GIVEN, p.dmean = 1), "dmean", "1", "stats", "COMPUTE");
    BAD((full(&p), BATCH(p), p.stats = CLGN_STATS_RUNNING, p.drstd = 1), "drstd", "1", "stats", "2", "COMPUTE");
    BAD((full(&p), p.rms = p.dmean = 1), "dmean", "1", "rms");
}
END_TEST

START_TEST(test_create_bad_strides_of_gradients_are_argument_errors)
{
    BAD((BACKWARD(p), p.dx_strides.row_stride = 34), "dx_strides.row_stride", "34", "35");
    BAD((BACKWARD(p), p.dx_strides.batch_stride = 419), "dx_strides.batch_stride", "419", "420");
    BAD((BACKWARD(p), p.dx_strides.row_stride = SIZE_MAX / 2), "dx_strides.row_stride");
    BAD((full(&p), p.dskip = CLGN_GRADIENT_WRITE, p.dskip_strides.row_stride = 3), "dskip_strides.row_stride", "3",
        "35");
    BAD((full(&p), p.dskip = CLGN_GRADIENT_WRITE, p.dskip_strides.batch_stride = SIZE_MAX),
        "dskip_strides.batch_stride");
    BAD((full(&p), p.dresidual = 1, p.dresidual_strides.row_stride = 2), "dresidual_strides.row_stride", "2", "35");
    BAD((full(&p), p.dresidual = 1, p.dresidual_strides.batch_stride = 100), "dresidual_strides.batch_stride", "100",
        "420");
}
END_TEST

START_TEST(test_create_illegal_pin_is_argument_error)
{
    BAD(p.config = "fwd_nonsense", "config", "fwd_nonsense");
    BAD(p.config = "", "config");
    BAD(p.config = ",", "config");
    BAD(p.config = "fwd_onepass,", "config");
    BAD(p.config = "fwd_onepass,wgs", "config", "wgs");
    BAD(p.config = "fwd_onepass,wgs=", "config", "wgs");
    BAD(p.config = "fwd_onepass,wgs=abc", "config", "wgs", "abc");
    BAD(p.config = "fwd_onepass,wgs=-64", "config", "wgs");
    BAD(p.config = "fwd_onepass,wgs=99999999999999999999", "config", "wgs");
    BAD(p.config = "fwd_onepass,wgs=48", "wgs", "48");
    BAD(p.config = "fwd_onepass,vec=3", "vec", "3");
    BAD(p.config = "fwd_onepass,nonsense=1", "config", "nonsense");
    BAD(p.config = "fwd_onepass,wgs=64,wgs=64", "config", "wgs");
    BAD(p.config = "fwd_onepass wgs=64", "config");
    BAD(p.config = "bwd_twopass", "config", "bwd_twopass", "direction is forward");
    BAD(p.config = "fwd_batch", "config", "fwd_batch");
    BAD((BACKWARD(p), p.config = "fwd_rows"), "config", "fwd_rows", "direction is backward");
    BAD((BACKWARD(p), p.config = "bwd_batch"), "config", "bwd_batch");
    BAD((BACKWARD(p), p.config = "bwd_given"), "config", "bwd_given", "statistics are not frozen");
    BAD((BACKWARD(p), p.config = "bwd_rows,slices=2"), "config", "bwd_rows", "slices");
    BAD((BACKWARD(p), p.config = "bwd_twopass,per=2"), "config", "bwd_twopass", "per");
    BAD((BATCH(p), p.config = "fwd_rows"), "config", "fwd_rows", "over the batch");
}
END_TEST

START_TEST(test_create_float64_without_device_support_is_unsupported)
{
    if (testing.has_f64) {
        testing_skip("float64 without device support", "the device has float64");
        return;
    }
    BAD_AS(CLGN_ERR_UNSUPPORTED, (p.x.dtype = CLGN_DTYPE_F64, p.gamma = p.beta = CLGN_DTYPE_NONE), "f64");
    BAD_AS(CLGN_ERR_UNSUPPORTED, p.y.dtype = CLGN_DTYPE_F64, "f64");
}
END_TEST

/* What may look wrong and is not. */
START_TEST(test_create_unusual_but_legal_problem_is_ok)
{
    static const char *const rows[] = {"n = 0",
                                       "eps = 0",
                                       "layer without groups",
                                       "instance without groups",
                                       "samples between rows",
                                       "alpha without its activation",
                                       "a sum of x alone",
                                       "batch without groups",
                                       "batch with a group per channel",
                                       "one value per channel, running",
                                       "momentum of nothing",
                                       "strides of no gradient",
                                       "backward without a gradient but dx"};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clgn_problem p = good();
        clgn_plan *plan = NULL;

        p.n = i == 0 ? 0 : p.n;
        p.eps = i == 1 ? 0.0 : p.eps;
        p.norm = i == 2 ? CLGN_NORM_LAYER : i == 3 ? CLGN_NORM_INSTANCE : p.norm;
        p.groups = i == 2 || i == 3 ? 0 : p.groups;
        p.y.row_stride = i == 4 ? 70 : 0; /* n = 2: the rows of one sample lie between those of the other */
        p.y.batch_stride = i == 4 ? 35 : 0;
        p.act_alpha = i == 5 ? 3.0 : 0.0;
        p.sum = i == 6;
        if (i >= 7 && i <= 9) {
            p.norm = CLGN_NORM_BATCH;
            p.groups = i == 8 ? 12 : 0;
        }
        if (i == 9) {
            p.n = 1;
            p.spatial_dims = 0;
            p.stats = CLGN_STATS_RUNNING;
        }
        p.momentum = i == 10 ? (double)NAN : p.momentum;
        p.dx_strides.row_stride = p.dskip_strides.batch_stride = p.dresidual_strides.row_stride = i == 11;
        p.direction = i == 12 ? CLGN_BACKWARD : CLGN_FORWARD;
        testing_forget();
        ck_assert_msg(clgn_plan_create(testing.context, &p, &plan) == CLGN_OK, "%s: %s", rows[i], testing.message);
        clgn_plan_release(plan);
    }
}
END_TEST

START_TEST(test_create_null_is_argument_error)
{
    const clgn_problem p = good();
    clgn_plan *plan = NULL;

    ck_assert_int_eq(clgn_plan_create(NULL, &p, &plan), CLGN_ERR_ARGUMENT);
    testing_forget();
    testing_expect(clgn_plan_create(testing.context, NULL, &plan), CLGN_ERR_ARGUMENT, WORDS("problem"), "problem NULL");
    testing_forget();
    testing_expect(clgn_plan_create(testing.context, &p, NULL), CLGN_ERR_ARGUMENT, WORDS("plan"), "plan NULL");
    ck_assert_ptr_null(plan);
}
END_TEST

/* ---- contexts ---- */

START_TEST(test_context_bad_arguments_are_argument_errors)
{
    clgn_options options = testing_options();
    clgn_context *context = NULL;

    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, NULL, NULL), CLGN_ERR_ARGUMENT);
    testing_forget();
    testing_expect(clgn_context_create(NULL, testing.device, &options, &context), CLGN_ERR_ARGUMENT, WORDS("cl"),
                   "cl NULL");
    testing_forget();
    testing_expect(clgn_context_create(testing.cl, NULL, &options, &context), CLGN_ERR_ARGUMENT, WORDS("device"),
                   "device NULL");
    ck_assert_ptr_null(context);
    options.struct_size = 3;
    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, &options, &context), CLGN_ERR_ARGUMENT);
    ck_assert_ptr_null(context);
}
END_TEST

START_TEST(test_context_without_options_works)
{
    const clgn_problem p = good();
    clgn_context *context = NULL;
    clgn_plan *plan = NULL;
    clgn_problem wrong = p;

    wrong.c = 0;
    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, NULL, &context), CLGN_OK);
    ck_assert_int_eq(clgn_plan_create(context, &wrong, &plan), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_plan_create(context, &p, &plan), CLGN_OK);
    clgn_plan_release(plan);
    clgn_context_release(context);
}
END_TEST

START_TEST(test_release_null_is_harmless)
{
    testing_forget();
    clgn_context_release(NULL);
    clgn_plan_release(NULL);
    ck_assert_uint_eq(testing.messages, 0);
}
END_TEST

START_TEST(test_status_names_are_words)
{
    static const char *const names[] = {"ok", "argument", "unsupported", "device", "build", "opencl", "memory"};
    char version[32];

    for (int i = 0; i <= CLGN_ERR_MEMORY; i++) {
        ck_assert_str_eq(clgn_status_name((clgn_status)i), names[i]);
    }
    ck_assert_ptr_nonnull(clgn_status_name((clgn_status)1234));
    ck_assert_ptr_nonnull(clgn_status_name((clgn_status)-1));
    snprintf(version, sizeof version, "%d.%d.%d", CLGN_VERSION_MAJOR, CLGN_VERSION_MINOR, CLGN_VERSION_PATCH);
    ck_assert_str_eq(clgn_version(), version);
}
END_TEST

static void add(TCase *tc, const TTest *const *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(tc, tests[i]);
    }
}

int main(void)
{
    const TTest *const problem_tests[] = {
        test_create_good_problem_is_ok,
        test_create_bad_struct_size_is_argument_error,
        test_create_bad_shape_is_argument_error,
        test_create_bad_norm_is_argument_error,
        test_create_size_overflow_is_argument_error,
        test_create_bad_eps_is_argument_error,
        test_create_bad_dtype_is_argument_error,
        test_create_bad_layout_is_argument_error,
        test_create_bad_strides_are_argument_errors,
        test_create_bad_enumerations_are_argument_errors,
        test_create_statistics_that_are_read_and_written_are_argument_errors,
        test_create_bad_running_statistics_are_argument_errors,
        test_create_bad_rms_or_mean_lo_is_argument_error,
        test_create_bad_gradient_is_argument_error,
        test_create_bad_strides_of_gradients_are_argument_errors,
        test_create_illegal_pin_is_argument_error,
        test_create_float64_without_device_support_is_unsupported,
        test_create_unusual_but_legal_problem_is_ok,
        test_create_null_is_argument_error,
    };
    const TTest *const context_tests[] = {
        test_context_bad_arguments_are_argument_errors,
        test_context_without_options_works,
        test_release_null_is_harmless,
        test_status_names_are_words,
    };
    Suite *suite = suite_create("errors");
    TCase *problem = tcase_create("problem");
    TCase *context = tcase_create("context");

    add(problem, problem_tests, sizeof problem_tests / sizeof problem_tests[0]);
    add(context, context_tests, sizeof context_tests / sizeof context_tests[0]);
    suite_add_tcase(suite, problem);
    suite_add_tcase(suite, context);
    return testing_run_device_suite(suite, NULL);
}
