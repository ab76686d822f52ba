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
static struct trial data;
static clgn_plan *plan;

static clgn_problem everything(void)
{
    clgn_problem p = good();

    p.skip = CLGN_SKIP_FULL;
    p.bias = p.scale = p.shift = CLGN_DTYPE_F32;
    p.sum = p.residual = p.write_mean = p.write_rstd = p.mean_lo = 1;
    return p;
}

/* A batch norm that names every statistic. */
static clgn_problem training(void)
{
    clgn_problem p = good();

    p.norm = CLGN_NORM_BATCH;
    p.groups = 0;
    p.write_mean = p.write_rstd = p.mean_lo = p.running = 1;
    return p;
}

/* Backward with every input and every gradient. */
static clgn_problem backward(void)
{
    clgn_problem p = everything();

    p.direction = CLGN_BACKWARD;
    p.act = CLGN_ACT_SILU;
    p.sum = p.write_mean = p.write_rstd = 0;
    p.dgamma = p.dbeta = p.dscale = p.dshift = p.dbias = p.dskip = CLGN_GRADIENT_WRITE;
    p.dresidual = p.dmean = p.drstd = 1;
    return p;
}

static void make(const clgn_problem *problem)
{
    const struct trial_case tc = {.problem = *problem};

    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, problem, &plan) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(testing_trial_create(&tc, &data), CLGN_OK);
    ck_assert_int_eq(trial_add_workspace(&data, plan), CLGN_OK);
}

static void unmake(void)
{
    (void)clFinish(testing.queue);
    clgn_plan_release(plan);
    plan = NULL;
    trial_release(&data);
}

static void make_everything(void)
{
    const clgn_problem p = everything();

    make(&p);
}

static void make_training(void)
{
    const clgn_problem p = training();

    make(&p);
}

static void make_backward(void)
{
    const clgn_problem p = backward();

    make(&p);
}

