/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a problem from its candidates to an entry. */
#include "tuning.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problems.h"
#include "record.h"
#include "tuning_entry.h"
#include "words.h"

/* The share of a problem's time that compilation and verification may take. */
static const double prepare_share = 0.5;

/* Appends a line about the problem in hand, whose reference is taken. */
static enum tuning_end note(struct tuning *t, json_t *line)
{
    json_object_set_new(line, "problem", json_string(t->name));
    record_take(t->record, line);
    if (journal_write(t->journal, line) != 0) {
        snprintf(t->text, sizeof(t->text), "the journal cannot be written");
        return TUNING_STOPPED;
    }
    return TUNING_DONE;
}

static enum tuning_end note_config(struct tuning *t, const char *config, json_t *outcome)
{
    json_object_set_new(outcome, "config", json_string(config));
    return note(t, outcome);
}

static enum tuning_end end_of(enum rig_answer answer)
{
    return answer == RIG_OK ? TUNING_DONE : answer == RIG_FAILED ? TUNING_FAILED : TUNING_STOPPED;
}

static const char *status_of(const struct tuning *t, size_t i)
{
    return record_status(record_config(t->record, t->name, t->candidates[i].config));
}

static int is_over(const struct tuning *t, double deadline)
{
    return deadline > 0.0 && t->rig.now(t->rig.user) >= deadline;
}

static void take_candidates(struct tuning *t)
{
    const json_t *configs = json_object_get(t->answer, "configs");

    t->count = json_array_size(configs);
    t->candidates = calloc(t->count + 1, sizeof(*t->candidates));
    for (size_t i = 0; t->candidates && i < t->count; ++i) {
        t->candidates[i].config = json_string_value(json_array_get(configs, i));
    }
}

static enum tuning_end begin(struct tuning *t, const struct tune_problem *problem)
{
    const enum rig_answer answered = t->rig.problem(t->rig.user, problem, &t->answer, t->text, sizeof(t->text));

    if (answered != RIG_OK) {
        return end_of(answered);
    }
    json_object_set_new(t->answer, "words", words_of(problem));
    take_candidates(t);
    if (!t->candidates || t->count == 0) {
        snprintf(t->text, sizeof(t->text), t->candidates ? "there is no candidate" : "out of memory");
        return TUNING_FAILED;
    }
    return note(t, json_pack("{s:O}", "answer", t->answer));
}

/* Compiles and verifies candidate i, and notes what came of it; a compilation that succeeds is no status yet. */
static enum tuning_end prepare_one(struct tuning *t, size_t i)
{
    const char *config = t->candidates[i].config;
    json_t *outcome = NULL;
    enum tuning_end end = TUNING_DONE;
    enum rig_answer answered = t->rig.build(t->rig.user, config, &outcome, t->text, sizeof(t->text));
    const char *status = record_status(outcome);

    if (answered == RIG_OK && status && strcmp(status, "correct") == 0) {
        json_decref(outcome);
        outcome = NULL;
        answered = t->rig.verify(t->rig.user, config, &outcome, t->text, sizeof(t->text));
    }
    if (record_status(outcome)) {
        end = note_config(t, config, json_incref(outcome));
    }
    json_decref(outcome);
    return answered == RIG_OK ? end : end_of(answered);
}

/* All candidates without a status, until the time is over: the heuristic's choice at least. */
static enum tuning_end prepare(struct tuning *t, double deadline)
{
    enum tuning_end end = TUNING_DONE;

    for (size_t i = 0; i < t->count && end == TUNING_DONE && (i == 0 || !is_over(t, deadline)); ++i) {
        if (!status_of(t, i)) {
            end = prepare_one(t, i);
        }
        progress_show(t->progress, "verified", i + 1, t->count, 0.0, 0.0);
    }
    return end;
}

/* --- The race ----------------------------------------------------------------------------------------------------- */

static enum search_answer sample(void *user, size_t candidate, int confirming, double *ns)
{
    struct tuning *t = user;
    const char *config = t->candidates[candidate].config;
    json_t *outcome = NULL;
    const enum rig_answer answered = t->rig.sample(t->rig.user, config, &outcome, t->text, sizeof(t->text));
    enum tuning_end end = TUNING_DONE;

    *ns = json_number_value(json_object_get(outcome, "ns"));
    if (outcome) {
        if (confirming) {
            json_object_set_new(outcome, "confirm", json_true());
        }
        end = note_config(t, config, outcome);
    }
    if (answered != RIG_OK || end != TUNING_DONE) {
        return SEARCH_STOPPED;
    }
    return *ns > 0.0 ? SEARCH_OK : SEARCH_LOST;
}

static enum search_answer copy(void *user, double *ns)
{
    struct tuning *t = user;
    json_t *outcome = NULL;
    const enum rig_answer answered = t->rig.copy(t->rig.user, &outcome, t->text, sizeof(t->text));

