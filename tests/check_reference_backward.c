/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of backward: against differences of the definition, against identities, and against PyTorch. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition_cases.h"
#include "testing.h"
#include "vectors.h"

/* ---- differences ---- */

/* No gradient may differ by more, relative to the largest of its array, or to 2^-10 when all are smaller. */
static const double far_off = 1e-9;

/* The gradients, by the slot that is moved; a skip per channel after them. */
enum { KINDS = DEFINITION_MOVED + 1 };
static const char *const kind_name[KINDS] = {"dx",     "dskip full", "dbias",     "dgamma",           "dbeta",
                                             "dscale", "dshift",     "dresidual", "dskip per channel"};

static size_t elements_of(const clgn_problem *p)
{
    return definition_count(p, DEFINITION_X);
}

static double *gradient_of(const clgn_problem *p, const struct reference_gradients *g, enum definition_slot slot)
{
    double *const all[DEFINITION_MOVED] = {g->dx,     p->skip == CLGN_SKIP_FULL ? g->dx : g->dskip,
                                           g->dbias,  g->dgamma,
                                           g->dbeta,  g->dscale,
                                           g->dshift, g->dresidual};

    return all[slot];
}

/* A NaN is as far off as can be. */
static double distance(long double a, long double b)
{
    const double d = (double)fabsl(a - b);

    return isnan(d) ? HUGE_VAL : d;
}

/* The largest difference of the derivatives with respect to a slot from the reference's, as above. */
static double deviation(const struct tried *t, enum definition_slot slot)
{
    const double *g = gradient_of(&t->d.problem, &t->g, slot);
    double largest = 0x1p-10, most = 0.0;

    for (size_t i = 0; i < definition_count(&t->d.problem, slot); i++) {
        most = fmax(most, distance(definition_derivative(&t->d, slot, i), (long double)g[i]));
        largest = fmax(largest, fabs(g[i]));
    }
    return most / largest;
}

/* Whether a problem has the gradient, and is not too large for an activation that takes long. */
static int has_kind(const clgn_problem *p, int kind)
{
    const int slow = elements_of(p) >= 1000 && p->act != CLGN_ACT_NONE && p->act != CLGN_ACT_SILU;

    if (kind == DEFINITION_SKIP || kind == DEFINITION_MOVED) {
        return !slow && p->skip == (kind == DEFINITION_SKIP ? CLGN_SKIP_FULL : CLGN_SKIP_PER_CHANNEL);
    }
    return !slow && definition_count(p, (enum definition_slot)kind) > 0;
}

START_TEST(test_gradient_agrees_with_differences)
{
    const enum definition_slot slot = _i == DEFINITION_MOVED ? DEFINITION_SKIP : (enum definition_slot)_i;
    double most = 0.0;
    size_t count = 0;

    for (int i = 0; i < DEFINITION_CASES * DEFINITION_ACTS; i++) {
        const int at = i / DEFINITION_ACTS;
        const clgn_act act = (clgn_act)(i % DEFINITION_ACTS);
        const clgn_problem p = definition_problem(at, act);
        struct tried t;
        double found;

        if (has_kind(&p, _i)) {
            tried_create(&t, at, act);
            found = deviation(&t, slot);
            ck_assert_msg(found <= far_off, "%s of %s, activation %d, is off by %g", kind_name[_i],
                          definition_cases[at].name, (int)act, found);
            most = fmax(most, found);
            count += definition_count(&p, slot);
            tried_release(&t);
        }
    }
    fprintf(stderr, "%-20s %9zu differences of the definition, off by %.1e\n", kind_name[_i], count, most);
    ck_assert_uint_gt(count, 0);
}
END_TEST

/* One value of an array is off by a ten-millionth. */
START_TEST(test_differences_notice_a_wrong_gradient)
{
    struct tried t;

    tried_create(&t, 2, CLGN_ACT_SILU);
    for (int slot = 0; slot < DEFINITION_MOVED; slot++) {
        double *g = gradient_of(&t.d.problem, &t.g, (enum definition_slot)slot);
        const double right = g[1];

        ck_assert_double_le(deviation(&t, (enum definition_slot)slot), far_off);
        g[1] += 1e-7 * fmax(fabs(right), 1.0);
        ck_assert_double_gt(deviation(&t, (enum definition_slot)slot), far_off);
        g[1] = right;
    }
    tried_release(&t);
}
END_TEST

