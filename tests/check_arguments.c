/* SPDX-License-Identifier: Apache-2.0 */
/* Every mistake in the arguments of a call on a plan gives its status, and a message that names field and values. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing_case.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static clgn_problem good(void)
{
    clgn_problem p = testing_problem(2, 12, 35, 3);

    p.spatial_dims = 2;
    p.spatial[0] = 5;
    p.spatial[1] = 7;
    return p;
}

/* A plan that names every tensor, with all of them in place. */
static struct testing_data data;
static clgn_plan *plan;

static clgn_problem everything(void)
{
    clgn_problem p = good();

    p.skip = CLGN_SKIP_FULL;
    p.bias = p.scale = p.shift = CLGN_DTYPE_F32;
    p.sum = p.residual = p.write_mean = p.write_rstd = 1;
    return p;
}

static void make(const clgn_problem *problem)
{
    const struct testing_case tc = {.problem = *problem};

    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, problem, &plan) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(testing_data_create(&tc, &data), CLGN_OK);
    ck_assert_int_eq(testing_data_add_workspace(&data, plan), CLGN_OK);
}

static void unmake(void)
{
    (void)clFinish(testing.queue);
    clgn_plan_release(plan);
    plan = NULL;
    testing_data_release(&data);
}

static void make_everything(void)
{
    const clgn_problem p = everything();

    make(&p);
}

static void expect_args(const clgn_args *args, const char *const *words, const char *row)
{
    cl_event const untouched = (cl_event)(void *)&testing;
    cl_event done = untouched;

    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, testing.queue, args, 0, NULL, &done), CLGN_ERR_ARGUMENT, words, row);
    ck_assert_msg(done == untouched, "%s: the event was written", row);
}

#define BAD_ARGS(statement, ...)                         \
    do {                                                 \
        clgn_args a = data.args;                         \
        statement;                                       \
        expect_args(&a, WORDS(__VA_ARGS__), #statement); \
    } while (0)

START_TEST(test_enqueue_good_arguments_are_ok)
{
    char text[512] = "";

    testing_forget();
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &data.args, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    ck_assert_msg(testing_data_check(&data, text, sizeof text) == 0, "%s", text);
}
END_TEST

START_TEST(test_enqueue_null_is_argument_error)
{
    ck_assert_int_eq(clgn_plan_enqueue(NULL, testing.queue, &data.args, 0, NULL, NULL), CLGN_ERR_ARGUMENT);
    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, NULL, &data.args, 0, NULL, NULL), CLGN_ERR_ARGUMENT, WORDS("queue"),
                   "queue NULL");
    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, testing.queue, NULL, 0, NULL, NULL), CLGN_ERR_ARGUMENT, WORDS("args"),
                   "args NULL");
}
END_TEST

START_TEST(test_enqueue_bad_struct_size_is_argument_error)
{
    char size[32];

    snprintf(size, sizeof size, "%zu", sizeof(clgn_args));
    BAD_ARGS(a.struct_size = 0, "struct_size", "0", size);
    BAD_ARGS(a.struct_size = sizeof a + 8, "struct_size", size);
}
END_TEST

START_TEST(test_enqueue_missing_tensor_is_argument_error)
{
    BAD_ARGS(a.x.mem = NULL, "x");
    BAD_ARGS(a.y.mem = NULL, "y");
    BAD_ARGS(a.skip.mem = NULL, "skip");
    BAD_ARGS(a.bias.mem = NULL, "bias");
    BAD_ARGS(a.sum.mem = NULL, "sum");
    BAD_ARGS(a.gamma.mem = NULL, "gamma");
    BAD_ARGS(a.beta.mem = NULL, "beta");
    BAD_ARGS(a.scale.mem = NULL, "scale");
    BAD_ARGS(a.shift.mem = NULL, "shift");
    BAD_ARGS(a.residual.mem = NULL, "residual");
    BAD_ARGS(a.mean.mem = NULL, "mean");
    BAD_ARGS(a.rstd.mem = NULL, "rstd");
}
END_TEST

