/* SPDX-License-Identifier: Apache-2.0 */
/* What an enqueue promises: order, events, threads, and that it makes no call that could wait, allocate or build. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "layers.h"
#include "testing_case.h"

/* A plan with its data. */
struct job {
    clgn_plan *plan;
    struct testing_data data;
};

static const char *const pins[] = {NULL, "fwd_rows", "fwd_onepass", "fwd_twopass"};

enum { PINS = (int)(sizeof pins / sizeof pins[0]) };

static clgn_problem problem_of(const char *pin)
{
    clgn_problem p = testing_problem(2, 12, 150, 3);

    p.config = pin;
    return p;
}

/* Every variant can compute this problem by its own numbers, on every device. */
static void begin(const clgn_problem *problem, struct job *job)
{
    const struct testing_case tc = {.problem = *problem};

    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, problem, &job->plan) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(testing_data_create(&tc, &job->data), CLGN_OK);
    ck_assert_int_eq(testing_data_add_workspace(&job->data, job->plan), CLGN_OK);
}

static void end(struct job *job)
{
    testing_data_release(&job->data);
    clgn_plan_release(job->plan);
}

static void enqueue(struct job *job, cl_command_queue queue, cl_uint n_wait, const cl_event *wait, cl_event *done)
{
    const clgn_status st = clgn_plan_enqueue(job->plan, queue, &job->data.args, n_wait, wait, done);

    ck_assert_msg(st == CLGN_OK, "%s: %s", clgn_status_name(st), testing.message);
}

static void check(struct job *job)
{
    char text[512] = "";

    ck_assert_msg(testing_data_check(&job->data, text, sizeof text) == 0, "%s: %s", job->data.text, text);
}

static cl_int event_state(cl_event event)
{
    cl_int state = CL_QUEUED;

    ck_assert_int_eq(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), CL_SUCCESS);
    return state;
}

/* ---- events ---- */

/* A user event holds the work back on any queue; done is not complete before it, and completes after it. */
static void hold_back(struct job *job, cl_command_queue queue)
{
    cl_int err = CL_SUCCESS;
    cl_event gate = clCreateUserEvent(testing.cl, &err), done = NULL;

    ck_assert_int_eq(err, CL_SUCCESS);
    enqueue(job, queue, 1, &gate, &done);
    ck_assert_ptr_nonnull(done);
    ck_assert_int_eq(clFlush(queue), CL_SUCCESS);
    ck_assert_int_ne(event_state(done), CL_COMPLETE);
    ck_assert_int_eq(clSetUserEventStatus(gate, CL_COMPLETE), CL_SUCCESS);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    ck_assert_int_eq(event_state(done), CL_COMPLETE);
    (void)clReleaseEvent(gate);
    (void)clReleaseEvent(done);
}

START_TEST(test_enqueue_with_wait_list_waits)
{
    const clgn_problem p = problem_of(pins[_i]);
    struct job job;

    begin(&p, &job);
    hold_back(&job, testing.queue);
    check(&job);
    end(&job);
}
END_TEST

START_TEST(test_enqueue_of_nothing_completes_after_the_wait_list)
{
    clgn_problem p = problem_of(pins[_i]);
    struct job job;

    p.n = 0;
    begin(&p, &job);
    cl_event done = NULL;

    hold_back(&job, testing.queue);
    enqueue(&job, testing.queue, 0, NULL, &done);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    (void)clReleaseEvent(done);
    enqueue(&job, testing.queue, 0, NULL, NULL);
    check(&job);
    end(&job);
}
END_TEST

