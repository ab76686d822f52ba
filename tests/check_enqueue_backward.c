/* SPDX-License-Identifier: Apache-2.0 */
/* What an enqueue promises, of plans for backward and over the batch: order, threads, calls, aliases, the same bits. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "layers.h"

/* What is planned: a pin that fits the norm and the statistics. */
static const struct kind {
    const char *pin;
    clgn_direction direction;
    clgn_norm norm;
    clgn_stats stats;
    size_t s; /* 0: rows are one group's channels */
} kinds[] = {
    {"bwd_twopass", CLGN_BACKWARD, CLGN_NORM_GROUP, CLGN_STATS_COMPUTE, 150},
    {"bwd_batch", CLGN_BACKWARD, CLGN_NORM_BATCH, CLGN_STATS_COMPUTE, 150},
    {"bwd_rows", CLGN_BACKWARD, CLGN_NORM_GROUP, CLGN_STATS_COMPUTE, 150},
    {"bwd_onepass", CLGN_BACKWARD, CLGN_NORM_GROUP, CLGN_STATS_COMPUTE, 150},
    {"bwd_given", CLGN_BACKWARD, CLGN_NORM_GROUP, CLGN_STATS_GIVEN, 150},
    {NULL, CLGN_BACKWARD, CLGN_NORM_GROUP, CLGN_STATS_COMPUTE, 150},
    {NULL, CLGN_BACKWARD, CLGN_NORM_BATCH, CLGN_STATS_RUNNING, 150},
    {NULL, CLGN_BACKWARD, CLGN_NORM_LAYER, CLGN_STATS_COMPUTE, 0},
    {"fwd_batch", CLGN_FORWARD, CLGN_NORM_BATCH, CLGN_STATS_COMPUTE, 150},
    {NULL, CLGN_FORWARD, CLGN_NORM_BATCH, CLGN_STATS_COMPUTE, 150},
};

/* Backward's come first. */
enum { KINDS = (int)(sizeof kinds / sizeof kinds[0]), BACKWARDS = KINDS - 2 };

/* All that there is a gradient of, and all gradients; on a slow device what a program is soon built for. */
static clgn_problem problem_of(const struct kind *kind, clgn_gradient gradient)
{
    clgn_problem p = testing_problem(3, 12, kind->s, kind->norm == CLGN_NORM_GROUP ? 3 : 0);

    p.config = kind->pin;
    p.direction = kind->direction;
    p.norm = kind->norm;
    p.stats = kind->stats;
    p.dgamma = p.dbeta = gradient;
    if (testing.small) {
        return p;
    }
    p.mean_lo = p.stats == CLGN_STATS_COMPUTE;
    p.skip = CLGN_SKIP_FULL;
    p.bias = p.scale = p.shift = CLGN_DTYPE_F32;
    p.residual = 1;
    p.act = CLGN_ACT_SILU;
    if (p.direction == CLGN_FORWARD) {
        p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
        p.write_mean = p.write_rstd = p.sum = 1;
        p.running = gradient == CLGN_GRADIENT_ADD;
        return p;
    }
    p.dscale = p.dshift = p.dbias = gradient;
    p.dskip = CLGN_GRADIENT_WRITE;
    p.dresidual = 1;
    p.dmean = p.drstd = p.stats == CLGN_STATS_COMPUTE;
    return p;
}

/* ---- events ---- */

START_TEST(test_enqueue_with_wait_list_waits)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_ADD);

    job_expect_waiting(&p, testing.queue);
}
END_TEST

