/* SPDX-License-Identifier: Apache-2.0 */
/* A problem's words as JSON: between a run and its worker, and in journals. */
#ifndef CLGN_TUNE_WORDS_H
#define CLGN_TUNE_WORDS_H

#include <stddef.h>

#include <jansson.h>

#include "axes.h"

/** {"text", "op", "norm", "dtype", "layout", "flags", "act", "eps"}; a new reference. */
json_t *words_of(const struct tune_problem *problem);

/**
 * The problem of such an object.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int words_parse(const json_t *words, struct tune_problem *problem, char *error, size_t bytes);

#endif
