/* SPDX-License-Identifier: Apache-2.0 */
/* Batch files as benchdnn's group normalization driver reads them. */
#ifndef CLGN_TUNE_BATCH_H
#define CLGN_TUNE_BATCH_H

#include <stddef.h>

#include "axes.h"

/**
 * Read a file of problems and of options that hold for those that follow: --reset, --dt, --tag, --dir, --flags,
 * --attr-post-ops, --batch (a file beside this one). --inplace=true is timed out of place. Values that clgn does not
 * know, such as 8-bit types and scales, leave their problems out, which is said in a line on stderr; how benchdnn
 * should run (--mode, --skip-impl, ...) is passed over; any other option is an error.
 *
 * @param over   lists that take the place of what the file says, where not NULL
 * @param each   returns 0 to go on; anything else ends the walk
 * @param error  receives the reason for a failure with file and line, always terminated
 * @return 0; -1 with a reason; else what each returned
 */
int batch_read(const char *path, const char *const over[AXIS_COUNT],
               int (*each)(const struct tune_problem *problem, void *user), void *user, char *error,
               size_t error_bytes);

#endif
