/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune bench: how fast problems are, next to the fastest copy of the same bytes. */
#include "command.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bench_options.h"
#include "bench_run.h"
#include "candidates.h"
#include "host_time.h"
#include "workload.h"

enum { ERROR_BYTES = 512 };

struct bench {
    const char *name; /* of the command, for messages */
    struct bench_options options;
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

static void take(struct bench *b, const struct bench_result *result)
{
    const double efficiency = bench_efficiency(result);

    bench_output_row(b->options.format, result);
    json_array_append_new(b->results, bench_output_json(result));
    b->log_sum += efficiency > 0.0 ? log(efficiency) : 0.0;
    b->least = b->measured == 0 ? efficiency : fmin(b->least, efficiency);
    b->measured++;
}

/* Why a problem was not measured. */
static void report(struct bench *b, const struct tune_problem *problem, enum bench_status status, const char *text)
{
    char command[320];

    if (status != BENCH_STOPPED) {
        tune_problem_command(problem, command, sizeof(command));
        fprintf(stderr, "%s: %s: %s\n", b->name, command, text);
        b->skipped += status == BENCH_SKIPPED;
        b->failed += status == BENCH_FAILED;
    }
}

static void run_config(struct bench *b, struct bench_run *run, const struct tune_problem *problem, const char *config)
{
    struct bench_result result;
    char text[ERROR_BYTES] = "";
    const enum bench_status status = bench_run(run, problem, config, &result, text, sizeof(text));

    if (status == BENCH_OK) {
        take(b, &result);
    } else {
        report(b, problem, status, text);
    }
}

static void run_problem(struct bench *b, struct bench_run *run, const struct tune_problem *problem)
{
    struct candidates all = {NULL, 0};
    clgn_status status;

    if (!b->options.all) {
        run_config(b, run, problem, b->options.config);
        return;
    }
    status = candidates_list(run->device->clgn, &problem->problem, b->options.level, &all);
    if (status != CLGN_OK) {
        char text[ERROR_BYTES];
        snprintf(text, sizeof(text), "no candidates: %s", clgn_status_name(status));
        report(b, problem, BENCH_FAILED, text);
    }
    for (size_t i = 0; i < all.count && !stop; ++i) {
        run_config(b, run, problem, all.config[i]);
    }
    candidates_release(&all);
}

static void run_host(struct bench *b, struct bench_run *run, const struct tune_problem *problem)
{
    struct host_time time;
    char text[ERROR_BYTES] = "";

    if (!workload_fits(run->device, &problem->problem, 0, text, sizeof(text))) {
        report(b, problem, BENCH_SKIPPED, text);
    } else if (host_time_measure(run->device, &problem->problem, b->options.config, &run->empty, &time, text,
                                 sizeof(text)) != 0) {
        report(b, problem, BENCH_FAILED, text);
    } else {
        bench_output_host_row(b->options.format, problem, &time);
        json_array_append_new(b->results, bench_output_host_json(run->device->entry.name, problem, &time));
        b->measured++;
    }
}

static void run_problems(struct bench *b, struct bench_run *run)
{
    (b->options.host ? bench_output_host_head : bench_output_head)(b->options.format, run->device, b->opened++ == 0);
    for (size_t i = 0; i < b->options.problems.count && !stop; ++i) {
        (b->options.host ? run_host : run_problem)(b, run, &b->options.problems.list[i]);
    }
}

static int run_device(struct bench *b, size_t index)
{
    struct device_open device;
    struct bench_run run = {.seconds = b->options.seconds,
                            .warm = b->options.warm,
                            .latency = b->options.latency,
                            .stop = &stop};
    char error[ERROR_BYTES] = "";

    if (device_open(b->options.problems.devices[index], b->name, &device, error, sizeof(error)) != 0) {
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
    run_problems(b, &run);
    copies_release(&run.copies);
    empty_release(&run.empty);
    device_close(&device);
    return 0;
}

static double geomean(const struct bench *b)
{
    return b->measured ? exp(b->log_sum / (double)b->measured) : 0.0;
}

static json_t *as_json(const struct bench *b)
{
    if (b->options.host) {
        return json_pack("{s:s, s:O?, s:b, s:O}", "format", "clgn-bench-host", "device", b->device, "stopped",
                         stop != 0, "results", b->results);
    }
    return json_pack("{s:s, s:O?, s:f, s:f, s:b, s:O}", "format", "clgn-bench", "device", b->device, "geomean",
                     geomean(b), "minimum", b->least, "stopped", stop != 0, "results", b->results);
}

static void print_json(const struct bench *b)
{
    json_t *all = as_json(b);

    if (all) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
    }
}

static void print_end(const struct bench *b)
{
    if (b->options.format == BENCH_JSON) {
        print_json(b);
    } else if (b->options.format == BENCH_TABLE) {
        if (!b->options.host) {
            printf("efficiency = speed of least traffic / speed of a copy: geometric mean %.3f, minimum %.3f; ",
                   geomean(b), b->least);
        }
        printf("%zu measured, %zu skipped, %zu failed%s\n", b->measured, b->skipped, b->failed,
               stop ? "; stopped" : "");
    }
}

/* The table goes where it disturbs no JSON and no CSV. */
static int compare_with(const struct bench *b, const json_t *base, const json_t *now)
{
    FILE *out = b->options.format == BENCH_TABLE ? stdout : stderr;
    struct compare_tally t;
    char error[ERROR_BYTES + 1024] = "";

    if (compare_print(base, now, b->options.metric, b->options.limit, out, &t, error, sizeof(error)) != 0) {
        fprintf(stderr, "%s: %s\n", b->name, error);
        return TUNE_USAGE;
    }
    fprintf(out,
            "%zu the same, %zu faster, %zu slower by more than %g %% and the noise, %zu perhaps, %zu + %zu alone\n",
            t.same, t.faster, t.slower, 100.0 * b->options.limit, t.unsure, t.base_alone, t.now_alone);
    if (t.same + t.faster + t.slower + t.unsure == 0) {
        fprintf(stderr, "%s: %s: no result has a partner there\n", b->name, b->options.compare);
        return TUNE_USAGE;
    }
    return t.slower > 0 ? TUNE_FAILED : TUNE_OK;
}

static int measure_all(struct bench *b)
{
    int result = TUNE_OK;

    catch_interrupt();
    for (size_t i = 0; i < b->options.problems.device_count && !stop; ++i) {
        if (run_device(b, i) != 0) {
            result = TUNE_DEVICE;
        }
    }
    if (b->opened > 0) {
        print_end(b);
    }
    return stop ? TUNE_STOPPED : b->failed ? TUNE_DEVICE : result;
}

/* Load what is compared before anything is measured. */
static int run_bench(struct bench *b)
{
    char error[ERROR_BYTES] = "";
    json_t *base = b->options.compare ? compare_load(b->options.compare, error, sizeof(error)) : NULL;
    json_t *now = base && b->options.input ? compare_load(b->options.input, error, sizeof(error)) : NULL;
    int result = TUNE_OK;

    if (*error) {
        fprintf(stderr, "%s: %s\n", b->name, error);
        result = TUNE_USAGE;
    } else if (!b->options.input) {
        b->results = json_array();
        result = measure_all(b);
        now = as_json(b);
    }
    if (result == TUNE_OK && base && now) {
        result = compare_with(b, base, now);
    }
    json_decref(base);
    json_decref(now);
    json_decref(b->results);
    json_decref(b->device);
    return result;
}

int tune_bench(int argc, char **argv)
{
    struct bench b = {.name = argv[0]};
    const int parsed = bench_options_parse(argc, argv, &b.options);
    const int result = parsed == 0 ? run_bench(&b) : TUNE_USAGE;

    tune_problems_release(&b.options.problems);
    return result;
}
