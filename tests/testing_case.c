/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a case through the library and counts the outcomes. */
#include "testing_case.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference.h"

static unsigned tally[4], shown;
static clock_t begun;
static char refusal[512]; /* the last one, since an unexpected one needs an explanation */

static int too_much(const struct testing_case *tc)
{
    const clgn_problem *p = &tc->problem;
    const size_t elements = p->n * p->c * reference_spatial(p);

    if (!testing.has_f64 && (p->x.dtype == CLGN_DTYPE_F64 || p->y.dtype == CLGN_DTYPE_F64)) {
        return 1;
    }
    return elements > (testing.tiny ? 4096u : testing.small ? 40000u : SIZE_MAX);
}

static clgn_status enqueue(struct testing_data *data, clgn_plan *plan)
{
    const clgn_status st = clgn_plan_enqueue(plan, testing.queue, &data->args, 0, NULL, NULL);

    if (st == CLGN_OK && clFinish(testing.queue) != CL_SUCCESS) {
        return CLGN_ERR_OPENCL;
    }
    return st;
}

static int same_bits_again(struct testing_data *data, clgn_plan *plan, char *text, size_t bytes)
{
    unsigned char *first[TESTING_SLOTS] = {NULL};
    int wrong = 0;

    for (int i = 0; i < TESTING_SLOTS; i++) { /* what the first run left is still on the device */
        const struct testing_buffer *b = &data->buffer[i];

        if (b->mem != NULL && i != TESTING_WORKSPACE && (first[i] = malloc(b->bytes)) != NULL) {
            (void)clEnqueueReadBuffer(testing.queue, b->mem, CL_TRUE, 0, b->bytes, first[i], 0, NULL, NULL);
        }
    }
    wrong = testing_data_reset(data) != CLGN_OK || enqueue(data, plan) != CLGN_OK ||
            testing_data_read(data, text, bytes) != 0;
    for (int i = 0; i < TESTING_SLOTS; i++) {
        if (first[i] != NULL && memcmp(first[i], data->buffer[i].after, data->buffer[i].bytes) != 0) {
            wrong = 1;
            snprintf(text, bytes, "a second run gave other bits in %s", testing_slot_name((enum testing_slot)i));
        }
        free(first[i]);
    }
    return wrong;
}

static enum testing_outcome run_plan(const struct testing_case *tc, struct testing_data *data, clgn_plan *plan,
                                     char *text, size_t bytes)
{
    clgn_status st = testing_data_add_workspace(data, plan);

    if (st == CLGN_OK) {
        st = enqueue(data, plan);
    }
    if (st != CLGN_OK) {
        snprintf(text, bytes, "enqueue: %s: %.900s", clgn_status_name(st), testing.message);
        return TESTING_WRONG;
    }
    if (testing_data_check(data, text, bytes) != 0 || (tc->twice && same_bits_again(data, plan, text, bytes) != 0)) {
        return TESTING_WRONG;
    }
    return TESTING_RIGHT;
}

static enum testing_outcome run(const struct testing_case *tc, struct testing_data *data, char *text, size_t bytes)
{
    char chosen[256] = "no plan";
    clgn_plan *plan = NULL;
    enum testing_outcome outcome;
    clgn_status st;
    size_t at;

    testing_forget();
    st = clgn_plan_create(testing.context, &tc->problem, &plan);
    if (testing_is_refusal(st, tc->problem.config) ||
        (st == CLGN_ERR_ARGUMENT && tc->pin_may_be_illegal && strstr(testing.message, "config") != NULL)) {
        snprintf(refusal, sizeof refusal, "%.*s", (int)sizeof refusal - 1, testing.message);
        return TESTING_REFUSED;
    }
    if (st != CLGN_OK) {
        snprintf(text, bytes, "plan: %s: %.900s", clgn_status_name(st), testing.message);
        return TESTING_WRONG;
    }
    if (testing_data_create(tc, data) != CLGN_OK) {
        snprintf(text, bytes, "the test's buffers could not be made");
        outcome = TESTING_WRONG;
    } else {
        outcome = run_plan(tc, data, plan, text, bytes);
    }
    (void)clgn_plan_describe(plan, chosen, sizeof chosen);
    at = strlen(text);
    snprintf(text + at, bytes - at, "\n  plan %s", chosen);
    clgn_plan_release(plan);
    return outcome;
}

enum testing_outcome testing_case_run(const struct testing_case *tc)
{
    static struct testing_data data;
    char text[2048] = "";
    enum testing_outcome outcome = TESTING_OMITTED;

    if (getenv("CLGN_TEST_TRACE") != NULL) { /* to find the case that crashes */
        testing_case_text(tc, text, sizeof text);
        fprintf(stderr, "%s\n", text);
        text[0] = '\0';
    }
    if (!too_much(tc)) {
        outcome = run(tc, &data, text, sizeof text);
    }
    if (outcome == TESTING_WRONG && shown++ < 20) {
        const char *seed = getenv("CLGN_TEST_SEED");
        char name[640];

        testing_case_text(tc, name, sizeof name);
        fprintf(stderr, "WRONG %s\n  %s\n  device %s, CLGN_TEST_SEED %s\n", name, text, testing.name,
                seed != NULL ? seed : "unset");
    }
    testing_data_release(&data);
    tally[outcome]++;
    return outcome;
}

void testing_tally_begin(void)
{
    memset(tally, 0, sizeof tally);
    shown = 0;
    refusal[0] = '\0';
    begun = clock();
}

void testing_tally_end(const char *what, unsigned at_least)
{
    fprintf(stderr, "%-36s %5u right, %u wrong, %u refused, %u left out, %5.1f s of CPU\n", what, tally[TESTING_RIGHT],
            tally[TESTING_WRONG], tally[TESTING_REFUSED], tally[TESTING_OMITTED],
            (double)(clock() - begun) / CLOCKS_PER_SEC);
    ck_assert_msg(tally[TESTING_WRONG] == 0, "%s: %u cases are wrong, see above", what, tally[TESTING_WRONG]);
    ck_assert_msg(tally[TESTING_RIGHT] >= at_least,
                  "%s: only %u cases were run, at least %u should; the last refusal: %s", what, tally[TESTING_RIGHT],
                  at_least, refusal);
}
