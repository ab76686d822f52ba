/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen for real problems on devices described by hand: always something, always legal, all of it covered. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fake_devices.h"
#include "gradients.h"
#include "select.h"
#include "testing.h"
#include "traffic.h"
#include "units.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FIRST CLGN_LAYOUT_FIRST
#define LAST CLGN_LAYOUT_LAST

/* s = 0: no spatial axes; groups = 0: layer norm. */
static const struct shape {
    size_t n, c, s, groups;
} shapes[] = {
    {2, 320, 64 * 64, 32}, {1, 128, 512 * 512, 32}, {32, 256, 56 * 56, 32},
    {16, 2048, 7 * 7, 32}, {8, 512, 3999, 1},       {4096, 1024, 0, 0},
    {1, 1280, 8 * 8, 32},  {4, 64, 112 * 112, 64},  {1, 1, 1 << 24, 1},
    {2, 6, 1, 3},          {3, 35, 17, 7},          {1, 8, 1, 8},
    {1, 3, 40000000, 1},   {0, 64, 100, 8},
};

enum { SHAPES = (int)(sizeof shapes / sizeof shapes[0]), MIXES = 4 * 3 };

static struct clgn_sink sink(void)
{
    const clgn_options options = testing_options();
    const struct clgn_sink kept = {options.on_message, options.user};

    testing_forget();
    return kept;
}

static struct clgn_geometry geometry_of(const clgn_problem *p)
{
    const struct clgn_sink kept = sink();
    struct clgn_geometry g;

    ck_assert_msg(clgn_problem_check(p, &kept, &g) == CLGN_OK, "%s", testing.message);
    return g;
}

/* A shape with one of the pairs of layouts and one of three types. */
static clgn_problem problem_of(const struct shape *shape, int mix)
{
    static const clgn_dtype dtypes[] = {CLGN_DTYPE_F32, CLGN_DTYPE_F16, CLGN_DTYPE_F64};
    clgn_problem p = testing_problem(shape->n, shape->c, shape->s, shape->groups);

    p.norm = shape->groups == 0 ? CLGN_NORM_LAYER : CLGN_NORM_GROUP;
    p.x.layout = mix % 2 ? LAST : FIRST;
    p.y.layout = mix / 2 % 2 ? LAST : FIRST;
    p.x.dtype = dtypes[mix / 4];
    return p;
}

static clgn_problem plain(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout)
{
    clgn_problem p = testing_problem(n, c, s, groups);

    p.x.layout = p.y.layout = layout;
    return p;
}

static clgn_status try_choose(const clgn_problem *p, const struct clgn_device *d, const char *pin,
                              struct clgn_choice *choices, size_t *count)
{
    const struct clgn_geometry g = geometry_of(p);
    const struct clgn_sink kept = sink();
    const struct clgn_advice advice = {.pin = pin};

    return clgn_select(&g, d, &advice, &kept, choices, count);
}

/* The first choice, of which there is one. */
static struct clgn_choice choose(const clgn_problem *p, const struct clgn_device *d, const char *pin)
{
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    ck_assert_msg(try_choose(p, d, pin, choices, &count) == CLGN_OK, "%s: %s", d->identity.name, testing.message);
    ck_assert_uint_eq(testing.messages, 0);
    ck_assert_uint_ge(count, 1);
    return choices[0];
}

/* ---- what a choice covers ---- */

struct subject {
    const struct clgn_geometry *g;
    const struct clgn_choice *choice;
    const char *text;
};