static cl_command_queue out_of_order_queue(void)
{
    cl_command_queue queue = NULL;

    if (testing.has_out_of_order) {
        queue = testing_queue_create(testing.cl, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    }
    if (queue == NULL) {
        testing_skip("out-of-order queues", "the device has none");
    }
    return queue;
}

START_TEST(test_enqueue_out_of_order_waits_and_chains_its_launches)
{
    const clgn_problem p = problem_of(pins[_i]);
    cl_command_queue queue = out_of_order_queue();
    struct job job;

    if (queue != NULL) {
        begin(&p, &job);
        hold_back(&job, queue);
        check(&job);
        end(&job);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

/* What a tensor holds on the device; to be freed. */
static double *fetch(struct job *job, enum testing_slot slot)
{
    char text[256] = "";
    double *values = malloc(job->data.tensor[slot].elements * sizeof *values);

    ck_assert_ptr_nonnull(values);
    ck_assert_msg(testing_data_read(&job->data, text, sizeof text) == 0, "%s", text);
    testing_data_get(&job->data, slot, values);
    return values;
}

/* There and back between the buffers of x and y, ten times: only the queue's order, or the events, keep it right. */
static void run_to_and_fro(struct job *job, cl_command_queue queue, int with_events)
{
    enum { TIMES = 10 };
    clgn_args args = job->data.args;
    cl_event event[TIMES] = {NULL};

    for (int i = 0; i < TIMES; i++) {
        const cl_uint n_wait = with_events && i > 0;

        args.x = i % 2 ? job->data.args.y : job->data.args.x;
        args.y = i % 2 ? job->data.args.x : job->data.args.y;
        ck_assert_int_eq(clgn_plan_enqueue(job->plan, queue, &args, n_wait, n_wait ? &event[i - 1] : NULL, &event[i]),
                         CLGN_OK);
    }
    ck_assert_int_eq(clWaitForEvents(1, &event[TIMES - 1]), CL_SUCCESS);
    for (int i = 0; i < TIMES; i++) {
        (void)clReleaseEvent(event[i]);
    }
}

/* The last run went from y's buffer to x's: the plan, given what y's holds, must give x's contents bit for bit; and
 * the one before went from x's old contents to y's, so ten single runs must end there too. */
static void chain(cl_command_queue queue, int with_events)
{
    clgn_problem p = problem_of("fwd_twopass");
    struct job chained, single;
    double *expected, *found;

    begin(&p, &chained);
    run_to_and_fro(&chained, queue, with_events);
    begin(&p, &single);
    for (int i = 0; i < 10; i++) {
        enqueue(&single, testing.queue, 0, NULL, NULL);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        expected = fetch(&single, TESTING_Y);
        if (i < 9) {
            ck_assert_int_eq(testing_data_set(&single.data, TESTING_X, expected), CLGN_OK);
            free(expected);
        }
    }
    found = fetch(&chained, TESTING_X);
    ck_assert_mem_eq(found, expected, chained.data.tensor[TESTING_X].elements * sizeof *found);
    free(found);
    free(expected);
    end(&chained);
    end(&single);
}

START_TEST(test_enqueue_dependent_in_order_needs_no_events)
{
    chain(testing.queue, 0);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
}
END_TEST

START_TEST(test_enqueue_dependent_out_of_order_follows_events)
{
    cl_command_queue queue = out_of_order_queue();

    if (queue != NULL) {
        chain(queue, 1);
        ck_assert_int_eq(clFinish(queue), CL_SUCCESS);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    clgn_plan *plan;
    cl_command_queue queue;
    struct testing_data *data;
    clgn_status status;
    int wrong;
};

static void *work(void *user)
{
    struct worker *w = user;

    for (int i = 0; i < 50 && w->status == CLGN_OK; i++) {
        w->status = clgn_plan_enqueue(w->plan, w->queue, &w->data->args, 0, NULL, NULL);
        if (i % 8 == 0) {
            w->wrong |= clFinish(w->queue) != CL_SUCCESS;
        }
    }
    w->wrong |= clFinish(w->queue) != CL_SUCCESS;
    return NULL;
}

START_TEST(test_enqueue_by_threads_on_one_plan_keeps_them_apart)
{
    enum { THREADS = 3 };
    const clgn_problem p = problem_of(pins[_i]);
    struct worker workers[THREADS];
    struct job job[THREADS];

    for (int i = 0; i < THREADS; i++) {
        begin(&p, &job[i]);
        if (i > 0) { /* other numbers than its neighbours' */
            double *x = job[i].data.tensor[TESTING_X].values;

            for (size_t k = 0; k < job[i].data.tensor[TESTING_X].elements; k++) {
                x[k] += (double)i * ((double)(k % 7) - 3.0);
            }
            ck_assert_int_eq(testing_data_set(&job[i].data, TESTING_X, x), CLGN_OK);
        }
        workers[i] = (struct worker){.plan = job[0].plan, .data = &job[i].data, .status = CLGN_OK};
        workers[i].queue = testing_queue_create(testing.cl, 0);
        ck_assert_ptr_nonnull(workers[i].queue);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
        (void)clReleaseCommandQueue(workers[i].queue);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(workers[i].status, CLGN_OK);
        ck_assert_int_eq(workers[i].wrong, 0);
        check(&job[i]);
        end(&job[i]);
    }
}
END_TEST

struct maker {
    pthread_t thread;
    clgn_status status;
    clgn_plan *plan;
};

static void *make_plan(void *user)
{
    struct maker *m = user;
    clgn_problem p = problem_of(NULL);

    p.act = CLGN_ACT_MISH; /* a program that no other test builds */
    m->status = clgn_plan_create(testing.context, &p, &m->plan);
    return NULL;
}

START_TEST(test_create_by_threads_on_one_context_is_ok)
{
    struct maker makers[4] = {{.status = CLGN_OK}};

    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&makers[i].thread, NULL, make_plan, &makers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(makers[i].thread, NULL), 0);
        ck_assert_int_eq(makers[i].status, CLGN_OK);
        clgn_plan_release(makers[i].plan);
    }
}
END_TEST

/* ---- calls ---- */

static int has_layers(const char *test)
{
    if (!layers_open()) {
        testing_skip(test, "the OpenCL loader has no layers");
    }
    return layers_open();
}

START_TEST(test_create_of_same_kind_builds_nothing)
{
    clgn_problem p = problem_of(pins[_i]);
    struct job first, second;

    if (!has_layers("builds")) {
        return;
    }
    begin(&p, &first);
    /* What the library chooses, and what is held in registers, depends on the shape, and so does the program. */
    if (p.config != NULL && strcmp(p.config, "fwd_onepass") != 0) {
        p.n += 1;
        p.spatial[0] = 173;
    }
    p.eps = 1e-3;
    layers_reset_calls();
    begin(&p, &second);
    ck_assert_int_eq(layers_calls("clBuildProgram"), 0);
    ck_assert_int_eq(layers_calls("clCreateProgramWithSource"), 0);
    enqueue(&second, testing.queue, 0, NULL, NULL);
    check(&second);
    end(&first);
    end(&second);
}
END_TEST

/* Calls that could wait, allocate on the device or compile: an enqueue makes none. */
static const char *const forbidden[] = {
    "clFinish",
    "clFlush",
    "clWaitForEvents",
    "clBuildProgram",
    "clCreate*",
    "clCompileProgram",
    "clLinkProgram",
    "clEnqueueReadBuffer",
    "clEnqueueMapBuffer",
    "clSetEventCallback",
    "clEnqueueWriteBuffer",
    "clGetProgramBuildInfo",
};

START_TEST(test_enqueue_makes_no_call_that_waits_allocates_or_builds)
{
    const clgn_problem p = problem_of(pins[_i]);
    struct job job;
    cl_event done = NULL;
    long calls = 0, allocated;
    clgn_status st;

    if (!has_layers("calls")) {
        return;
    }
    begin(&p, &job);
    layers_reset_calls();
    allocations_begin(); /* nothing of Check between here and the end of the count: it allocates */
    st = clgn_plan_enqueue(job.plan, testing.queue, &job.data.args, 0, NULL, &done);
    allocated = allocations_end();
    ck_assert_msg(st == CLGN_OK, "%s", testing.message);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        const long count = layers_calls(forbidden[i]);

        ck_assert_msg(count <= 0, "%s: %ld calls of %s", job.data.text, count, forbidden[i]);
        calls += count;
    }
    ck_assert_int_le(calls, 0);
    ck_assert_int_ge(layers_calls("clEnqueueNDRangeKernel"), 1);
    ck_assert_msg(allocated == 0, "%s: %ld allocations", job.data.text, allocated);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    (void)clReleaseEvent(done);
    check(&job);
    end(&job);
}
END_TEST

START_TEST(test_enqueue_leaves_no_handle_behind)
{
    const clgn_problem p = problem_of(pins[_i]);
    struct job job;
    long live;

    if (!has_layers("handles")) {
        return;
    }
    begin(&p, &job);
    live = layers_live(NULL);
    for (int i = 0; i < 5; i++) {
        cl_event done = NULL;

        enqueue(&job, testing.queue, 0, NULL, i % 2 ? &done : NULL);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        if (done != NULL) {
            (void)clReleaseEvent(done);
        }
    }
    ck_assert_int_eq(layers_live(NULL), live);
    end(&job);
}
END_TEST

/* ---- plans ---- */

START_TEST(test_describe_is_a_pin_that_gives_the_same_plan)
{
    clgn_problem p = problem_of(pins[_i]);
    char text[256] = "", again[256] = "";
    struct job job;
    clgn_plan *plan = NULL;

    begin(&p, &job);
    ck_assert_int_eq(clgn_plan_describe(job.plan, text, sizeof text), CLGN_OK);
    ck_assert_ptr_nonnull(strstr(text, " from="));
    *strstr(text, " from=") = '\0';
    p.config = text;
    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, &p, &plan) == CLGN_OK, "%s: %s", text, testing.message);
    ck_assert_int_eq(clgn_plan_describe(plan, again, sizeof again), CLGN_OK);
    ck_assert_msg(strncmp(again, text, strlen(text)) == 0 && again[strlen(text)] == ' ', "%s became %s", text, again);
    clgn_plan_release(plan);
    end(&job);
}
END_TEST

