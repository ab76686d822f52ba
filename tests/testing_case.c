/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a case through the library and counts the outcomes. */
#include "testing_case.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names.h"
#include "reference.h"

/* The largest error seen, in units of the bound, and where. */
struct worst {
    double error;
    char text[640];
};

static struct worst worst[SLOTS][5]; /* by output, and x's dtype */
static unsigned tally[4], shown;
static clock_t begun;
static char refusal[512]; /* the last one, since an unexpected one needs an explanation */

static int too_much(const struct trial_case *tc)
{
    const clgn_problem *p = &tc->problem;
    const size_t elements = p->n * p->c * reference_spatial(p);

    if (!testing.has_f64 && (p->x.dtype == CLGN_DTYPE_F64 || p->y.dtype == CLGN_DTYPE_F64)) {
        return 1;
    }
    return elements > (testing.tiny ? 4096u : testing.small ? 40000u : SIZE_MAX);
}

clgn_status testing_trial_create(const struct trial_case *tc, struct trial *trial)
{
    const struct trial_device device = {testing.cl, testing.queue, testing_seed()};

    return trial_create(&device, tc, trial);
}

static void keep_worst(const struct trial *trial)
{
    for (int i = 0; i < SLOTS; i++) {
        struct worst *w = &worst[i][trial->problem.x.dtype];

        if (trial->error[i] > w->error) {
            w->error = trial->error[i];
            memcpy(w->text, trial->text, sizeof w->text);
        }
    }
}

void testing_report_errors(void)
{
    for (int d = CLGN_DTYPE_F32; d <= CLGN_DTYPE_F64; d++) {
        for (int i = 0; i < SLOTS; i++) {
            if (worst[i][d].text[0] != '\0') {
                fprintf(stderr, "largest error of %s with x %s: %.3f of the bound, case %s\n", slot_name((enum slot)i),
                        names_dtype((clgn_dtype)d), worst[i][d].error, worst[i][d].text);
            }
        }
    }
}

static enum testing_outcome run(const struct trial_case *tc, int pin_may_be_illegal, struct trial *trial, char *text,
                                size_t bytes)
{
    char chosen[256] = "no plan";
    clgn_plan *plan = NULL;
    enum testing_outcome outcome;
    clgn_status st;
    size_t at;

    testing_forget();
    st = clgn_plan_create(testing.context, &tc->problem, &plan);
    if (testing_is_refusal(st, tc->problem.config) ||
        (st == CLGN_ERR_ARGUMENT && pin_may_be_illegal && strstr(testing.message, "config") != NULL)) {
        snprintf(refusal, sizeof refusal, "%.*s", (int)sizeof refusal - 1, testing.message);
        return TESTING_REFUSED;
    }
    if (st != CLGN_OK) {
        snprintf(text, bytes, "plan: %s: %.900s", clgn_status_name(st), testing.message);
        return TESTING_WRONG;
    }
    if (testing_trial_create(tc, trial) != CLGN_OK) {
        snprintf(text, bytes, "the test's buffers could not be made");
        outcome = TESTING_WRONG;
    } else {
        outcome = trial_run(trial, plan, tc->twice, text, bytes) == 0 ? TESTING_RIGHT : TESTING_WRONG;
        keep_worst(trial);
    }
    (void)clgn_plan_describe(plan, chosen, sizeof chosen);
    at = strlen(text);
    snprintf(text + at, bytes - at, "%s%.900s\n  plan %s", testing.message[0] != '\0' ? "\n  " : "", testing.message,
             chosen);
    clgn_plan_release(plan);
    return outcome;
}

static enum testing_outcome run_and_count(const struct trial_case *tc, int pin_may_be_illegal)
{
    static struct trial trial;
    char text[2048] = "";
    enum testing_outcome outcome = TESTING_OMITTED;

    if (getenv("CLGN_TEST_TRACE") != NULL) { /* to find the case that crashes */
        trial_case_text(tc, text, sizeof text);
        fprintf(stderr, "%s\n", text);
        text[0] = '\0';
    }
    if (!too_much(tc)) {
        outcome = run(tc, pin_may_be_illegal, &trial, text, sizeof text);
    }
    if (outcome == TESTING_WRONG && shown++ < 20) {
        const char *seed = getenv("CLGN_TEST_SEED");
        char name[640];

        trial_case_text(tc, name, sizeof name);
        fprintf(stderr, "WRONG %s\n  %s\n  device %s, CLGN_TEST_SEED %s\n", name, text, testing.name,
                seed != NULL ? seed : "unset");
    }
    trial_release(&trial);
    tally[outcome]++;
    return outcome;
}

enum testing_outcome testing_case_run(const struct trial_case *tc)
{
    return run_and_count(tc, 0);
}

enum testing_outcome testing_case_try(const struct trial_case *tc)
{
    return run_and_count(tc, 1);
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