/* Check's own assertions note where they are, which costs too much for every slice. */
#define SAY(condition, subject)                                      \
    do {                                                             \
        if (!(condition)) {                                          \
            ck_abort_msg("%s: not %s", (subject)->text, #condition); \
        }                                                            \
    } while (0)

static uint64_t value(const struct subject *s, enum clgn_param which)
{
    return (uint64_t)s->choice->params.value[which];
}

/* Rows and columns of a unit, from the geometry alone. */
static int64_t unit_rows(const struct subject *s)
{
    const struct clgn_geometry *g = s->g;
    const int linear = g->linear && value(s, CLGN_P_LX) == value(s, CLGN_P_WGS);

    return (int64_t)(g->x_last ? g->s : g->point || linear ? 1 : g->cg);
}

static int64_t unit_columns(const struct subject *s)
{
    const struct clgn_geometry *g = s->g;

    if (g->x_last) {
        return (int64_t)((value(s, CLGN_P_BLOCK) < g->g ? value(s, CLGN_P_BLOCK) : g->g) * g->cg);
    }
    return (int64_t)(g->s * g->cg) / unit_rows(s);
}

/* Blocks as the kernels take them are whole samples, and none is narrower than a vector. */
static void expect_blocks(const struct subject *s)
{
    const uint64_t blocks = clgn_units(s->g, &s->choice->params) / s->g->n;
    uint64_t groups = 0;

    SAY(blocks * s->g->n == clgn_units(s->g, &s->choice->params), s);
    if (!s->g->x_last) {
        SAY(blocks == s->g->g && value(s, CLGN_P_BLOCK) == 1, s);
        return;
    }
    for (uint64_t i = 0; i < blocks; i++) {
        const uint64_t rest = s->g->g - i * value(s, CLGN_P_BLOCK);
        const uint64_t here = rest < value(s, CLGN_P_BLOCK) ? rest : value(s, CLGN_P_BLOCK);

        SAY(here * s->g->cg >= value(s, CLGN_P_VEC), s);
        groups += here;
    }
    SAY(groups == s->g->g, s);
}

/* Slices of channel rows (cl/walk_first.clh): each begins where the last one ended, rows first; the rest is empty. */
static void expect_regions(const struct subject *s, const struct clgn_launch *l)
{
    const int64_t rows = unit_rows(s), columns = unit_columns(s);
    int64_t row_at = 0, col_at = 0, band_end = 0;

    for (int64_t cut = 0; cut < l->slices; cut++) {
        const int64_t i = cut % l->row_cuts, product = cut / l->row_cuts * l->col_cut;
        const int64_t row = rows * i / l->row_cuts, row_end = rows * (i + 1) / l->row_cuts;
        const int64_t col = product < columns ? product : columns;
        const int64_t col_end = columns - col > l->col_cut ? col + l->col_cut : columns;

        SAY(row < row_end, s);
        if (col == col_end) {
            SAY(row_at == 0 && col_at == columns, s);
            continue;
        }
        SAY(row == row_at && col == col_at, s);
        SAY(row_at == 0 || col_end == band_end, s);
        band_end = col_end;
        row_at = row_end < rows ? row_end : 0;
        col_at = row_at == 0 ? band_end : col_at;
    }
    SAY(row_at == 0 && col_at == columns, s);
}

/* Slices of pixel rows (cl/walk_last.clh). */
static void expect_blocks_cut(const struct subject *s, const struct clgn_launch *l)
{
    const uint64_t rows = s->g->s, cuts = (uint64_t)l->slices;
    uint64_t at = 0;

    for (uint64_t cut = 0; cut < cuts; cut++) {
        const uint64_t row = rows * cut / cuts, row_end = rows * (cut + 1) / cuts;

        SAY(row == at && row_end >= row, s);
        at = row_end;
    }
    SAY(at == rows, s);
}

static void expect_sliced(const struct subject *s, const struct clgn_launch *l)
{
    SAY(l->slices >= 1 && l->per == 1, s);
    SAY((uint64_t)l->slices == value(s, CLGN_P_SLICES), s);
    SAY(l->groups == (uint64_t)l->units * (uint64_t)l->slices && l->groups <= UINT32_MAX, s);
    SAY(l->row_cuts >= 1 && l->col_cut >= 1 && l->col_cut % (int64_t)value(s, CLGN_P_VEC) == 0, s);
    SAY(s->g->index64 || l->col_cut <= INT32_MAX, s);
    if (s->g->x_last) {
        expect_blocks_cut(s, l);
    } else {
        expect_regions(s, l);
    }
}

/* The launch over channels, of which a variant has at most one, and where it stands: behind the walks, but for a batch
 * norm, whose last walk needs what it gives. */
static int channels_kernel(const struct subject *s)
{
    const struct clgn_variant *v = s->choice->variant;

    for (int k = 0; v->kernels[k] != NULL; k++) {
        if (strcmp(v->kernels[k], "clgn_bwd_params") == 0 || strcmp(v->kernels[k], "clgn_fwd_batch") == 0) {
            return k;
        }
    }
    return -1;
}

/* Each work-item takes every so many channels, so that any number of work-groups covers them. */
static void expect_channels(const struct subject *s, const struct clgn_launch *l)
{
    SAY(l->groups >= 1 && l->groups <= s->g->c && l->slices == 1, s);
    SAY(l->records >= 0, s);
    SAY(l->units == clgn_units(s->g, &s->choice->params), s);
}

/* Records of a channel per sample: one for each slice of its pixels. */
static uint64_t records_of(const struct subject *s)
{
    const uint64_t slices = value(s, CLGN_P_SLICES), rows = (uint64_t)unit_rows(s);

    return !s->g->backward || s->g->x_last ? slices : slices / (rows < slices ? rows : slices);
}

/* Every unit in one launch of each walk, one launch after the other, and each unit's slices its whole. */
static void expect_covered(const struct subject *s)
{
    enum { ROOM = 2 * 64 + 1 };
    struct clgn_launch launches[ROOM];
    const struct clgn_variant *variant = s->choice->variant;
    const size_t count = variant->launches(s->g, &s->choice->params, launches, ROOM);
    const uint64_t units = clgn_units(s->g, &s->choice->params);
    const int channels = channels_kernel(s);
    uint64_t at[CLGN_VARIANT_KERNELS] = {0, 0, 0};
    size_t channel_launches = 0, seen = 0;

    SAY(count <= ROOM, s);
    for (size_t i = 0; i < count; i++) {
        const struct clgn_launch *l = &launches[i];

        if (l->kernel == channels) {
            expect_channels(s, l);
            SAY(s->g->batch && units > 0 && channels == 1 && variant->kernels[2] != NULL ? i == 1 : i + 1 == count, s);
            channel_launches++;
            continue;
        }
        SAY(l->first == at[l->kernel], s);
        at[l->kernel] += l->units;
        if (variant->uses & CLGN_USES(SLICES)) {
            SAY((uint64_t)l->records == records_of(s), s);
            if (seen++ < 2) {
                expect_sliced(s, l);
            }
            SAY(l->slices == launches[0].slices && l->col_cut == launches[0].col_cut, s);
        } else {
            SAY(l->slices == 1 && l->per >= 1 && l->groups * l->per >= l->units, s);
            SAY(l->units == 0 ? l->groups == 0 : (l->groups - 1) * l->per < l->units, s);
        }
    }
    SAY(channel_launches == (s->g->backward
                                 ? clgn_sums_wanted(&s->g->problem) ||
                                       (s->g->batch && channels == 1 && variant->kernels[2] != NULL && units > 0)
                                 : channels >= 0 && units > 0),
        s);
    for (int k = 0; variant->kernels[k] != NULL; k++) {
        SAY(k == channels || at[k] == units, s);
    }
}

static void expect_good(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_choice *choice,
                        const char *row)
{
    char text[512], buffer[512];
    struct clgn_text about = clgn_text_in(text, sizeof text), why = clgn_text_in(buffer, sizeof buffer);
    const struct subject s = {g, choice, text};

    clgn_text_add(&about, "%s on %s: %s", row, d->identity.name, choice->variant->name);
    clgn_params_print(&choice->params, (1u << CLGN_PARAM_COUNT) - 1, &about);
    for (int i = 0; i < CLGN_PARAM_COUNT; i++) {
        ck_assert_msg(choice->params.value[i] != CLGN_UNSET, "%s: %s is unset", text, clgn_param_name(i));
    }
    ck_assert_msg(clgn_params_legal(choice->variant, g, d, &choice->params, &why), "%s: %s", text, buffer);
    SAY(clgn_unit_local_bytes(g, &choice->params) <= d->local_bytes, &s);
    SAY(value(&s, CLGN_P_WGS) <= d->max_work_group, &s);
    SAY(value(&s, CLGN_P_WGS) % value(&s, CLGN_P_LX) == 0, &s);
    SAY(clgn_unit_rows(g, &choice->params) == (uint64_t)unit_rows(&s), &s);
    SAY(clgn_unit_row(g, &choice->params) == (uint64_t)unit_columns(&s), &s);
    if (value(&s, CLGN_P_RPI) > 0) {
        const uint64_t ly = value(&s, CLGN_P_WGS) / value(&s, CLGN_P_LX);

        SAY(value(&s, CLGN_P_RPI) * ly >= (uint64_t)unit_rows(&s), &s);
        SAY(value(&s, CLGN_P_CPI) * value(&s, CLGN_P_LX) * value(&s, CLGN_P_VEC) >= (uint64_t)unit_columns(&s), &s);
    }
    if (g->n > 0) {
        expect_blocks(&s);
    }
    expect_covered(&s);
}

static void expect_choices(const clgn_problem *p, const struct clgn_device *d, const char *row)
{
    const struct clgn_geometry g = geometry_of(p);
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    ck_assert_msg(try_choose(p, d, NULL, choices, &count) == CLGN_OK, "%s: %s", row, testing.message);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, CLGN_MOST_CHOICES);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(choices[i].from, "heuristic");
        ck_assert_int_eq(strncmp(choices[i].variant->name, "bwd_", 4) == 0, g.backward);
        if (!g.backward) {
            ck_assert_int_eq(choices[i].variant == &clgn_fwd_given, p->stats != CLGN_STATS_COMPUTE);
        }
        if (p->stats == CLGN_STATS_COMPUTE) {
            ck_assert_int_eq(strstr(choices[i].variant->name, "_batch") != NULL, g.batch || p->running);
        }
        for (size_t k = 0; k < i; k++) {
            ck_assert_ptr_ne(choices[k].variant, choices[i].variant);
        }
        expect_good(&g, d, &choices[i], row);
        ck_assert_uint_ge(clgn_traffic_of(choices[i].variant, &g, &choices[i].params), clgn_traffic_least(&g));
    }
}