/* From one tail to the other. */
START_TEST(test_derivative_agrees_with_differences)
{
    const long double step = 0x1p-14L;
    clgn_problem p = definition_problem(0, (clgn_act)_i);

    for (int i = -24 * 64; i <= 24 * 64; i++) {
        const long double z = (long double)i / 64.0L;
        long double slope = 8.0L * (definition_act(&p, z + step) - definition_act(&p, z - step));

        slope -= definition_act(&p, z + 2.0L * step) - definition_act(&p, z - 2.0L * step);
        slope /= 12.0L * step;
        if (definition_kink(&p, z) > 4.0L * step) {
            ck_assert_msg(fabsl(reference_derivative(&p, z) - slope) <= 1e-13L, "activation %d at %Lg: %Lg, not %Lg",
                          _i, z, reference_derivative(&p, z), slope);
        }
    }
}
END_TEST

START_TEST(test_derivative_at_kink_and_far_out_is_defined)
{
    clgn_problem p = definition_problem(0, (clgn_act)_i);
    const long double at_most = p.act == CLGN_ACT_SIGMOID || p.act == CLGN_ACT_TANH ? 0.0L : 1.0L;
    const long double at_least = p.act == CLGN_ACT_NONE         ? 1.0L
                                 : p.act == CLGN_ACT_LEAKY_RELU ? (long double)p.act_alpha
                                                                : 0.0L;

    for (long double z = 0x1p13L; z < 0x1p128L; z *= 8.0L) {
        ck_assert(fabsl(reference_derivative(&p, z) - at_most) < 0x1p-4000L);
        ck_assert(fabsl(reference_derivative(&p, -z) - at_least) < 0x1p-4000L);
    }
    p.act = CLGN_ACT_RELU;
    ck_assert(reference_derivative(&p, 0.0L) == 0.0L);
    p.act = CLGN_ACT_LEAKY_RELU;
    ck_assert(reference_derivative(&p, 0.0L) == 1.0L);
    p.act = CLGN_ACT_ELU;
    ck_assert(reference_derivative(&p, 0.0L) == 1.0L);
    p.act = CLGN_ACT_HARDSWISH;
    ck_assert(reference_derivative(&p, -3.0L) == 0.0L && reference_derivative(&p, 3.0L) == 1.0L);
}
END_TEST

/* ---- identities ---- */

/* Sums over a population, and of the magnitudes that their rounding grows with. */
struct totals {
    long double dx, dx_normal, g_normal, size;
};

static struct totals totals_of(const struct tried *t, size_t population, long double mean, long double rstd)
{
    const struct definition *d = &t->d;
    const clgn_problem *p = &d->problem;
    const size_t s = elements_of(p) / (p->n * p->c);
    struct totals sum = {0.0L, 0.0L, 0.0L, 0.0L};

    for (size_t i = 0; i < elements_of(p); i++) {
        const size_t nc = i / s, c = nc % p->c;
        const long double normal = (definition_v(d, i) - mean) * rstd, dx = (long double)t->g.dx[i];
        long double g = (long double)t->g.dresidual[i];

        g *= p->gamma != CLGN_DTYPE_NONE ? (long double)d->values[DEFINITION_GAMMA][c] : 1.0L;
        g *= p->scale != CLGN_DTYPE_NONE ? 1.0L + (long double)d->values[DEFINITION_SCALE][nc] : 1.0L;
        if (definition_population(p, nc / p->c, c) == population) {
            sum.dx += dx;
            sum.dx_normal += dx * normal;
            sum.g_normal += g * normal;
            sum.size += (fabsl(dx) + rstd * fabsl(g)) * (1.0L + fabsl(normal));
        }
    }
    return sum;
}

/* With N values to a mean, normal = (v - mean) rstd and g = gamma (1 + scale) dz, the definition says
 *
 *     dx = rstd (g - (sum of g) / N - normal (sum of g normal) / N) + dmean / N - normal rstd^2 drstd / N
 *
 * where normal sums to 0 and its square to N (1 - eps rstd^2). Hence the sum of dx is dmean, and that of dx normal is
 * eps rstd^3 (sum of g normal) - rstd^2 (1 - eps rstd^2) drstd; the latter without a mean, too. */
