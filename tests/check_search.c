/* SPDX-License-Identifier: Apache-2.0 */
/* The race of configurations on times that are made up: with noise, outliers, drift, losses, an end. */
#include "search.h"

#include <stdio.h>
#include <string.h>

#include "finalists.h"
#include "testing.h"

enum { MOST = 64, SEEDS = 40 };

/* A device whose configurations have known times. */
struct world {
    double ns[MOST];
    const char *config[MOST];
    size_t count;
    double noise;    /* standard deviation, relative */
    double outliers; /* share of samples that take 2 to 4 times as long */
    double drift;    /* by which a sample makes all later ones longer, relative */
    double jump;     /* by which everything is longer from the 41st sample on, relative */
    size_t lost[2];  /* candidates that cannot be measured, 0: none; MOST: the heuristic's choice */
    size_t stop;     /* behind which sample everything stops; 0: never */
    struct rng rng;
    size_t samples; /* taken, copies not counted */
    double clock;
    size_t reports;
};

static double disturbed(struct world *w, double ns)
{
    double factor = 1.0 + w->noise * rng_normal(&w->rng);

    factor *= rng_uniform(&w->rng, 0.0, 1.0) < w->outliers ? rng_uniform(&w->rng, 2.0, 4.0) : 1.0;
    factor *= 1.0 + w->drift * (double)w->samples;
    factor *= w->samples >= 40 ? 1.0 + w->jump : 1.0;
    w->clock += ns * factor;
    return ns * factor;
}

static enum search_answer sample(void *user, size_t candidate, int confirming, double *ns)
{
    struct world *w = user;

    (void)confirming;
    if (w->stop && w->samples >= w->stop) {
        return SEARCH_STOPPED;
    }
    for (int i = 0; i < 2; ++i) {
        if (w->lost[i] && w->lost[i] % MOST == candidate) {
            return SEARCH_LOST;
        }
    }
    *ns = disturbed(w, w->ns[candidate]);
    w->samples++;
    return SEARCH_OK;
}

static enum search_answer copy(void *user, double *ns)
{
    *ns = disturbed(user, 50.0);
    return SEARCH_OK;
}

static double now(void *user)
{
    return ((struct world *)user)->clock;
}

static void progress(void *user, size_t racing, size_t best, double ns, double base_ns)
{
    struct world *w = user;

    ck_assert_uint_ge(racing, 1);
    ck_assert_uint_lt(best, w->count);
    ck_assert_double_gt(ns, 0.0);
    ck_assert(base_ns > 0.0 || w->lost[0] == MOST);
    w->reports++;
}

/* The heuristic's choice at 100 ns, others up to 400. */
static struct world world_of(int seed, size_t count)
{
    static const char *const names[] = {"h", "m", "b", "k", "d", "z", "a", "q", "c", "y", "e", "w"};
    struct world w = {.count = count, .noise = 0.01, .outliers = 0.03, .rng = rng_of("world", (uint64_t)seed)};

    for (size_t i = 0; i < count; ++i) {
        w.ns[i] = i == 0 ? 100.0 : rng_uniform(&w.rng, 95.0, 400.0);
        w.config[i] = i < sizeof(names) / sizeof(names[0]) ? names[i] : "x";
    }
    return w;
}

struct race {
    struct search_candidate candidates[MOST];
    struct search_result result;
};

static int run(struct world *w, struct race *race, const struct search_options *options)
{
    const struct search_sampler sampler = {w, sample, copy, now, progress};

    for (size_t i = 0; i < w->count; ++i) {
        race->candidates[i].config = w->config[i];
        race->candidates[i].racing = 1;
    }
    return search_run(race->candidates, w->count, &sampler, options, &race->result);
}

static struct search_result search(struct world *w, int seed)
{
    const struct search_options options = {.seed = (uint64_t)seed};
    struct race race = {0};

    ck_assert_int_eq(run(w, &race, &options), 0);
    ck_assert_uint_ge(w->reports, 1);
    search_release(race.candidates, w->count);
    return race.result;
}

/* ---- who wins ---- */

START_TEST(test_clear_best_is_found)
{
    struct world w = world_of(_i, 60);
    struct search_result r;

    w.ns[37] = 80.0;
    r = search(&w, _i);
    ck_assert_uint_eq(r.winner, 37);
    ck_assert_double_eq_tol(r.ns.median, 80.0, 2.0);
    ck_assert_double_eq_tol(r.base.median, 100.0, 3.0);
    ck_assert_uint_eq(r.ns.samples, FINALISTS_ROUNDS * FINALISTS_SAMPLES);
    ck_assert(!r.noisy && !r.cut && !r.stopped);
    ck_assert_uint_lt(w.samples, 60 * 6); /* most left early */
}
END_TEST

