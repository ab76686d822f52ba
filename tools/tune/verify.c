/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune verify: whether configurations compute right on a device. */
#include "command.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>
#include <jansson.h>

#include "candidates.h"
#include "problems.h"
#include "verify_job.h"

enum { KEY_CONFIG = 0x2000, KEY_ALL, KEY_LEVEL, KEY_SEED, KEY_JSON, ERROR_BYTES = 1024, DEVICE_BYTES = 2048 };

struct verify {
    const char *program;
    struct tune_problems problems;
    const char *config; /* NULL: what the library chooses */
    int all;            /* not 0: all candidates of the level */
    clgn_tuning_level level;
    uint64_t seed;
    int json;
    json_t *results;
    int result; /* a tune_exit */
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is verified:", 2},
    {"config", KEY_CONFIG, "PIN", 0, "VARIANT,param=value,... instead of the library's choice", 2},
    {"all-configs", KEY_ALL, NULL, 0, "Every configuration that a tuner would measure", 2},
    {"level", KEY_LEVEL, "LEVEL", 0, "Of these, rapid, normal (default) or exhaustive many", 2},
    {"seed", KEY_SEED, "N", 0, "Other random numbers", 2},
    {"json", KEY_JSON, NULL, 0, "JSON in place of the table", 2},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const char *const outcome_name[] = {"right", "wrong", "refused", "failed"};

static uint64_t parse_seed(const char *text, struct argp_state *state)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        argp_error(state, "--seed %s: not a number from 0 to 2^64 - 1", text);
    }
    return value;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct verify *v = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &v->problems;
        return 0;
    case KEY_CONFIG:
        v->config = argument;
        return 0;
    case KEY_ALL:
        v->all = 1;
        return 0;
    case KEY_LEVEL:
        if (candidates_parse_level(argument, &v->level) != 0) {
            argp_error(state, "--level %s: not rapid, normal or exhaustive", argument);
        }
        return 0;
    case KEY_SEED:
        v->seed = parse_seed(argument, state);
        return 0;
    case KEY_JSON:
        v->json = 1;
        return 0;
    case ARGP_KEY_END:
        if (v->all && v->config) {
            argp_error(state, "--config and --all-configs exclude each other");
        }
        if (v->problems.count == 0) {
            argp_error(state, "no problem is given: g32mb2ic320ih64iw64, --suite NAME or --batch FILE");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The worst of what happened decides: a wrong result, then a device that failed, then a pin that is not legal. */
static void note(struct verify *v, int exit_status)
{
    static const int rank[] = {[TUNE_OK] = 0, [TUNE_USAGE] = 1, [TUNE_DEVICE] = 2, [TUNE_FAILED] = 3};

    if (rank[exit_status] > rank[v->result]) {
        v->result = exit_status;
    }
}

static void print(const struct tune_problem *p, const struct verify_result *r)
{
    char command[320];

    tune_problem_command(p, command, sizeof(command));
    printf("%-7s  %s  %s", outcome_name[r->outcome], command, r->config[0] ? r->config : "-");
    if (r->outcome == VERIFY_RIGHT) {
        printf(" from=%s  %u cases%s, worst %.3f of the bound%s%s\n", r->from, r->cases,
               r->whole ? "" : " of smaller problems", r->worst, r->output[0] ? " in " : "", r->output);
    } else {
        printf("\n         %s\n", r->text);
    }
}

/* 0, or -1 when memory ran out. */
static int append(struct verify *v, const struct device_open *device, const struct tune_problem *p,
                  const struct verify_result *r)
{
    json_t *worst = isfinite(r->worst) ? json_real(r->worst) : json_null(); /* no bound can be met */
    json_t *result = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:b,s:o,s:s,s:s}", "problem", p->text,
                               "op", p->op, "norm", p->norm, "dtype", p->dtype, "layout", p->layout, "act", p->act,
                               "device", device->entry.name, "config", r->config, "from", r->from, "outcome",
                               outcome_name[r->outcome], "cases", (int)r->cases, "whole", r->whole, "worst", worst,
                               "output", r->output, "text", r->text);

    return json_array_append_new(v->results, result);
}

