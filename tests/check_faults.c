/* SPDX-License-Identifier: Apache-2.0 */
/* Every OpenCL call and every allocation fails once: each failure is told, nothing leaks, nothing crashes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "layers.h"
#include "testing_case.h"

static const char *const pins[] = {NULL, "fwd_rows", "fwd_onepass", "fwd_twopass"};

enum { PINS = (int)(sizeof pins / sizeof pins[0]), MOST_CALLS = 2000 };

/* A life from context to release; the first status that is not CLGN_OK ends it. */
struct life {
    clgn_status status;
    const char *step;
    int done_set; /* an enqueue that failed must not have handed out an event */
};

static struct trial data;
static clgn_problem problem;

static clgn_status enqueue(clgn_plan *plan, cl_command_queue queue, struct life *life)
{
    cl_event done = NULL;
    const clgn_status st = clgn_plan_enqueue(plan, queue, &data.args, 0, NULL, &done);

    if (st == CLGN_OK && done != NULL) {
        (void)clReleaseEvent(done);
    }
    life->done_set = st != CLGN_OK && done != NULL;
    return st;
}

static struct life live_once(cl_command_queue queue)
{
    const clgn_options options = testing_options();
    clgn_context *context = NULL;
    clgn_plan *plan = NULL;
    struct life life = {CLGN_OK, "context", 0};

    life.status = clgn_context_create(testing.cl, testing.device, &options, &context);
    if (life.status == CLGN_OK) {
        life.step = "plan";
        life.status = clgn_plan_create(context, &problem, &plan);
    }
    if (life.status == CLGN_OK) {
        life.step = "warm-up";
        life.status = clgn_plan_warmup(plan, queue);
    }
    if (life.status == CLGN_OK) {
        life.step = "enqueue";
        life.status = enqueue(plan, queue, &life);
    }
    clgn_plan_release(plan);
    clgn_context_release(context);
    return life;
}

/* What the last failure left: a message, no event, no handle. */
static void judge(struct life life, long k, const char *what, long live)
{
    ck_assert_msg(!life.done_set, "fault %ld (%s) in %s: an event was handed out", k, what, life.step);
    ck_assert_msg(layers_live(NULL) == live, "fault %ld (%s) in %s: %ld handles left, %ld before", k, what, life.step,
                  layers_live(NULL), live);
    if (life.status == CLGN_OK) {
        ck_assert_msg(testing.messages == 0, "fault %ld (%s): all went well, but an error was told: %s", k, what,
                      testing.message);
    } else {
        ck_assert_msg(testing.messages > 0 && testing.message[0] != '\0', "fault %ld (%s) in %s: %s without a message",
                      k, what, life.step, clgn_status_name(life.status));
    }
}

static int prepare(const char *pin)
{
    struct trial_case tc = {.problem = testing_problem(2, 12, 50, 3)};
    clgn_plan *plan = NULL;
    clgn_status st;

    if (!layers_open()) {
        testing_skip("faults", "the OpenCL loader has no layers");
        return 0;
    }
    tc.problem.config = pin;
    problem = tc.problem;
    testing_forget();
    st = clgn_plan_create(testing.context, &problem, &plan);
    ck_assert_msg(st == CLGN_OK, "%s", testing.message);
    ck_assert_int_eq(testing_trial_create(&tc, &data), CLGN_OK);
    ck_assert_int_eq(trial_add_workspace(&data, plan), CLGN_OK);
    clgn_plan_release(plan);
    return 1;
}

/* After all the failures the same life goes well, and the result is right. */
static void recover(cl_command_queue queue)
{
    char text[512] = "";
    struct life life;

    ck_assert_int_eq(clFinish(queue), CL_SUCCESS);
    ck_assert_int_eq(trial_reset(&data), CLGN_OK);
    testing_forget();
    life = live_once(queue);
    ck_assert_msg(life.status == CLGN_OK, "%s: %s", life.step, testing.message);
    ck_assert_int_eq(clFinish(queue), CL_SUCCESS);
    ck_assert_msg(trial_check(&data, text, sizeof text) == 0, "%s", text);
    trial_release(&data);
}

/* Fails call after call until a life passes without being struck. */
static void sweep(cl_command_queue queue, cl_int code)
{
    unsigned failed = 0, passed = 0;
    long k;

    for (k = 1; k < MOST_CALLS; k += testing.small ? 4 : 1) { /* a slow device: every fourth */
        const long live = layers_live(NULL);
        struct life life;
        char name[64];
        int struck;

        testing_forget();
        layers_arm_fault(k, code, NULL);
        life = live_once(queue);
        struck = layers_fault_struck();
        snprintf(name, sizeof name, "%s", layers_fault_name());
        layers_arm_fault(0, 0, NULL);
        ck_assert_int_eq(clFinish(queue), CL_SUCCESS);
        if (!struck) {
            ck_assert_msg(life.status == CLGN_OK, "%s: %s", life.step, testing.message);
            break;
        }
        judge(life, k, name, live);
        failed += life.status != CLGN_OK;
        passed += life.status == CLGN_OK;
        if (life.status == CLGN_OK && code != CL_BUILD_PROGRAM_FAILURE) {
            fprintf(stderr, "  %s may fail: call %ld\n", name, k);
        }
    }
    ck_assert_int_lt(k, MOST_CALLS);
    fprintf(stderr, "%s, code %d: %u failures told, %u done without\n", problem.config ? problem.config : "unpinned",
            (int)code, failed, passed);
    ck_assert_uint_gt(failed, 10); /* a life makes more calls than that */
}