static void make_other(const clgn_problem *problem)
{
    unmake();
    make(problem);
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

/* Two tensors at one place, of which the first is an output. */
#define OVERLAP(output, other)                                                        \
    do {                                                                              \
        clgn_args a = data.args;                                                      \
        char at[32];                                                                  \
        snprintf(at, sizeof at, "%zu", a.other.offset);                               \
        a.output = a.other;                                                           \
        expect_args(&a, WORDS(#output, #other, "offset", at), #output " is " #other); \
    } while (0)

START_TEST(test_enqueue_good_arguments_are_ok)
{
    char text[512] = "";

    testing_forget();
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &data.args, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    ck_assert_msg(trial_check(&data, text, sizeof text) == 0, "%s", text);
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

/* ---- every tensor of a plan ---- */

/* A tensor of clgn_args, and how many elements of float32 the plan's problem gives it. */
struct row {
    size_t at, elements;
    const char *name;
};

#define ROW(field, count)                         \
    {                                             \
        offsetof(clgn_args, field), count, #field \
    }

static const struct row everything_rows[] = {
    ROW(x, 840),    ROW(y, 840),    ROW(skip, 840),     ROW(bias, 12), ROW(sum, 840), ROW(gamma, 12),  ROW(beta, 12),
    ROW(scale, 24), ROW(shift, 24), ROW(residual, 840), ROW(mean, 6),  ROW(rstd, 6),  ROW(mean_lo, 6),
};

static const struct row training_rows[] = {
    ROW(x, 840),   ROW(y, 840),      ROW(gamma, 12),        ROW(beta, 12),        ROW(mean, 12),
    ROW(rstd, 12), ROW(mean_lo, 12), ROW(running_mean, 12), ROW(running_var, 12),
};

static const struct row backward_rows[] = {
    ROW(x, 840),     ROW(skip, 840),     ROW(bias, 12),       ROW(gamma, 12),  ROW(beta, 12),   ROW(scale, 24),
    ROW(shift, 24),  ROW(residual, 840), ROW(mean, 6),        ROW(rstd, 6),    ROW(mean_lo, 6), ROW(dy, 840),
    ROW(dx, 840),    ROW(dskip, 840),    ROW(dresidual, 840), ROW(dgamma, 12), ROW(dbeta, 12),  ROW(dscale, 24),
    ROW(dshift, 24), ROW(dbias, 12),     ROW(dmean, 6),       ROW(drstd, 6),
};

#undef ROW

/* Three plans, each with all its tensors in place. */
static const struct plan {
    clgn_problem (*problem)(void);
    const struct row *rows;
    size_t count;
} plans[] = {
    {everything, everything_rows, sizeof everything_rows / sizeof everything_rows[0]},
    {training, training_rows, sizeof training_rows / sizeof training_rows[0]},
    {backward, backward_rows, sizeof backward_rows / sizeof backward_rows[0]},
};

enum { PLANS = (int)(sizeof plans / sizeof plans[0]) };

static const struct plan *make_plan(int i)
{
    const clgn_problem p = plans[i].problem();

    make_other(&p);
    return &plans[i];
}

static clgn_tensor tensor_at(const struct row *row)
{
    clgn_tensor t;

    memcpy(&t, (const char *)&data.args + row->at, sizeof t);
    return t;
}

/* The plan's tensors, but this one. */
static clgn_args args_with(const struct row *row, clgn_tensor t)
{
    clgn_args a = data.args;

    memcpy((char *)&a + row->at, &t, sizeof t);
    return a;
}

START_TEST(test_enqueue_missing_tensor_is_argument_error)
{
    const struct plan *of = make_plan(_i);

    for (size_t i = 0; i < of->count; i++) {
        const struct row *row = &of->rows[i];
        const clgn_args a = args_with(row, (clgn_tensor){NULL, 0, NULL});
        char name[32], elements[32];

        snprintf(name, sizeof name, "%s.mem", row->name);
        snprintf(elements, sizeof elements, "%zu", row->elements);
        expect_args(&a, WORDS(name, "NULL", elements), row->name);
    }
}
END_TEST

START_TEST(test_enqueue_misaligned_offset_is_argument_error)
{
    const struct plan *of = make_plan(_i);

    for (size_t i = 0; i < of->count; i++) {
        const struct row *row = &of->rows[i];
        clgn_tensor t = tensor_at(row);
        clgn_args a;
        char name[32], offset[32];

        t.offset += 1 + i % 3;
        a = args_with(row, t);
        snprintf(name, sizeof name, "%s.offset", row->name);
        snprintf(offset, sizeof offset, "%zu", t.offset);
        expect_args(&a, WORDS(name, offset, "4"), row->name);
    }
}
END_TEST

START_TEST(test_enqueue_reserved_pointer_is_argument_error)
{
    const struct plan *of = make_plan(_i);

    for (size_t i = 0; i < of->count; i++) {
        const struct row *row = &of->rows[i];
        clgn_tensor t = tensor_at(row);
        clgn_args a;
        char name[32], pointer[32];

        t.reserved = &data;
        a = args_with(row, t);
        snprintf(name, sizeof name, "%s.reserved", row->name);
        snprintf(pointer, sizeof pointer, "%p", t.reserved);
        expect_args(&a, WORDS(name, pointer), row->name);
    }
}
END_TEST

/* Buffers of exactly the bytes that a tensor needs, and of one element less. */
START_TEST(test_enqueue_buffer_too_small_is_argument_error)
{
    const struct plan *of = make_plan(_i);

    for (size_t i = 0; i < of->count; i++) {
        const struct row *row = &of->rows[i];
        const size_t bytes = row->elements * sizeof(float);
        char name[32], needed[32], held[32];
        clgn_tensor t = {NULL, 0, NULL};
        clgn_args a;
        cl_int err = CL_SUCCESS;

        t.mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, bytes, NULL, &err);
        ck_assert_int_eq(err, CL_SUCCESS);
        a = args_with(row, t);
        ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &a, 0, NULL, NULL) == CLGN_OK, "%s of %zu bytes: %s",
                      row->name, bytes, testing.message);
        (void)clFinish(testing.queue);
        t.offset = sizeof(float);
        a = args_with(row, t);
        snprintf(name, sizeof name, "%s.mem", row->name);
        snprintf(needed, sizeof needed, "%zu", bytes + sizeof(float));
        snprintf(held, sizeof held, "%zu", bytes);
        expect_args(&a, WORDS(name, needed, held), row->name);
        (void)clReleaseMemObject(t.mem);
    }
}
END_TEST

/* ---- tensors that a problem does not have ---- */

#define SUPERFLUOUS(field)                                              \
    do {                                                                \
        clgn_args a = data.args;                                        \
        char pointer[32];                                               \
        a.field = a.x;                                                  \
        snprintf(pointer, sizeof pointer, "%p", (void *)a.x.mem);       \
        expect_args(&a, WORDS(#field ".mem", pointer, #field), #field); \
    } while (0)

START_TEST(test_enqueue_tensor_not_in_problem_is_argument_error)
{
    clgn_problem p = good();

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    p.direction = _i ? CLGN_BACKWARD : CLGN_FORWARD;
    make_other(&p);
    SUPERFLUOUS(skip);
    SUPERFLUOUS(bias);
    SUPERFLUOUS(sum);
    SUPERFLUOUS(gamma);
    SUPERFLUOUS(beta);
    SUPERFLUOUS(scale);
    SUPERFLUOUS(shift);
    SUPERFLUOUS(residual);
    SUPERFLUOUS(mean_lo);
    SUPERFLUOUS(running_mean);
    SUPERFLUOUS(running_var);
    SUPERFLUOUS(dskip);
    SUPERFLUOUS(dresidual);
    SUPERFLUOUS(dgamma);
    SUPERFLUOUS(dbeta);
    SUPERFLUOUS(dscale);
    SUPERFLUOUS(dshift);
    SUPERFLUOUS(dbias);
    SUPERFLUOUS(dmean);
    SUPERFLUOUS(drstd);
    if (p.direction == CLGN_BACKWARD) {
        SUPERFLUOUS(y);
        p.rms = 1;
        make_other(&p);
        SUPERFLUOUS(mean);
    } else {
        SUPERFLUOUS(mean);
        SUPERFLUOUS(rstd);
        SUPERFLUOUS(dy);
        SUPERFLUOUS(dx);
    }
}
END_TEST

/* Running statistics in inference take the place of mean and rstd, in both directions. */
START_TEST(test_enqueue_of_running_statistics_has_no_others)
{
    clgn_problem p = good();

    p.norm = _i % 2 ? CLGN_NORM_BATCH : CLGN_NORM_INSTANCE;
    p.groups = 0;
    p.stats = CLGN_STATS_RUNNING;
    p.direction = _i / 2 ? CLGN_BACKWARD : CLGN_FORWARD;
    make_other(&p);
    SUPERFLUOUS(mean);
    SUPERFLUOUS(rstd);
    BAD_ARGS(a.running_mean.mem = NULL, "running_mean.mem", "NULL", "12");
    BAD_ARGS(a.running_var.mem = NULL, "running_var.mem", "NULL", "12");
    BAD_ARGS(a.running_var.offset += 2, "running_var.offset", "4");
}
END_TEST

/* What forward's problem has and backward does not read may be given, whatever it is. */
START_TEST(test_enqueue_of_unread_tensors_takes_and_leaves_them)
{
    clgn_problem p = backward();
    char text[512] = "";
    clgn_args given;

    p.act = CLGN_ACT_NONE;
    p.sum = 1;
    make_other(&p);
    BAD_ARGS(a.sum.mem = NULL, "sum.mem", "NULL", "840");
    given = data.args;
    ck_assert_ptr_null(given.x.mem);
    given.x = given.skip = given.bias = given.dx;
    given.residual.mem = NULL;
    testing_forget();
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &given, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    ck_assert_msg(trial_check(&data, text, sizeof text) == 0, "%s", text);
}
END_TEST

/* Offsets so large that their sum with the tensor's size overflows. */
START_TEST(test_enqueue_offset_overflow_is_argument_error)
{
    BAD_ARGS(a.x.offset = SIZE_MAX - 3, "x");
    BAD_ARGS(a.y.offset = SIZE_MAX / 4 * 4, "y");
    make_plan(2);
    BAD_ARGS(a.dx.offset = SIZE_MAX - 3, "dx.mem", "840");
    BAD_ARGS(a.dgamma.offset = SIZE_MAX / 4 * 4, "dgamma.mem", "12");
}
END_TEST

START_TEST(test_enqueue_workspace_too_small_is_argument_error)
{
    static const char *const pins[] = {"fwd_twopass", "fwd_batch", "bwd_twopass", "bwd_batch"};
    clgn_problem p = good();
    char wanted[32];
    size_t bytes = 0;

    p.config = pins[_i];
    p.direction = _i / 2 ? CLGN_BACKWARD : CLGN_FORWARD;
    if (_i % 2) {
        p.norm = CLGN_NORM_BATCH;
        p.groups = 0;
    }
    make_other(&p);
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, &bytes), CLGN_OK);
    ck_assert_uint_gt(bytes, 0);
    snprintf(wanted, sizeof wanted, "%zu", bytes);
    BAD_ARGS(a.workspace.mem = NULL, "workspace.mem", "NULL", wanted);
    /* By how much the size is more than what a lucky offset needs is the library's affair: leave very little. */
    BAD_ARGS(a.workspace.offset = data.buffer[SLOT_WORKSPACE].bytes - 16, "workspace.mem", wanted);
    BAD_ARGS(a.workspace.offset = SIZE_MAX - 100, "workspace.mem", wanted);
    BAD_ARGS(a.workspace.reserved = &data, "workspace.reserved");
    if (_i / 2) {
        OVERLAP(workspace, dy);
    } else {
        OVERLAP(workspace, x);
    }
}
END_TEST

/* Tensors side by side in one buffer, whichever begins it. */
START_TEST(test_enqueue_of_tensors_in_one_buffer_is_ok)
{
    clgn_problem p = good();
    const size_t x_bytes = 840 * sizeof(float);
    size_t bytes = 0;
    cl_int err = CL_SUCCESS;
    clgn_args given;

    p.config = "fwd_twopass";
    make_other(&p);
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, &bytes), CLGN_OK);
    given = data.args;
    given.x.mem = given.workspace.mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, x_bytes + bytes, NULL, &err);
    ck_assert_int_eq(err, CL_SUCCESS);
    given.x.offset = 0;
    given.workspace.offset = x_bytes;
    testing_forget();
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &given, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    given.workspace.offset = 0;
    given.x.offset = bytes;
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &given, 0, NULL, NULL) == CLGN_OK, "%s", testing.message);
    (void)clFinish(testing.queue);
    (void)clReleaseMemObject(given.x.mem);
}
END_TEST

