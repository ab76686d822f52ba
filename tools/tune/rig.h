/* SPDX-License-Identifier: Apache-2.0 */
/* Where a tuning run gets its results: a worker process on a device, or the journal of an earlier run. */
#ifndef CLGN_TUNE_RIG_H
#define CLGN_TUNE_RIG_H

#include <stddef.h>

#include <jansson.h>

#include "axes.h"
#include "search.h"

enum rig_answer {
    RIG_OK,
    RIG_FAILED, /**< this problem cannot be tuned; the text says why */
    RIG_STOPPED /**< the device is of no more use, or the user wants no more; the text says why */
};

/** All functions are called with user. Objects are new references. */
struct rig {
    void *user;
    /** What the device is: {"device": {...}, "file": "the user's tuning file", "revision"}. */
    enum rig_answer (*open)(void *user, json_t **facts, char *text, size_t bytes);
    /** Settle the clock of all times: known, or where that is NULL what the device's events are worth: {"timer":
     * "event" or "wall"}. */
    enum rig_answer (*clock)(void *user, const char *known, json_t **outcome, char *text, size_t bytes);
    /** Begin a problem: {"kind", "n", "c", "g", "s", "configs": [...]}, the heuristic's choice first. */
    enum rig_answer (*problem)(void *user, const struct tune_problem *problem, json_t **answer, char *text,
                               size_t bytes);
    /** Compile a configuration: {"status": "correct"}, or another status of record.h with a text. */
    enum rig_answer (*build)(void *user, const char *config, json_t **outcome, char *text, size_t bytes);
    /** Compare it with the reference; the same, with cases and worst. */
    enum rig_answer (*verify)(void *user, const char *config, json_t **outcome, char *text, size_t bytes);
    /** One sample of a configuration: {"ns"}, or a status. */
    enum rig_answer (*sample)(void *user, const char *config, json_t **outcome, char *text, size_t bytes);
    /** One sample of the reference copy: {"ns", "bytes", "cold"}, or {} where there is none. */
    enum rig_answer (*copy)(void *user, json_t **outcome, char *text, size_t bytes);
    /** The clock of the budget, in ns. */
    double (*now)(void *user);
};

#endif
