/* SPDX-License-Identifier: Apache-2.0 */
/* Backward where every term of a sum has one sign and one size: a sum of equal terms loses the same bits in every
 * addition, the most that rounding can do to it (docs/numerics.md). By the library's own numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "reference_backward.h"
#include "testing_case.h"
#include "variants.h"

struct shape {
    size_t n, c, s, groups; /* s = 0: no spatial axes */
};

static const struct shape shapes[] = {{2, 16, 5000, 2}, {1, 64, 3001, 8}, {2, 16384, 0, 1}, {3, 8, 2048, 8}};

/* Of which 256, 32, 128 and 64 lose the most when they are added one after the other, and what a mean over ten gives.
 */
static const double terms[] = {1.98518372, 1.88252068, 1.96985626, 1.9396019, 0.1, 0.1};

enum { SHAPES = (int)(sizeof shapes / sizeof shapes[0]), TERMS = (int)(sizeof terms / sizeof terms[0]) };

/* What x (NULL: as it is) and dy become. */
struct values {
    double *x, *dy;
};

static struct values values_create(const clgn_problem *p)
{
    const size_t count = p->n * p->c * reference_spatial(p);
    struct values v = {malloc(count * sizeof(double)), malloc(count * sizeof(double))};

    ck_assert(v.x != NULL && v.dy != NULL);
    return v;
}

static void values_release(struct values v)
{
    free(v.x);
    free(v.dy);
}

/* Another x has other statistics. */
static clgn_status set_x(struct trial *data, const double *x)
{
    clgn_status st = trial_set(data, SLOT_X, x);

    st = st == CLGN_OK && trial_fill_statistics(data) != 0 ? CLGN_ERR_MEMORY : st;
    for (int i = SLOT_MEAN; i <= SLOT_RSTD && st == CLGN_OK; i++) {
        const struct trial_tensor *t = &data->tensor[i];
        double *values = malloc((t->elements + 1) * sizeof *values);

        ck_assert_ptr_nonnull(values);
        for (size_t k = 0; k < t->elements; k++) {
            values[k] = t->values[k];
        }
        st = trial_set(data, (enum slot)i, values);
        free(values);
    }
    return st;
}

static clgn_status run_on(const struct trial_case *tc, clgn_plan *plan, struct trial *data, const double *x,
                          const double *dy)
{
    clgn_status st = testing_trial_create(tc, data);

    st = st == CLGN_OK ? trial_set(data, SLOT_DY, dy) : st;
    st = st == CLGN_OK && x != NULL ? set_x(data, x) : st;
    st = st == CLGN_OK ? trial_add_workspace(data, plan) : st;
    return st == CLGN_OK ? clgn_plan_enqueue(plan, testing.queue, &data->args, 0, NULL, NULL) : st;
}

/* Returns whether the variant can compute it. */
static int check(const struct trial_case *tc, const double *x, const double *dy)
{
    static struct trial data;
    char text[1024] = "";
    char chosen[256] = "no plan";
    clgn_plan *plan = NULL;
    clgn_status st;
    int right;

    testing_forget();
    st = clgn_plan_create(testing.context, &tc->problem, &plan);
    if (testing_is_refusal(st, tc->problem.config)) {
        return 0;
    }
    ck_assert_msg(st == CLGN_OK, "plan: %s", testing.message);
    st = run_on(tc, plan, &data, x, dy);
    ck_assert_msg(st == CLGN_OK, "%s", testing.message);
    (void)clgn_plan_describe(plan, chosen, sizeof chosen);
    right = trial_check(&data, text, sizeof text) == 0;
    trial_release(&data);
    clgn_plan_release(plan);
    ck_assert_msg(right, "%s with dy %.9g first: %s", chosen, dy[0], text);
    return 1;
}

static struct trial_case case_of(const struct shape *sh, const char *pin)
{
    struct trial_case tc = {.problem = testing_problem(sh->n, sh->c, sh->s, sh->groups)};
    clgn_problem *p = &tc.problem;