/* ---- choices ---- */

START_TEST(test_choice_for_real_problems_is_legal_and_covers_all)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];
    const struct shape *shape = &shapes[_i % SHAPES];

    for (int mix = 0; mix < MIXES; mix++) {
        clgn_problem p = problem_of(shape, mix);
        char row[128];

        snprintf(row, sizeof row, "n=%zu c=%zu s=%zu groups=%zu mix %d", shape->n, shape->c, shape->s, shape->groups,
                 mix);
        if (p.x.dtype == CLGN_DTYPE_F64 && !d->has_f64) {
            continue;
        }
        expect_choices(&p, d, row);
        p.stats = CLGN_STATS_GIVEN;
        expect_choices(&p, d, row);
        p.stats = CLGN_STATS_COMPUTE;
        p.bias = CLGN_DTYPE_F32; /* not linear */
        p.direction = CLGN_FORWARD;
        p.x.row_stride = p.x.layout == LAST ? p.c + 3 : p.spatial[0] * (p.spatial_dims > 0) + 5;
        expect_choices(&p, d, row);
    }
}
END_TEST

/* The same shapes backward, with and without sums, and over the batch in both directions. */
START_TEST(test_choice_for_real_gradients_is_legal_and_covers_all)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];
    const struct shape *shape = &shapes[_i % SHAPES];

    for (int i = 0; i < MIXES * 2 * 3; i++) {
        const int mix = i % MIXES;
        clgn_problem p = problem_of(shape, mix);
        char row[128];

        snprintf(row, sizeof row, "backward n=%zu c=%zu s=%zu groups=%zu %d", shape->n, shape->c, shape->s,
                 shape->groups, i);
        if (p.x.dtype == CLGN_DTYPE_F64 && !d->has_f64) {
            continue;
        }
        p.direction = CLGN_BACKWARD;
        p.dgamma = p.dbeta = i / MIXES % 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
        p.stats = i / MIXES / 2 == 1 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        if (i / MIXES / 2 == 2) {
            p.norm = CLGN_NORM_BATCH;
            p.groups = 0;
        }
        expect_choices(&p, d, row);
        if (p.norm == CLGN_NORM_BATCH && p.n * (p.spatial_dims ? p.spatial[0] : 1) != 1) {
            p.direction = CLGN_FORWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
            p.running = i / MIXES % 2;
            expect_choices(&p, d, row);
        }
    }
}
END_TEST