START_TEST(test_enqueue_out_of_order_waits_and_chains_its_launches)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);
    cl_command_queue queue = job_out_of_order_queue();

    if (queue != NULL) {
        job_expect_waiting(&p, queue);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

/* Whether a tensor holds what it held at first, or else zeros. */
static void expect_unchanged_or_zero(struct job *job, enum slot slot, int zero)
{
    const struct trial_tensor *t = &job->data.tensor[slot];
    double *found = job_fetch(job, slot);

    for (size_t i = 0; i < t->elements; i++) {
        const double expected = zero ? 0.0 : t->values[i];

        ck_assert_msg(memcmp(&found[i], &expected, sizeof expected) == 0, "%s: %s[%zu] is %g instead of %g",
                      job->data.text, slot_name(slot), i, found[i], expected);
    }
    free(found);
}

/* A batch norm of no sample has neither statistics nor anything to average. */
static void expect_nothing_written(struct job *job)
{
    char text[256] = "";

    ck_assert_msg(trial_read(&job->data, text, sizeof text) == 0, "%s", text);
    for (int i = 0; i < SLOTS; i++) {
        const struct trial_buffer *b = &job->data.buffer[i];

        ck_assert_msg(b->mem == NULL || memcmp(b->after, b->image, b->bytes) == 0, "%s: %s was written", job->data.text,
                      slot_name((enum slot)i));
    }
}

/* Sums over no sample are 0: written, or added to what is there. */
static void enqueue_nothing(const struct kind *kind, clgn_gradient gradient)
{
    static const enum slot sums[] = {SLOT_DGAMMA, SLOT_DBETA, SLOT_DBIAS};
    clgn_problem p = problem_of(kind, gradient);
    cl_event done = NULL;
    struct job job;

    p.n = 0;
    job_begin(&p, &job);
    job_hold_back(&job, testing.queue);
    job_enqueue(&job, testing.queue, 0, NULL, &done);
    ck_assert_int_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    (void)clReleaseEvent(done);
    job_enqueue(&job, testing.queue, 0, NULL, NULL);
    for (size_t i = 0; i < sizeof sums / sizeof sums[0] && p.direction == CLGN_BACKWARD; i++) {
        if (job.data.tensor[sums[i]].dtype != CLGN_DTYPE_NONE) {
            expect_unchanged_or_zero(&job, sums[i], gradient == CLGN_GRADIENT_WRITE);
        }
    }
    if (p.direction == CLGN_BACKWARD) {
        job_check(&job);
    } else {
        expect_nothing_written(&job);
    }
    job_end(&job);
}

START_TEST(test_enqueue_of_nothing_zeroes_what_is_written)
{
    enqueue_nothing(&kinds[_i], CLGN_GRADIENT_WRITE);
}
END_TEST

START_TEST(test_enqueue_of_nothing_leaves_what_is_added_to)
{
    enqueue_nothing(&kinds[_i], CLGN_GRADIENT_ADD);
}
END_TEST

START_TEST(test_enqueue_of_nothing_without_sums_completes_after_the_wait_list)
{
    enqueue_nothing(&kinds[_i], CLGN_GRADIENT_NONE);
}
END_TEST

START_TEST(test_enqueue_dependent_in_order_needs_no_events)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);

    job_expect_chained(&p, testing.queue, 0);
}
END_TEST

START_TEST(test_enqueue_dependent_out_of_order_follows_events)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);
    cl_command_queue queue = job_out_of_order_queue();

    if (queue != NULL) {
        job_expect_chained(&p, queue, 1);
        (void)clReleaseCommandQueue(queue);
    }
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 2, ROUNDS = 40 };

struct worker {
    pthread_t thread;
    clgn_plan *plan;
    cl_command_queue queue;
    struct trial *data;
    enum slot output;
    unsigned char *expected; /* what the output's buffer holds after a run alone */
    unsigned char *found;
    atomic_int *arrived;
    int failures, wrong;
};

/* Rounds in which all threads enqueue at once: the output begins with NaNs in each, so that no run is missed. */
static void *work(void *user)
{
    struct worker *w = user;
    const struct trial_buffer *b = &w->data->buffer[w->output];

    for (int i = 0; i < ROUNDS; i++) {
        w->failures += clEnqueueWriteBuffer(w->queue, b->mem, CL_TRUE, 0, b->bytes, b->image, 0, NULL, NULL) != 0;
        atomic_fetch_add(w->arrived, 1);
        while (atomic_load(w->arrived) < THREADS * (2 * i + 1)) {
            sched_yield();
        }
        w->failures += clgn_plan_enqueue(w->plan, w->queue, &w->data->args, 0, NULL, NULL) != CLGN_OK;
        w->failures += clFinish(w->queue) != CL_SUCCESS;
        atomic_fetch_add(w->arrived, 1); /* nobody reads before all are done: one may have written to the other's */
        while (atomic_load(w->arrived) < THREADS * (2 * i + 2)) {
            sched_yield();
        }
        w->failures += clEnqueueReadBuffer(w->queue, b->mem, CL_TRUE, 0, b->bytes, w->found, 0, NULL, NULL) != 0;
        w->wrong += memcmp(w->found, w->expected, b->bytes) != 0;
    }
    return NULL;
}

