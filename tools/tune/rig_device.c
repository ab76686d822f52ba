/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a worker; starting another one when it is gone, and asking that whether the device still works. */
#include "rig_device.h"

#include <stdio.h>
#include <string.h>

#include "timing.h"
#include "words.h"

enum { CANARIES = 2 };

/* How much longer a request may take that makes data, references, and whatever a driver prepares at first. */
static const double cold_factor = 20.0;
static const double start_seconds = 120.0;

static json_t *request_of(const char *what)
{
    return json_pack("{s:s}", "do", what);
}

static json_t *problem_request(const struct rig_device *d)
{
    return json_pack("{s:s, s:o, s:i, s:s}", "do", "problem", "words", words_of(d->problem), "level", (int)d->level,
                     "timer", d->timer);
}

static int start(struct rig_device *d)
{
    char seed[32];

    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)d->seed);
    return child_start(&d->child, d->device ? d->device : "", seed);
}

/* A worker that runs and computes right. */
static enum rig_answer revive(struct rig_device *d, char *text, size_t bytes)
{
    snprintf(text, bytes, "the worker cannot be started");
    for (int i = 0; i < CANARIES; ++i) {
        json_t *answer = NULL;
        const char *error;
        if (d->child.pid == 0 && start(d) != 0) {
            return RIG_STOPPED;
        }
        if (child_ask(&d->child, request_of("canary"), start_seconds, &answer) != CHILD_OK) {
            snprintf(text, bytes, "the device does not answer any more");
            continue;
        }
        error = json_string_value(json_object_get(answer, "error"));
        if (error) {
            snprintf(text, bytes, "the device does not compute right any more: %s", error);
            child_stop(&d->child);
        }
        json_decref(answer);
        if (!error) {
            return RIG_OK;
        }
    }
    return RIG_STOPPED;
}

/* After a crash the new worker is told the problem. */
static enum rig_answer recover(struct rig_device *d, char *text, size_t bytes)
{
    enum rig_answer result = revive(d, text, bytes);
    json_t *answer = NULL;

    if (result == RIG_OK && d->problem) {
        d->cold_verify = d->cold_times = 1;
        if (child_ask(&d->child, problem_request(d), start_seconds, &answer) != CHILD_OK) {
            snprintf(text, bytes, "the worker cannot begin the problem again");
            result = RIG_STOPPED;
        }
        json_decref(answer);
    }
    return result;
}

/* An answer, or the status crash or timeout in its place. */
static enum rig_answer ask(struct rig_device *d, json_t *request, double seconds, json_t **outcome, char *text,
                           size_t bytes)
{
    enum child_answer answered;

    if (d->stop && *d->stop) {
        json_decref(request);
        snprintf(text, bytes, "interrupted");
        return RIG_STOPPED;
    }
    answered = child_ask(&d->child, request, seconds, outcome);
    if (answered == CHILD_OK) {
        return RIG_OK;
    }
    snprintf(text, bytes, answered == CHILD_TIMEOUT ? "no answer within %.0f s" : "the worker crashed", seconds);
    *outcome = json_pack("{s:s, s:s}", "status", answered == CHILD_TIMEOUT ? "timeout" : "crash", "text", text);
    return recover(d, text, bytes);
}

static enum rig_answer failed(json_t **answer, char *text, size_t bytes, enum rig_answer result)
{
    const char *error = json_string_value(json_object_get(*answer, "error"));

    if (!error) {
        error = json_string_value(json_object_get(*answer, "text"));
    }
    snprintf(text, bytes, "%s", error ? error : "no answer");
    json_decref(*answer);
    *answer = NULL;
    return result;
}

static enum rig_answer open_device(void *user, json_t **facts, char *text, size_t bytes)
{
    struct rig_device *d = user;
    enum rig_answer result;

    if (start(d) != 0) {
        snprintf(text, bytes, "the worker cannot be started");
        return RIG_FAILED;
    }
    result = ask(d, request_of("device"), start_seconds, facts, text, bytes);
    return result == RIG_OK && !json_object_get(*facts, "device") ? failed(facts, text, bytes, RIG_FAILED) : result;
}

static enum rig_answer settle_clock(void *user, const char *known, json_t **outcome, char *text, size_t bytes)
{
    struct rig_device *d = user;
    enum rig_answer result = RIG_OK;

    if (known) {
        *outcome = json_pack("{s:s}", "timer", known);
    } else {
        result = ask(d, request_of("clock"), start_seconds, outcome, text, bytes);
    }
    if (result == RIG_OK && !json_object_get(*outcome, "timer")) {
        return failed(outcome, text, bytes, RIG_FAILED);
    }
    if (result == RIG_OK) {
        snprintf(d->timer, sizeof(d->timer), "%s", json_string_value(json_object_get(*outcome, "timer")));
    }
    return result;
}

static enum rig_answer begin_problem(void *user, const struct tune_problem *problem, json_t **answer, char *text,
                                     size_t bytes)
{
    struct rig_device *d = user;
    enum rig_answer result;

    d->problem = problem;
    d->cold_verify = d->cold_times = 1;
    result = ask(d, problem_request(d), start_seconds, answer, text, bytes);
    return result == RIG_OK && !json_object_get(*answer, "configs") ? failed(answer, text, bytes, RIG_FAILED) : result;
}

static enum rig_answer ask_config(struct rig_device *d, const char *what, const char *config, double seconds,
                                  json_t **outcome, char *text, size_t bytes)
{
    json_t *request = json_pack("{s:s, s:s}", "do", what, "config", config);

    return ask(d, request, seconds, outcome, text, bytes);
}

static enum rig_answer build(void *user, const char *config, json_t **outcome, char *text, size_t bytes)
{
    struct rig_device *d = user;

    return ask_config(d, "build", config, d->timeout, outcome, text, bytes);
}

/* Data for verifications and for times are not held at once. */
static enum rig_answer verify(void *user, const char *config, json_t **outcome, char *text, size_t bytes)
{
    struct rig_device *d = user;
    const double seconds = d->cold_verify ? cold_factor * d->timeout : d->timeout;

    d->cold_verify = 0;
    return ask_config(d, "verify", config, seconds, outcome, text, bytes);
}

static double seconds_for_times(struct rig_device *d)
{
    const double seconds = d->cold_times ? cold_factor * d->timeout : d->timeout;

    d->cold_times = 0;
    d->cold_verify = 1;
    return seconds;
}

static enum rig_answer sample(void *user, const char *config, json_t **outcome, char *text, size_t bytes)
{
    struct rig_device *d = user;

    return ask_config(d, "sample", config, seconds_for_times(d), outcome, text, bytes);
}

static enum rig_answer copy(void *user, json_t **outcome, char *text, size_t bytes)
{
    struct rig_device *d = user;

    return ask(d, request_of("copy"), seconds_for_times(d), outcome, text, bytes);
}

static double now(void *user)
{
    (void)user;
    return timing_now_ns();
}

struct rig rig_device(struct rig_device *device)
{
    const struct rig rig = {device, open_device, settle_clock, begin_problem, build, verify, sample, copy, now};

    return rig;
}

void rig_device_close(struct rig_device *device)
{
    child_stop(&device->child);
}