START_TEST(test_choice_for_f64_without_doubles_is_unsupported)
{
    static const struct clgn_choice untouched;

    for (int i = 0; i < FAKE_DEVICES; i++) {
        struct clgn_choice choices[CLGN_MOST_CHOICES] = {untouched};
        clgn_problem p = plain(2, 64, 100, 8, FIRST);
        size_t count = 0;

        p.x.dtype = CLGN_DTYPE_F64;
        if (fake_devices[i].has_f64) {
            (void)choose(&p, &fake_devices[i], NULL);
            continue;
        }
        testing_expect(try_choose(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x");
        testing_expect(try_choose(&p, &fake_devices[i], "fwd_rows", choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x, pinned");
        p.y.dtype = CLGN_DTYPE_F32;
        testing_expect(try_choose(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("x.dtype", "f64", fake_devices[i].identity.name), "x alone");
        p.x.dtype = CLGN_DTYPE_F32;
        p.y.dtype = CLGN_DTYPE_F64;
        testing_expect(try_choose(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS("y.dtype", "f64", fake_devices[i].identity.name), "y");
    }
}
END_TEST

/* 65536 channels of one group are 1 MiB of local memory at least. */
START_TEST(test_choice_where_nothing_fits_says_why_for_each_variant)
{
    const clgn_problem p = plain(1, 65536, 4, 1, LAST);

    for (int i = 0; i < FAKE_DEVICES; i++) {
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        testing_expect(try_choose(&p, &fake_devices[i], NULL, choices, &count), CLGN_ERR_UNSUPPORTED,
                       WORDS(fake_devices[i].identity.name, "fwd_given: statistics are to be computed", "fwd_rows",
                             "fwd_onepass", "fwd_twopass", "local memory"),
                       fake_devices[i].identity.name);
    }
}
END_TEST

START_TEST(test_choice_on_a_cpu_is_rows_where_units_suffice)
{
    for (int i = 0; i < SHAPES; i++) {
        for (int mix = 0; mix < MIXES; mix++) {
            const clgn_problem p = problem_of(&shapes[i], mix);
            const struct clgn_geometry g = geometry_of(&p);
            const uint64_t units = g.x_last ? g.n : g.n * g.g; /* where rows are pixels, whole ones */
            const struct clgn_choice first = choose(&p, &fake_devices[CPU], NULL);

            ck_assert_msg(first.variant == (units >= 2 ? &clgn_fwd_rows : &clgn_fwd_twopass), "shape %d, mix %d: %s", i,
                          mix, first.variant->name);
            ck_assert_int_eq(first.params.value[CLGN_P_WGS], 1);
        }
    }
}
END_TEST

START_TEST(test_choice_for_few_large_groups_on_a_gpu_splits_them)
{
    static const struct shape few[] = {{1, 1, 1 << 24, 1},
                                       {1, 128, 512 * 512, 32},
                                       {8, 512, 3999, 1},
                                       {2, 320, 256 * 256, 8}};

    for (int device = 0; device < CPU; device++) {
        for (int i = 0; i < 4 * 8; i++) {
            const clgn_problem p = problem_of(&few[i / 8], i % 8);
            const struct clgn_geometry g = geometry_of(&p);
            const struct clgn_choice first = choose(&p, &fake_devices[device], NULL);
            struct clgn_launch launches[2] = {{0}};

            (void)first.variant->launches(&g, &first.params, launches, 2);
            ck_assert_msg(launches[0].groups >= fake_devices[device].compute_units,
                          "%s, case %d: %s with %llu work-groups", fake_devices[device].identity.name, i,
                          first.variant->name, (unsigned long long)launches[0].groups);
            if (g.n * g.g < fake_devices[device].compute_units) {
                ck_assert_ptr_eq(first.variant, &clgn_fwd_twopass);
                ck_assert_int_gt(first.params.value[CLGN_P_SLICES], 1);
            }
        }
    }
}
END_TEST

START_TEST(test_choice_for_many_groups_on_a_gpu_reads_them_once)
{
    for (int device = 0; device < MINIMUM; device++) {
        for (int i = 0; i < 2; i++) {
            const clgn_problem convolution = plain(32, 256, 56 * 56, 32, FIRST);
            const clgn_problem layer = plain(4096, 1024, 0, 1, i == 0 ? FIRST : LAST);
            const struct clgn_choice first = choose(&layer, &fake_devices[device], NULL);

            ck_assert_ptr_eq(choose(&convolution, &fake_devices[device], NULL).variant, &clgn_fwd_onepass);
            ck_assert_ptr_eq(first.variant, &clgn_fwd_onepass);
            ck_assert_int_gt(first.params.value[CLGN_P_RPI], 0);
        }
    }
}
END_TEST

static clgn_problem backward(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout)
{
    clgn_problem p = plain(n, c, s, groups, layout);

    p.direction = CLGN_BACKWARD;
    p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
    return p;
}

/* Units enough for all cores: a unit's second read comes from the cache; else units are split where they can be. */
START_TEST(test_choice_for_backward_on_a_cpu_is_rows_where_units_suffice)
{
    for (int i = 0; i < SHAPES; i++) {
        for (int mix = 0; mix < MIXES; mix++) {
            clgn_problem p = problem_of(&shapes[i], mix);
            struct clgn_geometry g;
            struct clgn_choice first;
            uint64_t units;

            p.direction = CLGN_BACKWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
            g = geometry_of(&p);
            units = g.x_last ? g.n : g.n * g.g;
            first = choose(&p, &fake_devices[CPU], NULL);
            ck_assert_msg(first.variant == (units >= 2 || g.point ? &clgn_bwd_rows : &clgn_bwd_twopass),
                          "shape %d, mix %d: %s", i, mix, first.variant->name);
            ck_assert_int_eq(first.params.value[CLGN_P_WGS], 1);
        }
    }
}
END_TEST

START_TEST(test_choice_for_backward_on_a_gpu_is_one_pass_or_two_by_its_groups)
{
    for (int device = 0; device < MINIMUM; device++) {
        for (int i = 0; i < 2; i++) {
            const clgn_layout layout = i ? LAST : FIRST;
            const clgn_problem convolution = backward(32, 256, 56 * 56, 32, FIRST);
            const clgn_problem transformer = backward(4096, 1024, 0, 1, layout);
            const clgn_problem large = backward(1, 128, 512 * 512, 4, layout);
            const struct clgn_choice split = choose(&large, &fake_devices[device], NULL);

            ck_assert_ptr_eq(choose(&convolution, &fake_devices[device], NULL).variant, &clgn_bwd_onepass);
            ck_assert_ptr_eq(choose(&transformer, &fake_devices[device], NULL).variant, &clgn_bwd_onepass);
            if (fake_devices[device].compute_units > 4) {
                ck_assert_ptr_eq(split.variant, &clgn_bwd_twopass);
                ck_assert_int_gt(split.params.value[CLGN_P_SLICES], 1);
            }
        }
    }
}
END_TEST

/* One read of everything; without space, where it cannot be that, by units. */
START_TEST(test_choice_for_backward_of_given_statistics_is_bwd_given)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        for (int i = 0; i < 4; i++) {
            clgn_problem p = backward(64, 320, 4096, 32, i % 2 ? LAST : FIRST);

            p.stats = CLGN_STATS_GIVEN;
            if (i / 2) {
                p.norm = CLGN_NORM_INSTANCE;
                p.groups = 0;
                p.stats = CLGN_STATS_RUNNING;
            }
            ck_assert_ptr_eq(choose(&p, &fake_devices[device], NULL).variant, &clgn_bwd_given);
            p.spatial_dims = 0;
            ck_assert_ptr_eq(choose(&p, &fake_devices[device], NULL).variant,
                             device == CPU ? &clgn_bwd_rows : &clgn_bwd_onepass);
        }
    }
}
END_TEST

START_TEST(test_choice_over_the_batch_is_the_batch_variant_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        for (int i = 0; i < 8; i++) {
            clgn_problem p = plain(8, 64, i % 4 / 2 ? 0 : 400, 0, i % 2 ? LAST : FIRST);
            struct clgn_choice choices[CLGN_MOST_CHOICES];
            size_t count = 0;

            p.norm = CLGN_NORM_BATCH;
            p.direction = i / 4 ? CLGN_BACKWARD : CLGN_FORWARD;
            ck_assert_int_eq(try_choose(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
            ck_assert_uint_eq(count, 1);
            ck_assert_ptr_eq(choices[0].variant, i / 4 ? &clgn_bwd_batch : &clgn_fwd_batch);
            p.stats = CLGN_STATS_RUNNING;
            ck_assert_ptr_eq(choose(&p, &fake_devices[device], NULL).variant,
                             i / 4 ? &clgn_bwd_given : &clgn_fwd_given);
        }
    }
}
END_TEST

START_TEST(test_choice_for_running_statistics_of_instances_is_fwd_batch_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        clgn_problem p = plain(8, 64, 400, 0, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        p.norm = CLGN_NORM_INSTANCE;
        ck_assert_ptr_ne(choose(&p, &fake_devices[device], NULL).variant, &clgn_fwd_batch);
        p.running = 1;
        ck_assert_int_eq(try_choose(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert_ptr_eq(choices[0].variant, &clgn_fwd_batch);
    }
}
END_TEST

/* The sums that are kept per work-group are those of whole samples. */
START_TEST(test_choice_for_rows_of_groups_takes_whole_samples)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        const clgn_problem p = backward(1000, 96, 0, 12, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        ck_assert_int_eq(try_choose(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_eq(choices[i].params.value[CLGN_P_PER] % 12, 0);
        }
    }
}
END_TEST

START_TEST(test_choice_for_given_statistics_is_fwd_given_alone)
{
    for (int device = 0; device < FAKE_DEVICES; device++) {
        clgn_problem p = plain(2, 320, 4096, 32, FIRST);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        p.stats = CLGN_STATS_GIVEN;
        ck_assert_int_eq(try_choose(&p, &fake_devices[device], NULL, choices, &count), CLGN_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert_ptr_eq(choices[0].variant, &clgn_fwd_given);
        ck_assert_uint_eq(clgn_workspace_bytes(choices[0].variant, &(struct clgn_geometry){0}, &choices[0].params), 0);
    }
}
END_TEST

/* ---- pins ---- */

/* What is said stays; what is not said is filled in. */
START_TEST(test_pin_that_is_legal_keeps_its_params)
{
    static const char *const pins[] = {
        "fwd_rows",
        "fwd_rows,per=7,vec=4,chunk=64",
        "fwd_onepass,wgs=64,lx=16,vec=1,unroll=8,chunk=16,per=3",
        "fwd_onepass,wgs=64,rpi=2,cpi=64,align=0",
        "fwd_twopass,slices=12,bands=5",
        "fwd_twopass,slices=65536,bands=64,wgs=1",
        "fwd_twopass,slices=1000,lx=8,wgs=32,vec=2",
        "fwd_twopass,slices=7,wgs=128,align=1,vec=4,nt=1",
    };
    const clgn_problem p = plain(3, 40, 200, 8, FIRST);
    const struct clgn_geometry g = geometry_of(&p);

    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const struct clgn_choice choice = choose(&p, &fake_devices[AMD], pins[i]);
        struct clgn_text why = clgn_text_in(testing.message, sizeof testing.message);
        struct clgn_pin pin;

        ck_assert(clgn_pin_parse(pins[i], &pin, &why));
        ck_assert_str_eq(choice.variant->name, pin.variant);
        ck_assert_str_eq(choice.from, "pin");
        for (int k = 0; k < CLGN_PARAM_COUNT; k++) {
            if (pin.params.value[k] != CLGN_UNSET) {
                ck_assert_int_eq(choice.params.value[k], pin.params.value[k]);
            }
        }
        expect_good(&g, &fake_devices[AMD], &choice, pins[i]);
    }
}
END_TEST

/* Slices and steps of every kind over rows that they do not divide. */
START_TEST(test_pin_of_any_slices_covers_all)
{
    static const int counts[] = {1, 2, 3, 5, 7, 16, 17, 100, 999, 65536};
    static const int widths[] = {1, 4, 64, 256};
    static const struct shape odd[] = {{1, 3, 1009, 1}, {2, 26, 97, 2}, {1, 64, 5000, 1}, {2, 37, 1, 1}};
    const char *variant = _i % 2 ? "fwd_given" : "fwd_twopass";

    for (int i = 0; i < 10 * 4 * 4 * 2; i++) {
        const struct shape *shape = &odd[i / 40 % 4];
        clgn_problem p = plain(shape->n, shape->c, shape->s, shape->groups, i / 160 ? LAST : FIRST);
        const int lx = widths[i / 10 % 4];
        struct clgn_geometry g;
        struct clgn_choice choice;
        char pin[128];

        p.stats = _i % 2 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        p.bias = i % 3 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        snprintf(pin, sizeof pin, "%s,wgs=256,lx=%d,vec=1,slices=%d", variant, lx, counts[i % 10]);
        if (p.x.layout == LAST && lx < 64) {
            continue; /* a table for each row of work-items does not fit */
        }
        g = geometry_of(&p);
        choice = choose(&p, &fake_devices[AMD], pin);
        expect_good(&g, &fake_devices[AMD], &choice, pin);
    }
}
END_TEST

/* Slices beyond the last begin at an index that 32 bits do not hold: the kernel multiplies in 64 and finds nothing to
 * do. */
START_TEST(test_pin_of_many_wide_slices_covers_all)
{
    static const char *const pins[] = {
        "fwd_twopass,slices=65536",
        "fwd_twopass,slices=43349,wgs=1024,lx=1024,vec=16",
        "fwd_twopass,slices=40000,wgs=1024,lx=1024,vec=16",
    };
    const clgn_problem p = plain(1, 1, ((size_t)1 << 31) - ((size_t)1 << 24) - 1, 1, FIRST);
    const struct clgn_geometry g = geometry_of(&p);
    const struct clgn_choice choice = choose(&p, &fake_devices[NVIDIA], pins[_i]);

    ck_assert_int_eq(g.index64, 0);
    expect_good(&g, &fake_devices[NVIDIA], &choice, pins[_i]);
}
END_TEST

START_TEST(test_pin_of_bands_deals_out_every_unit)
{
    static const int bands[] = {1, 2, 3, 7, 24, 25, 60};
    const clgn_problem p = plain(3, 16, 50, 8, FIRST);
    const struct clgn_geometry g = geometry_of(&p);

    for (int i = 0; i < 7; i++) {
        struct clgn_launch none[1] = {{.kernel = 99}};
        struct clgn_choice choice;
        char pin[64];

        snprintf(pin, sizeof pin, "fwd_twopass,slices=2,bands=%d", bands[i]);
        choice = choose(&p, &fake_devices[NVIDIA], pin);
        expect_good(&g, &fake_devices[NVIDIA], &choice, pin);
        ck_assert_uint_eq(choice.variant->launches(&g, &choice.params, none, 0),
                          (size_t)(bands[i] < 24 ? 2 * bands[i] : 48));
        ck_assert_int_eq(none[0].kernel, 99);
        ck_assert_uint_eq(clgn_workspace_bytes(choice.variant, &g, &choice.params), 3 * 8 * 2 * 4 * sizeof(float));
    }
}
END_TEST

static void expect_refused(const clgn_problem *p, const struct clgn_device *d, const char *pin,
                           const char *const *words)
{
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    testing_expect(try_choose(p, d, pin, choices, &count), CLGN_ERR_ARGUMENT, WORDS("config"), pin);
    testing_expect(CLGN_ERR_ARGUMENT, CLGN_ERR_ARGUMENT, words, pin);
}

#define REFUSED(device, pin, ...) expect_refused(&p, &fake_devices[device], pin, WORDS(__VA_ARGS__))

START_TEST(test_pin_that_is_illegal_anywhere_says_what_is_wrong)
{
    const clgn_problem p = plain(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "", "variant");
    REFUSED(AMD, "fwd", "no variant", "fwd");
    REFUSED(AMD, "fwd_row", "no variant", "fwd_row");
    REFUSED(AMD, "fwd_rows,wgs=3", "wgs=3", "power of two");
    REFUSED(AMD, "fwd_rows,colour=1", "unknown", "colour");
    REFUSED(AMD, "fwd_rows,slices=1", "fwd_rows", "slices");
    REFUSED(AMD, "fwd_rows,sg=0", "fwd_rows", "sg");
    REFUSED(AMD, "fwd_rows,rpi=0", "fwd_rows", "rpi");
    REFUSED(AMD, "fwd_onepass,bands=1", "fwd_onepass", "bands");
    REFUSED(AMD, "fwd_twopass,cpi=1", "fwd_twopass", "cpi");
    REFUSED(AMD, "fwd_twopass,per=1", "fwd_twopass", "per");
    REFUSED(AMD, "fwd_rows,wgs=2", "not applicable", "wgs=2", "fwd_rows");
    REFUSED(AMD, "fwd_onepass,block=2", "block=2", "1");
    REFUSED(AMD, "fwd_onepass,vec=16", "vec=16", "9");
    REFUSED(AMD, "fwd_onepass,vec=8,unroll=4,chunk=16", "chunk=16", "32");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=2,vec=8,align=1", "align=1", "vec=8");
    REFUSED(AMD, "fwd_onepass,align=0,nt=1", "nt=1", "align=1");
    REFUSED(AMD, "fwd_given", "fwd_given", "statistics are to be computed");
}
END_TEST

START_TEST(test_pin_for_backward_that_is_illegal_says_what_is_wrong)
{
    clgn_problem p = backward(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "bwd_row", "no variant", "bwd_row");
    REFUSED(AMD, "bwd_rows,slices=1", "bwd_rows", "slices");
    REFUSED(AMD, "bwd_rows,rpi=0", "bwd_rows", "rpi");
    REFUSED(AMD, "bwd_rows,sg=0", "bwd_rows", "sg");
    REFUSED(AMD, "bwd_onepass,sg=0", "bwd_onepass", "sg");
    REFUSED(AMD, "bwd_onepass,bands=1", "bwd_onepass", "bands");
    REFUSED(AMD, "bwd_twopass,per=1", "bwd_twopass", "per");
    REFUSED(AMD, "bwd_twopass,cpi=1", "bwd_twopass", "cpi");
    REFUSED(AMD, "bwd_given,bands=2", "bwd_given", "bands");
    REFUSED(AMD, "bwd_batch,bands=2", "bwd_batch", "bands");
    REFUSED(AMD, "bwd_batch,per=2", "bwd_batch", "per");
    REFUSED(AMD, "bwd_rows,wgs=2", "not applicable", "wgs=2", "bwd_rows");
    REFUSED(AMD, "bwd_onepass,vec=16", "vec=16", "9");
    REFUSED(AMD, "bwd_onepass,rpi=1", "rpi=1", "cpi=0", "both or none");
    REFUSED(AMD, "bwd_given", "bwd_given", "statistics are not frozen");
    REFUSED(AMD, "bwd_batch", "bwd_batch", "do not meet over the batch");
    REFUSED(AMD, "fwd_rows", "fwd_rows", "direction is backward");
    REFUSED(AMD, "fwd_given", "fwd_given", "direction is backward");
    REFUSED(AMD, "fwd_batch", "fwd_batch", "direction is backward");
    p.x.layout = p.y.layout = LAST;
    REFUSED(AMD, "bwd_onepass,wgs=64,lx=16,vec=1,rpi=64,cpi=64", "rpi=64", "rows that are channels");
    p.spatial_dims = 0;
    REFUSED(AMD, "bwd_rows,per=4", "per=4", "3 groups");
    REFUSED(AMD, "bwd_onepass,per=1", "per=1", "3 groups");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "s is 1");
    (void)choose(&p, &fake_devices[AMD], "bwd_rows,per=6");
    p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
    (void)choose(&p, &fake_devices[AMD], "bwd_rows,per=4");
    p = backward(2, 24, 9, 0, FIRST);
    p.norm = CLGN_NORM_BATCH;
    REFUSED(AMD, "bwd_rows", "bwd_rows", "meet over the batch");
    REFUSED(AMD, "bwd_onepass", "bwd_onepass", "meet over the batch");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "meet over the batch");
    p.stats = CLGN_STATS_GIVEN;
    REFUSED(AMD, "bwd_batch", "bwd_batch");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "statistics are frozen");
}
END_TEST

START_TEST(test_pin_over_the_batch_that_is_illegal_says_what_is_wrong)
{
    clgn_problem p = plain(2, 24, 9, 0, FIRST);

    p.norm = CLGN_NORM_BATCH;
    REFUSED(AMD, "fwd_rows", "fwd_rows", "statistics meet over the batch");
    REFUSED(AMD, "fwd_onepass", "fwd_onepass", "statistics meet over the batch");
    REFUSED(AMD, "fwd_twopass", "fwd_twopass", "statistics meet over the batch");
    REFUSED(AMD, "fwd_given", "fwd_given", "statistics are to be computed");
    REFUSED(AMD, "fwd_batch,per=2", "fwd_batch", "per");
    REFUSED(AMD, "fwd_batch,bands=2", "fwd_batch", "bands");
    REFUSED(AMD, "fwd_batch,vec=16", "vec=16", "9");
    REFUSED(AMD, "bwd_batch", "bwd_batch", "direction is forward");
    REFUSED(AMD, "bwd_rows", "bwd_rows", "direction is forward");
    REFUSED(AMD, "bwd_given", "bwd_given", "direction is forward");
    p.stats = CLGN_STATS_RUNNING;
    REFUSED(AMD, "fwd_batch", "fwd_batch", "statistics are given");
    p = plain(2, 24, 9, 3, FIRST);
    REFUSED(AMD, "fwd_batch", "fwd_batch", "do not meet over the batch");
}
END_TEST

START_TEST(test_pin_for_backward_that_is_legal_keeps_its_params)
{
    static const char *const pins[] = {
        "bwd_rows,per=7,vec=4,chunk=64",
        "bwd_onepass,wgs=64,lx=16,vec=1,unroll=8,chunk=16,per=3",
        "bwd_onepass,wgs=64,rpi=5,cpi=64,align=0",
        "bwd_twopass,slices=12,bands=5",
        "bwd_twopass,slices=65536,bands=64,wgs=1",
        "bwd_twopass,slices=1000,lx=8,wgs=32,vec=2",
        "bwd_given,slices=7,wgs=128,align=1,vec=4,nt=1",
        "bwd_batch,slices=9,lx=8,wgs=32,vec=2",
        "fwd_batch,slices=9,lx=8,wgs=32,vec=2",
    };

    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const int batch = strstr(pins[i], "_batch") != NULL;
        clgn_problem p = backward(3, 40, 200, batch ? 0 : 8, FIRST);
        struct clgn_geometry g;
        struct clgn_text why = clgn_text_in(testing.message, sizeof testing.message);
        struct clgn_choice choice;
        struct clgn_pin pin;

        p.norm = batch ? CLGN_NORM_BATCH : CLGN_NORM_GROUP;
        p.stats = strstr(pins[i], "_given") != NULL ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        if (strncmp(pins[i], "fwd_", 4) == 0) {
            p.direction = CLGN_FORWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
        }
        g = geometry_of(&p);
        choice = choose(&p, &fake_devices[AMD], pins[i]);
        ck_assert(clgn_pin_parse(pins[i], &pin, &why));
        ck_assert_str_eq(choice.variant->name, pin.variant);
        ck_assert_str_eq(choice.from, "pin");
        for (int k = 0; k < CLGN_PARAM_COUNT; k++) {
            if (pin.params.value[k] != CLGN_UNSET) {
                ck_assert_int_eq(choice.params.value[k], pin.params.value[k]);
            }
        }
        expect_good(&g, &fake_devices[AMD], &choice, pins[i]);
    }
}
END_TEST

START_TEST(test_pin_of_more_work_items_along_a_row_than_there_are_says_what_is_wrong)
{
    const clgn_problem p = plain(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "fwd_rows,lx=2", "not applicable", "lx=2", "wgs=1");
    REFUSED(AMD, "fwd_twopass,wgs=64,lx=128", "lx=128", "wgs=64");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=128", "lx=128", "wgs=64");
    REFUSED(AMD, "fwd_onepass,lx=1024", "lx=1024");
}
END_TEST

START_TEST(test_pin_of_registers_that_do_not_cover_says_what_is_wrong)
{
    const clgn_problem p = plain(2, 24, 100, 3, FIRST);

    REFUSED(AMD, "fwd_onepass,rpi=1", "rpi=1", "cpi=0", "both or none");
    REFUSED(AMD, "fwd_onepass,cpi=9", "rpi=0", "cpi=9", "both or none");
    REFUSED(AMD, "fwd_onepass,wgs=8,lx=8,vec=1,rpi=1,cpi=64", "cpi=64", "512", "800");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=16,vec=1,rpi=1,cpi=7", "rpi=1", "4", "8", "112", "100");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=16,vec=1,rpi=2,cpi=6", "cpi=6", "96", "100");
    (void)choose(&p, &fake_devices[AMD], "fwd_onepass,wgs=64,lx=16,vec=1,rpi=2,cpi=7");
}
END_TEST

START_TEST(test_pin_that_the_device_lacks_says_what_is_wrong)
{
    clgn_problem p = plain(2, 128, 100, 1, LAST);
    struct clgn_device khronos = fake_devices[AMD];

    REFUSED(AMD, "fwd_onepass,wgs=512", "wgs=512", "256");
    REFUSED(ADRENO, "fwd_onepass,wgs=512", "wgs=512", "288");
    REFUSED(MINIMUM, "fwd_twopass,wgs=2", "wgs=2", "1");
    REFUSED(AMD, "fwd_onepass,wgs=256,lx=1", "local memory", "65536");
    REFUSED(NVIDIA, "fwd_twopass,sg=1", "sg=1", "0");
    REFUSED(NVIDIA, "fwd_onepass,sg=2", "sg=2", "0");
    REFUSED(INTEL, "fwd_twopass,sg=1", "sg=1", "2");
    (void)choose(&p, &fake_devices[INTEL], "fwd_twopass,sg=2");
    REFUSED(ADRENO, "fwd_twopass,sg=1", "sg=1", "OpenCL C 2.0");
    khronos.subgroups = CLGN_SUBGROUPS_KHRONOS;
    (void)choose(&p, &khronos, "fwd_twopass,sg=1");
    p.x.dtype = CLGN_DTYPE_F64;
    expect_refused(&p, &khronos, "fwd_twopass,sg=1", WORDS("sg=1", "f64"));
    p.x.dtype = CLGN_DTYPE_F32;
    p.stats = CLGN_STATS_GIVEN;
    REFUSED(AMD, "fwd_rows", "fwd_rows", "statistics are given");
    REFUSED(AMD, "fwd_onepass", "fwd_onepass", "statistics are given");
    REFUSED(AMD, "fwd_twopass", "fwd_twopass", "statistics are given");
}
END_TEST

/* A vector must fit in the last block of groups, which may be the narrowest. */
START_TEST(test_pin_of_a_vector_beyond_a_row_is_refused)
{
    clgn_problem p = plain(2, 20, 50, 5, LAST);

    REFUSED(AMD, "fwd_twopass,wgs=64,block=4,vec=8", "vec=8", "4");
    REFUSED(AMD, "fwd_twopass,block=6", "block=6", "5");
    (void)choose(&p, &fake_devices[AMD], "fwd_twopass,wgs=64,block=3,vec=8");
    (void)choose(&p, &fake_devices[AMD], "fwd_twopass,wgs=64,block=5,vec=16");
    p.spatial_dims = 0;
    REFUSED(AMD, "fwd_twopass,vec=8", "vec=8", "4");
}
END_TEST

START_TEST(test_pin_of_more_work_groups_than_32_bits_count_is_refused)
{
    const clgn_problem p = plain((size_t)1 << 20, 1, 2, 1, FIRST);

    REFUSED(AMD, "fwd_twopass,slices=4096", "1048576 units in 4096 slices");
    (void)choose(&p, &fake_devices[AMD], "fwd_twopass,slices=4095");
}
END_TEST

#if SIZE_MAX > UINT32_MAX
START_TEST(test_pin_of_more_work_groups_than_64_bits_count_is_refused)
{
    const clgn_problem p = plain((size_t)1 << 48, 1, 2, 1, FIRST);

    REFUSED(AMD, "fwd_twopass,slices=1", "281474976710656 units in 1 slices");
    REFUSED(AMD, "fwd_twopass,slices=65536", "281474976710656 units in 65536 slices");
}
END_TEST
#endif

/* ---- traffic ---- */

static uint64_t traffic(const clgn_problem *p, const char *pin)
{
    const struct clgn_geometry g = geometry_of(p);
    const struct clgn_choice choice = choose(p, &fake_devices[AMD], pin);

    return clgn_traffic_of(choice.variant, &g, &choice.params);
}

START_TEST(test_traffic_is_counted_by_hand)
{
    clgn_problem p = plain(2, 24, 100, 3, FIRST); /* 4800 elements, 6 groups of 800 */
    const struct clgn_geometry g = geometry_of(&p);
    const uint64_t x = 4800 * 4, channels = 24 * 4, least = 2 * x + 2 * channels;

    ck_assert_uint_eq(clgn_traffic_least(&g), least);
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), least + x);
    ck_assert_uint_eq(traffic(&p, "fwd_onepass,wgs=64,rpi=0,cpi=0"), least + x);
    ck_assert_uint_eq(traffic(&p, "fwd_onepass,wgs=256,vec=4,rpi=1,cpi=1"), least);
    /* A record is four numbers: written once, read by each slice. */
    ck_assert_uint_eq(traffic(&p, "fwd_twopass,slices=5"), least + x + 6 * 5 * 16 * (1 + 5));
    p.y.dtype = CLGN_DTYPE_F16;
    p.residual = 1;
    p.skip = CLGN_SKIP_PER_CHANNEL;
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), 2 * x + 2 * (x / 2) + 2 * channels + 2 * 24 * 4);
    p.skip = CLGN_SKIP_FULL; /* read twice, too */
    ck_assert_uint_eq(traffic(&p, "fwd_rows"), 4 * x + 2 * (x / 2) + 2 * channels);
    p = plain(2, 24, 100, 3, FIRST);
    p.stats = CLGN_STATS_GIVEN;
    ck_assert_uint_eq(traffic(&p, "fwd_given"), least + 2 * 6 * 4);
    p = backward(2, 24, 100, 3, FIRST);
    p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
    p.gamma = p.beta = CLGN_DTYPE_NONE;
    ck_assert_uint_eq(traffic(&p, "bwd_rows"), 5 * x + 2 * 6 * 4); /* x, dy twice, dx; mean, rstd */
    p.stats = CLGN_STATS_GIVEN;
    ck_assert_uint_eq(traffic(&p, "bwd_rows"), 3 * x + 2 * 6 * 4);
}
END_TEST

