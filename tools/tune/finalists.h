/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a race: who goes into the confirmation, and who has won it. */
#ifndef CLGN_TUNE_FINALISTS_H
#define CLGN_TUNE_FINALISTS_H

#include <stddef.h>

#include "search.h"

/** FINALISTS beside the heuristic's choice, in FINALISTS_ROUNDS of FINALISTS_SAMPLES each. */
enum { FINALISTS = 3, FINALISTS_MOST = FINALISTS + 1, FINALISTS_ROUNDS = 3, FINALISTS_SAMPLES = 5 };

struct finalists {
    size_t index[FINALISTS_MOST]; /* of candidates; the heuristic's choice first where it can be measured */
    size_t count;
};

/**
 * Whoever can be measured: the fastest of those that race, then of those that cannot be told from it the least texts,
 * then the next fastest.
 *
 * @param scratch room for SEARCH_MOST_SAMPLES numbers, here and below
 * @return 0, or -1 when memory ran out
 */
int finalists_choose(const struct search_candidate *candidates, size_t count, double *scratch,
                     struct finalists *finalists);

/** Fill winner, ns, base and noise from the confirmation. */
void finalists_judge(const struct search_candidate *candidates, const struct finalists *finalists, double *scratch,
                     struct search_result *result);

/** The same from the race alone, when that is all there is: the fastest by median. */
void finalists_unconfirmed(const struct search_candidate *candidates, const struct finalists *finalists,
                           double *scratch, struct search_result *result);

#endif