static void check_sums(const struct tried *t, size_t population, const char *name)
{
    const struct definition *d = &t->d;
    const long double eps = (long double)d->problem.eps;
    long double dmean = 0.0L, drstd = 0.0L, mean, rstd, expected, far;
    struct totals sum;

    definition_statistics(d, population, &mean, &rstd);
    dmean += d->problem.dmean ? (long double)d->values[DEFINITION_DMEAN][population] : 0.0L;
    drstd += d->problem.drstd ? (long double)d->values[DEFINITION_DRSTD][population] : 0.0L;
    sum = totals_of(t, population, mean, rstd);
    far = 0x1p-50L * (sum.size + fabsl(dmean) + rstd * rstd * fabsl(drstd));
    expected = eps * rstd * rstd * rstd * sum.g_normal - rstd * rstd * (1.0L - eps * rstd * rstd) * drstd;
    ck_assert_msg(fabsl(sum.dx_normal - expected) <= far, "%s: dx (v - mean) rstd sums to %Lg, not %Lg", name,
                  sum.dx_normal, expected);
    ck_assert_msg(d->problem.rms || fabsl(sum.dx - dmean) <= far, "%s: dx sums to %Lg, not %Lg", name, sum.dx, dmean);
}

START_TEST(test_sums_of_dx_are_what_the_statistics_leave)
{
    for (int act = 0; act < DEFINITION_ACTS && (definition_cases[_i].parts & (GIVEN | RUNNING)) == 0; act++) {
        struct tried t;

        tried_create(&t, _i, (clgn_act)act);
        for (size_t k = 0; k < reference_populations(&t.d.problem); k++) {
            check_sums(&t, k, definition_cases[_i].name);
        }
        tried_release(&t);
    }
}
END_TEST

static void scale_by(struct definition *d, enum definition_slot slot, double by)
{
    for (size_t i = 0; i < definition_count(&d->problem, slot); i++) {
        d->values[slot][i] *= by;
    }
}

static void same_bits(const double *a, const double *b, size_t count, double by)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_double_eq(a[i], by * b[i]);
    }
}

/* Four times v, its mean and its standard deviation: the same y, so a quarter of dx, and no other gradient changes. A
 * power of 2 leaves every bit as it is. */
START_TEST(test_gradients_of_scaled_data_are_scaled)
{
    for (int act = 0; act < DEFINITION_ACTS && (definition_cases[_i].parts & (GIVEN | RUNNING)) == 0; act++) {
        struct tried t;
        struct reference_gradients g, bound;
        const clgn_problem p = definition_problem(_i, (clgn_act)act);

        tried_create(&t, _i, (clgn_act)act);
        g = t.g;
        bound = t.bound;
        t.d.problem.eps *= 16.0;
        scale_by(&t.d, DEFINITION_X, 4.0);
        scale_by(&t.d, DEFINITION_SKIP, 4.0);
        scale_by(&t.d, DEFINITION_BIAS, 4.0);
        scale_by(&t.d, DEFINITION_DMEAN, 0.25);
        scale_by(&t.d, DEFINITION_DRSTD, 4.0);
        tried_take_reference(&t);
        same_bits(t.g.dx, g.dx, elements_of(&p), 0.25);
        same_bits(t.g.dskip, g.dskip, p.n * p.c, 0.25);
        same_bits(t.g.dbias, g.dbias, p.c, 0.25);
        same_bits(t.g.dresidual, g.dresidual, elements_of(&p), 1.0);
        same_bits(t.g.dscale, g.dscale, p.n * p.c, 1.0);
        same_bits(t.g.dshift, g.dshift, p.n * p.c, 1.0);
        same_bits(t.g.dgamma, g.dgamma, p.c, 1.0);
        same_bits(t.g.dbeta, g.dbeta, p.c, 1.0);
        reference_gradients_release(&g);
        reference_gradients_release(&bound);
        tried_release(&t);
    }
}
END_TEST

/* The sum over n of a, or of a times (1 + b) unless b is NULL, for channel c; size grows by the magnitudes. */
static long double over_samples(const clgn_problem *p, size_t c, const double *a, const double *b, long double *size)
{
    long double sum = 0.0L;

    for (size_t n = 0; n < p->n; n++) {
        const size_t nc = n * p->c + c;
        const long double term = (long double)a[nc] * (b != NULL ? 1.0L + (long double)b[nc] : 1.0L);

        sum += term;
        *size += fabsl(term);
    }
    return sum;
}

/* What reaches a parameter of a channel is what reached those of its samples: dbias the sum of dskip, dbeta that of
 * (1 + scale) dshift, and gamma dgamma + beta dbeta that of (1 + scale) dscale. */