/* Data of a worker, unlike its neighbours', and what comes out when it runs alone. */
static void prepare(struct worker *w, const clgn_problem *p, struct job *job, int number)
{
    const enum slot input = p->direction == CLGN_BACKWARD ? SLOT_DY : SLOT_X;
    double *values;

    job_begin(p, job);
    w->data = &job->data;
    w->output = p->direction == CLGN_BACKWARD ? SLOT_DX : SLOT_Y;
    w->queue = testing_queue_create(testing.cl, 0);
    ck_assert_ptr_nonnull(w->queue);
    values = job->data.tensor[input].values;
    for (size_t k = 0; k < job->data.tensor[input].elements; k++) {
        values[k] += (double)number * ((double)(k % 7) - 3.0);
    }
    ck_assert_int_eq(trial_set(&job->data, input, values), CLGN_OK);
    job_enqueue(job, testing.queue, 0, NULL, NULL);
    free(job_fetch(job, w->output));
    w->expected = malloc(job->data.buffer[w->output].bytes);
    w->found = malloc(job->data.buffer[w->output].bytes);
    ck_assert(w->expected != NULL && w->found != NULL);
    memcpy(w->expected, job->data.buffer[w->output].after, job->data.buffer[w->output].bytes);
}

START_TEST(test_enqueue_by_threads_on_one_plan_keeps_them_apart)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);
    struct worker workers[THREADS] = {{.plan = NULL}};
    struct job job[THREADS];
    atomic_int arrived = 0;

    for (int i = 0; i < THREADS; i++) {
        prepare(&workers[i], &p, &job[i], i);
        workers[i].plan = job[0].plan;
        workers[i].arrived = &arrived;
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
        (void)clReleaseCommandQueue(workers[i].queue);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(workers[i].failures, 0);
        ck_assert_msg(workers[i].wrong == 0, "%s: thread %d: %d of %d runs are wrong", job[i].data.text, i,
                      workers[i].wrong, (int)ROUNDS);
        job_check(&job[i]);
        free(workers[i].expected);
        free(workers[i].found);
        job_end(&job[i]);
    }
}
END_TEST

/* ---- calls ---- */

START_TEST(test_create_of_same_kind_builds_nothing)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);

    if (job_has_layers("builds")) {
        job_expect_shared_program(&p);
    }
}
END_TEST

START_TEST(test_enqueue_makes_no_call_that_waits_allocates_or_builds)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);

    if (job_has_layers("calls")) {
        job_expect_no_calls(&p);
    }
}
END_TEST

START_TEST(test_enqueue_leaves_no_handle_behind)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);

    if (job_has_layers("handles")) {
        job_expect_no_handles(&p);
    }
}
END_TEST

/* ---- bits ---- */

/* What all outputs hold after a run; the buffers begin as at first. */
struct outputs {
    double *values[SLOTS];
};

static struct outputs run(struct job *job, clgn_plan *plan)
{
    struct outputs out = {{NULL}};

    ck_assert_int_eq(trial_reset(&job->data), CLGN_OK);
    testing_forget();
    ck_assert_msg(clgn_plan_enqueue(plan, testing.queue, &job->data.args, 0, NULL, NULL) == CLGN_OK, "%s",
                  testing.message);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
    for (int i = 0; i < SLOTS; i++) {
        if (job->data.tensor[i].dtype != CLGN_DTYPE_NONE && job->data.tensor[i].output) {
            out.values[i] = job_fetch(job, (enum slot)i);
        }
    }
    return out;
}

static void release(struct outputs *out)
{
    for (int i = 0; i < SLOTS; i++) {
        free(out->values[i]);
    }
}

/* Runs again and compares all outputs. */
static void expect_same(struct job *job, clgn_plan *plan, const struct outputs *first, const char *what)
{
    struct outputs again = run(job, plan);

    for (int i = 0; i < SLOTS; i++) {
        for (size_t k = 0; first->values[i] != NULL && k < job->data.tensor[i].elements; k++) {
            ck_assert_msg(memcmp(&again.values[i][k], &first->values[i][k], sizeof(double)) == 0,
                          "%s: %s: %s[%zu] is %g instead of %g", job->data.text, what, slot_name((enum slot)i), k,
                          again.values[i][k], first->values[i][k]);
        }
    }
    release(&again);
}

START_TEST(test_two_plans_of_a_problem_give_the_same_bits_twice)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_ADD);
    clgn_plan *other = NULL;
    struct outputs first;
    struct job job;

    job_begin(&p, &job);
    ck_assert_int_eq(clgn_plan_create(testing.context, &p, &other), CLGN_OK);
    first = run(&job, job.plan);
    expect_same(&job, other, &first, "another plan");
    expect_same(&job, job.plan, &first, "a second time");
    expect_same(&job, other, &first, "another plan, a second time");
    release(&first);
    clgn_plan_release(other);
    job_end(&job);
}
END_TEST

