/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune run: measures configurations and remembers the best. */
#define _POSIX_C_SOURCE 200809L

#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "candidates.h"
#include "database.h"
#include "record.h"
#include "rig_device.h"
#include "run_options.h"
#include "run_output.h"
#include "state.h"
#include "timing.h"
#include "tuning.h"

enum { PATH_BYTES = 4096 };

struct run {
    struct run_options options;
    struct rig_device device;
    struct rig_replay replay;
    struct tuning tuning;
    struct progress progress;
    char output[PATH_BYTES]; /* "": nothing is written */
    int lock;
    json_t *results, *devices;
    int result; /* a tune_exit */
    char error[TUNING_TEXT];
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* The first signal ends the run in order, the second one at once. */
static void catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = interrupt;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a worker that is gone is noticed by what it does not answer */
}

static int complain(struct run *r, const char *what, int exit_status)
{
    progress_clear(&r->progress);
    fprintf(stderr, "%s: %s%s%s\n", r->options.program, what, *what ? ": " : "", r->error);
    r->result = exit_status;
    return -1;
}

static json_t *header_of(const struct run *r)
{
    char tool[64];

    snprintf(tool, sizeof(tool), "clgn-tune %s", clgn_version());
    return json_pack("{s:s, s:i, s:s, s:O, s:O, s:{s:s, s:I}}", "format", "clgn-journal", "format_version", 1, "tool",
                     tool, "kernel_revision", json_object_get(r->tuning.facts, "revision"), "device",
                     json_object_get(r->tuning.facts, "device"), "options", "level",
                     candidates_level_name(r->options.level), "seed", (json_int_t)r->options.seed);
}

