/* SPDX-License-Identifier: Apache-2.0 */
/* A rig whose results come from the journal of an earlier run, with noise: searches are tested without a device. */
#ifndef CLGN_TUNE_RIG_REPLAY_H
#define CLGN_TUNE_RIG_REPLAY_H

#include "problems.h"
#include "rig.h"
#include "rng.h"

/** How recorded times are disturbed. */
struct rig_disturbance {
    double noise;    /* standard deviation, relative */
    double outliers; /* share of samples that take two to four times as long */
    double drift;    /* by which each sample makes later ones longer, relative */
    size_t stop;     /* behind which sample the run is interrupted; 0: never */
};

/** Begin with zeros but for disturbance. */
struct rig_replay {
    struct rig_disturbance disturbance;
    json_t *header, *record;
    const json_t *problem;
    struct rng rng;
    size_t samples;
};

/**
 * Read a journal.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int rig_replay_open(struct rig_replay *replay, const char *path, uint64_t seed, char *error, size_t bytes);

/** "noise=0.02,outliers=0.05,drift=0.001,stop=100", any of them; returns 0, or -1. */
int rig_replay_parse(const char *text, struct rig_disturbance *disturbance);

/** Append the problems that the journal has to a list; returns 0, or -1. */
int rig_replay_problems(const struct rig_replay *replay, struct tune_problems *problems, char *error, size_t bytes);

struct rig rig_replay(struct rig_replay *replay);

void rig_replay_close(struct rig_replay *replay);

#endif
