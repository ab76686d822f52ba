/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune bench: how fast problems are, next to the fastest copy of the same bytes. */
#include "command.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>
#include <jansson.h>

#include "bench_output.h"
#include "bench_run.h"
#include "problems.h"

enum { OPT_CONFIG = 256, OPT_SECONDS, OPT_JSON, OPT_CSV, OPT_CACHE, OPT_LATENCY, ERROR_BYTES = 512 };

struct bench {
    const char *name; /* of the command, for messages */
    struct tune_problems problems;
    const char *config;
    double seconds;
    enum bench_format format;
    int warm;
    int latency;
    /* What came of it. */
    json_t *device;
    json_t *results;
    double log_sum;
    double least;
    size_t measured;
    size_t skipped;
    size_t failed;
    size_t opened; /* devices */
};

/* The only thing that a signal can reach. */
static volatile sig_atomic_t stop;

static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

/* The first Ctrl-C ends the measuring, a second one the program. */
static void catch_interrupt(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_interrupt;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
}

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is measured:", 2},
    {"config", OPT_CONFIG, "PIN", 0, "VARIANT,param=value,... instead of the library's choice", 2},
    {"seconds", OPT_SECONDS, "S", 0, "Seconds of measuring per problem; default 2", 2},
    {"cache", OPT_CACHE, "cold|warm", 0,
     "cold (default): buffers in turn, so that no run finds its data in a cache; warm: the same buffers again", 2},
    {"latency", OPT_LATENCY, NULL, 0,
     "Measure the time from enqueue to event, of an empty kernel, too; done anyway for problems under 1 MiB", 2},
    {NULL, 0, NULL, 0, "Output:", 3},
    {"json", OPT_JSON, NULL, 0, "JSON, complete even after Ctrl-C", 3},
    {"csv", OPT_CSV, NULL, 0, "Comma-separated values", 3},
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

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct bench *b = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &b->problems;
        return 0;
    case OPT_CONFIG:
        b->config = argument;
        return 0;
    case OPT_SECONDS:
        parse_seconds(argument, &b->seconds, state);
        return 0;
    case OPT_CACHE:
        b->warm = strcmp(argument, "warm") == 0;
        if (!b->warm && strcmp(argument, "cold") != 0) {
            argp_error(state, "--cache: \"%s\" is neither cold nor warm", argument);
        }
        return 0;
    case OPT_LATENCY:
        b->latency = 1;
        return 0;
    case OPT_JSON:
        b->format = BENCH_JSON;
        return 0;
    case OPT_CSV:
        b->format = BENCH_CSV;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void take(struct bench *b, const struct bench_result *result)
{
    const double efficiency = bench_efficiency(result);

    bench_output_row(b->format, result);
    json_array_append_new(b->results, bench_output_json(result));
    b->log_sum += efficiency > 0.0 ? log(efficiency) : 0.0;
    b->least = b->measured == 0 ? efficiency : fmin(b->least, efficiency);
    b->measured++;
}

static void run_problems(struct bench *b, struct bench_run *run)
{
    for (size_t i = 0; i < b->problems.count && !stop; ++i) {
        const struct tune_problem *problem = &b->problems.list[i];
        struct bench_result result;
        char text[ERROR_BYTES] = "";
        const enum bench_status status = bench_run(run, problem, b->config, &result, text, sizeof(text));
        if (status == BENCH_OK) {
            take(b, &result);
        } else if (status != BENCH_STOPPED) {
            char command[320];
            tune_problem_command(problem, command, sizeof(command));
            fprintf(stderr, "%s: %s: %s\n", b->name, command, text);
            b->skipped += status == BENCH_SKIPPED;
            b->failed += status == BENCH_FAILED;
        }
    }
}

static int run_device(struct bench *b, size_t index)
{
    struct device_open device;
    struct bench_run run = {.seconds = b->seconds, .warm = b->warm, .latency = b->latency, .stop = &stop};
    char error[ERROR_BYTES] = "";

    if (device_open(b->problems.devices[index], b->name, &device, error, sizeof(error)) != 0) {
        fprintf(stderr, "%s: %s\n", b->name, error);
        return -1;
    }
    run.device = &device;
    if (b->opened == 0) {
        b->device = bench_output_device(&device);
    }
    if (empty_create(&device, &run.empty) != CL_SUCCESS) {
        fprintf(stderr, "%s: %s: an empty kernel does not build\n", b->name, device.entry.name);
        device_close(&device);
        return -1;
    }
    bench_output_head(b->format, &device, b->opened++ == 0);
    run_problems(b, &run);
    copies_release(&run.copies);
    empty_release(&run.empty);
    device_close(&device);
    return 0;
}

static void print_json(const struct bench *b)
{
    json_t *all = json_pack("{s:s, s:O?, s:f, s:f, s:b, s:O}", "format", "clgn-bench", "device", b->device, "geomean",
                            b->measured ? exp(b->log_sum / (double)b->measured) : 0.0, "minimum", b->least, "stopped",
                            stop != 0, "results", b->results);

    if (all) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
    }
}

static void print_end(const struct bench *b)
{
    if (b->format == BENCH_JSON) {
        print_json(b);
    } else if (b->format == BENCH_TABLE) {
        printf(
            "efficiency = speed of least traffic / speed of a copy: geometric mean %.3f, minimum %.3f; %zu measured, "
            "%zu skipped, %zu failed%s\n",
            b->measured ? exp(b->log_sum / (double)b->measured) : 0.0, b->least, b->measured, b->skipped, b->failed,
            stop ? "; stopped" : "");
    }
}

static int run_bench(struct bench *b)
{
    int result = TUNE_OK;

    b->results = json_array();
    catch_interrupt();
    for (size_t i = 0; i < b->problems.device_count && !stop; ++i) {
        if (run_device(b, i) != 0) {
            result = TUNE_DEVICE;
        }
    }
    if (b->opened > 0) {
        print_end(b);
    }
    json_decref(b->results);
    json_decref(b->device);
    if (stop) {
        return TUNE_STOPPED;
    }
    return b->failed ? TUNE_DEVICE : result;
}

int tune_bench(int argc, char **argv)
{
    const struct argp_child children[] = {{&tune_problems_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = TUNE_PROBLEMS_ARGS,
                              .doc = "Median time of what the library would run now, next to the fastest copy of the "
                                     "same bytes, measured in one interleaved run.",
                              .children = children};
    struct bench b = {.name = argv[0], .seconds = 2.0};
    int result;

    if (argp_parse(&argp, argc, argv, 0, NULL, &b) != 0) {
        return TUNE_USAGE;
    }
    if (b.problems.count == 0) {
        fprintf(stderr, "%s: no problem given: PROBLEM, --suite or --batch\n", b.name);
        result = TUNE_USAGE;
    } else {
        result = run_bench(&b);
    }
    tune_problems_release(&b.problems);
    return result;
}
