/* SPDX-License-Identifier: Apache-2.0 */
/* The race of configurations, without a device. */
#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finalists.h"
#include "rng.h"

enum { JUDGED_SAMPLES = 5, MOST_SAMPLES = 12, EXHAUSTIVE_SAMPLES = 9, COPY_SAMPLES = 5 };

static const double slow = 1.5;
static const double most_drift = 0.05;

struct search {
    struct search_candidate *candidates;
    size_t count;
    const struct search_sampler *sampler;
    const struct search_options *options;
    struct search_result *result;
    struct rng rng;
    size_t *order;
    double *scratch;
};

int search_add(struct search_series *series, double ns)
{
    if (series->count == series->room) {
        const size_t room = series->room ? 2 * series->room : 16;
        double *grown = realloc(series->ns, room * sizeof(*grown));
        if (!grown) {
            return -1;
        }
        series->ns = grown;
        series->room = room;
    }
    series->ns[series->count++] = ns;
    return 0;
}

struct timing_interval search_interval(const struct search_series *series, double *scratch)
{
    const size_t count = series->count < SEARCH_MOST_SAMPLES ? series->count : SEARCH_MOST_SAMPLES;

    if (count > 0) {
        memcpy(scratch, series->ns + (series->count - count), count * sizeof(*scratch));
    }
    return timing_interval(scratch, count);
}

static struct timing_interval interval_of(struct search *s, size_t i)
{
    return search_interval(&s->candidates[i].race, s->scratch);
}

static double least(const struct search_series *series)
{
    double value = series->ns[0];

    for (size_t i = 1; i < series->count; ++i) {
        value = fmin(value, series->ns[i]);
    }
    return value;
}

/* The racing candidate with the least median; count when there is none. */
static size_t best_of(struct search *s)
{
    size_t best = s->count;
    double best_ns = 0.0;

    for (size_t i = 0; i < s->count; ++i) {
        const double ns = interval_of(s, i).median;
        if (s->candidates[i].racing && s->candidates[i].race.count > 0 && (best == s->count || ns < best_ns)) {
            best = i;
            best_ns = ns;
        }
    }
    return best;
}

static size_t racing(const struct search *s)
{
    size_t count = 0;

    for (size_t i = 0; i < s->count; ++i) {
        count += s->candidates[i].racing != 0;
    }
    return count;
}

static int over(const struct search *s)
{
    return s->options->deadline > 0.0 && s->sampler->now(s->sampler->user) >= s->options->deadline;
}

/* 0, or -1 when memory ran out. */
static int sample(struct search *s, size_t i, int confirming)
{
    struct search_candidate *c = &s->candidates[i];
    double ns = 0.0;

    switch (s->sampler->sample(s->sampler->user, i, confirming, &ns)) {
    case SEARCH_OK:
        return search_add(confirming ? &c->confirm : &c->race, ns);
    case SEARCH_LOST:
        c->racing = 0;
        return 0;
    case SEARCH_STOPPED:
        break;
    }
    s->result->stopped = 1;
    return 0;
}

static void shuffle(struct search *s, size_t count)
{
    for (size_t i = count; i > 1; --i) {
        const size_t other = rng_below(&s->rng, i);
        const size_t kept = s->order[i - 1];
        s->order[i - 1] = s->order[other];
        s->order[other] = kept;
    }
}

/* One sample of each that has no more than round of them. */
static int run_round(struct search *s, size_t round)
{
    size_t count = 0;

    for (size_t i = 0; i < s->count; ++i) {
        if (s->candidates[i].racing && s->candidates[i].race.count <= round) {
            s->order[count++] = i;
        }
    }
    shuffle(s, count);
    for (size_t i = 0; i < count && !s->result->stopped; ++i) {
        s->result->cut = s->result->cut || over(s);
        if (s->result->cut) {
            return 0;
        }
        if (sample(s, s->order[i], 0) != 0) {
            return -1;
        }
    }
    return 0;
}

