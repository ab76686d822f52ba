/* SPDX-License-Identifier: Apache-2.0 */
/* Real problems, what is chosen for them on devices described by hand, and whether that is legal and covers all. */
#include "choices.h"

#include <string.h>

#include "gradients.h"
#include "testing.h"
#include "units.h"

const struct shape choices_shapes[SHAPES] = {
    {2, 320, 64 * 64, 32}, {1, 128, 512 * 512, 32}, {32, 256, 56 * 56, 32},
    {16, 2048, 7 * 7, 32}, {8, 512, 3999, 1},       {4096, 1024, 0, 0},
    {1, 1280, 8 * 8, 32},  {4, 64, 112 * 112, 64},  {1, 1, 1 << 24, 1},
    {2, 6, 1, 3},          {3, 35, 17, 7},          {1, 8, 1, 8},
    {1, 3, 40000000, 1},   {0, 64, 100, 8},
};

struct clgn_sink choices_sink(void)
{
    const clgn_options options = testing_options();
    const struct clgn_sink kept = {options.on_message, options.user};

    testing_forget();
    return kept;
}

struct clgn_geometry choices_geometry(const clgn_problem *p)
{
    const struct clgn_sink kept = choices_sink();
    struct clgn_geometry g;

    ck_assert_msg(clgn_problem_check(p, &kept, &g) == CLGN_OK, "%s", testing.message);
    return g;
}

/* A shape with one of the pairs of layouts and one of three types. */
clgn_problem choices_problem(const struct shape *shape, int mix)
{
    static const clgn_dtype dtypes[] = {CLGN_DTYPE_F32, CLGN_DTYPE_F16, CLGN_DTYPE_F64};
    clgn_problem p = testing_problem(shape->n, shape->c, shape->s, shape->groups);

    p.norm = shape->groups == 0 ? CLGN_NORM_LAYER : CLGN_NORM_GROUP;
    p.x.layout = mix % 2 ? LAST : FIRST;
    p.y.layout = mix / 2 % 2 ? LAST : FIRST;
    p.x.dtype = dtypes[mix / 4];
    return p;
}

clgn_problem choices_plain(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout)
{
    clgn_problem p = testing_problem(n, c, s, groups);

    p.x.layout = p.y.layout = layout;
    return p;
}

clgn_status choices_try(const clgn_problem *p, const struct clgn_device *d, const char *pin,
                        struct clgn_choice *choices, size_t *count)
{
    const struct clgn_geometry g = choices_geometry(p);
    const struct clgn_sink kept = choices_sink();
    const struct clgn_advice advice = {.pin = pin};

    return clgn_select(&g, d, &advice, &kept, choices, count);
}

/* The first choice, of which there is one. */
struct clgn_choice choices_first(const clgn_problem *p, const struct clgn_device *d, const char *pin)
{
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    ck_assert_msg(choices_try(p, d, pin, choices, &count) == CLGN_OK, "%s: %s", d->identity.name, testing.message);
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

void choices_expect_good(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_choice *choice,
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

clgn_problem choices_backward(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout)
{
    clgn_problem p = choices_plain(n, c, s, groups, layout);

    p.direction = CLGN_BACKWARD;
    p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
    return p;
}
