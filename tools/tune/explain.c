/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune explain: how a problem gets its configuration, what that moves, and how near a copy's speed it comes. */
#include "command.h"

#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>
#include <jansson.h>

#include "bench_run.h"
#include "problems.h"

enum { OPT_CONFIG = 256, OPT_SECONDS, OPT_JSON, ERROR_BYTES = 1024, COMMAND_BYTES = 320, DEVICE_BYTES = 2048 };

struct explain {
    const char *name; /* of the command, for messages */
    struct tune_problems problems;
    const char *config;
    double seconds; /* of measuring; 0: none */
    int json;
    json_t *results;
    int result; /* a tune_exit */
};

/** What is found out about one problem. */
struct findings {
    clgn_tuning_key key;
    json_t *steps;
    char plan[512]; /* as clgn_plan_describe says it; "" when none could be made */
    size_t least, moved;
    struct bench_result speed; /* ns.median 0: not measured */
    char text[ERROR_BYTES];    /* why not */
};

static const struct argp_option options[] = {
    {"config", OPT_CONFIG, "PIN", 0, "VARIANT,param=value,... that the problem is pinned to", 0},
    {"seconds", OPT_SECONDS, "S", 0, "Seconds of measuring per problem; default 1, 0: do not measure", 0},
    {"json", OPT_JSON, NULL, 0, "Print JSON", 0},
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
    struct explain *e = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &e->problems;
        return 0;
    case OPT_CONFIG:
        e->config = argument;
        return 0;
    case OPT_SECONDS:
        parse_seconds(argument, &e->seconds, state);
        return 0;
    case OPT_JSON:
        e->json = 1;
        return 0;
    case ARGP_KEY_END:
        if (e->problems.count == 0) {
            argp_error(state, "no problem is given: g32mb2ic320ih64iw64, --suite NAME or --batch FILE");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void keep_step(void *user, const char *layer, const char *config, const char *outcome)
{
    json_array_append_new(user, json_pack("{s:s, s:s, s:s}", "layer", layer, "config", config, "outcome", outcome));
}

/* The choice, then what a plan got of it: the first choice that builds. */
static clgn_status look(clgn_context *context, const clgn_problem *problem, struct findings *f)
{
    clgn_plan *plan = NULL;
    clgn_status status = clgn_tuning_key_of(context, problem, &f->key);

    if (status == CLGN_OK) {
        status = clgn_tuning_explain(context, problem, keep_step, f->steps);
    }
    if (status == CLGN_OK) {
        status = clgn_plan_create(context, problem, &plan);
    }
    if (status == CLGN_OK) {
        status = clgn_plan_describe(plan, f->plan, sizeof(f->plan));
    }
    if (status == CLGN_OK) {
        status = clgn_plan_traffic(plan, &f->least, &f->moved);
    }
    clgn_plan_release(plan);
    return status;
}

static void print_steps(const struct findings *f)
{
    size_t i;
    json_t *step;

    json_array_foreach(f->steps, i, step)
    {
        const char *config = json_string_value(json_object_get(step, "config"));

        printf("  %-16s %s%s%s\n", json_string_value(json_object_get(step, "layer")), config, *config ? ": " : "",
               json_string_value(json_object_get(step, "outcome")));
    }
}

static void print_speed(const struct findings *f)
{
    const double share = bench_efficiency(&f->speed);

    printf("  traffic          %.3f MB moved, %.3f at least: at most %.2f of a copy where no cache helps\n",
           (double)f->moved / 1e6, (double)f->least / 1e6, f->moved ? (double)f->least / (double)f->moved : 0.0);
    if (f->speed.ns.median > 0.0) {
        printf("  speed            %.1f us, %.2f GB/s of the least: %.2f of the fastest copy's %.2f GB/s\n",
               f->speed.ns.median / 1e3, bench_rate(f->speed.bytes_min, f->speed.ns.median), share,
               bench_rate(f->speed.copy_bytes, f->speed.copy_ns.median));
    } else if (f->text[0]) {
        printf("  speed            not measured: %s\n", f->text);
    }
}

static void print(const struct tune_problem *p, const struct findings *f)
{
    char command[COMMAND_BYTES];

    tune_problem_command(p, command, sizeof(command));
    printf("%s\n  key              %s n=%zu c=%zu g=%zu s=%zu\n", command, f->key.kind, f->key.n, f->key.c, f->key.g,
           f->key.s);
    print_steps(f);
    if (f->plan[0]) {
        printf("  plan             %s\n", f->plan);
        print_speed(f);
    } else {
        printf("  plan             none: %s\n", f->text);
    }
    fflush(stdout);
}

static void append(struct explain *e, const struct tune_problem *p, const struct findings *f, const char *device)
{
    char command[COMMAND_BYTES];
    json_t *result;

    tune_problem_command(p, command, sizeof(command));
    result = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:O, s:s, s:I, s:I}", "problem", p->text, "command",
                       command, "device", device, "kind", f->key.kind, "n", (json_int_t)f->key.n, "c",
                       (json_int_t)f->key.c, "g", (json_int_t)f->key.g, "s", (json_int_t)f->key.s, "steps", f->steps,
                       "plan", f->plan, "bytes_min", (json_int_t)f->least, "bytes_moved", (json_int_t)f->moved);
    if (result && f->speed.ns.median > 0.0) {
        json_object_set_new(result, "ns", json_real(f->speed.ns.median));
        json_object_set_new(result, "efficiency", json_real(bench_efficiency(&f->speed)));
    }
    if (json_array_append_new(e->results, result) != 0) {
        fprintf(stderr, "%s: out of memory\n", e->name);
        e->result = TUNE_DEVICE;
    }
}