/* ---- smaller work-groups ---- */

START_TEST(test_smaller_halves_the_work_group_down_to_one)
{
    const struct clgn_device *d = &fake_devices[_i / SHAPES];

    for (int mix = 0; mix < 8; mix++) {
        const clgn_problem p = problem_of(&shapes[_i % SHAPES], mix);
        const struct clgn_geometry g = geometry_of(&p);
        struct clgn_choice choices[CLGN_MOST_CHOICES];
        size_t count = 0;

        ck_assert_int_eq(try_choose(&p, d, NULL, choices, &count), CLGN_OK);
        for (size_t i = 0; i < count; i++) {
            struct clgn_choice choice = choices[i];
            long wgs = choice.params.value[CLGN_P_WGS];

            while (clgn_select_smaller(&g, d, (uint64_t)choice.params.value[CLGN_P_WGS] / 2, &choice)) {
                wgs /= 2;
                ck_assert_ptr_eq(choice.variant, choices[i].variant);
                ck_assert_int_eq(choice.params.value[CLGN_P_WGS], wgs);
                expect_good(&g, d, &choice, "smaller");
            }
            ck_assert_int_eq(wgs, 1);
        }
    }
}
END_TEST

START_TEST(test_smaller_of_a_pin_is_none)
{
    const clgn_problem p = plain(2, 64, 100, 8, FIRST);
    const struct clgn_geometry g = geometry_of(&p);
    struct clgn_choice choice = choose(&p, &fake_devices[AMD], "fwd_twopass,wgs=128");

    ck_assert_int_eq(clgn_select_smaller(&g, &fake_devices[AMD], 64, &choice), 0);
    ck_assert_int_eq(choice.params.value[CLGN_P_WGS], 128);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("select");
    TCase *choice = tcase_create("choice"), *pin = tcase_create("pin"), *smaller = tcase_create("smaller");

    tcase_set_timeout(choice, 60);
    tcase_set_timeout(smaller, 60);
    tcase_add_loop_test(choice, test_choice_for_real_problems_is_legal_and_covers_all, 0, FAKE_DEVICES * SHAPES);
    tcase_add_loop_test(choice, test_choice_for_real_gradients_is_legal_and_covers_all, 0, FAKE_DEVICES * SHAPES);
    tcase_add_test(choice, test_choice_for_f64_without_doubles_is_unsupported);
    tcase_add_test(choice, test_choice_where_nothing_fits_says_why_for_each_variant);
    tcase_add_test(choice, test_choice_on_a_cpu_is_rows_where_units_suffice);
    tcase_add_test(choice, test_choice_for_few_large_groups_on_a_gpu_splits_them);
    tcase_add_test(choice, test_choice_for_many_groups_on_a_gpu_reads_them_once);
    tcase_add_test(choice, test_choice_for_given_statistics_is_fwd_given_alone);
    tcase_add_test(choice, test_choice_for_backward_on_a_cpu_is_rows_where_units_suffice);
    tcase_add_test(choice, test_choice_for_backward_on_a_gpu_is_one_pass_or_two_by_its_groups);
    tcase_add_test(choice, test_choice_for_backward_of_given_statistics_is_bwd_given);
    tcase_add_test(choice, test_choice_over_the_batch_is_the_batch_variant_alone);
    tcase_add_test(choice, test_choice_for_running_statistics_of_instances_is_fwd_batch_alone);
    tcase_add_test(choice, test_choice_for_rows_of_groups_takes_whole_samples);
    tcase_add_test(pin, test_pin_that_is_legal_keeps_its_params);
    tcase_add_loop_test(pin, test_pin_of_any_slices_covers_all, 0, 2);
    tcase_add_loop_test(pin, test_pin_of_many_wide_slices_covers_all, 0, 3);
    tcase_add_test(pin, test_pin_of_bands_deals_out_every_unit);
    tcase_add_test(pin, test_pin_that_is_illegal_anywhere_says_what_is_wrong);
    tcase_add_test(pin, test_pin_for_backward_that_is_illegal_says_what_is_wrong);
    tcase_add_test(pin, test_pin_over_the_batch_that_is_illegal_says_what_is_wrong);
    tcase_add_test(pin, test_pin_for_backward_that_is_legal_keeps_its_params);
    tcase_add_test(pin, test_pin_of_more_work_items_along_a_row_than_there_are_says_what_is_wrong);
    tcase_add_test(pin, test_pin_of_registers_that_do_not_cover_says_what_is_wrong);
    tcase_add_test(pin, test_pin_that_the_device_lacks_says_what_is_wrong);
    tcase_add_test(pin, test_pin_of_a_vector_beyond_a_row_is_refused);
    tcase_add_test(pin, test_pin_of_more_work_groups_than_32_bits_count_is_refused);
#if SIZE_MAX > UINT32_MAX
    tcase_add_test(pin, test_pin_of_more_work_groups_than_64_bits_count_is_refused);
#endif
    tcase_add_test(pin, test_traffic_is_counted_by_hand);
    tcase_add_loop_test(smaller, test_smaller_halves_the_work_group_down_to_one, 0, CPU * SHAPES);
    tcase_add_test(smaller, test_smaller_of_a_pin_is_none);
    suite_add_tcase(suite, choice);
    suite_add_tcase(suite, pin);
    suite_add_tcase(suite, smaller);
    return testing_run_host_suite(suite);
}