/* The heuristic's choice stays: it is what the others are compared with. */
static int drop(struct search *s)
{
    const size_t best = best_of(s);
    struct timing_interval top;

    if (best == s->count || s->options->exhaustive) {
        return 0;
    }
    top = interval_of(s, best);
    for (size_t i = 1; i < s->count; ++i) {
        struct search_candidate *c = &s->candidates[i];
        if (i == best || !c->racing || c->race.count == 0) {
            continue;
        }
        if (c->race.count == 1 && c->race.ns[0] > slow * top.median && !s->result->stopped && sample(s, i, 0) != 0) {
            return -1; /* a first sample may be somebody else's fault: the second decides */
        }
        if (c->race.count >= 2 && least(&c->race) > slow * top.median) {
            c->racing = 0;
        }
        if (c->race.count >= JUDGED_SAMPLES && interval_of(s, i).lo > top.hi) {
            c->racing = 0;
        }
    }
    return 0;
}

static void report(struct search *s)
{
    const size_t best = best_of(s);

    if (s->sampler->progress && best < s->count) {
        s->sampler->progress(s->sampler->user, racing(s), best, interval_of(s, best).median, interval_of(s, 0).median);
    }
}

static int race(struct search *s)
{
    const size_t rounds = s->options->exhaustive ? EXHAUSTIVE_SAMPLES : MOST_SAMPLES;

    for (size_t round = 0; round < rounds && !s->result->stopped && !s->result->cut; ++round) {
        if (!s->options->exhaustive && round >= JUDGED_SAMPLES && racing(s) <= FINALISTS) {
            break;
        }
        if (run_round(s, round) != 0 || drop(s) != 0) {
            return -1;
        }
        report(s);
    }
    return 0;
}

/* Rounds of the finalists, each the same number of samples of everybody, in random order. */
static int confirm(struct search *s, const struct finalists *finalists)
{
    for (size_t round = 0; round < FINALISTS_ROUNDS * FINALISTS_SAMPLES; ++round) {
        for (size_t i = 0; i < finalists->count; ++i) {
            s->order[i] = finalists->index[i];
        }
        shuffle(s, finalists->count);
        for (size_t i = 0; i < finalists->count && !s->result->stopped; ++i) {
            if (s->candidates[s->order[i]].racing && sample(s, s->order[i], 1) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

static double copy_median(struct search *s)
{
    size_t count = 0;

    for (size_t i = 0; i < COPY_SAMPLES && !s->result->stopped; ++i) {
        const enum search_answer answer = s->sampler->copy(s->sampler->user, &s->scratch[count]);
        count += answer == SEARCH_OK;
        s->result->stopped = answer == SEARCH_STOPPED;
    }
    return timing_interval(s->scratch, count).median;
}

static int race_and_confirm(struct search *s)
{
    const double before = copy_median(s);
    struct finalists finalists;
    double after;

    if (race(s) != 0 || finalists_choose(s->candidates, s->count, s->scratch, &finalists) != 0) {
        return -1;
    }
    if (finalists.count == 0) {
        return s->result->stopped ? 0 : -1;
    }
    if (!s->result->stopped && confirm(s, &finalists) != 0) {
        return -1;
    }
    if (s->result->stopped) {
        finalists_unconfirmed(s->candidates, &finalists, s->scratch, s->result);
        return 0;
    }
    finalists_judge(s->candidates, &finalists, s->scratch, s->result);
    after = copy_median(s);
    s->result->copy_ns = 0.5 * (before + after);
    s->result->drift = before > 0.0 && after > 0.0 ? fmax(before, after) / fmin(before, after) - 1.0 : 0.0;
    return 0;
}

static void forget_times(struct search *s)
{
    for (size_t i = 0; i < s->count; ++i) {
        s->candidates[i].confirm.count = 0;
        if (s->candidates[i].racing) {
            s->candidates[i].race.count = 0;
        }
    }
}

int search_run(struct search_candidate *candidates, size_t count, const struct search_sampler *sampler,
               const struct search_options *options, struct search_result *result)
{
    struct search s = {candidates, count, sampler, options, result, rng_of("search", options->seed), NULL, NULL};
    int failed = -1;

    memset(result, 0, sizeof(*result));
    s.order = calloc(count + FINALISTS_MOST, sizeof(*s.order));
    s.scratch = calloc(SEARCH_MOST_SAMPLES, sizeof(*s.scratch));
    if (s.order && s.scratch) {
        failed = race_and_confirm(&s);
    }
    if (!failed && result->drift > most_drift && !result->stopped && !result->cut) {
        forget_times(&s);
        failed = race_and_confirm(&s);
    }
    result->noisy = result->drift > most_drift;
    free(s.order);
    free(s.scratch);
    return failed;
}

void search_release(struct search_candidate *candidates, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        free(candidates[i].race.ns);
        free(candidates[i].confirm.ns);
    }
}
