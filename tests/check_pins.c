/* SPDX-License-Identifier: Apache-2.0 */
/* Every tunable number of every variant, drawn at random from its range: whatever is accepted computes right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"
#include "testing_case.h"
#include "variant.h"
#include "variants.h"

struct range {
    const char *name;
    long least, most;
    int power;
};

static const struct range ranges[] = {
#define CLGN_PARAM(name, upper, least, most, rule, macro) {#name, least, most, rule == CLGN_RULE_POWER},
#include "params.inc"
#undef CLGN_PARAM
};

static const struct clgn_variant *const variants[] = {
#define CLGN_FORWARD_VARIANT(name) &clgn_##name,
#define CLGN_BATCH_VARIANT(name)
#define CLGN_BACKWARD_VARIANT(name)
#include "variants.inc"
#undef CLGN_FORWARD_VARIANT
#undef CLGN_BATCH_VARIANT
#undef CLGN_BACKWARD_VARIANT
};

enum { RANGES = (int)(sizeof ranges / sizeof ranges[0]), DRAWS = 40 };

/* A slow device takes half a minute to compile a program of long vectors. */
static long most_of(const struct range *r)
{
    if (testing.small && strcmp(r->name, "vec") == 0) {
        return 4;
    }
    return testing.tiny && r->most > 64 ? 64 : r->most;
}

/* Small values are likelier: they are where the edges are, and large work-groups are slow on a CPU. */
static long draw(struct rng *rng, const struct range *r)
{
    const long most = most_of(r);

    if (r->power) {
        long value = r->least;

        while (value < most && value < 1024 && rng_below(rng, 4) != 0) {
            value *= 2;
        }
        return value;
    }
    return r->least + (long)rng_below(rng, (size_t)(most - r->least < 7 ? most - r->least + 1 : 8));
}

/* One to four params that the variant has, each once. */
static void draw_pin(struct rng *rng, const struct clgn_variant *variant, char *text, size_t bytes)
{
    size_t at = (size_t)snprintf(text, bytes, "%s", variant->name);
    unsigned taken = ~variant->uses | 1u << CLGN_P_SG; /* sub-groups: only where the device has them */

    for (size_t k = 1 + rng_below(rng, 4); k > 0; k--) {
        const size_t i = rng_below(rng, RANGES);

        if (!(taken >> i & 1u)) {
            taken |= 1u << i;
            at += (size_t)snprintf(text + at, bytes - at, ",%s=%ld", ranges[i].name, draw(rng, &ranges[i]));
        }
    }
}

static void draw_problem(struct rng *rng, clgn_problem *p)
{
    static const size_t channels[] = {1, 2, 3, 5, 8, 10, 12, 17, 64};
    const size_t groups = 1 + rng_below(rng, 5);

    p->groups = groups;
    p->c = groups * channels[rng_below(rng, 9)];
    p->n = 1 + rng_below(rng, 3);
    p->spatial[0] = rng_below(rng, 3) == 0 ? 1 + rng_below(rng, 9) : 1 + rng_below(rng, 300);
    p->x.layout = (clgn_layout)rng_below(rng, 2);
    p->y.layout = rng_below(rng, 4) == 0 ? (clgn_layout)rng_below(rng, 2) : p->x.layout;
    p->x.dtype = rng_below(rng, 2) ? CLGN_DTYPE_F32 : CLGN_DTYPE_F16;
    p->skip = rng_below(rng, 4) == 0 ? CLGN_SKIP_PER_CHANNEL : CLGN_SKIP_NONE;
}

START_TEST(test_pin_drawn_at_random_is_refused_or_right)
{
    const char *variant = variant_pin[1 + _i];
    char seed[64], pin[256];
    struct rng rng;

    snprintf(seed, sizeof seed, "pins of %s", variant);
    rng = testing_rng_of(seed);
    testing_tally_begin();
    for (int i = 0; i < (testing.tiny || testing.small ? 3 : DRAWS); i++) {
        struct trial_case tc = {.problem = testing_problem(1, 1, 1, 1)};

        draw_pin(&rng, variants[_i], pin, sizeof pin);
        draw_problem(&rng, &tc.problem);
        tc.problem.config = pin;
        tc.problem.stats = variant_is_given(variant) ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        tc.problem.write_rstd = tc.problem.stats == CLGN_STATS_COMPUTE;
        tc.pattern = i % 3 == 1 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        tc.offset = rng_below(&rng, 3) == 0 ? 1 + rng_below(&rng, 3) : 0;
        tc.y_is_x = i % 5 == 0 && tc.problem.x.layout == tc.problem.y.layout;
        (void)testing_case_try(&tc);
    }
    testing_tally_end(variant, testing.tiny || testing.small ? 0 : DRAWS / 4);
}
END_TEST