    *ns = json_number_value(json_object_get(outcome, "ns"));
    if (answered != RIG_OK) {
        json_decref(outcome);
        return SEARCH_STOPPED;
    }
    if (*ns > 0.0) {
        t->least_copy_ns = t->least_copy_ns > 0.0 ? fmin(t->least_copy_ns, *ns) : *ns;
        t->copy_bytes = json_number_value(json_object_get(outcome, "bytes"));
        t->cold = json_is_true(json_object_get(outcome, "cold"));
        json_decref(outcome);
        outcome = json_pack("{s:f}", "copy_ns", *ns);
        return note(t, outcome) == TUNING_DONE ? SEARCH_OK : SEARCH_STOPPED;
    }
    json_decref(outcome);
    return SEARCH_LOST;
}

static void show_race(void *user, size_t racing, size_t best, double ns, double base_ns)
{
    struct tuning *t = user;

    (void)best;
    progress_show(t->progress, "racing", racing, t->count, ns, ns > 0.0 ? base_ns / ns : 0.0);
}

static double now(void *user)
{
    const struct tuning *t = user;

    return t->rig.now(t->rig.user);
}

static enum tuning_end race(struct tuning *t, double deadline, struct search_result *result)
{
    const struct search_sampler sampler = {t, sample, copy, now, show_race};
    const struct search_options options = {t->seed, t->exhaustive, deadline};

    for (size_t i = 0; i < t->count; ++i) {
        const json_t *config = record_config(t->record, t->name, t->candidates[i].config);
        const char *status = record_status(config);
        t->candidates[i].racing = status && strcmp(status, "correct") == 0;
        if (t->candidates[i].racing && record_samples(config, &t->candidates[i].race) != 0) {
            snprintf(t->text, sizeof(t->text), "out of memory");
            return TUNING_STOPPED;
        }
    }
    if (search_run(t->candidates, t->count, &sampler, &options, result) != 0) {
        snprintf(t->text, sizeof(t->text), "no configuration is right, or memory ran out");
        return TUNING_FAILED;
    }
    return result->stopped ? TUNING_STOPPED : TUNING_DONE;
}

/* The winner must still be right, now that it has run many times. */
static enum tuning_end verify_again(struct tuning *t, size_t winner)
{
    json_t *outcome = NULL;
    const char *config = t->candidates[winner].config;
    const enum rig_answer answered = t->rig.verify(t->rig.user, config, &outcome, t->text, sizeof(t->text));
    enum tuning_end end = outcome ? note_config(t, config, outcome) : TUNING_DONE;
    const char *status = status_of(t, winner);

    if (answered != RIG_OK || end != TUNING_DONE) {
        return answered != RIG_OK ? end_of(answered) : end;
    }
    if (!status || strcmp(status, "correct") != 0) {
        snprintf(t->text, sizeof(t->text), "%s was right, and is %s after the race", config, status);
        return TUNING_FAILED;
    }
    return TUNING_DONE;
}

static enum tuning_end tune(struct tuning *t, const struct tune_problem *problem, size_t left, json_t **result)
{
    const double begin_ns = t->rig.now(t->rig.user);
    const double share = t->deadline > 0.0 ? fmax(t->deadline - begin_ns, 0.0) / (double)left : 0.0;
    const double end_ns = share > 0.0 ? begin_ns + share : t->deadline;
    const double prepared_ns = share > 0.0 ? begin_ns + prepare_share * share : t->deadline;
    struct search_result found = {0};
    enum tuning_end end = begin(t, problem);

    if (end == TUNING_DONE) {
        end = prepare(t, prepared_ns);
    }
    if (end != TUNING_DONE) {
        return end;
    }
    end = race(t, end_ns, &found);
    if (end == TUNING_DONE) {
        end = verify_again(t, found.winner);
    }
    if (end != TUNING_FAILED && found.ns.samples > 0) {
        *result = tuning_result(t, &found, end == TUNING_STOPPED);
    }
    return end == TUNING_DONE ? note(t, json_pack("{s:O}", "result", *result)) : end;
}

enum tuning_end tuning_run(struct tuning *tuning, const struct tune_problem *problem, size_t left, json_t **result)
{
    json_t *known;
    enum tuning_end end;

    tune_problem_command(problem, tuning->name, sizeof(tuning->name));
    known = json_object_get(json_object_get(tuning->record, tuning->name), "result");
    if (known) {
        *result = json_incref(known);
        json_object_set_new(known, "resumed", json_true());
        return TUNING_DONE;
    }
    *result = NULL;
    end = tune(tuning, problem, left, result);
    if (tuning->candidates) {
        search_release(tuning->candidates, tuning->count);
        free(tuning->candidates);
    }
    json_decref(tuning->answer);
    tuning->answer = NULL;
    tuning->candidates = NULL;
    tuning->count = 0;
    tuning->least_copy_ns = tuning->copy_bytes = 0.0;
    return end;
}