START_TEST(test_gradients_of_channels_sum_those_of_samples)
{
    for (int act = 0; act < DEFINITION_ACTS; act++) {
        struct tried t;
        const clgn_problem p = definition_problem(_i, (clgn_act)act);

        tried_create(&t, _i, (clgn_act)act);
        for (size_t c = 0; c < p.c; c++) {
            const double *scale = t.d.values[DEFINITION_SCALE];
            const double gamma = p.gamma != CLGN_DTYPE_NONE ? t.d.values[DEFINITION_GAMMA][c] : 1.0;
            const double beta = p.beta != CLGN_DTYPE_NONE ? t.d.values[DEFINITION_BETA][c] : 0.0;
            long double size = 0.0L, parameters;

            ck_assert(fabsl(over_samples(&p, c, t.g.dskip, NULL, &size) - (long double)t.g.dbias[c]) <=
                      0x1p-46L * size);
            size = 0.0L;
            ck_assert(fabsl(over_samples(&p, c, t.g.dshift, scale, &size) - (long double)t.g.dbeta[c]) <=
                      0x1p-46L * size);
            parameters = (long double)gamma * (long double)t.g.dgamma[c] +
                         (long double)beta * (long double)t.g.dbeta[c];
            size = fabsl((long double)gamma * (long double)t.g.dgamma[c]) +
                   fabsl((long double)beta * (long double)t.g.dbeta[c]);
            ck_assert(fabsl(over_samples(&p, c, t.g.dscale, scale, &size) - parameters) <= 0x1p-46L * size);
        }
        tried_release(&t);
    }
}
END_TEST

/* ---- special cases ---- */

START_TEST(test_gradients_of_no_samples_are_zeros)
{
    struct tried t;
    clgn_problem p = definition_problem(0, CLGN_ACT_SILU);

    p.n = 0;
    t.d = (struct definition){p, {NULL}};
    tried_take_reference(&t);
    for (size_t c = 0; c < p.c; c++) {
        ck_assert(t.g.dgamma[c] == 0.0 && t.g.dbeta[c] == 0.0 && t.g.dbias[c] == 0.0);
    }
    tried_release(&t);
}
END_TEST

/* A NaN or an infinity in sample 0's last group of three. */
START_TEST(test_group_with_nan_or_inf_spoils_itself_only)
{
    const double bad[] = {NAN, HUGE_VAL, -HUGE_VAL};
    struct tried t;

    tried_create(&t, 0, CLGN_ACT_SILU);
    reference_gradients_release(&t.g);
    reference_gradients_release(&t.bound);
    t.d.values[DEFINITION_X][20] = bad[_i];
    tried_take_reference(&t);
    for (size_t i = 0; i < elements_of(&t.d.problem); i++) {
        ck_assert_int_eq(isnan(t.g.dx[i]) != 0, i >= 20 && i < 30);
        ck_assert_int_eq(isnan(t.g.dresidual[i]) != 0, i >= 20 && i < 30);
    }
    for (size_t c = 0; c < t.d.problem.c; c++) {
        ck_assert_int_eq(isnan(t.g.dgamma[c]) != 0, c >= 4);
        ck_assert_int_eq(isnan(t.g.dbeta[c]) != 0, c >= 4);
    }
    tried_release(&t);
}
END_TEST

/* ---- PyTorch's results ---- */

/* The largest difference from the file's, relative to its largest; -1 when the folder has no such gradient. */
static double apart(const double *g, const double *file, size_t count)
{
    double most = 0.0, largest = 0.0;

    for (size_t i = 0; i < count && file != NULL; i++) {
        most = fmax(most, distance((long double)g[i], (long double)file[i]));
        largest = fmax(largest, fabs(file[i]));
    }
    return file == NULL ? -1.0 : most / largest;
}

enum { VECTOR_GRADIENTS = 6 };
static const char *const vector_gradient[VECTOR_GRADIENTS] = {"dx", "dgamma", "dbeta", "dscale", "dshift", "dresidual"};

/* Each gradient's difference, with dy[at] times (1 + by). */
static void compare(const struct vector_case *v, size_t at, double by, double *apart_by)
{
    clgn_problem p = v->problem;
    const struct reference_tensors in = {
        .x = v->x, .gamma = v->gamma, .beta = v->beta, .scale = v->scale, .shift = v->shift, .residual = v->residual};
    const size_t full = p.n * p.c * reference_spatial(&p);
    double *dy = malloc(full * sizeof *dy);
    const struct reference_upstream up = {dy, NULL, NULL};
    struct reference_gradients g, bound;

    ck_assert_ptr_nonnull(dy);
    memcpy(dy, v->dy, full * sizeof *dy);
    dy[at] += by * dy[at];
    p.direction = CLGN_BACKWARD;
    ck_assert_int_eq(reference_gradients_create(&p, &g), 0);
    ck_assert_int_eq(reference_gradients_create(&p, &bound), 0);
    ck_assert_int_eq(reference_backward(&p, &in, &up, &g, &bound), 0);
    apart_by[0] = apart(g.dx, v->dx, full);
    apart_by[1] = apart(g.dgamma, v->dgamma, p.c);
    apart_by[2] = apart(g.dbeta, v->dbeta, p.c);
    apart_by[3] = apart(g.dscale, v->dscale, p.n * p.c);
    apart_by[4] = apart(g.dshift, v->dshift, p.n * p.c);
    apart_by[5] = apart(g.dresidual, v->dresidual, full);
    free(dy);
    reference_gradients_release(&g);
    reference_gradients_release(&bound);
}

