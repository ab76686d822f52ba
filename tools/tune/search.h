/* SPDX-License-Identifier: Apache-2.0 */
/* The race of configurations: interleaved rounds, early drop, and a confirmation against the heuristic's choice. */
#ifndef CLGN_TUNE_SEARCH_H
#define CLGN_TUNE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "timing.h"

/** What became of one measurement. */
enum search_answer {
    SEARCH_OK,
    SEARCH_LOST,   /**< this candidate cannot be measured and leaves the race */
    SEARCH_STOPPED /**< nothing more is to be measured */
};

/** Where times come from; all in ns. */
struct search_sampler {
    void *user;
    /** One sample of a candidate, for the race or for the confirmation. */
    enum search_answer (*sample)(void *user, size_t candidate, int confirming, double *ns);
    /** One sample of the reference copy; LOST: there is none. */
    enum search_answer (*copy)(void *user, double *ns);
    /** The clock of the budget. */
    double (*now)(void *user);
    /** Called after each round; best is a candidate, base and ns are medians so far, 0 without. NULL: not wanted. */
    void (*progress)(void *user, size_t racing, size_t best, double ns, double base_ns);
};

struct search_series {
    double *ns;
    size_t count, room;
};

/** The first candidate is the heuristic's choice. */
struct search_candidate {
    const char *config;
    struct search_series race; /* begins with what an earlier run measured, or with zeros */
    struct search_series confirm;
    int racing; /* 0 at first: is not raced */
};

struct search_options {
    uint64_t seed;   /* of the order of each round */
    int exhaustive;  /* nobody leaves the race early */
    double deadline; /* of sampler.now: the race ends there, the confirmation follows; 0: none */
};

struct search_result {
    size_t winner;                   /* 0: the heuristic's choice stays */
    struct timing_interval ns, base; /* of the confirmation: the winner's and the heuristic's */
    double noise;                    /* relative, half the width of the wider interval of the two */
    double copy_ns, drift;           /* median, and how far the copies before and after are apart; 0: none */
    int noisy;                       /* the drift was too large twice */
    int cut;                         /* the deadline ended the race early */
    int stopped;                     /* a sample was STOPPED: winner and ns are the best so far, unconfirmed */
};

/** Append a time; returns 0, or -1 when memory ran out. */
int search_add(struct search_series *series, double ns);

/**
 * Race the candidates that are marked.
 *
 * A round samples each in a new random order. Who is 1.5 times slower than the best in both of two first samples
 * leaves, and from five samples on, whose interval lies above the best's. The three best then meet the heuristic's
 * choice in three more rounds: a winner is faster by more than 2 % and than twice the noise in each of them. Of those
 * that cannot be told apart, the least text is taken. Where the reference copy's time has changed by more than 5 %
 * meanwhile, the rest of the race is repeated once.
 *
 * @return 0, or -1 when memory ran out or no candidate can be measured
 */
int search_run(struct search_candidate *candidates, size_t count, const struct search_sampler *sampler,
               const struct search_options *options, struct search_result *result);

/** The last samples of a series that count. */
enum { SEARCH_MOST_SAMPLES = 256 };

/** Median and bounds of a series; scratch has room for SEARCH_MOST_SAMPLES numbers. */
struct timing_interval search_interval(const struct search_series *series, double *scratch);

/** Release the series of all candidates. */
void search_release(struct search_candidate *candidates, size_t count);

#endif
