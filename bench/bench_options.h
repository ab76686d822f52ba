/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of bench_norm. */
#ifndef CLGN_BENCH_OPTIONS_H
#define CLGN_BENCH_OPTIONS_H

#include <clgn/clgn.h>

struct bench_options {
    clgn_direction direction;
    const char *device; /* P:D, or NULL */
    clgn_dtype dtype;
    clgn_dtype out_dtype;
    clgn_layout layout;
    clgn_layout out_layout;
    clgn_act act;
    double act_alpha;
    const char *act_text;
    const char *config; /* pin, or NULL */
    double seconds;     /* of measuring per problem */
    int json;
    char **problems;
    int problem_count;
};

/** Read the command line; returns 0, 1 when --help was answered, or -1 after an error text on stderr. */
int bench_options_parse(int argc, char **argv, struct bench_options *options);

#endif
