/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of clgn-tune bench's command line. */
#include "bench_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>

#include "candidates.h"

enum {
    OPT_CONFIG = 256,
    OPT_SECONDS,
    OPT_JSON,
    OPT_CSV,
    OPT_CACHE,
    OPT_LATENCY,
    OPT_ALL,
    OPT_LEVEL,
    OPT_HOST,
    OPT_COMPARE,
    OPT_MAX,
    OPT_METRIC,
    OPT_INPUT
};

static const struct argp_option bench_argp_options[] = {
    {NULL, 0, NULL, 0, "What is measured:", 2},
    {"config", OPT_CONFIG, "PIN", 0, "VARIANT,param=value,... instead of the library's choice", 2},
    {"all-configs", OPT_ALL, NULL, 0, "Every configuration that a tuner would measure", 2},
    {"level", OPT_LEVEL, "LEVEL", 0, "Of these, rapid, normal (default) or exhaustive many", 2},
    {"seconds", OPT_SECONDS, "S", 0, "Seconds of measuring per problem; default 2", 2},
    {"cache", OPT_CACHE, "cold|warm", 0,
     "cold (default): buffers in turn, so that no run finds its data in a cache; warm: the same buffers again", 2},
    {"latency", OPT_LATENCY, NULL, 0,
     "Measure the time from enqueue to event, of an empty kernel, too; done anyway for problems under 1 MiB", 2},
    {"host", OPT_HOST, NULL, 0,
     "Instead, measure what a plan, a second plan and an enqueue cost the host, next to as many empty launches", 2},
    {NULL, 0, NULL, 0, "Comparison:", 3},
    {"compare", OPT_COMPARE, "FILE", 0, "Compare with what --json wrote before; the status is 3 when one is slower", 3},
    {"max-regress", OPT_MAX, "PERCENT", 0,
     "What is not more than this slower, or no more than the noise allows, is not; default 5%", 3},
    {"metric", OPT_METRIC, "efficiency|time", 0, "What is compared; default efficiency, where both have it", 3},
    {"input", OPT_INPUT, "FILE", 0, "Compare this file's results; measure nothing", 3},
    {NULL, 0, NULL, 0, "Output:", 4},
    {"json", OPT_JSON, NULL, 0, "JSON, complete even after Ctrl-C", 4},
    {"csv", OPT_CSV, NULL, 0, "Comma-separated values", 4},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_seconds(const char *text, double *seconds, struct argp_state *state)
{
    char *end;

    *seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(*seconds) || *seconds < 0.0) {
        argp_error(state, "--seconds: \"%s\" is not a number of seconds", text);
    }
}

static void parse_limit(const char *text, double *limit, struct argp_state *state)
{
    char *end;

    *limit = strtod(text, &end) / 100.0;
    if (end == text) {
        argp_error(state, "--max-regress: \"%s\" is not a percentage, such as 5%%", text);
    }
    end += *end == '%';
    if (*end != '\0' || !isfinite(*limit) || *limit < 0.0) {
        argp_error(state, "--max-regress: \"%s\" is not a percentage, such as 5%%", text);
    }
}

static void parse_metric(const char *text, enum compare_metric *metric, struct argp_state *state)
{
    *metric = strcmp(text, "time") == 0 ? COMPARE_TIME : COMPARE_EFFICIENCY;
    if (*metric == COMPARE_EFFICIENCY && strcmp(text, "efficiency") != 0) {
        argp_error(state, "--metric: \"%s\" is neither efficiency nor time", text);
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct bench_options *o = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->problems;
        return 0;
    case OPT_CONFIG:
        o->config = argument;
        return 0;
    case OPT_SECONDS:
        parse_seconds(argument, &o->seconds, state);
        return 0;
    case OPT_CACHE:
        o->warm = strcmp(argument, "warm") == 0;
        if (!o->warm && strcmp(argument, "cold") != 0) {
            argp_error(state, "--cache: \"%s\" is neither cold nor warm", argument);
        }
        return 0;
    case OPT_LATENCY:
        o->latency = 1;
        return 0;
    case OPT_ALL:
        o->all = 1;
        return 0;
    case OPT_LEVEL:
        if (candidates_parse_level(argument, &o->level) != 0) {
            argp_error(state, "--level: \"%s\" is not rapid, normal or exhaustive", argument);
        }
        return 0;
    case OPT_HOST:
        o->host = 1;
        return 0;
    case OPT_COMPARE:
        o->compare = argument;
        return 0;
    case OPT_INPUT:
        o->input = argument;
        return 0;
    case OPT_MAX:
        parse_limit(argument, &o->limit, state);
        o->judges = 1;
        return 0;
    case OPT_METRIC:
        parse_metric(argument, &o->metric, state);
        o->judges = 1;
        return 0;
    case OPT_JSON:
        o->format = BENCH_JSON;
        return 0;
    case OPT_CSV:
        o->format = BENCH_CSV;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What goes together. */
static const char *find_conflict(const struct bench_options *o)
{
    if (o->input && !o->compare) {
        return "--input: needs --compare";
    }
    if (o->judges && !o->compare) {
        return "--max-regress and --metric: need --compare";
    }
    if (o->input && o->problems.count > 0) {
        return "--input: no problem is measured then";
    }
    if (o->host && o->compare) {
        return "--host: cannot be compared";
    }
    if (o->all && (o->config || o->host)) {
        return o->config ? "--all-configs: not with --config" : "--all-configs: not with --host";
    }
    return o->input || o->problems.count > 0 ? NULL : "no problem given: PROBLEM, --suite or --batch";
}

int bench_options_parse(int argc, char **argv, struct bench_options *options)
{
    const struct argp_child children[] = {{&tune_problems_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {.options = bench_argp_options,
                              .parser = parse,
                              .args_doc = TUNE_PROBLEMS_ARGS,
                              .doc = "Median time of what the library would run now, next to the fastest copy of the "
                                     "same bytes, measured in one interleaved run.",
                              .children = children};
    const char *conflict = "the command line cannot be read";

    *options = (struct bench_options){.seconds = 2.0, .limit = 0.05, .level = CLGN_TUNING_NORMAL};
    if (argp_parse(&argp, argc, argv, 0, NULL, options) == 0) {
        conflict = find_conflict(options);
    }
    if (conflict) {
        fprintf(stderr, "%s: %s\n", argv[0], conflict);
    }
    return conflict ? -1 : 0;
}
