/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing the options of clgn-tune run. */
#include "run_options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "candidates.h"

enum {
    KEY_LEVEL = 0x2000,
    KEY_TIME,
    KEY_TIMEOUT,
    KEY_SEED,
    KEY_FRESH,
    KEY_DRY_RUN,
    KEY_SIMULATE,
    KEY_DISTURB,
    KEY_JOURNAL,
    KEY_JSON,
    KEY_PROGRESS
};

static const struct argp_option option_list[] = {
    {"level", KEY_LEVEL, "LEVEL", 0,
     "rapid (16 configurations at most), normal (default), exhaustive (every one, none leaves the race early)", 0},
    {"time", KEY_TIME, "TIME", 0, "About so long for all problems together, such as 90, 10m, 2h", 0},
    {"config-timeout", KEY_TIMEOUT, "TIME", 0,
     "After so long a configuration that does not answer counts as hung (30s)", 0},
    {"seed", KEY_SEED, "N", 0, "Of inputs and of the order of measurements (1)", 0},
    {"fresh", KEY_FRESH, NULL, 0, "Begin anew where a journal could be resumed", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "Only count the configurations", 0},
    {"output", 'o', "FILE", 0, "The tuning file to change; default the user's, which the library reads", 0},
    {"journal", KEY_JOURNAL, "FILE", 0, "Default in $XDG_STATE_HOME/clgn, by device, level and seed", 0},
    {"simulate", KEY_SIMULATE, "FILE", 0,
     "Take all times from this journal, use no device; by default all its problems; nothing is written without -o", 0},
    {"disturb", KEY_DISTURB, "LIST", 0,
     "With --simulate: noise=RELATIVE, outliers=SHARE, drift=PER-SAMPLE, stop=AFTER-SAMPLES", 0},
    {"json", KEY_JSON, NULL, 0, "Print JSON, complete even when interrupted", 0},
    {"progress", KEY_PROGRESS, "KIND", 0, "auto (a live line on a terminal), plain, none", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static enum progress_kind parse_progress(const char *text, struct argp_state *state)
{
    static const char *const words[] = {"auto", "plain", "none"};

    for (int i = 0; i < 3; ++i) {
        if (strcmp(words[i], text) == 0) {
            return (enum progress_kind)i;
        }
    }
    argp_error(state, "--progress %s: is none of auto, plain, none", text);
    return PROGRESS_AUTO;
}

/* Seconds of "90", "90s", "10m", "2h". */
static double parse_time(const char *text, const char *option, struct argp_state *state)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1.0}, {"s", 1.0}, {"m", 60.0}, {"h", 3600.0}};
    char *end;
    double value;

    errno = 0;
    value = strtod(text, &end);
    for (size_t i = 0; errno == 0 && end != text && i < sizeof(units) / sizeof(units[0]); ++i) {
        if (strcmp(end, units[i].unit) == 0 && value > 0.0 && value <= 1e6) {
            return value * units[i].seconds;
        }
    }
    argp_error(state, "%s %s: not a time such as 90, 10m, 2h", option, text);
    return 0.0;
}

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

static void check(const struct run_options *o, struct argp_state *state)
{
    if (o->problems.count == 0 && !o->simulate) {
        argp_error(state, "no problem is given: g32mb2ic320ih64iw64, --suite NAME or --batch FILE");
    }
    if (o->simulate && (o->problems.device_count > 1 || o->problems.devices[0])) {
        argp_error(state, "--simulate: has its device from the journal: has no -d");
    }
    if (!o->simulate && o->disturbs) {
        argp_error(state, "--disturb: needs --simulate");
    }
    if (o->journal && o->problems.device_count > 1) {
        argp_error(state, "--journal: one file for %zu devices", o->problems.device_count);
    }
}

static error_t parse_text(int key, char *argument, struct argp_state *state)
{
    struct run_options *o = state->input;

    switch (key) {
    case KEY_LEVEL:
        if (candidates_parse_level(argument, &o->level) != 0) {
            argp_error(state, "--level %s: is none of rapid, normal, exhaustive", argument);
        }
        return 0;
    case KEY_TIME:
        o->seconds = parse_time(argument, "--time", state);
        return 0;
    case KEY_TIMEOUT:
        o->timeout = parse_time(argument, "--config-timeout", state);
        return 0;
    case KEY_SEED:
        o->seed = parse_seed(argument, state);
        return 0;
    case KEY_PROGRESS:
        o->progress = parse_progress(argument, state);
        return 0;
    case KEY_DISTURB:
        o->disturbs = 1;
        if (rig_replay_parse(argument, &o->disturbance) != 0) {
            argp_error(state, "--disturb %s: not a list of noise=, outliers=, drift=, stop= with numbers", argument);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run_options *o = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->problems;
        return 0;
    case KEY_FRESH:
        o->fresh = 1;
        return 0;
    case KEY_DRY_RUN:
        o->dry_run = 1;
        return 0;
    case KEY_JSON:
        o->json = 1;
        return 0;
    case KEY_SIMULATE:
        o->simulate = argument;
        return 0;
    case KEY_JOURNAL:
        o->journal = argument;
        return 0;
    case 'o':
        o->output = argument;
        return 0;
    case ARGP_KEY_SUCCESS:
        check(o, state);
        return 0;
    default:
        return parse_text(key, argument, state);
    }
}

void run_options_parse(int argc, char **argv, struct run_options *options)
{
    static const struct argp_child children[] = {{&tune_problems_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {.options = option_list,
                              .parser = parse,
                              .args_doc = TUNE_PROBLEMS_ARGS,
                              .doc = "Find the fastest right configuration of each problem and remember it. What was "
                                     "measured is kept when the run is interrupted: the same command resumes.",
                              .children = children};

    options->program = argv[0];
    options->level = CLGN_TUNING_NORMAL;
    options->timeout = 30.0;
    options->seed = 1;
    argp_parse(&argp, argc, argv, 0, NULL, options); /* ends the program on a mistake */
}