/* ---- overlap ---- */

START_TEST(test_enqueue_certain_overlap_is_argument_error)
{
    clgn_problem p = good();

    OVERLAP(sum, y);
    OVERLAP(mean, rstd);
    OVERLAP(mean_lo, mean);
    OVERLAP(skip, y);
    OVERLAP(sum, x);
    make_plan(1);
    OVERLAP(running_mean, running_var);
    OVERLAP(running_var, gamma);
    OVERLAP(running_mean, mean);
    OVERLAP(mean_lo, running_var);
    p.residual = 1;
    p.residual_strides.row_stride = 40;
    make_other(&p);
    BAD_ARGS(a.y = a.residual, "y", "residual", "row", "35", "40");
    p = good();
    p.y.dtype = CLGN_DTYPE_F16; /* y = x with another type, another layout, other strides */
    make_other(&p);
    BAD_ARGS(a.y = a.x, "y", "x", "f16", "f32");
    p = good();
    p.y.layout = CLGN_LAYOUT_LAST;
    make_other(&p);
    BAD_ARGS(a.y = a.x, "y", "x", "layouts", "1", "0");
    p = good();
    p.x.row_stride = 40;
    make_other(&p);
    BAD_ARGS(a.y = a.x, "y", "x", "35", "40");
    p.x.batch_stride = p.y.batch_stride = 480;
    make_other(&p);
    BAD_ARGS(a.y = a.x, "y", "x", "row", "35", "40");
}
END_TEST

