/* SPDX-License-Identifier: Apache-2.0 */
/* The library on a device against results of PyTorch in float64, by every variant of both directions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reference.h"
#include "testing_case.h"
#include "variants.h"
#include "vectors.h"

/* The largest errors of one run, in units of what is allowed. */
struct errors {
    double y, mean, rstd;
};

static void set(struct trial *data, enum slot slot, const double *values)
{
    if (values != NULL) {
        ck_assert_int_eq(trial_set(data, slot, values), CLGN_OK);
    }
}

static void set_inputs(struct trial *data, const struct vector_case *v)
{
    set(data, SLOT_X, v->x);
    set(data, SLOT_GAMMA, v->gamma);
    set(data, SLOT_BETA, v->beta);
    set(data, SLOT_SCALE, v->scale);
    set(data, SLOT_SHIFT, v->shift);
    set(data, SLOT_RESIDUAL, v->residual);
}

static void fetch(const struct trial *data, enum slot slot, double **values)
{
    *values = malloc((data->tensor[slot].elements + 1) * sizeof **values);
    ck_assert_ptr_nonnull(*values);
    trial_get(data, slot, *values);
}

/* The bound comes from the reference, the results from the files. */
static struct errors judge(const struct trial *data, const struct vector_case *v, const struct vector_bounds *b)
{
    const clgn_problem *p = &v->problem;
    struct errors e = {0.0, 0.0, 0.0};
    double *y, *mean, *rstd;

    fetch(data, SLOT_Y, &y);
    fetch(data, SLOT_MEAN, &mean);
    fetch(data, SLOT_RSTD, &rstd);
    for (size_t i = 0; i < data->tensor[SLOT_Y].elements; i++) {
        e.y = fmax(e.y, reference_error(p->x.dtype, y[i], v->y[i], b->y[i]));
    }
    for (size_t i = 0; i < data->tensor[SLOT_MEAN].elements; i++) {
        e.mean = fmax(e.mean, reference_mean_error(p, mean[i], v->mean[i], v->rstd[i]));
        e.rstd = fmax(e.rstd, reference_rstd_error(p, rstd[i], v->rstd[i]));
    }
    free(y);
    free(mean);
    free(rstd);
    return e;
}

/* The largest error of a gradient, in units of its bound; 0 where the case has none. */
static double gradient_error(const struct trial *data, enum slot slot, const double *expected, const double *bound)
{
    double *found, error = 0.0;

    if (expected == NULL) {
        return 0.0;
    }
    fetch(data, slot, &found);
    for (size_t i = 0; i < data->tensor[slot].elements; i++) {
        error = fmax(error, reference_error(data->tensor[slot].dtype, found[i], expected[i], bound[i]));
    }
    free(found);
    return error;
}

/* Plans and runs a problem with the case's inputs; 0 when the pinned variant refuses it. */
static int launch(const struct vector_case *v, const clgn_problem *p, const double *const *statistics,
                  struct trial *data, char *chosen, size_t bytes)
{
    static const enum slot slots[] = {SLOT_MEAN, SLOT_RSTD, SLOT_MEAN_LO};
    struct trial_case tc = {.problem = *p};
    clgn_plan *plan = NULL;
    char text[256] = "";
    clgn_status st;

    testing_forget();
    st = clgn_plan_create(testing.context, p, &plan);
    if (testing_is_refusal(st, p->config)) {
        return 0;
    }
    ck_assert_msg(st == CLGN_OK, "%s: %s: %s", v->name, clgn_status_name(st), testing.message);
    ck_assert_int_eq(testing_trial_create(&tc, data), CLGN_OK);
    set_inputs(data, v);
    if (p->direction == CLGN_BACKWARD) {
        set(data, SLOT_DY, v->dy);
        for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
            set(data, slots[i], statistics[i]);
        }
    }
    ck_assert_int_eq(trial_add_workspace(data, plan), CLGN_OK);
    st = clgn_plan_enqueue(plan, testing.queue, &data->args, 0, NULL, NULL);
    ck_assert_msg(st == CLGN_OK, "%s: %s: %s", v->name, clgn_status_name(st), testing.message);
    ck_assert_msg(trial_read(data, text, sizeof text) == 0, "%s: %s", v->name, text);
    ck_assert_int_eq(clgn_plan_describe(plan, chosen, bytes), CLGN_OK);
    clgn_plan_release(plan);
    return 1;
}

static clgn_problem forward(const struct vector_case *v, const char *pin)
{
    clgn_problem p = v->problem;

    p.config = pin;
    p.write_mean = p.write_rstd = p.mean_lo = 1;
    return p;
}

static int run_forward(const struct vector_case *v, const struct vector_bounds *b, const char *pin)
{
    const clgn_problem p = forward(v, pin);
    static struct trial data;
    char chosen[256] = "";
    struct errors e;

    if (!launch(v, &p, NULL, &data, chosen, sizeof chosen)) {
        return 0;
    }
    e = judge(&data, v, b);
    fprintf(stderr, "%-20s %8.3f %8.3f %8.3f  %s\n", v->name, e.y, e.mean, e.rstd, chosen);
    trial_release(&data);
    ck_assert_msg(e.y <= 1.0 && e.mean <= 1.0 && e.rstd <= 1.0, "%s by %s is beyond the bound", v->name, chosen);
    return 1;
}

