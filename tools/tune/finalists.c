/* SPDX-License-Identifier: Apache-2.0 */
/* Who has won a race, by more than the noise. */
#include "finalists.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double least_gain = 0.02;
static const double least_tie = 0.01; /* nearer than this is a tie, however quiet the device */

static double noise_of(const struct timing_interval *i)
{
    return i->median > 0.0 ? 0.5 * (i->hi - i->lo) / i->median : 0.0;
}

struct entry {
    size_t index;
    const char *config;
    struct timing_interval ns;
};

static int by_median(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    const int order = (x->ns.median > y->ns.median) - (x->ns.median < y->ns.median);

    return order ? order : strcmp(x->config, y->config);
}

static int by_text(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    return strcmp(x->config, y->config);
}

/* All that race but the heuristic's choice, the fastest first. */
static size_t rank(const struct search_candidate *candidates, size_t count, double *scratch, struct entry *entries)
{
    size_t ranked = 0;

    for (size_t i = 1; i < count; ++i) {
        if (candidates[i].racing && candidates[i].race.count > 0) {
            entries[ranked].index = i;
            entries[ranked].config = candidates[i].config;
            entries[ranked++].ns = search_interval(&candidates[i].race, scratch);
        }
    }
    qsort(entries, ranked, sizeof(*entries), by_median);
    return ranked;
}

int finalists_choose(const struct search_candidate *candidates, size_t count, double *scratch,
                     struct finalists *finalists)
{
    struct entry *entries = calloc(count + 1, sizeof(*entries));
    size_t ranked;
    size_t alike = 1;

    finalists->count = 0;
    if (!entries) {
        return -1;
    }
    ranked = rank(candidates, count, scratch, entries);
    while (alike < ranked && entries[alike].ns.lo <= entries[0].ns.hi &&
           entries[alike].ns.median <= (1.0 + least_gain) * entries[0].ns.median) {
        alike++;
    }
    if (ranked > 1) {
        qsort(entries + 1, alike - 1, sizeof(*entries), by_text);
    }
    if (candidates[0].racing) {
        finalists->index[finalists->count++] = 0;
    }
    for (size_t i = 0; i < ranked && i < FINALISTS; ++i) {
        finalists->index[finalists->count++] = entries[i].index;
    }
    free(entries);
    return 0;
}

static double round_median(const struct search_series *series, size_t round, double *scratch)
{
    memcpy(scratch, series->ns + round * FINALISTS_SAMPLES, FINALISTS_SAMPLES * sizeof(*scratch));
    return timing_interval(scratch, FINALISTS_SAMPLES).median;
}

static int is_complete(const struct search_candidate *c)
{
    return c->racing && c->confirm.count == FINALISTS_ROUNDS * FINALISTS_SAMPLES;
}

/* Whether a candidate is faster than the heuristic's choice by more than the noise in every round. */
static int beats(const struct search_candidate *c, const struct search_candidate *base, double *scratch)
{
    const struct timing_interval ns = search_interval(&c->confirm, scratch);
    const struct timing_interval base_ns = search_interval(&base->confirm, scratch);
    const double margin = fmax(least_gain, 2.0 * fmax(noise_of(&ns), noise_of(&base_ns)));

    if (!is_complete(base)) {
        return 1; /* the heuristic's choice cannot be measured: anything is better */
    }
    for (size_t round = 0; round < FINALISTS_ROUNDS; ++round) {
        if (round_median(&c->confirm, round, scratch) >=
            (1.0 - margin) * round_median(&base->confirm, round, scratch)) {
            return 0;
        }
    }
    return 1;
}

/* Those that beat the heuristic's choice, the fastest first. */
static size_t winners(const struct search_candidate *candidates, const struct finalists *finalists, double *scratch,
                      struct entry *entries)
{
    size_t count = 0;

    for (size_t i = 0; i < finalists->count; ++i) {
        const struct search_candidate *c = &candidates[finalists->index[i]];
        if (finalists->index[i] > 0 && is_complete(c) && beats(c, &candidates[0], scratch)) {
            entries[count].index = finalists->index[i];
            entries[count].config = c->config;
            entries[count++].ns = search_interval(&c->confirm, scratch);
        }
    }
    qsort(entries, count, sizeof(*entries), by_median);
    return count;
}

void finalists_judge(const struct search_candidate *candidates, const struct finalists *finalists, double *scratch,
                     struct search_result *result)
{
    struct entry entries[FINALISTS_MOST];
    const size_t count = winners(candidates, finalists, scratch, entries);
    size_t alike = count > 0;

    while (alike < count) {
        const double tie = fmax(least_tie, fmax(noise_of(&entries[0].ns), noise_of(&entries[alike].ns)));
        if (entries[alike].ns.median > (1.0 + tie) * entries[0].ns.median) {
            break;
        }
        alike++;
    }
    qsort(entries, alike, sizeof(*entries), by_text);
    result->winner = count > 0 ? entries[0].index : 0;
    result->base = search_interval(&candidates[0].confirm, scratch);
    result->ns = count > 0 ? entries[0].ns : result->base;
    result->noise = fmax(noise_of(&result->ns), noise_of(&result->base));
}

void finalists_unconfirmed(const struct search_candidate *candidates, const struct finalists *finalists,
                           double *scratch, struct search_result *result)
{
    result->base = search_interval(&candidates[0].race, scratch);
    result->winner = finalists->index[0];
    result->ns = search_interval(&candidates[finalists->index[0]].race, scratch);
    for (size_t i = 1; i < finalists->count; ++i) {
        const struct timing_interval ns = search_interval(&candidates[finalists->index[i]].race, scratch);
        if (ns.samples > 0 && (result->ns.samples == 0 || ns.median < result->ns.median)) {
            result->winner = finalists->index[i];
            result->ns = ns;
        }
    }
    result->noise = fmax(noise_of(&result->ns), noise_of(&result->base));
}
