/* SPDX-License-Identifier: Apache-2.0 */
/* What the lines of a journal say of each problem, put together. */
#ifndef CLGN_TUNE_RECORD_H
#define CLGN_TUNE_RECORD_H

#include <stddef.h>

#include <jansson.h>

#include "search.h"

/*
 * A record is an object of problems, as tune_problem_command writes them:
 *     {"<problem>": {"problem": {what a rig answered}, "configs": {"<config>": {"status", "cases", "worst", "text",
 *     "ns": [], "confirm": []}}, "copy": [], "result": {}}}
 * The lines have the member "problem" and one more of
 *     "answer", "config" with "status" or "ns" (and "confirm": true), "copy_ns", "result"
 */

/** A journal_line: adds a line to the record, which is user. */
void record_take(void *record, const json_t *line);

/** What is known of a problem, or of one of its configurations; NULL: nothing. */
const json_t *record_problem(const json_t *record, const char *problem);
const json_t *record_config(const json_t *record, const char *problem, const char *config);

/** The status of a configuration: correct, compile, runtime, timeout, correctness, constraints, crash; NULL: none. */
const char *record_status(const json_t *config);

/** Append the samples of a configuration's race to a series; returns 0, or -1 when memory ran out. */
int record_samples(const json_t *config, struct search_series *series);

/** How many configurations of a problem have each status: an object, a new reference. */
json_t *record_counts(const json_t *record, const char *problem);

#endif