static int run_backward(const struct vector_case *v, const struct vector_bounds *b, const double *const *statistics,
                        const char *pin)
{
    const struct reference_gradients *g = &b->gradients;
    static struct trial data;
    clgn_problem p = vector_backward(v);
    char chosen[256] = "";
    double dx, sums, dresidual;

    p.config = pin;
    if (!launch(v, &p, statistics, &data, chosen, sizeof chosen)) {
        return 0;
    }
    dx = gradient_error(&data, SLOT_DX, v->dx, g->dx);
    sums = fmax(fmax(gradient_error(&data, SLOT_DGAMMA, v->dgamma, g->dgamma),
                     gradient_error(&data, SLOT_DBETA, v->dbeta, g->dbeta)),
                fmax(gradient_error(&data, SLOT_DSCALE, v->dscale, g->dscale),
                     gradient_error(&data, SLOT_DSHIFT, v->dshift, g->dshift)));
    dresidual = gradient_error(&data, SLOT_DRESIDUAL, v->dresidual, g->dresidual);
    fprintf(stderr, "%-20s %8.3f %8.3f %8.3f  %s\n", v->name, dx, sums, dresidual, chosen);
    trial_release(&data);
    ck_assert_msg(dx <= 1.0 && sums <= 1.0 && dresidual <= 1.0, "%s by %s is beyond the bound", v->name, chosen);
    return 1;
}

static void read_case(const char *name, struct vector_case *v, struct vector_bounds *b)
{
    char text[512] = "";

    ck_assert_msg(vector_read(name, v, text, sizeof text) == 0, "%s", text);
    ck_assert_int_eq(vector_bounds_create(v, b), 0);
}

START_TEST(test_vector_by_every_variant_is_within_bound)
{
    struct vector_case v;
    struct vector_bounds b;
    int runs = 0;

    read_case(vector_names[_i], &v, &b);
    for (int i = 0; i < VARIANT_PINS; i++) {
        runs += variant_is_given(variant_pin[i]) ? 0 : run_forward(&v, &b, variant_pin[i]);
    }
    vector_bounds_release(&b);
    vector_release(&v);
    ck_assert_int_ge(runs, 2);
}
END_TEST

/* Forward's statistics, as the device wrote them, go to every variant of backward. */
static void run_both(const char *name)
{
    static const enum slot slots[] = {SLOT_MEAN, SLOT_RSTD, SLOT_MEAN_LO};
    static struct trial data;
    struct vector_case v;
    struct vector_bounds b;
    clgn_problem p;
    double *statistics[3];
    char chosen[256];
    int runs = 0;

    read_case(name, &v, &b);
    p = forward(&v, NULL);
    ck_assert_int_eq(launch(&v, &p, NULL, &data, chosen, sizeof chosen), 1);
    for (size_t i = 0; i < 3; i++) {
        fetch(&data, slots[i], &statistics[i]);
    }
    trial_release(&data);
    runs += run_backward(&v, &b, (const double *const *)statistics, NULL);
    for (int i = 0; i < BACKWARD_PINS; i++) {
        if (!variant_is_given(backward_pin[i])) {
            runs += run_backward(&v, &b, (const double *const *)statistics, backward_pin[i]);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        free(statistics[i]);
    }
    vector_bounds_release(&b);
    vector_release(&v);
    ck_assert_int_ge(runs, 2);
}

START_TEST(test_vector_backward_by_every_variant_is_within_bound)
{
    run_both(vector_names[_i]);
}
END_TEST

START_TEST(test_vector_of_batch_norm_in_both_directions_is_within_bound)
{
    struct vector_case v;
    struct vector_bounds b;

    read_case(vector_batch_names[_i], &v, &b);
    ck_assert_int_eq(run_forward(&v, &b, NULL), 1);
    vector_bounds_release(&b);
    vector_release(&v);
    run_both(vector_batch_names[_i]);
}
END_TEST

static int count_of(const char *const *names)
{
    int count = 0;

    while (names[count] != NULL) {
        count++;
    }
    return count;
}

int main(void)
{
    Suite *suite = suite_create("vectors");
    TCase *to = tcase_create("forward"), *fro = tcase_create("backward"), *batch = tcase_create("batch");
    /* A slow device takes half a minute for a program: it is given half of forward and one case backward. */
    const int few = getenv("CLGN_TEST_SMALL") != NULL && getenv("CLGN_TEST_LIMITS") == NULL;

    tcase_add_loop_test(to, test_vector_by_every_variant_is_within_bound, 0, count_of(vector_names) / (few ? 2 : 1));
    tcase_add_loop_test(fro, test_vector_backward_by_every_variant_is_within_bound, 0,
                        few ? 1 : count_of(vector_names));
    tcase_add_loop_test(batch, test_vector_of_batch_norm_in_both_directions_is_within_bound, 0,
                        few ? 1 : count_of(vector_batch_names));
    suite_add_tcase(suite, to);
    suite_add_tcase(suite, fro);
    suite_add_tcase(suite, batch);
    fprintf(stderr, "%-20s %8s %8s %8s  in units of the bound; backward: dx, sums, dresidual\n", "vector", "y", "mean",
            "rstd");
    return testing_run_device_suite(suite, NULL);
}
