/* SPDX-License-Identifier: Apache-2.0 */
/* Answering from a record. */
#include "rig_replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "record.h"
#include "timing.h"
#include "words.h"

enum { MOST_SAMPLES = 512 };

int rig_replay_open(struct rig_replay *r, const char *path, uint64_t seed, char *error, size_t bytes)
{
    r->record = json_object();
    r->rng = rng_of("replay", seed);
    r->header = journal_read(path, record_take, r->record, error, bytes);
    return r->header ? 0 : -1;
}

void rig_replay_close(struct rig_replay *r)
{
    json_decref(r->header);
    json_decref(r->record);
}

static int parse_one(const char *word, size_t length, struct rig_disturbance *d)
{
    char text[64];
    char *value, *end;
    double number;

    if (length >= sizeof(text)) {
        return -1;
    }
    memcpy(text, word, length);
    text[length] = '\0';
    value = strchr(text, '=');
    if (!value) {
        return -1;
    }
    *value++ = '\0';
    errno = 0;
    number = strtod(value, &end);
    if (errno != 0 || end == value || *end != '\0' || !(number >= 0.0)) {
        return -1;
    }
    if (strcmp(text, "noise") == 0) {
        d->noise = number;
    } else if (strcmp(text, "outliers") == 0) {
        d->outliers = number;
    } else if (strcmp(text, "drift") == 0) {
        d->drift = number;
    } else if (strcmp(text, "stop") == 0) {
        d->stop = (size_t)number;
    } else {
        return -1;
    }
    return 0;
}

int rig_replay_parse(const char *text, struct rig_disturbance *disturbance)
{
    for (;;) {
        const size_t length = strcspn(text, ",");
        if (parse_one(text, length, disturbance) != 0) {
            return -1;
        }
        if (text[length] == '\0') {
            return 0;
        }
        text += length + 1;
    }
}

int rig_replay_problems(const struct rig_replay *replay, struct tune_problems *problems, char *error, size_t bytes)
{
    const char *name;
    json_t *problem;

    json_object_foreach(replay->record, name, problem)
    {
        const json_t *words = json_object_get(json_object_get(problem, "problem"), "words");
        struct tune_problem *grown = realloc(problems->list, (problems->count + 1) * sizeof(*grown));
        if (!grown) {
            snprintf(error, bytes, "out of memory");
            return -1;
        }
        problems->list = grown;
        if (words && words_parse(words, &grown[problems->count], error, bytes) != 0) {
            return -1;
        }
        problems->count += words != NULL;
    }
    return 0;
}

/* The median of an array; 0 without. */
static double median_of(const json_t *array)
{
    double values[MOST_SAMPLES];
    size_t count = json_array_size(array) < MOST_SAMPLES ? json_array_size(array) : MOST_SAMPLES;

    for (size_t i = 0; i < count; ++i) {
        values[i] = json_number_value(json_array_get(array, i));
    }
    return timing_interval(values, count).median;
}

static double disturbed(struct rig_replay *r, double ns)
{
    const struct rig_disturbance *d = &r->disturbance;
    double factor = 1.0 + d->noise * rng_normal(&r->rng);

    factor = factor > 0.1 ? factor : 0.1;
    factor *= rng_uniform(&r->rng, 0.0, 1.0) < d->outliers ? rng_uniform(&r->rng, 2.0, 4.0) : 1.0;
    return ns * factor * (1.0 + d->drift * (double)r->samples);
}

static enum rig_answer open_replay(void *user, json_t **facts, char *text, size_t bytes)
{
    const struct rig_replay *r = user;

    (void)text;
    (void)bytes;
    *facts = json_pack("{s:O?, s:s, s:O?}", "device", json_object_get(r->header, "device"), "file", "", "revision",
                       json_object_get(r->header, "kernel_revision"));
    return RIG_OK;
}

/* That of the journal. */
static enum rig_answer settle_clock(void *user, const char *known, json_t **outcome, char *text, size_t bytes)
{
    const struct rig_replay *r = user;

    (void)known;
    (void)text;
    (void)bytes;
    *outcome = json_pack("{s:O?}", "timer", json_object_get(r->header, "timer"));
    return RIG_OK;
}

static enum rig_answer begin_problem(void *user, const struct tune_problem *problem, json_t **answer, char *text,
                                     size_t bytes)
{
    struct rig_replay *r = user;
    char name[320];

    tune_problem_command(problem, name, sizeof(name));
    r->problem = record_problem(r->record, name);
    *answer = json_incref(json_object_get(r->problem, "problem"));
    if (!*answer) {
        snprintf(text, bytes, "the journal does not have it");
        return RIG_FAILED;
    }
    return RIG_OK;
}

static const json_t *config_of(const struct rig_replay *r, const char *config)
{
    return json_object_get(json_object_get(r->problem, "configs"), config);
}

static enum rig_answer prepare(void *user, const char *config, json_t **outcome, char *text, size_t bytes)
{
    static const char *const kept[] = {"status", "cases", "worst", "text"};
    const json_t *found = config_of(user, config);

    (void)text;
    (void)bytes;
    *outcome = json_object();
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); ++i) {
        if (json_object_get(found, kept[i])) {
            json_object_set(*outcome, kept[i], json_object_get(found, kept[i]));
        }
    }
    if (!record_status(*outcome)) { /* the recorded run did not come to it */
        json_object_set_new(*outcome, "status", json_string("timeout"));
    }
    return RIG_OK;
}

static enum rig_answer sample(void *user, const char *config, json_t **outcome, char *text, size_t bytes)
{
    struct rig_replay *r = user;
    const json_t *found = config_of(r, config);
    double ns = median_of(json_object_get(found, "confirm"));

    if (r->disturbance.stop > 0 && r->samples >= r->disturbance.stop) {
        snprintf(text, bytes, "interrupted");
        return RIG_STOPPED;
    }
    r->samples++;
    ns = ns > 0.0 ? ns : median_of(json_object_get(found, "ns"));
    *outcome = ns > 0.0 ? json_pack("{s:f}", "ns", disturbed(r, ns)) : json_pack("{s:s}", "status", "runtime");
    return RIG_OK;
}

static enum rig_answer copy(void *user, json_t **outcome, char *text, size_t bytes)
{
    struct rig_replay *r = user;
    const double ns = median_of(json_object_get(r->problem, "copy"));

    (void)text;
    (void)bytes;
    *outcome = ns > 0.0 ? json_pack("{s:f}", "ns", disturbed(r, ns)) : json_object();
    return RIG_OK;
}

static double now(void *user)
{
    (void)user;
    return timing_now_ns();
}

struct rig rig_replay(struct rig_replay *replay)
{
    const struct rig rig = {replay, open_replay, settle_clock, begin_problem, prepare, prepare, sample, copy, now};

    return rig;
}