START_TEST(test_enqueue_tensor_not_in_problem_is_argument_error)
{
    clgn_problem p = good();

    unmake();
    p.gamma = p.beta = CLGN_DTYPE_NONE;
    make(&p);
    BAD_ARGS(a.skip = a.x, "skip");
    BAD_ARGS(a.bias = a.x, "bias");
    BAD_ARGS(a.sum = a.x, "sum");
    BAD_ARGS(a.gamma = a.x, "gamma");
    BAD_ARGS(a.beta = a.x, "beta");
    BAD_ARGS(a.scale = a.x, "scale");
    BAD_ARGS(a.shift = a.x, "shift");
    BAD_ARGS(a.residual = a.x, "residual");
    BAD_ARGS(a.mean = a.x, "mean");
    BAD_ARGS(a.rstd = a.x, "rstd");
}
END_TEST

START_TEST(test_enqueue_misaligned_offset_is_argument_error)
{
    BAD_ARGS(a.x.offset += 2, "x", "offset", "4");
    BAD_ARGS(a.y.offset += 1, "y", "offset", "4");
    BAD_ARGS(a.skip.offset += 3, "skip", "offset", "4");
    BAD_ARGS(a.gamma.offset += 1, "gamma", "offset", "4");
    BAD_ARGS(a.mean.offset += 2, "mean", "offset", "4");
}
END_TEST

/* Buffers of exactly the bytes that a tensor needs, and of one element less. */
START_TEST(test_enqueue_buffer_too_small_is_argument_error)
{
    const struct {
        size_t at, elements;
        const char *name;
    } rows[] = {
#define ROW(field, count) {offsetof(clgn_args, field), count, #field}
        ROW(x, 840),   ROW(y, 840),    ROW(skip, 840), ROW(bias, 12),      ROW(sum, 840), ROW(gamma, 12),
        ROW(beta, 12), ROW(scale, 24), ROW(shift, 24), ROW(residual, 840), ROW(mean, 6),  ROW(rstd, 6),
#undef ROW
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t bytes = rows[i].elements * sizeof(float);
        char needed[32], held[32];
        clgn_args a = data.args;
        clgn_tensor t = {NULL, 0, NULL};
        cl_int err = CL_SUCCESS;

        t.mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, bytes, NULL, &err);
        ck_assert_int_eq(err, CL_SUCCESS);
        memcpy((char *)&a + rows[i].at, &t, sizeof t);
        ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &a, 0, NULL, NULL) == CLGN_OK, "%s of %zu bytes: %s",
                      rows[i].name, bytes, testing.message);
        (void)clFinish(testing.queue);
        t.offset = sizeof(float);
        memcpy((char *)&a + rows[i].at, &t, sizeof t);
        snprintf(needed, sizeof needed, "%zu", bytes + sizeof(float));
        snprintf(held, sizeof held, "%zu", bytes);
        expect_args(&a, WORDS(rows[i].name, needed, held), rows[i].name);
        (void)clReleaseMemObject(t.mem);
    }
}
END_TEST

/* Offsets so large that their sum with the tensor's size overflows. */
START_TEST(test_enqueue_offset_overflow_is_argument_error)
{
    BAD_ARGS(a.x.offset = SIZE_MAX - 3, "x");
    BAD_ARGS(a.y.offset = SIZE_MAX / 4 * 4, "y");
}
END_TEST

START_TEST(test_enqueue_workspace_too_small_is_argument_error)
{
    clgn_problem p = good();
    size_t bytes = 0;

    unmake();
    p.config = "fwd_twopass";
    make(&p);
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, &bytes), CLGN_OK);
    if (bytes == 0) {
        testing_skip("workspace too small", "no plan here needs a workspace");
        return;
    }
    BAD_ARGS(a.workspace.mem = NULL, "workspace");
    /* By how much the size is more than what a lucky offset needs is the library's affair: leave very little. */
    BAD_ARGS(a.workspace.offset = data.buffer[TESTING_WORKSPACE].bytes - 16, "workspace");
}
END_TEST

START_TEST(test_enqueue_certain_overlap_is_argument_error)
{
    clgn_problem p = good();

    BAD_ARGS(a.sum = a.y, "sum", "y");
    BAD_ARGS(a.mean = a.rstd, "mean", "rstd");
    BAD_ARGS(a.skip = a.y, "skip", "y");
    unmake();
    p = good();
    p.residual = 1;
    p.residual_strides.row_stride = 40;
    make(&p);
    BAD_ARGS(a.y = a.residual, "y", "residual");
    unmake();
    p = good();
    p.y.dtype = CLGN_DTYPE_F16; /* y = x with another type, another layout, other strides */
    make(&p);
    BAD_ARGS(a.y = a.x, "y", "x");
    unmake();
    p = good();
    p.y.layout = CLGN_LAYOUT_LAST;
    make(&p);
    BAD_ARGS(a.y = a.x, "y", "x");
    unmake();
    p = good();
    p.x.row_stride = 40;
    make(&p);
    BAD_ARGS(a.y = a.x, "y", "x");
}
END_TEST

