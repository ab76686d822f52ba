/* SPDX-License-Identifier: Apache-2.0 */
/* A plan with its data: what the suites of an enqueue's promises do with it. */
#include "jobs.h"

#include <clgn/tune.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "layers.h"

void job_begin(const clgn_problem *problem, struct job *job)
{
    const struct trial_case tc = {.problem = *problem};

    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, problem, &job->plan) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(testing_trial_create(&tc, &job->data), CLGN_OK);
    ck_assert_int_eq(trial_add_workspace(&job->data, job->plan), CLGN_OK);
}

void job_end(struct job *job)
{
    trial_release(&job->data);
    clgn_plan_release(job->plan);
}

void job_enqueue(struct job *job, cl_command_queue queue, cl_uint n_wait, const cl_event *wait, cl_event *done)
{
    const clgn_status st = clgn_plan_enqueue(job->plan, queue, &job->data.args, n_wait, wait, done);

    ck_assert_msg(st == CLGN_OK, "%s: %s", clgn_status_name(st), testing.message);
}

void job_check(struct job *job)
{
    char text[512] = "";

    ck_assert_msg(trial_check(&job->data, text, sizeof text) == 0, "%s: %s", job->data.text, text);
}

double *job_fetch(struct job *job, enum slot slot)
{
    char text[256] = "";
    double *values = malloc((job->data.tensor[slot].elements + 1) * sizeof *values);

    ck_assert_ptr_nonnull(values);
    ck_assert_msg(trial_read(&job->data, text, sizeof text) == 0, "%s", text);
    trial_get(&job->data, slot, values);
    return values;
}

static cl_int event_state(cl_event event)
{
    cl_int state = CL_QUEUED;

    ck_assert_int_eq(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), CL_SUCCESS);
    return state;
}

void job_hold_back(struct job *job, cl_command_queue queue)
{
    cl_int err = CL_SUCCESS;
    cl_event gate = clCreateUserEvent(testing.cl, &err), done = NULL;

    ck_assert_int_eq(err, CL_SUCCESS);
    job_enqueue(job, queue, 1, &gate, &done);
    ck_assert_ptr_nonnull(done);
    ck_assert_int_eq(clFlush(queue), CL_SUCCESS);
    ck_assert_int_ne(event_state(done), CL_COMPLETE);
    ck_assert_int_eq(clSetUserEventStatus(gate, CL_COMPLETE), CL_SUCCESS);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    ck_assert_int_eq(event_state(done), CL_COMPLETE);
    (void)clReleaseEvent(gate);
    (void)clReleaseEvent(done);
}

cl_command_queue job_out_of_order_queue(void)
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

void job_expect_waiting(const clgn_problem *problem, cl_command_queue queue)
{
    struct job job;

    job_begin(problem, &job);
    job_hold_back(&job, queue);
    job_check(&job);
    job_end(&job);
}

/* An even number, so that the last run goes from the output's buffer to the input's. */
enum { CHAIN = 10 };

static void run_to_and_fro(struct job *job, cl_command_queue queue, int with_events)
{
    const int backward = job->data.problem.direction == CLGN_BACKWARD;
    clgn_args args = job->data.args;
    clgn_tensor *in = backward ? &args.dy : &args.x, *out = backward ? &args.dx : &args.y;
    cl_event event[CHAIN] = {NULL};

    for (int i = 0; i < CHAIN; i++) {
        const cl_uint n_wait = with_events && i > 0;
        const clgn_tensor next = *out;

        ck_assert_int_eq(clgn_plan_enqueue(job->plan, queue, &args, n_wait, n_wait ? &event[i - 1] : NULL, &event[i]),
                         CLGN_OK);
        *out = *in;
        *in = next;
    }
    ck_assert_int_eq(clWaitForEvents(1, &event[CHAIN - 1]), CL_SUCCESS);
    for (int i = 0; i < CHAIN; i++) {
        (void)clReleaseEvent(event[i]);
    }
}

