/* SPDX-License-Identifier: Apache-2.0 */
/* The configurations of a problem that are worth measuring, as a list. */
#ifndef CLGN_TUNE_CANDIDATES_H
#define CLGN_TUNE_CANDIDATES_H

#include <stddef.h>

#include <clgn/tune.h>

struct candidates {
    char **config; /* the heuristic's first */
    size_t count;
};

/** rapid, normal or exhaustive; returns 0, or -1 for another text. */
int candidates_parse_level(const char *text, clgn_tuning_level *level);

const char *candidates_level_name(clgn_tuning_level level);

/** What clgn_tuning_candidates gives; on failure the list is empty. */
clgn_status candidates_list(clgn_context *context, const clgn_problem *problem, clgn_tuning_level level,
                            struct candidates *list);

/** Harmless on zeros. */
void candidates_release(struct candidates *list);

#endif
