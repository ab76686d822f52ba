/* SPDX-License-Identifier: Apache-2.0 */
/* The argp child that collects problems. */
#include "problems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "device_pick.h"
#include "epilogue.h"
#include "names.h"
#include "suites.h"

enum { KEY_AXIS = 0x1000, KEY_SUITE = 0x1100, KEY_CORE, KEY_BATCH, ERROR_BYTES = 512 };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "Problems and devices:", 1},
    {"device", 'd', "P:D", 0,
     "Device as clinfo -l numbers it, repeatable; default CLGN_DEVICE, else the first GPU, else the first", 1},
    {"suite", KEY_SUITE, "NAME", 0, "The problems of a suite with their types, layouts and epilogues, repeatable", 1},
    {"core", KEY_CORE, NULL, 0, "Of suites, the rows marked core alone", 1},
    {"batch", KEY_BATCH, "FILE", 0, "Problems from a batch file of benchdnn's group normalization driver", 1},
    {"norm", KEY_AXIS + AXIS_NORM, "LIST", 0, "group (default), layer, instance, batch, rms", 1},
    {"dt", KEY_AXIS + AXIS_DT, "LIST", 0, "f32 (default), f16, bf16, f64, of x and y, or of each: bf16:f32", 1},
    {"layout", KEY_AXIS + AXIS_LAYOUT, "LIST", 0, "nchw (default), nhwc, of x and y, or of each: nchw:nhwc", 1},
    {"out-dt", KEY_AXIS + AXIS_OUT_DT, "TYPE", 0, "y's type; default x's", 1},
    {"out-layout", KEY_AXIS + AXIS_OUT_LAYOUT, "LAYOUT", 0, "y's layout; default x's", 1},
    {"flags", KEY_AXIS + AXIS_FLAGS, "LIST", 0, "C gamma, H beta, G given statistics; default CH", 1},
    {"act", KEY_AXIS + AXIS_ACT, "LIST", 0, "Epilogues: none (default), silu, add+relu, modulate+silu, ...", 1},
    {"op", KEY_AXIS + AXIS_OP, "LIST", 0,
     "fwd (default), fwd_stats (mean and rstd written), bwd (dx and every parameter's gradient), bwd_data (dx)", 1},
    {NULL, 0, NULL, 0, NULL, 0},
};

static int same(const struct tune_problem *a, const struct tune_problem *b)
{
    return strcmp(a->text, b->text) == 0 && strcmp(a->op, b->op) == 0 && strcmp(a->norm, b->norm) == 0 &&
           strcmp(a->dtype, b->dtype) == 0 && strcmp(a->layout, b->layout) == 0 && strcmp(a->act, b->act) == 0 &&
           strcmp(a->flags, b->flags) == 0 && !(a->problem.eps < b->problem.eps || a->problem.eps > b->problem.eps);
}

enum { OUT_OF_MEMORY = 1 };

static int add_problem(const struct tune_problem *problem, void *user)
{
    struct tune_problems *p = user;
    struct tune_problem *grown;

    for (size_t i = 0; i < p->count; ++i) {
        if (same(&p->list[i], problem)) {
            return 0;
        }
    }
    grown = realloc(p->list, (p->count + 1) * sizeof(*grown));
    if (!grown) {
        return OUT_OF_MEMORY;
    }
    p->list = grown;
    p->list[p->count++] = *problem;
    return 0;
}

struct adding {
    struct tune_problems *problems;
    char *error;
};

static int add_row(const struct suites_row *row, void *user)
{
    struct adding *a = user;
    const char *lists[AXIS_COUNT];

    memcpy(lists, a->problems->lists, sizeof(lists));
    lists[AXIS_DT] = lists[AXIS_DT] ? lists[AXIS_DT] : row->dtype;
    lists[AXIS_ACT] = lists[AXIS_ACT] ? lists[AXIS_ACT] : row->epilogue;
    if (!lists[AXIS_LAYOUT]) {
        lists[AXIS_LAYOUT] = strcmp(row->layout, "both") == 0 ? "nchw,nhwc" : row->layout;
    }
    /* -1 would say that the suite is not known. */
    return axes_expand(row->problem, lists, add_problem, a->problems, a->error, ERROR_BYTES) == -1 ? -2 : 0;
}

