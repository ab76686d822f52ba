/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of clgn-tune bench. */
#ifndef CLGN_TUNE_BENCH_OPTIONS_H
#define CLGN_TUNE_BENCH_OPTIONS_H

#include <clgn/tune.h>

#include "bench_output.h"
#include "compare.h"
#include "problems.h"

struct bench_options {
    struct tune_problems problems;
    const char *config; /* pin, or NULL */
    double seconds;     /* of measuring per problem */
    enum bench_format format;
    int warm;
    int all; /* not 0: every candidate of the level */
    clgn_tuning_level level;
    int latency;
    int host;            /* not 0: what plans and enqueues cost the host, in place of the problems' times */
    const char *compare; /* the base's file, or NULL */
    const char *input;   /* results to compare instead of new ones, or NULL */
    enum compare_metric metric;
    double limit; /* 0.05 is 5 % */
    int judges;   /* whether a metric or a limit was given */
};

/**
 * Read the command line; a mistake ends the program with TUNE_USAGE, as in argp. Release problems in any case.
 *
 * @return 0, or -1 after an error text on stderr
 */
int bench_options_parse(int argc, char **argv, struct bench_options *options);

#endif