START_TEST(test_call_that_fails_is_told_and_leaks_nothing)
{
    if (prepare(pins[_i])) {
        sweep(testing.queue, CL_OUT_OF_RESOURCES);
        recover(testing.queue);
    }
}
END_TEST

START_TEST(test_call_that_fails_out_of_order_is_told_and_leaks_nothing)
{
    cl_command_queue queue = NULL;

    if (testing.has_out_of_order) {
        queue = testing_queue_create(testing.cl, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    }
    if (queue == NULL) {
        testing_skip("faults out of order", "the device has no such queue");
        return;
    }
    if (prepare("fwd_twopass")) {
        sweep(queue, CL_OUT_OF_HOST_MEMORY);
        recover(queue);
    }
    (void)clReleaseCommandQueue(queue);
}
END_TEST

/* The statuses that the public header promises for a few calls. */
START_TEST(test_call_that_fails_gives_its_status)
{
    static const struct {
        const char *function;
        cl_int code;
        clgn_status status;
    } rows[] = {
        {"clBuildProgram", CL_BUILD_PROGRAM_FAILURE, CLGN_ERR_BUILD},
        {"clCreateKernel", CL_OUT_OF_RESOURCES, CLGN_ERR_OPENCL},
        {"clCreateProgramWithSource", CL_OUT_OF_HOST_MEMORY, CLGN_ERR_MEMORY},
        {"clEnqueueNDRangeKernel", CL_MEM_OBJECT_ALLOCATION_FAILURE, CLGN_ERR_OPENCL},
        {"clRetainContext", CL_OUT_OF_RESOURCES, CLGN_ERR_OPENCL},
    };

    if (!prepare("fwd_twopass")) { /* without a pin another variant steps in where a build fails */
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const long live = layers_live(NULL);
        struct life life;

        testing_forget();
        layers_arm_fault(1, rows[i].code, rows[i].function);
        life = live_once(testing.queue);
        ck_assert_msg(layers_fault_struck(), "%s is not called", rows[i].function);
        layers_arm_fault(0, 0, NULL);
        judge(life, 1, rows[i].function, live);
        ck_assert_msg(life.status == rows[i].status, "%s: %s instead of %s: %s", rows[i].function,
                      clgn_status_name(life.status), clgn_status_name(rows[i].status), testing.message);
        ck_assert_msg(strstr(testing.message, rows[i].function) != NULL, "%s is not named: %s", rows[i].function,
                      testing.message);
    }
    recover(testing.queue);
}
END_TEST

START_TEST(test_allocation_that_fails_is_told_and_leaks_nothing)
{
    unsigned failed = 0;
    long k;

    if (!prepare(pins[_i])) {
        return;
    }
    for (k = 1; k < MOST_CALLS; k += testing.small ? 4 : 1) { /* a slow device: every fourth */
        const long live = layers_live(NULL);
        struct life life;
        int struck;

        testing_forget();
        allocations_fail_at(k);
        life = live_once(testing.queue);
        struck = allocations_fail_struck();
        allocations_fail_at(0);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        if (!struck) {
            break;
        }
        judge(life, k, "allocation", live);
        ck_assert_msg(life.status == CLGN_ERR_MEMORY || life.status == CLGN_OK, "allocation %ld in %s: %s", k,
                      life.step, clgn_status_name(life.status));
        failed += life.status != CLGN_OK;
    }
    ck_assert_int_lt(k, MOST_CALLS);
    ck_assert_uint_ge(failed, 2); /* the context and the plan */
    recover(testing.queue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *calls = tcase_create("calls"), *allocations = tcase_create("allocations");

    (void)layers_open(); /* before the first OpenCL call */
    tcase_add_loop_test(calls, test_call_that_fails_is_told_and_leaks_nothing, 0, PINS);
    tcase_add_test(calls, test_call_that_fails_out_of_order_is_told_and_leaks_nothing);
    tcase_add_test(calls, test_call_that_fails_gives_its_status);
    tcase_add_loop_test(allocations, test_allocation_that_fails_is_told_and_leaks_nothing, 0, PINS);
    suite_add_tcase(suite, calls);
    suite_add_tcase(suite, allocations);
    return testing_run_device_suite(suite, NULL);
}