void job_expect_chained(const clgn_problem *problem, cl_command_queue queue, int with_events)
{
    const int backward = problem->direction == CLGN_BACKWARD;
    const enum slot in = backward ? SLOT_DY : SLOT_X, out = backward ? SLOT_DX : SLOT_Y;
    struct job chained, single;
    double *expected = NULL, *found;

    job_begin(problem, &chained);
    run_to_and_fro(&chained, queue, with_events);
    job_begin(problem, &single);
    for (int i = 0; i < CHAIN; i++) {
        job_enqueue(&single, testing.queue, 0, NULL, NULL);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        free(expected);
        expected = job_fetch(&single, out);
        ck_assert_int_eq(trial_set(&single.data, in, expected), CLGN_OK);
    }
    found = job_fetch(&chained, in);
    ck_assert_mem_eq(found, expected, chained.data.tensor[in].elements * sizeof *found);
    free(found);
    free(expected);
    job_end(&chained);
    job_end(&single);
    ck_assert_int_eq(clFinish(queue), CL_SUCCESS);
}

int job_has_layers(const char *test)
{
    if (!layers_open()) {
        testing_skip(test, "the OpenCL loader has no layers");
    }
    return layers_open();
}

void job_expect_shared_program(const clgn_problem *problem)
{
    clgn_problem p = *problem;
    struct job first, second;

    job_begin(&p, &first);
    if (p.config != NULL && strstr(p.config, "onepass") == NULL) {
        p.n += 1;
        p.spatial[0] += 16; /* vectors are as well aligned as before */
    }
    p.eps = 1e-3;
    layers_reset_calls();
    job_begin(&p, &second);
    ck_assert_int_eq(layers_calls("clBuildProgram"), 0);
    ck_assert_int_eq(layers_calls("clCreateProgramWithSource"), 0);
    job_enqueue(&second, testing.queue, 0, NULL, NULL);
    job_check(&second);
    job_end(&first);
    job_end(&second);
}

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

void job_expect_no_calls(const clgn_problem *problem)
{
    struct job job;
    cl_event done = NULL;
    long calls = 0, allocated;
    size_t launches = 0;
    clgn_status st;

    job_begin(problem, &job);
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
    ck_assert_int_eq(clgn_plan_launches(job.plan, &launches), CLGN_OK);
    ck_assert_int_ge(layers_calls("clEnqueueNDRangeKernel"), 1);
    ck_assert_int_eq(layers_calls("clEnqueueNDRangeKernel"), (long)launches);
    ck_assert_msg(allocated == 0, "%s: %ld allocations", job.data.text, allocated);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    (void)clReleaseEvent(done);
    job_check(&job);
    job_end(&job);
}

void job_expect_no_handles(const clgn_problem *problem)
{
    struct job job;
    long live;

    job_begin(problem, &job);
    live = layers_live(NULL);
    for (int i = 0; i < 5; i++) {
        cl_event done = NULL;

        job_enqueue(&job, testing.queue, 0, NULL, i % 2 ? &done : NULL);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        if (done != NULL) {
            (void)clReleaseEvent(done);
        }
    }
    ck_assert_int_eq(layers_live(NULL), live);
    job_end(&job);
}

void job_expect_description(const clgn_problem *problem)
{
    clgn_problem p = *problem;
    char text[256] = "", again[256] = "";
    struct job job;
    clgn_plan *plan = NULL;

    job_begin(&p, &job);
    ck_assert_int_eq(clgn_plan_describe(job.plan, text, sizeof text), CLGN_OK);
    ck_assert_ptr_nonnull(strstr(text, " from="));
    *strstr(text, " from=") = '\0';
    p.config = text;
    testing_forget();
    ck_assert_msg(clgn_plan_create(testing.context, &p, &plan) == CLGN_OK, "%s: %s", text, testing.message);
    ck_assert_int_eq(clgn_plan_describe(plan, again, sizeof again), CLGN_OK);
    ck_assert_msg(strncmp(again, text, strlen(text)) == 0 && again[strlen(text)] == ' ', "%s became %s", text, again);
    clgn_plan_release(plan);
    job_end(&job);
}

void job_expect_warm(const clgn_problem *problem)
{
    struct job job;
    char text[256] = "";
    long live;

    job_begin(problem, &job);
    live = layers_live(NULL);
    testing_forget();
    ck_assert_msg(clgn_plan_warmup(job.plan, testing.queue) == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
    ck_assert_int_eq(layers_live(NULL), live);
    ck_assert_int_eq(trial_read(&job.data, text, sizeof text), 0); /* it touched nothing of the caller's */
    for (int i = 0; i < SLOTS; i++) {
        if (job.data.buffer[i].mem != NULL) {
            ck_assert_mem_eq(job.data.buffer[i].after, job.data.buffer[i].image, job.data.buffer[i].bytes);
        }
    }
    job_enqueue(&job, testing.queue, 0, NULL, NULL);
    job_check(&job);
    job_end(&job);
}
