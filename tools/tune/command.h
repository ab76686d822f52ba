/* SPDX-License-Identifier: Apache-2.0 */
/* What clgn-tune's commands have in common: exit statuses and the shape of their functions. */
#ifndef CLGN_TUNE_COMMAND_H
#define CLGN_TUNE_COMMAND_H

/** Exit statuses of clgn-tune, pinned. */
enum tune_exit {
    TUNE_OK = 0,
    TUNE_USAGE = 1,
    TUNE_DEVICE = 2, /**< no such device, or its driver failed */
    TUNE_FAILED = 3, /**< a regression, or a wrong result */
    TUNE_STOPPED = 4 /**< stopped; the same command resumes */
};

/**
 * The commands. argv[0] is "clgn-tune NAME", for messages; the arguments follow, and argv[argc] is NULL. Results go to
 * stdout, progress and errors to stderr.
 *
 * @return a tune_exit
 */
#define TUNE_COMMAND(name, text) int tune_##name(int argc, char **argv);
#include "commands.inc"
#undef TUNE_COMMAND

#endif