START_TEST(test_warmup_then_enqueue_is_right)
{
    clgn_problem p = problem_of(pins[_i % PINS]);
    struct job job;
    char text[256] = "";
    long live;

    if (_i >= PINS) { /* many pixels from one layout to the other: they must not leave the warm-up's small buffer */
        p.x.layout = CLGN_LAYOUT_LAST;
        p.spatial[0] = testing.small ? 509 : 20011;
    }

    begin(&p, &job);
    live = layers_live(NULL);
    testing_forget();
    ck_assert_msg(clgn_plan_warmup(job.plan, testing.queue) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
    ck_assert_int_eq(layers_live(NULL), live);
    ck_assert_int_eq(testing_data_read(&job.data, text, sizeof text), 0); /* it touched nothing of the caller's */
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (job.data.buffer[i].mem != NULL) {
            ck_assert_mem_eq(job.data.buffer[i].after, job.data.buffer[i].image, job.data.buffer[i].bytes);
        }
    }
    enqueue(&job, testing.queue, 0, NULL, NULL);
    check(&job);
    end(&job);
}
END_TEST

START_TEST(test_plan_outlives_its_context)
{
    const clgn_problem p = problem_of(NULL);
    const struct testing_case tc = {.problem = p};
    const clgn_options options = testing_options();
    clgn_context *context = NULL;
    struct job job;

    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, &options, &context), CLGN_OK);
    ck_assert_int_eq(clgn_plan_create(context, &p, &job.plan), CLGN_OK);
    clgn_context_release(context);
    ck_assert_int_eq(testing_data_create(&tc, &job.data), CLGN_OK);
    ck_assert_int_eq(testing_data_add_workspace(&job.data, job.plan), CLGN_OK);
    ck_assert_int_eq(clgn_plan_warmup(job.plan, testing.queue), CLGN_OK);
    enqueue(&job, testing.queue, 0, NULL, NULL);
    check(&job);
    job.data.args.y.mem = NULL;
    testing_forget(); /* messages still reach the callback */
    ck_assert_int_eq(clgn_plan_enqueue(job.plan, testing.queue, &job.data.args, 0, NULL, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_uint_eq(testing.messages, 1);
    end(&job);
}
END_TEST

/* Two devices' worth of independence: contexts share nothing. */
START_TEST(test_contexts_side_by_side_do_not_meet)
{
    const clgn_options options = testing_options();
    const clgn_problem p = problem_of(NULL);
    clgn_context *context[2] = {NULL};
    clgn_plan *plan[2] = {NULL};

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, &options, &context[i]), CLGN_OK);
        ck_assert_int_eq(clgn_plan_create(context[i], &p, &plan[i]), CLGN_OK);
    }
    clgn_plan_release(plan[0]);
    clgn_context_release(context[0]);
    ck_assert_int_eq(clgn_plan_warmup(plan[1], testing.queue), CLGN_OK);
    clgn_context_release(context[1]);
    clgn_plan_release(plan[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("enqueue");
    TCase *events = tcase_create("events"), *threads = tcase_create("threads");
    TCase *calls = tcase_create("calls"), *plans = tcase_create("plans");

    (void)layers_open(); /* before the first OpenCL call */
    tcase_add_loop_test(events, test_enqueue_with_wait_list_waits, 0, PINS);
    tcase_add_loop_test(events, test_enqueue_of_nothing_completes_after_the_wait_list, 0, PINS);
    tcase_add_loop_test(events, test_enqueue_out_of_order_waits_and_chains_its_launches, 0, PINS);
    tcase_add_test(events, test_enqueue_dependent_in_order_needs_no_events);
    tcase_add_test(events, test_enqueue_dependent_out_of_order_follows_events);
    tcase_add_loop_test(threads, test_enqueue_by_threads_on_one_plan_keeps_them_apart, 0, PINS);
    tcase_add_test(threads, test_create_by_threads_on_one_context_is_ok);
    tcase_add_loop_test(calls, test_create_of_same_kind_builds_nothing, 0, PINS);
    tcase_add_loop_test(calls, test_enqueue_makes_no_call_that_waits_allocates_or_builds, 0, PINS);
    tcase_add_loop_test(calls, test_enqueue_leaves_no_handle_behind, 0, PINS);
    tcase_add_loop_test(plans, test_describe_is_a_pin_that_gives_the_same_plan, 0, PINS);
    tcase_add_loop_test(plans, test_warmup_then_enqueue_is_right, 0, 2 * PINS);
    tcase_add_test(plans, test_plan_outlives_its_context);
    tcase_add_test(plans, test_contexts_side_by_side_do_not_meet);
    suite_add_tcase(suite, events);
    suite_add_tcase(suite, threads);
    suite_add_tcase(suite, calls);
    suite_add_tcase(suite, plans);
    return testing_run_device_suite(suite, NULL);
}