START_TEST(test_enqueue_queue_of_another_context_is_argument_error)
{
    cl_int err = CL_SUCCESS;
    cl_context other = clCreateContext(NULL, 1, &testing.device, NULL, NULL, &err);
    cl_command_queue queue;

    ck_assert_int_eq(err, CL_SUCCESS);
    queue = testing_queue_create(other, 0);
    ck_assert_ptr_nonnull(queue);
    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, queue, &data.args, 0, NULL, NULL), CLGN_ERR_ARGUMENT,
                   WORDS("queue", "context"), "queue of another context");
    testing_forget();
    testing_expect(clgn_plan_warmup(plan, queue), CLGN_ERR_ARGUMENT, WORDS("queue", "context"), "warm-up, likewise");
    (void)clReleaseCommandQueue(queue);
    (void)clReleaseContext(other);
}
END_TEST

START_TEST(test_enqueue_inconsistent_wait_list_is_argument_error)
{
    cl_int err = CL_SUCCESS;
    cl_event event = clCreateUserEvent(testing.cl, &err);

    ck_assert_int_eq(err, CL_SUCCESS);
    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, testing.queue, &data.args, 1, NULL, NULL), CLGN_ERR_ARGUMENT,
                   WORDS("wait", "1"), "n_wait without a list");
    testing_forget();
    testing_expect(clgn_plan_enqueue(plan, testing.queue, &data.args, 0, &event, NULL), CLGN_ERR_ARGUMENT,
                   WORDS("wait", "0"), "a list without n_wait");
    (void)clSetUserEventStatus(event, CL_COMPLETE);
    (void)clReleaseEvent(event);
}
END_TEST

START_TEST(test_warmup_null_is_argument_error)
{
    ck_assert_int_eq(clgn_plan_warmup(NULL, testing.queue), CLGN_ERR_ARGUMENT);
    testing_forget();
    testing_expect(clgn_plan_warmup(plan, NULL), CLGN_ERR_ARGUMENT, WORDS("queue"), "queue NULL");
}
END_TEST

START_TEST(test_query_bad_arguments_are_argument_errors)
{
    char text[256];
    size_t bytes = 0;

    ck_assert_int_eq(clgn_plan_workspace_bytes(NULL, &bytes), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_plan_describe(NULL, text, sizeof text), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_plan_describe(plan, NULL, sizeof text), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_plan_describe(plan, text, 0), CLGN_ERR_ARGUMENT);
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(clgn_plan_describe(plan, text, 4), CLGN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(memchr(text, '\0', 4)); /* always terminated */
    ck_assert_int_eq(text[4], 'x');
    ck_assert_int_eq(clgn_plan_describe(plan, text, sizeof text), CLGN_OK);
    ck_assert_ptr_nonnull(strstr(text, " from="));
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
    const TTest *const enqueue_tests[] = {
        test_enqueue_good_arguments_are_ok,
        test_enqueue_null_is_argument_error,
        test_enqueue_bad_struct_size_is_argument_error,
        test_enqueue_missing_tensor_is_argument_error,
        test_enqueue_tensor_not_in_problem_is_argument_error,
        test_enqueue_misaligned_offset_is_argument_error,
        test_enqueue_buffer_too_small_is_argument_error,
        test_enqueue_offset_overflow_is_argument_error,
        test_enqueue_workspace_too_small_is_argument_error,
        test_enqueue_certain_overlap_is_argument_error,
        test_enqueue_queue_of_another_context_is_argument_error,
        test_enqueue_inconsistent_wait_list_is_argument_error,
        test_warmup_null_is_argument_error,
        test_query_bad_arguments_are_argument_errors,
    };
    Suite *suite = suite_create("arguments");
    TCase *enqueue = tcase_create("enqueue");

    add(enqueue, enqueue_tests, sizeof enqueue_tests / sizeof enqueue_tests[0]);
    tcase_add_checked_fixture(enqueue, make_everything, unmake);
    suite_add_tcase(suite, enqueue);
    return testing_run_device_suite(suite, NULL);
}