static json_t *run_object(const struct run *r)
{
    const time_t now = time(NULL);
    struct tm utc;
    char date[32], id[64], tool[64];

    gmtime_r(&now, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
    strftime(id, sizeof(id), "%Y%m%dT%H%M%SZ", &utc);
    snprintf(id + strlen(id), sizeof(id) - strlen(id), "-%04x", (unsigned)getpid() & 0xffffu);
    snprintf(tool, sizeof(tool), "clgn-tune %s", clgn_version());
    return json_pack("{s:s, s:s, s:s, s:I, s:s}", "id", id, "tool", tool, "date", date, "seed",
                     (json_int_t)r->options.seed, "level", candidates_level_name(r->options.level));
}

/* The clock is the one of the journal that is there, if it is of such a run, and stands in the header. */
static int settle_clock(struct run *r, const char *path, json_t *header)
{
    struct tuning *t = &r->tuning;
    json_t *there = *path ? journal_header(path, header) : NULL, *outcome = NULL;
    const char *known = json_string_value(json_object_get(there, "timer"));
    int failed;

    if (!there && *path && !r->options.fresh && access(path, F_OK) == 0) {
        fprintf(stderr,
                "%s: %s is of another device, level, seed or version: it is kept as %s.old, and the run begins anew\n",
                r->options.program, path, path);
    }
    failed = t->rig.clock(t->rig.user, known, &outcome, r->error, sizeof(r->error)) != RIG_OK;
    if (!failed) {
        json_object_update(header, outcome);
        json_object_update(t->facts, outcome);
    }
    json_decref(outcome);
    json_decref(there);
    return failed ? -1 : 0;
}

static int open_journal(struct run *r)
{
    json_t *header = header_of(r);
    char path[PATH_BYTES] = "";
    int failed = 0;

    if (r->options.journal) {
        snprintf(path, sizeof(path), "%s", r->options.journal);
    } else if (!r->options.simulate) {
        failed = state_path("journal", header, ".jsonl", path, sizeof(path), r->error, sizeof(r->error));
    }
    failed = failed || settle_clock(r, path, header) != 0;
    r->tuning.record = json_object();
    if (!failed && path[0] != '\0') {
        r->tuning.journal = journal_open(path, header, r->options.fresh, record_take, r->tuning.record, r->error,
                                         sizeof(r->error));
        failed = r->tuning.journal == NULL;
    }
    json_decref(header);
    return failed ? complain(r, "", TUNE_DEVICE) : 0;
}

static void choose_output(struct run *r)
{
    const char *file = json_string_value(json_object_get(r->tuning.facts, "file"));

    snprintf(r->output, sizeof(r->output), "%s", r->options.output ? r->options.output : file ? file : "");
    if (r->output[0] == '\0' && !r->options.simulate && !r->options.dry_run) {
        fprintf(stderr,
                "%s: there is no folder of tuning files (CLGN_TUNING_DIR), and no -o FILE: nothing is kept but "
                "the journal\n",
                r->options.program);
    }
}

/* The device, its lock, the journal. */
static int begin(struct run *r, const char *spec)
{
    struct tuning *t = &r->tuning;
    const struct run_options *o = &r->options;

    memset(t, 0, sizeof(*t));
    r->device = (struct rig_device){.device = spec,
                                    .seed = o->seed,
                                    .level = o->level,
                                    .timeout = o->timeout,
                                    .stop = &interrupted,
                                    .child = CHILD_INIT};
    t->rig = o->simulate ? rig_replay(&r->replay) : rig_device(&r->device);
    t->seed = o->seed;
    t->exhaustive = o->level == CLGN_TUNING_EXHAUSTIVE;
    t->progress = &r->progress;
    if (t->rig.open(t->rig.user, &t->facts, r->error, sizeof(r->error)) != RIG_OK) {
        return complain(r, "", TUNE_DEVICE);
    }
    json_array_append(r->devices, json_object_get(t->facts, "device"));
    choose_output(r);
    if (!o->simulate && !o->dry_run) {
        r->lock = state_lock(o->program, json_object_get(t->facts, "device"), r->error, sizeof(r->error));
        if (r->lock < 0) {
            return complain(r, "", interrupted ? TUNE_STOPPED : TUNE_DEVICE);
        }
    }
    t->run = run_object(r);
    t->deadline = o->seconds > 0.0 ? t->rig.now(t->rig.user) + 1e9 * o->seconds : 0.0;
    r->progress.deadline = t->deadline;
    return o->dry_run ? 0 : open_journal(r);
}

static void end(struct run *r)
{
    rig_device_close(&r->device);
    journal_close(r->tuning.journal);
    json_decref(r->tuning.record);
    json_decref(r->tuning.facts);
    json_decref(r->tuning.run);
    if (r->lock >= 0) {
        close(r->lock);
        r->lock = -1;
    }
}

/* --- Problems ----------------------------------------------------------------------------------------------------- */

static void keep(struct run *r, const json_t *result)
{
    if (r->output[0] != '\0' &&
        database_add(r->output, json_object_get(r->tuning.facts, "device"), json_object_get(result, "run"),
                     json_object_get(result, "entry"), r->error, sizeof(r->error)) != 0) {
        complain(r, r->output, TUNE_DEVICE);
    }
}

static void show(struct run *r, json_t *result)
{
    progress_clear(&r->progress);
    if (!r->options.json) {
        run_output_result(result);
    }
    json_array_append(r->results, result);
}

/* A problem for which no configuration is right is another matter than a device that fails. */
static int failure_of(const struct run *r)
{
    json_t *counts = record_counts(r->tuning.record, r->tuning.name);
    const int wrong = json_object_get(counts, "correctness") != NULL;

    json_decref(counts);
    return wrong ? TUNE_FAILED : TUNE_DEVICE;
}

/* 0 to go on. */
static int tune(struct run *r, const struct tune_problem *problem, size_t left)
{
    json_t *result = NULL;
    const enum tuning_end ended = tuning_run(&r->tuning, problem, left, &result);

    if (result) {
        show(r, result);
    }
    if (result && ended == TUNING_DONE) {
        keep(r, result);
    }
    json_decref(result);
    if (ended == TUNING_FAILED) {
        snprintf(r->error, sizeof(r->error), "%s", r->tuning.text);
        complain(r, r->tuning.name, failure_of(r));
    }
    if (ended == TUNING_STOPPED) {
        r->result = TUNE_STOPPED;
        return -1;
    }
    return 0;
}

/* 0, or -1 where the run cannot go on. */
static int count(struct run *r, const struct tune_problem *problem)
{
    char name[TUNING_PROBLEM];
    json_t *answer = NULL;
    enum rig_answer answered;

    tune_problem_command(problem, name, sizeof(name));
    answered = r->tuning.rig.problem(r->tuning.rig.user, problem, &answer, r->error, sizeof(r->error));
    if (answered != RIG_OK) {
        complain(r, name, answered == RIG_STOPPED ? TUNE_STOPPED : TUNE_DEVICE);
        return answered == RIG_STOPPED ? -1 : 0;
    }
    if (r->options.json) {
        json_array_append_new(r->results,
                              json_pack("{s:s, s:O}", "problem", name, "configs", json_object_get(answer, "configs")));
    } else {
        printf("%s  %zu configurations\n", name, json_array_size(json_object_get(answer, "configs")));
    }
    json_decref(answer);
    return 0;
}

static void run_device(struct run *r, const char *spec)
{
    const struct tune_problems *p = &r->options.problems;

    if (begin(r, spec) == 0) {
        size_t i = 0;
        for (; i < p->count; ++i) {
            r->progress.problem = i + 1;
            r->progress.problems = p->count;
            r->progress.text = p->list[i].text;
            if ((r->options.dry_run ? count(r, &p->list[i]) : tune(r, &p->list[i], p->count - i)) != 0) {
                break;
            }
        }
        if (i == p->count && r->tuning.journal && journal_finish(r->tuning.journal) != 0) {
            snprintf(r->error, sizeof(r->error), "the journal cannot be written");
            complain(r, "", TUNE_DEVICE);
        }
        progress_clear(&r->progress);
    }
    end(r);
}

static int open_replay(struct run *r)
{
    struct run_options *o = &r->options;

    r->replay.disturbance = o->disturbance;
    if (rig_replay_open(&r->replay, o->simulate, o->seed, r->error, sizeof(r->error)) != 0) {
        return complain(r, "--simulate", TUNE_USAGE);
    }
    if (o->problems.count == 0 && rig_replay_problems(&r->replay, &o->problems, r->error, sizeof(r->error)) != 0) {
        return complain(r, "--simulate", TUNE_USAGE);
    }
    return 0;
}

static void print_json(const struct run *r)
{
    json_t *all = json_pack("{s:s, s:O, s:O, s:b}", "format", "clgn-run", "devices", r->devices, "results", r->results,
                            "stopped", r->result == TUNE_STOPPED);

    json_dumpf(all, stdout, JSON_INDENT(1));
    printf("\n");
    json_decref(all);
}

int tune_run(int argc, char **argv)
{
    struct run r = {.lock = -1, .results = json_array(), .devices = json_array(), .device.child = CHILD_INIT};

    run_options_parse(argc, argv, &r.options);
    r.progress.kind = r.options.progress;
    progress_begin(&r.progress);
    catch_signals();
    if (!r.options.simulate || open_replay(&r) == 0) {
        for (size_t i = 0; i < r.options.problems.device_count && r.result != TUNE_STOPPED; ++i) {
            run_device(&r, r.options.problems.devices[i]);
        }
    }
    if (r.options.json) {
        print_json(&r);
    }
    if (r.result == TUNE_STOPPED) {
        run_output_resume(argc, argv, r.tuning.text[0] ? r.tuning.text : "interrupted");
    }
    rig_replay_close(&r.replay);
    json_decref(r.results);
    json_decref(r.devices);
    tune_problems_release(&r.options.problems);
    return r.result;
}