START_TEST(test_near_seconds_then_nearly_the_best_is_taken)
{
    struct world w = world_of(_i, 40);
    struct search_result r;

    w.ns[5] = 80.0;
    w.ns[6] = 82.4; /* 3 % more */
    w.ns[7] = 86.0;
    r = search(&w, _i);
    ck_assert_msg(r.winner == 5 || r.winner == 6, "%zu", r.winner);
}
END_TEST

START_TEST(test_gain_inside_the_noise_then_the_heuristic_stays)
{
    struct world w = world_of(_i, 12);

    w.noise = 0.03;
    for (size_t i = 1; i < w.count; ++i) {
        w.ns[i] = 99.0 + 0.2 * (double)i;
    }
    ck_assert_uint_eq(search(&w, _i).winner, 0);
}
END_TEST

START_TEST(test_gain_below_two_percent_then_the_heuristic_stays)
{
    struct world w = world_of(_i, 12);

    w.noise = 0.001;
    w.outliers = 0.0;
    for (size_t i = 1; i < w.count; ++i) {
        w.ns[i] = 110.0;
    }
    w.ns[3] = 98.5;
    ck_assert_uint_eq(search(&w, _i).winner, 0);
    w.ns[3] = 96.5;
    ck_assert_uint_eq(search(&w, _i).winner, 3);
}
END_TEST

START_TEST(test_ties_then_the_least_text_wins)
{
    struct world w = world_of(_i, 12);

    w.noise = 0.003;
    w.outliers = 0.01;
    for (size_t i = 4; i < 11; ++i) {
        w.ns[i] = 80.0;
    }
    ck_assert_str_eq(w.config[search(&w, _i).winner], "a");
}
END_TEST

/* ---- who is measured how often ---- */