    p->direction = CLGN_BACKWARD;
    p->config = pin;
    p->beta = CLGN_DTYPE_F32;
    p->dbeta = CLGN_GRADIENT_WRITE;
    variant_suit(p, pin);
    return tc;
}

/* Whether a channel is in the upper half of its group. */
static int is_upper(const clgn_problem *p, size_t c)
{
    const size_t cg = p->c / reference_groups(p);

    return cg > 1 ? c % cg >= cg / 2 : (int)(c % 2);
}

/* dy is the term everywhere; or its sign is x's, and x is the term or its opposite, half of the channels each. */
static int check_term(const struct trial_case *tc, double term, int halves)
{
    const clgn_problem *p = &tc->problem;
    const size_t s = reference_spatial(p);
    const struct values v = values_create(p);
    int done;

    for (size_t i = 0; i < p->n * p->c * s; i++) {
        v.x[i] = v.dy[i] = halves && is_upper(p, i / s % p->c) ? -term : term;
    }
    done = check(tc, halves ? v.x : NULL, v.dy);
    values_release(v);
    return done;
}

START_TEST(test_sums_of_equal_terms_are_within_bound)
{
    const int at = _i / SHAPES;
    const char *pin = at < BACKWARD_PINS ? backward_pin[at] : NULL;
    struct trial_case tc = case_of(&shapes[_i % SHAPES], pin);
    const int computed = tc.problem.stats == CLGN_STATS_COMPUTE;
    unsigned count = 0;

    for (int layout = 0; layout < 2; layout++) {
        tc.problem.x.layout = tc.problem.y.layout = layout ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        for (int k = 0; k < TERMS; k++) {
            /* gamma would make other terms of them where a row has many channels. */
            tc.problem.gamma = k % 2 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
            tc.problem.dgamma = k % 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
            count += (unsigned)check_term(&tc, terms[k], 0);
            count += (unsigned)check_term(&tc, terms[k], computed);
        }
    }
    fprintf(stderr, "%-12s %u right\n", pin != NULL ? pin : "unpinned", count);
}
END_TEST

/* The low part of the mean is as good as the sum of v - mean: equal terms again, of which half lose much. Gradients
 * meet a mean only, so that nothing but the low part reaches the outlier. */
START_TEST(test_low_part_of_mean_reaches_outlier_within_bound)
{
    struct trial_case tc = {.problem = testing_problem(1, 8, 5000, 1)};
    clgn_problem *p = &tc.problem;
    struct values v = values_create(p);

    p->direction = CLGN_BACKWARD;
    p->gamma = p->beta = CLGN_DTYPE_NONE;
    p->config = _i < BACKWARD_PINS ? backward_pin[_i] : NULL;
    for (size_t i = 0; i < 40000; i++) {
        v.x[i] = i / 5000 < 3 ? 1.88252068 : i / 5000 < 6 ? -1.0 : 0.4466;
        v.dy[i] = i / 5000 < 6 ? 0.0 : 1.0;
    }
    v.x[0] = 260.0;
    for (int layout = 0; layout < 2 && (p->config == NULL || strcmp(p->config, "bwd_batch") != 0); layout++) {
        p->x.layout = p->y.layout = layout ? CLGN_LAYOUT_LAST : CLGN_LAYOUT_FIRST;
        (void)check(&tc, v.x, v.dy);
    }
    values_release(v);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("one-signed");
    TCase *terms_case = tcase_create("equal terms"), *low = tcase_create("low part");
    const int small = getenv("CLGN_TEST_SMALL") != NULL;

    /* A slow device takes half a minute for a program. */
    tcase_add_loop_test(terms_case, test_sums_of_equal_terms_are_within_bound, 0,
                        small ? 0 : SHAPES * (BACKWARD_PINS + 1));
    tcase_add_loop_test(low, test_low_part_of_mean_reaches_outlier_within_bound, small ? BACKWARD_PINS : 0,
                        BACKWARD_PINS + 1);
    suite_add_tcase(suite, terms_case);
    suite_add_tcase(suite, low);
    return testing_run_device_suite(suite, testing_report_errors);
}
