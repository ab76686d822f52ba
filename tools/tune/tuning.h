/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning one problem after the other: compile, verify, race, and the entry for the database that comes of it. */
#ifndef CLGN_TUNE_TUNING_H
#define CLGN_TUNE_TUNING_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "axes.h"
#include "journal.h"
#include "progress.h"
#include "rig.h"

enum { TUNING_TEXT = 2048, TUNING_PROBLEM = 320 };

struct tuning {
    struct rig rig;
    struct journal *journal;
    json_t *record; /* what the journal says, kept up to date */
    json_t *facts;  /* of rig.open */
    uint64_t seed;
    int exhaustive;
    double deadline; /* of rig.now, for all problems; 0: none */
    json_t *run;     /* id, tool, date, seed, level */
    struct progress *progress;
    char text[TUNING_TEXT]; /* why it failed or stopped */
    /* Of the problem in hand: */
    char name[TUNING_PROBLEM];
    json_t *answer;
    struct search_candidate *candidates;
    size_t count;
    double copy_bytes, least_copy_ns;
    int cold;
};

enum tuning_end {
    TUNING_DONE,
    TUNING_FAILED, /**< this problem cannot be tuned */
    TUNING_STOPPED /**< interrupted, or the device is gone: the journal holds what there is */
};

/**
 * Tune a problem, from where the journal says it stands.
 *
 * @param left   problems that have to share the time, this one included
 * @param result receives {"problem", "heuristic", "entry", "run", "candidates", "counts", "gain", "noise", "drift"}, a
 * new reference; NULL when nothing was measured; "unconfirmed" is true when it was stopped
 */
enum tuning_end tuning_run(struct tuning *tuning, const struct tune_problem *problem, size_t left, json_t **result);

#endif