static void explain_problem(struct explain *e, struct bench_run *run, const struct tune_problem *p)
{
    struct findings f = {.key = CLGN_TUNING_KEY_INIT, .steps = json_array()};
    clgn_problem problem = p->problem;
    clgn_status status;

    problem.config = e->config;
    status = look(run->device->clgn, &problem, &f);
    if (status != CLGN_OK) {
        f.plan[0] = '\0';
        snprintf(f.text, sizeof(f.text), "%s", clgn_status_name(status));
        e->result = status == CLGN_ERR_ARGUMENT ? TUNE_USAGE : TUNE_DEVICE;
    } else if (e->seconds > 0.0 && bench_run(run, p, e->config, &f.speed, f.text, sizeof(f.text)) == BENCH_FAILED) {
        e->result = TUNE_DEVICE;
    }
    if (e->json) {
        append(e, p, &f, run->device->entry.name);
    } else {
        print(p, &f);
    }
    json_decref(f.steps);
}

static void explain_device(struct explain *e, const char *spec)
{
    char error[ERROR_BYTES];
    struct device_open device;
    struct bench_run run = {.device = &device, .seconds = e->seconds};

    if (device_open(spec, e->name, &device, error, sizeof(error)) != 0) {
        fprintf(stderr, "%s: %s\n", e->name, error);
        e->result = TUNE_DEVICE;
        return;
    }
    if (empty_create(&device, &run.empty) != CL_SUCCESS) {
        fprintf(stderr, "%s: %s: an empty kernel does not build\n", e->name, device.entry.name);
        e->result = TUNE_DEVICE;
    } else {
        if (!e->json) {
            printf("%s\n", device.entry.name);
        }
        for (size_t i = 0; i < e->problems.count; ++i) {
            explain_problem(e, &run, &e->problems.list[i]);
        }
        copies_release(&run.copies);
        empty_release(&run.empty);
    }
    device_close(&device);
}

int tune_explain(int argc, char **argv)
{
    struct argp_child children[] = {{&tune_problems_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = TUNE_PROBLEMS_ARGS,
        .doc = "Tell each layer that is asked for a problem's configuration, why what it has was not taken, what was "
               "chosen, the bytes that this moves, and the share of a copy's speed that it reaches.",
        .children = children};
    struct explain e = {.name = argv[0], .seconds = 1.0};

    if (argp_parse(&argp, argc, argv, 0, NULL, &e) != 0) {
        return TUNE_USAGE;
    }
    e.results = json_array();
    for (size_t i = 0; i < e.problems.device_count; ++i) {
        explain_device(&e, e.problems.devices[i]);
    }
    if (e.json) {
        json_t *all = json_pack("{s:s, s:O}", "format", "clgn-explain", "results", e.results);

        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
    }
    json_decref(e.results);
    tune_problems_release(&e.problems);
    return e.result;
}
