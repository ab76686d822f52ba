/* SPDX-License-Identifier: Apache-2.0 */
/* What clgn-tune run prints. */
#ifndef CLGN_TUNE_RUN_OUTPUT_H
#define CLGN_TUNE_RUN_OUTPUT_H

#include <jansson.h>

/** One line about a result of tuning_run. */
void run_output_result(const json_t *result);

/** The command by which a run is resumed, on stderr. */
void run_output_resume(int argc, char **argv, const char *why);

#endif
