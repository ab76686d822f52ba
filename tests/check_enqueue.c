/* SPDX-License-Identifier: Apache-2.0 */
/* What an enqueue promises: order, events, threads, and that it makes no call that could wait, allocate or build. */
#include <pthread.h>

#include "jobs.h"
#include "layers.h"

static const char *const pins[] = {NULL, "fwd_rows", "fwd_onepass", "fwd_twopass"};

enum { PINS = (int)(sizeof pins / sizeof pins[0]) };

static clgn_problem problem_of(const char *pin)
{
    clgn_problem p = testing_problem(2, 12, 150, 3);

    p.config = pin;
    return p;
}

/* ---- events ---- */

START_TEST(test_enqueue_with_wait_list_waits)
{
    const clgn_problem p = problem_of(pins[_i]);

    job_expect_waiting(&p, testing.queue);
}
END_TEST

START_TEST(test_enqueue_of_nothing_completes_after_the_wait_list)
{
    clgn_problem p = problem_of(pins[_i]);
    struct job job;

    p.n = 0;
    job_begin(&p, &job);
    cl_event done = NULL;

    job_hold_back(&job, testing.queue);
    job_enqueue(&job, testing.queue, 0, NULL, &done);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    (void)clReleaseEvent(done);
    job_enqueue(&job, testing.queue, 0, NULL, NULL);
    job_check(&job);
    job_end(&job);
}
END_TEST

START_TEST(test_enqueue_out_of_order_waits_and_chains_its_launches)
{
    const clgn_problem p = problem_of(pins[_i]);
    cl_command_queue queue = job_out_of_order_queue();

    if (queue != NULL) {
        job_expect_waiting(&p, queue);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

START_TEST(test_enqueue_dependent_in_order_needs_no_events)
{
    const clgn_problem p = problem_of("fwd_twopass");

    job_expect_chained(&p, testing.queue, 0);
}
END_TEST

START_TEST(test_enqueue_dependent_out_of_order_follows_events)
{
    const clgn_problem p = problem_of("fwd_twopass");
    cl_command_queue queue = job_out_of_order_queue();

    if (queue != NULL) {
        job_expect_chained(&p, queue, 1);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    clgn_plan *plan;
    cl_command_queue queue;
    struct trial *data;
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
        job_begin(&p, &job[i]);
        if (i > 0) { /* other numbers than its neighbours' */
            double *x = job[i].data.tensor[SLOT_X].values;

            for (size_t k = 0; k < job[i].data.tensor[SLOT_X].elements; k++) {
                x[k] += (double)i * ((double)(k % 7) - 3.0);
            }
            ck_assert_int_eq(trial_set(&job[i].data, SLOT_X, x), CLGN_OK);
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
        job_check(&job[i]);
        job_end(&job[i]);
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

START_TEST(test_create_of_same_kind_builds_nothing)
{
    const clgn_problem p = problem_of(pins[_i]);

    if (job_has_layers("builds")) {
        job_expect_shared_program(&p);
    }
}
END_TEST

START_TEST(test_enqueue_makes_no_call_that_waits_allocates_or_builds)
{
    const clgn_problem p = problem_of(pins[_i]);

    if (job_has_layers("calls")) {
        job_expect_no_calls(&p);
    }
}
END_TEST

START_TEST(test_enqueue_leaves_no_handle_behind)
{
    const clgn_problem p = problem_of(pins[_i]);

    if (job_has_layers("handles")) {
        job_expect_no_handles(&p);
    }
}
END_TEST

/* ---- plans ---- */

START_TEST(test_describe_is_a_pin_that_gives_the_same_plan)
{
    const clgn_problem p = problem_of(pins[_i]);

    job_expect_description(&p);
}
END_TEST

START_TEST(test_warmup_then_enqueue_is_right)
{
    clgn_problem p = problem_of(pins[_i % PINS]);

    if (_i >= PINS) { /* many pixels from one layout to the other: they must not leave the warm-up's small buffer */
        p.x.layout = CLGN_LAYOUT_LAST;
        p.spatial[0] = testing.small ? 509 : 20011;
    }
    job_expect_warm(&p);
}
END_TEST

START_TEST(test_plan_outlives_its_context)
{
    const clgn_problem p = problem_of(NULL);
    const struct trial_case tc = {.problem = p};
    const clgn_options options = testing_options();
    clgn_context *context = NULL;
    struct job job;

    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, &options, &context), CLGN_OK);
    ck_assert_int_eq(clgn_plan_create(context, &p, &job.plan), CLGN_OK);
    clgn_context_release(context);
    ck_assert_int_eq(testing_trial_create(&tc, &job.data), CLGN_OK);
    ck_assert_int_eq(trial_add_workspace(&job.data, job.plan), CLGN_OK);
    ck_assert_int_eq(clgn_plan_warmup(job.plan, testing.queue), CLGN_OK);
    job_enqueue(&job, testing.queue, 0, NULL, NULL);
    job_check(&job);
    job.data.args.y.mem = NULL;
    testing_forget(); /* messages still reach the callback */
    ck_assert_int_eq(clgn_plan_enqueue(job.plan, testing.queue, &job.data.args, 0, NULL, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_uint_eq(testing.messages, 1);
    job_end(&job);
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
