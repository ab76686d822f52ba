/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of clgn-tune run. */
#ifndef CLGN_TUNE_RUN_OPTIONS_H
#define CLGN_TUNE_RUN_OPTIONS_H

#include <stdint.h>

#include <clgn/tune.h>

#include "problems.h"
#include "progress.h"
#include "rig_replay.h"

struct run_options {
    const char *program;
    struct tune_problems problems;
    clgn_tuning_level level;
    double seconds; /* 0: no limit */
    double timeout; /* seconds for a configuration */
    uint64_t seed;
    int fresh, dry_run, json;
    const char *output;   /* NULL: the user's tuning file */
    const char *journal;  /* NULL: in the state folder */
    const char *simulate; /* NULL: on a device */
    struct rig_disturbance disturbance;
    int disturbs; /* whether --disturb was given */
    enum progress_kind progress;
};

/** Read the command line; a mistake ends the program with TUNE_USAGE, as in argp. */
void run_options_parse(int argc, char **argv, struct run_options *options);

#endif
