/* SPDX-License-Identifier: Apache-2.0 */
/* The options by which every command of clgn-tune takes problems and devices. */
#ifndef CLGN_TUNE_PROBLEMS_H
#define CLGN_TUNE_PROBLEMS_H

#include <stddef.h>

#include <argp.h>

#include "axes.h"

enum { TUNE_MOST_DEVICES = 16 };

enum tune_source_kind { TUNE_SOURCE_PROBLEM, TUNE_SOURCE_SUITE, TUNE_SOURCE_BATCH };

/** Where problems come from, in the order of the command line. */
struct tune_source {
    enum tune_source_kind kind;
    const char *text;
};

/** Begin with zeros; what the options say is in list and devices after argp_parse. */
struct tune_problems {
    struct tune_problem *list; /* no two alike */
    size_t count;
    const char *devices[TUNE_MOST_DEVICES]; /* P:D; devices[0] NULL for the default where none is given */
    size_t device_count;                    /* 1 at least */
    const char *lists[AXIS_COUNT];          /* the parser's */
    struct tune_source *sources;
    size_t source_count;
    int core;
};

/**
 * A child for a command's argp: -d P:D, PROBLEM..., --suite, --core, --batch, --norm, --dt, --layout, --out-dt,
 * --out-layout, --flags, --act, --op. Its input, which the parent gives in child_inputs, is a struct tune_problems. A
 * mistake ends the program with TUNE_USAGE, as in argp.
 */
extern const struct argp tune_problems_argp;

/** "[PROBLEM...]", what args_doc says of it. */
#define TUNE_PROBLEMS_ARGS "[PROBLEM...]"

/** What a problem is as options of the command line, such as "--dt f16 g32mb2ic320", always terminated; 320 bytes. */
void tune_problem_command(const struct tune_problem *problem, char *text, size_t bytes);

/** Release the lists; harmless on zeros. */
void tune_problems_release(struct tune_problems *problems);

#endif