START_TEST(test_enqueue_certain_overlap_of_gradients_is_argument_error)
{
    clgn_problem p = backward();

    OVERLAP(dx, x);
    OVERLAP(dx, skip);
    OVERLAP(dx, residual);
    OVERLAP(dskip, x);
    OVERLAP(dskip, dresidual);
    OVERLAP(dresidual, dx);
    OVERLAP(dresidual, dy);
    OVERLAP(dresidual, residual);
    OVERLAP(dgamma, dbeta);
    OVERLAP(dgamma, gamma);
    OVERLAP(dbeta, beta);
    OVERLAP(dscale, dshift);
    OVERLAP(dshift, shift);
    OVERLAP(dbias, bias);
    p.norm = CLGN_NORM_INSTANCE; /* statistics that are not smaller than the gradients */
    p.groups = 0;
    make_other(&p);
    OVERLAP(dbias, mean);
    OVERLAP(dgamma, rstd);
    OVERLAP(dscale, mean_lo);
    OVERLAP(dbeta, dmean);
    OVERLAP(dshift, drstd);
    p = backward();
    p.skip = CLGN_SKIP_PER_CHANNEL;
    make_other(&p);
    OVERLAP(dskip, dx);
    OVERLAP(dskip, dy);
    OVERLAP(dskip, skip);
    p = backward();
    p.sum = 1;
    make_other(&p);
    OVERLAP(dx, sum);
}
END_TEST