/* Each param alone at its ends: the smallest and the largest value are the likeliest to be forgotten. */
START_TEST(test_pin_at_the_ends_of_a_range_is_refused_or_right)
{
    const char *variant = variant_pin[1 + _i / RANGES];
    const struct range *r = &ranges[_i % RANGES];
    const long values[2] = {r->least, most_of(r)};
    char pin[256];

    ck_assert_ptr_nonnull(variant);
    if (testing.small && _i % (RANGES + 1) != 0) { /* a slow device: another param of each variant */
        return;
    }
    testing_tally_begin();
    for (int i = 0; i < 4; i++) {
        struct trial_case tc = {.problem = testing_problem(2, 24, 75, 2)};

        snprintf(pin, sizeof pin, "%s,%s=%ld", variant, r->name, values[i % 2]);
        tc.problem.config = pin;
        tc.problem.x.layout = tc.problem.y.layout = i / 2 ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        tc.problem.stats = variant_is_given(variant) ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        (void)testing_case_try(&tc);
    }
    testing_tally_end(pin, 0);
}
END_TEST

/* What happens beside x's way to y. */
static void dress(clgn_problem *p, int kind)
{
    p->act = kind % 2 ? CLGN_ACT_SILU : CLGN_ACT_NONE;
    p->residual = kind == 1;
    p->write_mean = p->write_rstd = kind != 1;
    p->skip = kind == 2 ? CLGN_SKIP_FULL : CLGN_SKIP_NONE;
    p->sum = kind == 2;
    p->scale = p->shift = kind == 3 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
}

/* Where the data lie, and what they are. */
static void place(struct trial_case *tc, int kind)
{
    tc->pattern = kind == 1 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
    tc->offset = kind == 2 ? 1 : 0;
    tc->y_is_x = kind == 3 && !tc->problem.residual;
    tc->residual_is_y = kind == 3 && tc->problem.residual;
}

/* Moments of the next unit during output: rows that vectors divide or cross, several chunks, a last unit alone. */
START_TEST(test_pin_that_takes_moments_ahead_is_right)
{
    static const size_t pixels[] = {49, 64, 83, 300};
    static const char *const rest[] = {"per=5,vec=16,chunk=64,unroll=2", "per=2,vec=8,chunk=16,unroll=1", "per=100",
                                       "per=3,vec=4,chunk=16384,unroll=4"};
    const int slow = testing.tiny || testing.small;
    char pin[128];

    testing_tally_begin();
    for (int i = 0; i < 16; i++) {
        struct trial_case tc = {.problem = testing_problem(2, 24, pixels[i / 4], 8)};
        const int which = (i + i / 4) % 4;

        if (slow && (which < 3 || _i > 0)) {
            continue;
        }
        snprintf(pin, sizeof pin, "fwd_rows,ahead=%d,%s", which % 2 ? 1024 : 1, rest[which]);
        tc.problem.config = pin;
        tc.problem.x.dtype = tc.problem.y.dtype = (clgn_dtype)(CLGN_DTYPE_F32 + _i % 3);
        dress(&tc.problem, _i);
        place(&tc, i % 4);
        (void)testing_case_try(&tc);
    }
    testing_tally_end("ahead", !slow ? 16 : _i > 0 ? 0 : 4);
}
END_TEST

/* Many vectors of short channels in a chunk, on data that sums with many terms get wrong. */
START_TEST(test_pin_that_takes_moments_ahead_keeps_digits_of_short_channels)
{
    static const size_t shapes[][3] = {{512, 49, 8}, {480, 64, 8}, {2048, 4, 2}};
    static const char *const pins[] = {"fwd_rows,ahead=1,per=8,vec=16,unroll=4,chunk=4096",
                                       "fwd_rows,ahead=1,per=8,vec=8,unroll=8,chunk=4096"};
    const int slow = testing.tiny || testing.small;

    testing_tally_begin();
    for (int i = 0; i < 3 * TRIAL_PATTERNS; i++) {
        const size_t *sh = shapes[i / TRIAL_PATTERNS];
        struct trial_case tc = {.problem = testing_problem(1, sh[0], sh[1], sh[2])};

        if (slow && (i > 0 || _i > 0)) {
            continue;
        }
        tc.problem.config = pins[_i];
        tc.problem.write_mean = tc.problem.write_rstd = 1;
        tc.pattern = (enum trial_pattern)(i % TRIAL_PATTERNS);
        (void)testing_case_try(&tc);
    }
    testing_tally_end("short", slow ? 0 : 3 * TRIAL_PATTERNS);
}
END_TEST