static int add_source(struct tune_problems *p, const struct tune_source *source, char error[ERROR_BYTES])
{
    struct adding adding = {p, error};
    char names[256];
    int result;

    switch (source->kind) {
    case TUNE_SOURCE_SUITE:
        result = suites_walk(source->text, p->core, add_row, &adding);
        if (result == -1) {
            suites_names(names, sizeof(names));
            snprintf(error, ERROR_BYTES, "--suite: \"%s\" is not one of %s", source->text, names);
        }
        return result;
    case TUNE_SOURCE_BATCH:
        return batch_read(source->text, p->lists, add_problem, p, error, ERROR_BYTES);
    case TUNE_SOURCE_PROBLEM:
        break;
    }
    return axes_expand(source->text, p->lists, add_problem, p, error, ERROR_BYTES);
}

static void finish(struct tune_problems *p, struct argp_state *state)
{
    char error[ERROR_BYTES] = "out of memory";
    int suites = 0;

    for (size_t i = 0; i < p->source_count; ++i) {
        suites += p->sources[i].kind == TUNE_SOURCE_SUITE;
        if (add_source(p, &p->sources[i], error) != 0) {
            argp_error(state, "%s", error);
        }
    }
    if (p->core && !suites) {
        argp_error(state, "--core: needs --suite NAME");
    }
    p->device_count = p->device_count ? p->device_count : 1;
}

static void remember(struct tune_problems *p, enum tune_source_kind kind, const char *text, struct argp_state *state)
{
    struct tune_source *grown = realloc(p->sources, (p->source_count + 1) * sizeof(*grown));

    if (!grown) {
        argp_error(state, "out of memory");
        return;
    }
    p->sources = grown;
    grown[p->source_count].kind = kind;
    grown[p->source_count++].text = text;
}

static void add_device(struct tune_problems *p, const char *text, struct argp_state *state)
{
    unsigned unused;

    if (device_pick_parse(text, &unused, &unused) != 0) {
        argp_error(state, "-d: \"%s\" is not P:D, such as 0:0", text);
    } else if (p->device_count == TUNE_MOST_DEVICES) {
        argp_error(state, "-d: more than %d devices", TUNE_MOST_DEVICES);
    } else {
        p->devices[p->device_count++] = text;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct tune_problems *p = state->input;

    if (key >= KEY_AXIS && key < KEY_AXIS + AXIS_COUNT) {
        p->lists[key - KEY_AXIS] = argument;
        return 0;
    }
    switch (key) {
    case 'd':
        add_device(p, argument, state);
        return 0;
    case KEY_SUITE:
        remember(p, TUNE_SOURCE_SUITE, argument, state);
        return 0;
    case KEY_BATCH:
        remember(p, TUNE_SOURCE_BATCH, argument, state);
        return 0;
    case KEY_CORE:
        p->core = 1;
        return 0;
    case ARGP_KEY_ARG:
        remember(p, TUNE_SOURCE_PROBLEM, argument, state);
        return 0;
    case ARGP_KEY_END:
        finish(p, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *filter_help(int key, const char *text, void *input)
{
    char names[256];
    char *list = NULL;
    size_t bytes = 0;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(size_t)text; /* argp's own convention: the same pointer means unchanged */
    }
    out = open_memstream(&list, &bytes);
    if (!out) {
        return NULL;
    }
    suites_names(names, sizeof(names));
    fprintf(out,
            "PROBLEM is benchdnn's grammar (g groups, mb batch (2), ic channels, id, ih, iw), such as "
            "g32mb2ic320ih64iw64, or NxCxHxW/G, such as 2x320x64x64/32. A LIST has commas; every item is taken with "
            "every other.\n\nSuites: %s.\n\nEpilogues: any of %s and one of %s, joined by +.",
            names, EPILOGUE_PARTS, names_all_acts());
    fclose(out);
    return list;
}

const struct argp tune_problems_argp = {options, parse, NULL, "\v", NULL, filter_help, NULL};

void tune_problem_command(const struct tune_problem *problem, char *text, size_t bytes)
{
    const struct {
        const char *option, *value, *usual;
    } words[6] = {{"op", problem->op, "fwd"},          {"norm", problem->norm, "group"}, {"dt", problem->dtype, "f32"},
                  {"layout", problem->layout, "nchw"}, {"flags", problem->flags, "CH"},  {"act", problem->act, "none"}};
    size_t used = 0;

    for (int i = 0; i < 6; ++i) {
        if (strcmp(words[i].value, words[i].usual) != 0 && used < bytes) {
            used += (size_t)snprintf(text + used, bytes - used, "--%s %s ", words[i].option,
                                     *words[i].value ? words[i].value : "''");
        }
    }
    if (used < bytes) {
        snprintf(text + used, bytes - used, "%s", problem->text);
    }
}

void tune_problems_release(struct tune_problems *problems)
{
    free(problems->list);
    free(problems->sources);
    memset(problems, 0, sizeof(*problems));
}