/* From here on, the tensor lies where the other does. */
static void share(struct job *job, clgn_tensor *tensor, enum slot slot, clgn_tensor other, enum slot home)
{
    *tensor = other;
    job->data.home[slot] = home;
}

START_TEST(test_outputs_in_place_have_the_bits_of_outputs_apart)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);
    struct outputs apart;
    struct job job;
    clgn_args *a = &job.data.args;

    job_begin(&p, &job);
    apart = run(&job, job.plan);
    if (p.direction == CLGN_FORWARD) {
        share(&job, &a->y, SLOT_Y, a->x, SLOT_X);
        expect_same(&job, job.plan, &apart, "y is x");
        share(&job, &a->y, SLOT_Y, a->residual, SLOT_RESIDUAL);
        expect_same(&job, job.plan, &apart, "y is the residual");
    } else {
        share(&job, &a->dx, SLOT_DX, a->dy, SLOT_DY);
        expect_same(&job, job.plan, &apart, "dx is dy");
    }
    if (p.dskip != CLGN_GRADIENT_NONE) {
        const struct trial_buffer *b = &job.data.buffer[SLOT_DX];

        share(&job, &a->dskip, SLOT_DSKIP, a->dy, SLOT_DY);
        expect_same(&job, job.plan, &apart, "dx and dskip are dy");
        share(&job, &a->dx, SLOT_DX, (clgn_tensor){b->mem, b->offset, NULL}, SLOT_DX);
        share(&job, &a->dskip, SLOT_DSKIP, a->dx, SLOT_DX);
        expect_same(&job, job.plan, &apart, "dskip is dx");
    }
    release(&apart);
    job_end(&job);
}
END_TEST

/* ---- plans ---- */

START_TEST(test_describe_is_a_pin_that_gives_the_same_plan)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_WRITE);

    job_expect_description(&p);
}
END_TEST

START_TEST(test_warmup_then_enqueue_is_right)
{
    const clgn_problem p = problem_of(&kinds[_i], CLGN_GRADIENT_ADD);

    job_expect_warm(&p);
}
END_TEST

int main(void)
{
    /* A slow device takes half a minute for a program: it is given the first two kinds. */
    const int is_slow = getenv("CLGN_TEST_SMALL") != NULL;
    const int all = is_slow ? 2 : KINDS, backwards = is_slow ? 2 : BACKWARDS;
    Suite *suite = suite_create("enqueue backward");
    TCase *events = tcase_create("events"), *threads = tcase_create("threads");
    TCase *calls = tcase_create("calls"), *bits = tcase_create("bits"), *plans = tcase_create("plans");

    (void)layers_open(); /* before the first OpenCL call */
    tcase_add_loop_test(events, test_enqueue_with_wait_list_waits, 0, all);
    tcase_add_loop_test(events, test_enqueue_out_of_order_waits_and_chains_its_launches, 0, all);
    tcase_add_loop_test(events, test_enqueue_of_nothing_zeroes_what_is_written, 0, all);
    tcase_add_loop_test(events, test_enqueue_of_nothing_leaves_what_is_added_to, 0, all);
    tcase_add_loop_test(events, test_enqueue_of_nothing_without_sums_completes_after_the_wait_list, 0, all);
    tcase_add_loop_test(events, test_enqueue_dependent_in_order_needs_no_events, 0, backwards);
    tcase_add_loop_test(events, test_enqueue_dependent_out_of_order_follows_events, 0, backwards);
    tcase_add_loop_test(threads, test_enqueue_by_threads_on_one_plan_keeps_them_apart, 0, all);
    tcase_add_loop_test(calls, test_create_of_same_kind_builds_nothing, 0, all);
    tcase_add_loop_test(calls, test_enqueue_makes_no_call_that_waits_allocates_or_builds, 0, all);
    tcase_add_loop_test(calls, test_enqueue_leaves_no_handle_behind, 0, all);
    tcase_add_loop_test(bits, test_two_plans_of_a_problem_give_the_same_bits_twice, 0, all);
    tcase_add_loop_test(bits, test_outputs_in_place_have_the_bits_of_outputs_apart, 0, all);
    tcase_add_loop_test(plans, test_describe_is_a_pin_that_gives_the_same_plan, 0, all);
    tcase_add_loop_test(plans, test_warmup_then_enqueue_is_right, 0, all);
    suite_add_tcase(suite, events);
    suite_add_tcase(suite, threads);
    suite_add_tcase(suite, calls);
    suite_add_tcase(suite, bits);
    suite_add_tcase(suite, plans);
    return testing_run_device_suite(suite, NULL);
}
