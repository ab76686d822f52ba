/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of clgn-norm. */
#ifndef CLGN_TOOLS_NORM_OPTIONS_H
#define CLGN_TOOLS_NORM_OPTIONS_H

#include <clgn/clgn.h>

#include "norm_files.h"

enum norm_command { NORM_COMMAND_RUN, NORM_COMMAND_LIST, NORM_COMMAND_HELP, NORM_COMMAND_VERSION };

struct norm_options {
    enum norm_command command;
    const char *device; /* P:D, or NULL */
    clgn_norm norm;
    size_t groups; /* 0: not given */
    clgn_layout layout;
    clgn_layout out_layout;
    clgn_dtype dtype; /* NONE: the file's */
    clgn_dtype out_dtype;
    double eps;
    clgn_act act;
    double act_alpha;
    const char *act_text;
    int rms;
    int backward;
    const char *config;
    const char *path[NORM_FILES]; /* NULL: not given */
    double seconds;               /* of measuring */
    int verify;
    int copy;
    int json;
};

/**
 * Read and check the command line.
 *
 * @return 0, or -1 after an error text on stderr
 */
int norm_options_parse(int argc, char **argv, struct norm_options *options);

#endif