static int vectors_of(const char *const *names)
{
    int count = 0;

    while (names[count] != NULL) {
        count++;
    }
    return count;
}

static const char *vector_name(int i)
{
    const int first = vectors_of(vector_names);

    return i < first ? vector_names[i] : vector_batch_names[i - first];
}

/* PyTorch computed in float64, and its error grows with mean / std. */
static const double torch_off = 1e-9;

START_TEST(test_vector_gradients_agree_with_pytorch)
{
    double found[VECTOR_GRADIENTS];
    struct vector_case v;
    char text[512] = "";

    ck_assert_msg(vector_read(vector_name(_i), &v, text, sizeof text) == 0, "%s", text);
    compare(&v, 0, 0.0, found);
    fprintf(stderr, "%-20s", v.name);
    for (int i = 0; i < VECTOR_GRADIENTS; i++) {
        snprintf(text, sizeof text, found[i] < 0.0 ? "-" : "%.1e", found[i]);
        fprintf(stderr, " %9s", text);
    }
    fprintf(stderr, "\n");
    for (int i = 0; i < VECTOR_GRADIENTS; i++) {
        ck_assert_msg(found[i] <= torch_off, "%s: %s is off by %g", v.name, vector_gradient[i], found[i]);
    }
    vector_release(&v);
}
END_TEST

START_TEST(test_vector_perturbed_gradient_is_detected)
{
    double found[VECTOR_GRADIENTS];
    struct vector_case v;
    char text[512] = "";
    size_t at = 0;

    ck_assert_msg(vector_read(vector_name(_i), &v, text, sizeof text) == 0, "%s", text);
    for (size_t i = 0; i < v.problem.n * v.problem.c * reference_spatial(&v.problem); i++) {
        at = v.y[i] > 0.0 && fabs(v.dy[i]) > fabs(v.dy[at]) ? i : at; /* not where relu is 0 */
    }
    compare(&v, at, 1e-5, found);
    for (int i = 0; i < 3; i++) {
        ck_assert_msg(found[i] < 0.0 || found[i] > torch_off, "%s: %s does not change", v.name, vector_gradient[i]);
    }
    vector_release(&v);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference of backward");
    TCase *differences = tcase_create("differences"), *identities = tcase_create("identities");
    TCase *special = tcase_create("special"), *vectors = tcase_create("vectors");
    const int count = vectors_of(vector_names) + vectors_of(vector_batch_names);

    tcase_add_loop_test(differences, test_gradient_agrees_with_differences, 0, KINDS);
    tcase_set_timeout(differences, 60.0);
    tcase_add_test(differences, test_differences_notice_a_wrong_gradient);
    tcase_add_loop_test(differences, test_derivative_agrees_with_differences, 0, DEFINITION_ACTS);
    tcase_add_loop_test(differences, test_derivative_at_kink_and_far_out_is_defined, 0, DEFINITION_ACTS);
    tcase_add_loop_test(identities, test_sums_of_dx_are_what_the_statistics_leave, 0, DEFINITION_CASES);
    tcase_add_loop_test(identities, test_gradients_of_scaled_data_are_scaled, 0, DEFINITION_CASES);
    tcase_add_loop_test(identities, test_gradients_of_channels_sum_those_of_samples, 0, DEFINITION_CASES);
    tcase_add_test(special, test_gradients_of_no_samples_are_zeros);
    tcase_add_loop_test(special, test_group_with_nan_or_inf_spoils_itself_only, 0, 3);
    tcase_add_loop_test(vectors, test_vector_gradients_agree_with_pytorch, 0, count);
    tcase_add_loop_test(vectors, test_vector_perturbed_gradient_is_detected, 0, count);
    suite_add_tcase(suite, differences);
    suite_add_tcase(suite, identities);
    suite_add_tcase(suite, special);
    suite_add_tcase(suite, vectors);
    fprintf(stderr, "%-20s", "vector");
    for (int i = 0; i < VECTOR_GRADIENTS; i++) {
        fprintf(stderr, " %9s", vector_gradient[i]);
    }
    fprintf(stderr, "  off by\n");
    return testing_run_host_suite(suite);
}
