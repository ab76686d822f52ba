/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune worker P:D SEED: serves a tuning run on a device; a JSON object a line on stdin, one in return. */
#define _POSIX_C_SOURCE 200809L

#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <clgn/tune.h>

#include "problem_text.h"
#include "serve_job.h"
#include "timer_check.h"
#include "words.h"

enum { TEXT_BYTES = 4096 };

struct serving {
    struct device_open device;
    struct serve_job job;
    const char *fault; /* for tests: "exit:TEXT" or "hang:TEXT", at a configuration with this text */
};

static json_t *error_of(const char *text)
{
    return json_pack("{s:s}", "error", text);
}

static json_t *answer_device(struct serving *s)
{
    char device[TEXT_BYTES], file[TEXT_BYTES];

    if (clgn_tuning_device(s->device.clgn, device, sizeof(device)) != CLGN_OK) {
        return error_of(s->device.message);
    }
    if (clgn_tuning_file(s->device.clgn, file, sizeof(file)) != CLGN_OK) {
        file[0] = '\0';
    }
    return json_pack("{s:o, s:s, s:i}", "device", json_loads(device, 0, NULL), "file", file, "revision",
                     clgn_tuning_revision());
}

static void collect(void *user, const char *config)
{
    json_array_append_new(user, json_string(config));
}

static json_t *answer_problem(struct serving *s, const json_t *request)
{
    const clgn_tuning_level level = (clgn_tuning_level)json_integer_value(json_object_get(request, "level"));
    const char *timer = json_string_value(json_object_get(request, "timer"));
    clgn_tuning_key key = CLGN_TUNING_KEY_INIT;
    char text[TEXT_BYTES];
    struct tune_problem problem;
    json_t *configs;

    serve_job_reset(&s->job);
    s->job.by_events = timer && strcmp(timer, "event") == 0;
    if (words_parse(json_object_get(request, "words"), &problem, text, sizeof(text)) != 0 ||
        !workload_fits(&s->device, &problem.problem, 0, text, sizeof(text))) {
        return error_of(text);
    }
    s->job.problem = problem.problem;
    configs = json_array();
    s->device.message[0] = '\0';
    if (clgn_tuning_key_of(s->device.clgn, &s->job.problem, &key) != CLGN_OK ||
        clgn_tuning_candidates(s->device.clgn, &s->job.problem, level, collect, configs) != CLGN_OK) {
        json_decref(configs);
        return error_of(s->device.message);
    }
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "kind", key.kind, "n", (json_int_t)key.n, "c", (json_int_t)key.c,
                     "g", (json_int_t)key.g, "s", (json_int_t)key.s, "configs", configs);
}

/* A small problem, as the library chooses for it: whether the device still computes right. */
static json_t *answer_canary(struct serving *s)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    struct verify_result result = {.outcome = VERIFY_FAILED};
    char text[TEXT_BYTES];
    struct verify_job *job = NULL;

    if (problem_text_parse("g4mb2ic16ih8iw8", &problem, text, sizeof(text)) == 0) {
        job = verify_job_create(&s->device, &problem, 1, text, sizeof(text));
    }
    if (job) {
        verify_job_run(job, NULL, &result);
        snprintf(text, sizeof(text), "%s", result.text);
        verify_job_release(job);
    }
    return result.outcome == VERIFY_RIGHT ? json_object() : error_of(text);
}

/* What tests ask for with CLGN_TEST_WORKER. */
static void maybe_fail(const struct serving *s, const char *config)
{
    if (s->fault && strncmp(s->fault, "exit:", 5) == 0 && strstr(config, s->fault + 5)) {
        abort();
    }
    if (s->fault && strncmp(s->fault, "hang:", 5) == 0 && strstr(config, s->fault + 5)) {
        for (;;) {
            pause();
        }
    }
}

static json_t *answer(struct serving *s, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "do"));
    const char *config = json_string_value(json_object_get(request, "config"));

    if (!what) {
        return error_of("no \"do\"");
    }
    if (strcmp(what, "device") == 0) {
        return answer_device(s);
    }
    if (strcmp(what, "clock") == 0) {
        return json_pack("{s:s}", "timer", timer_check(&s->device) == TIMER_TRUE ? "event" : "wall");
    }
    if (strcmp(what, "problem") == 0) {
        return answer_problem(s, request);
    }
    if (strcmp(what, "canary") == 0) {
        return answer_canary(s);
    }
    if (strcmp(what, "copy") == 0) {
        return serve_job_copy(&s->job);
    }
    if (!config) {
        return error_of("no \"config\"");
    }
    maybe_fail(s, config);
    return strcmp(what, "build") == 0    ? serve_job_build(&s->job, config)
           : strcmp(what, "verify") == 0 ? serve_job_verify(&s->job, config)
                                         : serve_job_sample(&s->job, config);
}

/* Answers go where stdout was; what a driver prints goes to stderr. */
static FILE *take_stdout(void)
{
    const int kept = dup(STDOUT_FILENO);

    return kept >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 ? fdopen(kept, "w") : NULL;
}

static void serve(struct serving *s, FILE *out)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    while ((length = getline(&line, &room, stdin)) > 0) {
        json_t *request = json_loadb(line, (size_t)length, 0, NULL);
        json_t *reply = answer(s, request);
        if (!reply || json_dumpf(reply, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF || fflush(out) != 0) {
            length = 0;
        }
        json_decref(reply);
        json_decref(request);
        if (length == 0) {
            break;
        }
    }
    free(line);
}

int tune_worker(int argc, char **argv)
{
    char text[TEXT_BYTES];
    struct serving s = {.fault = getenv("CLGN_TEST_WORKER")};
    FILE *out = take_stdout();

    setenv("CLGN_CACHE_DIR", "off", 1); /* nobody wants the programs of losers, and storing doubles PoCL's time */
    signal(SIGINT, SIG_IGN);            /* the terminal sends it to all; the run decides when to end */
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nor does one that hangs in a driver outlive it */
#endif
    if (!out || argc != 3) {
        fprintf(stderr, "%s: is started by clgn-tune run\n", argv[0]);
        return TUNE_USAGE;
    }
    if (device_open(*argv[1] ? argv[1] : NULL, argv[0], &s.device, text, sizeof(text)) != 0) {
        json_t *reply = error_of(text);

        json_dumpf(reply, out, JSON_COMPACT);
        fputs("\n", out);
        json_decref(reply);
        return TUNE_DEVICE;
    }
    s.device.quiet = 1;
    s.job.device = &s.device;
    s.job.seed = strtoull(argv[2], NULL, 10);
    serve(&s, out);
    serve_job_reset(&s.job);
    device_close(&s.device);
    fclose(out);
    return TUNE_OK;
}
