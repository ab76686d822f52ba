/* SPDX-License-Identifier: Apache-2.0 */
/* The library on a device against results of PyTorch in float64, by every variant. */
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

static void set(struct testing_data *data, enum testing_slot slot, const double *values)
{
    if (values != NULL) {
        ck_assert_int_eq(testing_data_set(data, slot, values), CLGN_OK);
    }
}

static void set_inputs(struct testing_data *data, const struct vector_case *v)
{
    set(data, TESTING_X, v->x);
    set(data, TESTING_GAMMA, v->gamma);
    set(data, TESTING_BETA, v->beta);
    set(data, TESTING_SCALE, v->scale);
    set(data, TESTING_SHIFT, v->shift);
    set(data, TESTING_RESIDUAL, v->residual);
}

static void fetch(const struct testing_data *data, enum testing_slot slot, double **values)
{
    *values = malloc((data->tensor[slot].elements + 1) * sizeof **values);
    ck_assert_ptr_nonnull(*values);
    testing_data_get(data, slot, *values);
}

/* The bound comes from the reference, the results from the files. */
static struct errors judge(const struct testing_data *data, const struct vector_case *v)
{
    const clgn_problem *p = &v->problem;
    const struct reference_tensors in = {
        .x = v->x, .gamma = v->gamma, .beta = v->beta, .scale = v->scale, .shift = v->shift, .residual = v->residual};
    const size_t full = data->tensor[TESTING_Y].elements;
    struct reference_result out = {.bound = malloc(full * sizeof(double))};
    struct errors e = {0.0, 0.0, 0.0};
    double *y, *mean, *rstd;

    ck_assert_ptr_nonnull(out.bound);
    ck_assert_int_eq(reference_forward(p, &in, &out), 0);
    fetch(data, TESTING_Y, &y);
    fetch(data, TESTING_MEAN, &mean);
    fetch(data, TESTING_RSTD, &rstd);
    for (size_t i = 0; i < full; i++) {
        e.y = fmax(e.y, reference_error(p->x.dtype, y[i], v->y[i], out.bound[i]));
    }
    for (size_t i = 0; i < data->tensor[TESTING_MEAN].elements; i++) {
        e.mean = fmax(e.mean, reference_mean_error(p, mean[i], v->mean[i], v->rstd[i]));
        e.rstd = fmax(e.rstd, reference_rstd_error(p, rstd[i], v->rstd[i]));
    }
    free(out.bound);
    free(y);
    free(mean);
    free(rstd);
    return e;
}

/* 0 when the pinned variant refuses the problem. */
static int run(const struct vector_case *v, const char *pin)
{
    struct testing_case tc = {.problem = v->problem};
    static struct testing_data data;
    clgn_plan *plan = NULL;
    char text[256] = "", chosen[256] = "";
    struct errors e;
    clgn_status st;

    tc.problem.config = pin;
    tc.problem.write_mean = tc.problem.write_rstd = 1;
    testing_forget();
    st = clgn_plan_create(testing.context, &tc.problem, &plan);
    if (testing_is_refusal(st, pin)) {
        return 0;
    }
    ck_assert_msg(st == CLGN_OK, "%s: %s: %s", v->name, clgn_status_name(st), testing.message);
    ck_assert_int_eq(testing_data_create(&tc, &data), CLGN_OK);
    set_inputs(&data, v);
    ck_assert_int_eq(testing_data_add_workspace(&data, plan), CLGN_OK);
    st = clgn_plan_enqueue(plan, testing.queue, &data.args, 0, NULL, NULL);
    ck_assert_msg(st == CLGN_OK, "%s: %s: %s", v->name, clgn_status_name(st), testing.message);
    ck_assert_msg(testing_data_read(&data, text, sizeof text) == 0, "%s: %s", v->name, text);
    e = judge(&data, v);
    ck_assert_int_eq(clgn_plan_describe(plan, chosen, sizeof chosen), CLGN_OK);
    fprintf(stderr, "%-20s %8.3f %8.3f %8.3f  %s\n", v->name, e.y, e.mean, e.rstd, chosen);
    testing_data_release(&data);
    clgn_plan_release(plan);
    ck_assert_msg(e.y <= 1.0 && e.mean <= 1.0 && e.rstd <= 1.0, "%s by %s is beyond the bound", v->name, chosen);
    return 1;
}

START_TEST(test_vector_by_every_variant_is_within_bound)
{
    struct vector_case v;
    char text[512] = "";
    int runs = 0;

    ck_assert_msg(vector_read(vector_names[_i], &v, text, sizeof text) == 0, "%s", text);
    for (int i = 0; i < VARIANT_PINS; i++) {
        runs += variant_is_given(variant_pin[i]) ? 0 : run(&v, variant_pin[i]);
    }
    vector_release(&v);
    ck_assert_int_ge(runs, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vectors");
    TCase *tc = tcase_create("forward");
    int count = 0;

    while (vector_names[count] != NULL) {
        count++;
    }
    tcase_add_loop_test(tc, test_vector_by_every_variant_is_within_bound, 0, count);
    suite_add_tcase(suite, tc);
    fprintf(stderr, "%-20s %8s %8s %8s  in units of the bound\n", "vector", "y", "mean", "rstd");
    return testing_run_device_suite(suite, NULL);
}