/* dx may be dy, and a full dskip may be dx, but with one type, layout and strides. */
START_TEST(test_enqueue_in_place_of_another_form_is_argument_error)
{
    clgn_problem p = backward();

    p.x.dtype = CLGN_DTYPE_F16;
    p.y.dtype = CLGN_DTYPE_F32;
    make_other(&p);
    BAD_ARGS(a.dx = a.dy, "dx", "dy", "f16", "f32");
    p = backward();
    p.y.layout = CLGN_LAYOUT_LAST;
    make_other(&p);
    BAD_ARGS(a.dx = a.dy, "dx", "dy", "layouts", "0", "1");
    p = backward();
    p.y.row_stride = 40;
    make_other(&p);
    BAD_ARGS(a.dx = a.dy, "dx", "dy", "row", "35", "40");
    p.y.batch_stride = p.dx_strides.batch_stride = 500;
    make_other(&p);
    BAD_ARGS(a.dx = a.dy, "dx", "dy", "row", "35", "40");
    p = backward();
    p.dx_strides.batch_stride = 430;
    make_other(&p);
    BAD_ARGS(a.dx = a.dy, "dx", "dy", "batch", "430", "420");
    BAD_ARGS(a.dskip = a.dx, "dx", "dskip", "batch", "430", "420");
    p = backward();
    p.dskip_strides.row_stride = 36;
    make_other(&p);
    BAD_ARGS(a.dskip = a.dx, "dx", "dskip", "row", "35", "36");
}
END_TEST

/* ---- the call ---- */

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
    /* Arguments are checked before a device has a part in it; a slow one, half a minute for a program, has the first.
     */
    const int is_slow = getenv("CLGN_TEST_SMALL") != NULL, all = is_slow ? 1 : PLANS;
    const TTest *const enqueue_tests[] = {
        test_enqueue_good_arguments_are_ok,
        test_enqueue_null_is_argument_error,
        test_enqueue_bad_struct_size_is_argument_error,
        test_enqueue_offset_overflow_is_argument_error,
        test_enqueue_of_tensors_in_one_buffer_is_ok,
        test_enqueue_certain_overlap_is_argument_error,
        test_enqueue_queue_of_another_context_is_argument_error,
        test_enqueue_inconsistent_wait_list_is_argument_error,
        test_warmup_null_is_argument_error,
        test_query_bad_arguments_are_argument_errors,
    };
    const TTest *const backward_tests[] = {
        test_enqueue_good_arguments_are_ok,
        test_enqueue_certain_overlap_of_gradients_is_argument_error,
        test_enqueue_in_place_of_another_form_is_argument_error,
        test_enqueue_of_unread_tensors_takes_and_leaves_them,
    };
    Suite *suite = suite_create("arguments");
    TCase *enqueue = tcase_create("enqueue"), *batch = tcase_create("training"), *gradients = tcase_create("backward");

    add(enqueue, enqueue_tests, sizeof enqueue_tests / sizeof enqueue_tests[0]);
    tcase_add_loop_test(enqueue, test_enqueue_missing_tensor_is_argument_error, 0, all);
    tcase_add_loop_test(enqueue, test_enqueue_misaligned_offset_is_argument_error, 0, all);
    tcase_add_loop_test(enqueue, test_enqueue_reserved_pointer_is_argument_error, 0, all);
    tcase_add_loop_test(enqueue, test_enqueue_buffer_too_small_is_argument_error, 0, all);
    tcase_add_loop_test(enqueue, test_enqueue_tensor_not_in_problem_is_argument_error, 0, 2);
    tcase_add_loop_test(enqueue, test_enqueue_of_running_statistics_has_no_others, 0, is_slow ? 1 : 4);
    tcase_add_loop_test(enqueue, test_enqueue_workspace_too_small_is_argument_error, 0, is_slow ? 1 : 4);
    tcase_add_checked_fixture(enqueue, make_everything, unmake);
    tcase_add_test(batch, test_enqueue_good_arguments_are_ok);
    tcase_add_checked_fixture(batch, make_training, unmake);
    add(gradients, backward_tests, is_slow ? 1 : sizeof backward_tests / sizeof backward_tests[0]);
    tcase_add_checked_fixture(gradients, make_backward, unmake);
    suite_add_tcase(suite, enqueue);
    suite_add_tcase(suite, batch);
    suite_add_tcase(suite, gradients);
    return testing_run_device_suite(suite, NULL);
}