static void report(struct verify *v, const struct device_open *device, const struct tune_problem *p,
                   const struct verify_result *result)
{
    static const int exits[] = {TUNE_OK, TUNE_FAILED, TUNE_USAGE, TUNE_DEVICE};

    note(v, exits[result->outcome]);
    if (!v->json) {
        print(p, result);
        fflush(stdout);
    } else if (append(v, device, p, result) != 0) {
        fprintf(stderr, "%s: out of memory\n", v->program);
        note(v, TUNE_DEVICE);
    }
}

/* A problem without a result of any configuration. */
static void report_failure(struct verify *v, const struct device_open *device, const struct tune_problem *p,
                           const char *text)
{
    struct verify_result result = {.outcome = VERIFY_FAILED};

    snprintf(result.text, sizeof(result.text), "%s", text);
    report(v, device, p, &result);
}

static void verify_problem(struct verify *v, struct device_open *device, const struct tune_problem *p)
{
    char error[ERROR_BYTES];
    struct candidates all = {NULL, 0};
    struct verify_result result;
    struct verify_job *job;

    if (v->all) {
        const clgn_status status = candidates_list(device->clgn, &p->problem, v->level, &all);

        if (status != CLGN_OK) {
            snprintf(error, sizeof(error), "no candidates: %s", clgn_status_name(status));
            report_failure(v, device, p, error);
            return;
        }
    }
    job = verify_job_create(device, &p->problem, v->seed, error, sizeof(error));
    if (!job) {
        report_failure(v, device, p, error);
    }
    for (size_t i = 0; job && i < (v->all ? all.count : 1); ++i) {
        verify_job_run(job, v->all ? all.config[i] : v->config, &result);
        report(v, device, p, &result);
    }
    verify_job_release(job);
    candidates_release(&all);
}

static void verify_device(struct verify *v, const char *spec, json_t *devices)
{
    char error[ERROR_BYTES], text[DEVICE_BYTES];
    struct device_open device;

    if (device_open(spec, v->program, &device, error, sizeof(error)) != 0) {
        fprintf(stderr, "%s: %s\n", v->program, error);
        note(v, TUNE_DEVICE);
        return;
    }
    if (clgn_tuning_device(device.clgn, text, sizeof(text)) == CLGN_OK) {
        json_array_append_new(devices, json_loads(text, 0, NULL));
    }
    if (!v->json) {
        printf("# %s\n", device.entry.name);
    }
    for (size_t i = 0; i < v->problems.count; ++i) {
        verify_problem(v, &device, &v->problems.list[i]);
    }
    device_close(&device);
}

int tune_verify(int argc, char **argv)
{
    static const struct argp_child children[] = {{&tune_problems_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = TUNE_PROBLEMS_ARGS,
                              .doc =
                                  "Run problems on hard inputs and compare every output with a reference in extended "
                                  "precision; exit status 3 when one is outside its bound.",
                              .children = children};
    struct verify v = {.program = argv[0], .level = CLGN_TUNING_NORMAL, .results = json_array()};
    json_t *devices = json_array();

    if (argp_parse(&argp, argc, argv, 0, NULL, &v) != 0) {
        v.result = TUNE_USAGE;
    } else {
        for (size_t i = 0; i < v.problems.device_count; ++i) {
            verify_device(&v, v.problems.devices[i], devices);
        }
    }
    if (v.json) {
        json_t *all = json_pack("{s:s,s:O,s:O}", "format", "clgn-verify", "devices", devices, "results", v.results);

        json_dumpf(all, stdout, JSON_INDENT(1));
        printf("\n");
        json_decref(all);
    }
    json_decref(devices);
    json_decref(v.results);
    tune_problems_release(&v.problems);
    return v.result;
}