START_TEST(test_slow_ones_leave_after_two_samples)
{
    const struct search_options options = {.seed = (uint64_t)_i};
    struct world w = world_of(_i, 12);
    struct race race = {0};

    w.noise = 0.01;
    w.outliers = 0.0;
    for (size_t i = 1; i < w.count; ++i) {
        w.ns[i] = i % 2 ? 200.0 : 120.0;
    }
    w.ns[2] = 100.0;
    ck_assert_int_eq(run(&w, &race, &options), 0);
    for (size_t i = 1; i < w.count; ++i) {
        const size_t samples = race.candidates[i].race.count;
        if (i != 2) {
            ck_assert_msg(samples == (i % 2 ? 2 : 5), "%zu: %zu samples", i, samples);
        }
    }
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_exhaustive_then_nobody_leaves)
{
    const struct search_options options = {.seed = 1, .exhaustive = 1};
    struct world w = world_of(1, 30);
    struct race race = {0};

    ck_assert_int_eq(run(&w, &race, &options), 0);
    for (size_t i = 0; i < w.count; ++i) {
        ck_assert_uint_eq(race.candidates[i].race.count, 9);
    }
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_samples_of_an_earlier_run_are_not_taken_again)
{
    const struct search_options options = {.seed = 1, .exhaustive = 1};
    struct world w = world_of(1, 30);
    struct race race = {0};

    for (size_t i = 0; i < w.count; ++i) {
        for (size_t k = 0; k < i % 10; ++k) {
            ck_assert_int_eq(search_add(&race.candidates[i].race, w.ns[i]), 0);
        }
    }
    ck_assert_int_eq(run(&w, &race, &options), 0);
    /* 30 of 9 samples, less those that were there, and the confirmation. */
    ck_assert_uint_eq(w.samples, 30 * 9 - 3 * 45 + FINALISTS_MOST * FINALISTS_ROUNDS * FINALISTS_SAMPLES);
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_seed_decides_the_order_alone)
{
    struct world a = world_of(1, 30), b = world_of(1, 30), c = world_of(1, 30);

    a.outliers = b.outliers = c.outliers = 0.2;
    ck_assert_double_eq(search(&a, 1).ns.median, search(&b, 1).ns.median);
    ck_assert_double_ne(search(&c, 2).ns.median, search(&b, 1).ns.median);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(test_steady_drift_then_the_best_is_found_and_noisy)
{
    struct world w = world_of(_i, 30);
    struct search_result r;

    w.ns[9] = 75.0;
    w.drift = 0.003;
    r = search(&w, _i);
    ck_assert_uint_eq(r.winner, 9);
    ck_assert(r.noisy);
    ck_assert_double_gt(r.drift, 0.05);
}
END_TEST

START_TEST(test_jump_then_repeated_and_not_noisy)
{
    struct world w = world_of(_i, 30), still = world_of(_i, 30);
    struct search_result r;

    w.outliers = still.outliers = 0.0;
    w.ns[9] = still.ns[9] = 75.0;
    w.jump = 0.3;
    r = search(&w, _i);
    ck_assert_uint_eq(r.winner, 9);
    ck_assert(!r.noisy);
    ck_assert_double_eq_tol(r.ns.median, 75.0 * 1.3, 2.0);
    search(&still, _i);
    ck_assert_uint_gt(w.samples, still.samples);
}
END_TEST

START_TEST(test_lost_candidates_leave_the_others_in_the_race)
{
    struct world w = world_of(_i, 30);

    w.ns[9] = 60.0;
    w.ns[11] = 80.0;
    w.lost[0] = 9;
    ck_assert_uint_eq(search(&w, _i).winner, 11);
    w.lost[1] = 2;
    ck_assert_uint_eq(search(&w, _i).winner, 11);
}
END_TEST

START_TEST(test_heuristics_choice_lost_then_the_best_of_the_others)
{
    struct world w = world_of(_i, 30);

    w.ns[9] = 120.0;
    for (size_t i = 1; i < w.count; ++i) {
        w.ns[i] = i == 9 ? 120.0 : 150.0;
    }
    w.lost[0] = MOST;
    ck_assert_uint_eq(search(&w, _i).winner, 9);
}
END_TEST

START_TEST(test_all_lost_then_an_error)
{
    const struct search_options options = {.seed = 1};
    struct world w = world_of(1, 2);
    struct race race = {0};

    w.lost[0] = MOST;
    w.lost[1] = 1;
    ck_assert_int_eq(run(&w, &race, &options), -1);
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_stopped_then_the_best_so_far)
{
    const struct search_options options = {.seed = 3};
    struct world w = world_of(3, 30);
    struct race race = {0};

    w.outliers = 0.0;
    w.ns[9] = 70.0;
    w.stop = 31;
    ck_assert_int_eq(run(&w, &race, &options), 0);
    ck_assert(race.result.stopped);
    ck_assert_uint_eq(race.result.winner, 9);
    ck_assert_uint_eq(w.samples, 31);
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_stopped_before_the_first_sample_then_nothing)
{
    const struct search_options options = {.seed = 3};
    struct world w = world_of(3, 4);
    struct race race = {0};

    for (size_t i = 0; i < 4; ++i) {
        w.ns[i] = 1.0;
    }
    w.samples = 1;
    w.stop = 1;
    ck_assert_int_eq(run(&w, &race, &options), 0);
    ck_assert(race.result.stopped);
    ck_assert_uint_eq(race.result.ns.samples, 0);
    search_release(race.candidates, w.count);
}
END_TEST

START_TEST(test_deadline_then_confirmed_from_what_there_is)
{
    const struct search_options options = {.seed = 3, .deadline = 60.0 * 250.0};
    struct world w = world_of(3, 60);
    struct race race = {0};

    w.ns[9] = 70.0;
    ck_assert_int_eq(run(&w, &race, &options), 0);
    ck_assert(race.result.cut && !race.result.stopped);
    ck_assert_uint_eq(race.result.winner, 9);
    ck_assert_uint_eq(race.result.ns.samples, FINALISTS_ROUNDS * FINALISTS_SAMPLES);
    search_release(race.candidates, w.count);
}
END_TEST

int main(void)
{
    const struct testing_loop loops[] = {
        {"best", test_clear_best_is_found, 0, SEEDS},
        {"near", test_near_seconds_then_nearly_the_best_is_taken, 0, SEEDS},
        {"noise", test_gain_inside_the_noise_then_the_heuristic_stays, 0, 2 * SEEDS},
        {"gain", test_gain_below_two_percent_then_the_heuristic_stays, 0, SEEDS},
        {"ties", test_ties_then_the_least_text_wins, 0, SEEDS},
        {"slow", test_slow_ones_leave_after_two_samples, 0, SEEDS},
        {"drift", test_steady_drift_then_the_best_is_found_and_noisy, 0, SEEDS},
        {"jump", test_jump_then_repeated_and_not_noisy, 0, SEEDS},
        {"lost", test_lost_candidates_leave_the_others_in_the_race, 0, SEEDS},
        {"base", test_heuristics_choice_lost_then_the_best_of_the_others, 0, SEEDS},
        {"exhaustive", test_exhaustive_then_nobody_leaves, 0, 1},
        {"resumed", test_samples_of_an_earlier_run_are_not_taken_again, 0, 1},
        {"seed", test_seed_decides_the_order_alone, 0, 1},
        {"all lost", test_all_lost_then_an_error, 0, 1},
        {"stopped", test_stopped_then_the_best_so_far, 0, 1},
        {"at once", test_stopped_before_the_first_sample_then_nothing, 0, 1},
        {"deadline", test_deadline_then_confirmed_from_what_there_is, 0, 1},
    };
    Suite *suite = suite_create("search");

    testing_add_loops(suite, loops, sizeof(loops) / sizeof(loops[0]), 1);
    return testing_run_host_suite(suite);
}