/* Small units at once: points and runs, whole gangs and others, a last vector of a unit that is partial. */
START_TEST(test_pin_that_takes_small_units_at_once_is_right)
{
    static const size_t shapes[][4] = {{5, 96, 0, 3}, {3, 264, 0, 8}, {2, 24, 49, 8}, {40, 40, 0, 5}};
    static const char *const rest[] = {"per=16,vec=8", "per=100,vec=4,unroll=1", "per=7,vec=8,unroll=2",
                                       "per=33,vec=2"};
    const int slow = testing.tiny || testing.small;
    char pin[128];

    testing_tally_begin();
    for (int i = 0; i < 16; i++) {
        const size_t *sh = shapes[i / 4];
        struct trial_case tc = {.problem = testing_problem(sh[0], sh[1], sh[2], sh[3])};
        const int which = (i + i / 4) % 4;

        if (slow && (which < 3 || _i > 0)) {
            continue;
        }
        snprintf(pin, sizeof pin, "fwd_rows,gang=1,%s", i / 4 < 2 && which == 0 ? "vec=16" : rest[which]);
        tc.problem.config = pin;
        tc.problem.x.dtype = tc.problem.y.dtype = (clgn_dtype)(CLGN_DTYPE_F32 + (_i + i / 8) % 4);
        dress(&tc.problem, _i);
        tc.problem.rms = i % 8 == 5;
        tc.problem.write_mean = tc.problem.write_mean && !tc.problem.rms;
        place(&tc, i % 4);
        (void)testing_case_try(&tc);
    }
    testing_tally_end("gang", !slow ? 16 : _i > 0 ? 0 : 4);
}
END_TEST

/* Vectors that reach over several channels, whole ones and parts, in every variant that walks runs. */
START_TEST(test_pin_of_vectors_over_many_channels_is_right)
{
    static const size_t pixels[] = {2, 3, 4, 5, 7};
    static const char *const pins[] = {"fwd_rows,vec=16", "fwd_rows,vec=8,gang=1,per=9",
                                       "fwd_rows,vec=16,ahead=1,per=3", "fwd_onepass,wgs=8,vec=4",
                                       "fwd_twopass,wgs=1,vec=16,slices=2"};
    const int slow = testing.tiny || testing.small;

    testing_tally_begin();
    for (int i = 0; i < 5; i++) {
        struct trial_case tc = {.problem = testing_problem(3, 40, pixels[i], 4)};

        if (slow && i != _i) {
            continue;
        }
        tc.problem.config = slow ? "fwd_onepass,wgs=8,vec=4" : pins[_i];
        tc.problem.x.dtype = tc.problem.y.dtype = i % 2 ? CLGN_DTYPE_F16 : CLGN_DTYPE_F32;
        dress(&tc.problem, i % 4);
        tc.pattern = i == 2 ? TRIAL_LARGE_MEAN : TRIAL_NORMAL;
        (void)testing_case_try(&tc);
    }
    testing_tally_end("over", slow ? 1 : 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pins");
    TCase *random = tcase_create("random"), *ends = tcase_create("ends"), *ahead = tcase_create("ahead");
    TCase *gang = tcase_create("gang"), *over = tcase_create("over");
    TCase *brief = tcase_create("short");

    tcase_add_loop_test(random, test_pin_drawn_at_random_is_refused_or_right, 0, VARIANT_PINS - 1);
    tcase_add_loop_test(ends, test_pin_at_the_ends_of_a_range_is_refused_or_right, 0, (VARIANT_PINS - 1) * RANGES);
    tcase_add_loop_test(ahead, test_pin_that_takes_moments_ahead_is_right, 0, 4);
    tcase_add_loop_test(gang, test_pin_that_takes_small_units_at_once_is_right, 0, 4);
    tcase_add_loop_test(over, test_pin_of_vectors_over_many_channels_is_right, 0, 5);
    tcase_add_loop_test(brief, test_pin_that_takes_moments_ahead_keeps_digits_of_short_channels, 0, 2);
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, ends);
    suite_add_tcase(suite, ahead);
    suite_add_tcase(suite, gang);
    suite_add_tcase(suite, over);
    suite_add_tcase(suite, brief);
    return testing_run_device_suite(suite, testing_report_errors);
}
