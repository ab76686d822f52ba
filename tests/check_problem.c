/* SPDX-License-Identifier: Apache-2.0 */
/* A problem's geometry: sizes, strides, extents and flags for what is right, a message for what is wrong. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "problem.h"
#include "testing.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FIRST CLGN_LAYOUT_FIRST
#define LAST CLGN_LAYOUT_LAST

/* Indices of 32 bits reach to this, so that a walk may run past the end of a row. */
#define MOST_INDEX32 ((size_t)INT32_MAX - ((size_t)1 << 24))
/* Elements that the largest type makes INT64_MAX bytes of. */
#define MOST_ELEMENTS ((size_t)(INT64_MAX / 8))

static clgn_status check(const clgn_problem *p, struct clgn_geometry *g)
{
    const clgn_options options = testing_options();
    const struct clgn_sink sink = {options.on_message, options.user};

    testing_forget();
    memset(g, 0x5a, sizeof *g);
    return clgn_problem_check(p, &sink, g);
}

static struct clgn_geometry geometry_of(const clgn_problem *p)
{
    struct clgn_geometry g;

    ck_assert_msg(check(p, &g) == CLGN_OK, "%s", testing.message);
    ck_assert_uint_eq(testing.messages, 0);
    return g;
}

/* n = 2, c = 12, s = 5 * 7, 3 groups. */
static clgn_problem good(void)
{
    clgn_problem p = testing_problem(2, 12, 5, 3);

    p.spatial_dims = 2;
    p.spatial[1] = 7;
    return p;
}

/* The good problem, changed by a statement on p; the geometry is g in what follows. */
#define WITH(statement, ...)                            \
    do {                                                \
        clgn_problem p = good();                        \
        struct clgn_geometry g;                         \
        statement;                                      \
        g = geometry_of(&p);                            \
        ck_assert_msg(__VA_ARGS__, "with " #statement); \
    } while (0)

#define BAD(statement, ...)                                                                       \
    do {                                                                                          \
        clgn_problem p = good();                                                                  \
        struct clgn_geometry g;                                                                   \
        statement;                                                                                \
        testing_expect(check(&p, &g), CLGN_ERR_ARGUMENT, WORDS(__VA_ARGS__), "with " #statement); \
    } while (0)

/* Other norms and directions, in a statement that goes on. */
#define BATCH(p) ((p).norm = CLGN_NORM_BATCH, (p).groups = 0)
#define INSTANCE(p) ((p).norm = CLGN_NORM_INSTANCE, (p).groups = 0)
#define BACKWARD(p) ((p).direction = CLGN_BACKWARD)
#define FOLDED(pixels) \
    (g.n == 1 && g.s == (pixels) && g.x_last && g.y_last && !g.point && !g.linear && g.count == (pixels))

static int operand_is(const struct clgn_geometry *g, enum clgn_role role, uint64_t rs, uint64_t bs, uint64_t elements)
{
    const struct clgn_operand *o = &g->operand[role];

    return o->strided && o->rs == rs && o->bs == bs && o->elements == elements;
}

/* ---- sizes ---- */

START_TEST(test_sizes_of_group_norm_are_the_problems)
{
    WITH((void)0, g.n == 2 && g.c == 12 && g.s == 35 && g.g == 3 && g.cg == 4);
    WITH(p.groups = 1, g.g == 1 && g.cg == 12);
    WITH(p.groups = 12, g.g == 12 && g.cg == 1);
    WITH(p.spatial_dims = 0, g.s == 1);
    WITH(p.spatial_dims = 1, g.s == 5);
    WITH((p.spatial_dims = 6, p.spatial[2] = p.spatial[3] = 2, p.spatial[4] = 3, p.spatial[5] = 11), g.s == 4620);
}
END_TEST

START_TEST(test_sizes_of_layer_and_instance_norm_need_no_groups)
{
    WITH((p.norm = CLGN_NORM_LAYER, p.groups = 0), g.g == 1 && g.cg == 12);
    WITH((p.norm = CLGN_NORM_LAYER, p.groups = 1), g.g == 1 && g.cg == 12);
    WITH((p.norm = CLGN_NORM_INSTANCE, p.groups = 0), g.g == 12 && g.cg == 1);
    WITH((p.norm = CLGN_NORM_INSTANCE, p.groups = 12), g.g == 12 && g.cg == 1);
}
END_TEST

START_TEST(test_sizes_of_batch_norm_are_counted_over_samples)
{
    WITH(p.groups = 12, !g.batch && !g.per_channel && g.stats == 24 && g.count == 35);
    WITH(BATCH(p), g.batch && g.per_channel && g.g == 12 && g.cg == 1 && g.stats == 12 && g.count == 70);
    WITH((BATCH(p), p.groups = 12), g.batch && g.g == 12);
    WITH((INSTANCE(p), p.stats = CLGN_STATS_RUNNING), !g.batch && g.per_channel && g.stats == 24 && g.count == 35);
    WITH((BATCH(p), p.n = 0), g.stats == 12 && g.count == 0);
}
END_TEST

/* Dense pixels of all samples are those of one; where samples differ, or lie elsewhere, they stay apart. */
START_TEST(test_samples_of_batch_norm_are_folded_where_they_lie_at_one_stride)
{
    WITH(BATCH(p), g.n == 2 && g.s == 35 && !g.x_last);
    WITH((BATCH(p), p.x.layout = LAST), g.n == 2);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST), FOLDED(70) && operand_is(&g, CLGN_T_X, 12, 420, 840));
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.n = 1), g.n == 1 && g.s == 35);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.n = 0), g.n == 0 && g.s == 35);
    WITH((BATCH(p), p.n = 1, p.spatial_dims = 0, p.stats = CLGN_STATS_GIVEN), g.n == 1 && !g.x_last);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.x.batch_stride = 421), g.n == 2);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.y.row_stride = 13), FOLDED(70));
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.scale = CLGN_DTYPE_F32), g.n == 2);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.shift = CLGN_DTYPE_F32), g.n == 2);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.skip = CLGN_SKIP_PER_CHANNEL), g.n == 2);
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.direction = CLGN_BACKWARD), FOLDED(70));
    WITH((BATCH(p), p.x.layout = p.y.layout = LAST, p.direction = CLGN_BACKWARD, p.dx_strides.batch_stride = 999),
         g.n == 2);
    WITH((BATCH(p), p.spatial_dims = 0), FOLDED(2) && operand_is(&g, CLGN_T_X, 12, 12, 24));
    WITH((BATCH(p), p.spatial_dims = 0, p.y.batch_stride = 99), FOLDED(2) && operand_is(&g, CLGN_T_Y, 99, 99, 111));
    WITH((BATCH(p), p.spatial_dims = 0, p.x.row_stride = 2), g.n == 2 && !g.point);
    WITH((p.groups = 12, p.x.layout = p.y.layout = LAST), g.n == 2);
}
END_TEST

START_TEST(test_sizes_of_an_empty_batch_have_strides_but_no_elements)
{
    WITH(p.n = 0, g.n == 0 && operand_is(&g, CLGN_T_X, 35, 420, 0) && operand_is(&g, CLGN_T_Y, 35, 420, 0));
    WITH((p.n = 0, p.scale = CLGN_DTYPE_F32), g.operand[CLGN_T_SCALE].elements == 0);
    WITH((p.n = 0, p.write_mean = 1), g.operand[CLGN_T_MEAN].elements == 0);
}
END_TEST

START_TEST(test_problem_in_the_geometry_is_complete)
{
    WITH(p.config = "fwd_rows", g.problem.config == NULL);
    WITH(p.x.dtype = CLGN_DTYPE_BF16, g.problem.y.dtype == CLGN_DTYPE_BF16);
    WITH(p.y.dtype = CLGN_DTYPE_F16, g.problem.y.dtype == CLGN_DTYPE_F16 && g.problem.x.dtype == CLGN_DTYPE_F32);
    WITH(p.y.dtype = CLGN_DTYPE_F64, !g.wide);
    WITH(p.x.dtype = CLGN_DTYPE_F64, g.wide);
}
END_TEST

/* ---- strides ---- */

START_TEST(test_strides_of_zero_are_dense)
{
    WITH((void)0, !g.x_last && !g.y_last && operand_is(&g, CLGN_T_X, 35, 420, 840));
    WITH(p.x.layout = LAST, g.x_last && !g.y_last && operand_is(&g, CLGN_T_X, 12, 420, 840));
    WITH(p.y.layout = LAST, !g.x_last && g.y_last && operand_is(&g, CLGN_T_Y, 12, 420, 840));
    WITH(p.n = 1, operand_is(&g, CLGN_T_X, 35, 420, 420));
}
END_TEST

/* The last row and the last sample end with their last element, not with their stride. */
START_TEST(test_strides_as_given_end_with_the_last_element)
{
    WITH(p.x.row_stride = 40, operand_is(&g, CLGN_T_X, 40, 480, 955) && operand_is(&g, CLGN_T_Y, 35, 420, 840));
    WITH(p.y.batch_stride = 500, operand_is(&g, CLGN_T_Y, 35, 500, 920));
    WITH((p.y.row_stride = 40, p.y.batch_stride = 500), operand_is(&g, CLGN_T_Y, 40, 500, 975));
    WITH((p.x.layout = LAST, p.x.row_stride = 16), operand_is(&g, CLGN_T_X, 16, 560, 1116));
    WITH((p.n = 1, p.x.batch_stride = 3), operand_is(&g, CLGN_T_X, 35, 3, 420));
    WITH((p.n = 1, p.x.batch_stride = SIZE_MAX), g.operand[CLGN_T_X].elements == 420);
    WITH((p.c = 1, p.groups = 1, p.x.row_stride = 2), g.operand[CLGN_T_X].elements == 70);
    WITH((p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 36), operand_is(&g, CLGN_T_SKIP, 36, 432, 863));
    WITH((p.sum = 1, p.sum_strides.row_stride = 37), operand_is(&g, CLGN_T_SUM, 37, 444, 886));
    WITH((p.residual = 1, p.residual_strides.row_stride = 38), operand_is(&g, CLGN_T_RESIDUAL, 38, 456, 909));
}
END_TEST

/* Rows of all samples for channel 0, then of all for channel 1: (c, n, s) in memory. */
START_TEST(test_strides_of_interleaved_samples_are_accepted)
{
    WITH((p.x.batch_stride = 35, p.x.row_stride = 70), operand_is(&g, CLGN_T_X, 70, 35, 840));
    WITH((p.n = 3, p.x.batch_stride = 36, p.x.row_stride = 107), operand_is(&g, CLGN_T_X, 107, 36, 72 + 11 * 107 + 35));
    WITH((p.y.layout = LAST, p.y.batch_stride = 12, p.y.row_stride = 24), operand_is(&g, CLGN_T_Y, 24, 12, 840));
    BAD((p.x.batch_stride = 34, p.x.row_stride = 70), "x.batch_stride", "34", "805");
    BAD((p.x.batch_stride = 36, p.x.row_stride = 70), "x.batch_stride", "36", "805");
    BAD((p.n = 3, p.x.batch_stride = 36, p.x.row_stride = 106), "x.batch_stride", "36", "1201");
}
END_TEST

/* ---- one pixel, one channel ---- */

START_TEST(test_point_with_contiguous_channels_is_rows_of_groups)
{
    for (int i = 0; i < 4; i++) {
        clgn_problem p = testing_problem(2, 12, 1, 3);
        struct clgn_geometry g;

        p.x.layout = i % 2 ? LAST : FIRST;
        p.y.layout = i / 2 ? LAST : FIRST;
        p.spatial_dims = (size_t)(i % 2) * 6;
        for (int k = 1; k < CLGN_MAX_SPATIAL; k++) {
            p.spatial[k] = 1;
        }
        p.skip = CLGN_SKIP_FULL;
        p.sum = p.residual = 1;
        g = geometry_of(&p);
        ck_assert(g.point && !g.linear && !g.x_last && !g.y_last);
        ck_assert(operand_is(&g, CLGN_T_X, 4, 12, 24) && operand_is(&g, CLGN_T_Y, 4, 12, 24));
        ck_assert(operand_is(&g, CLGN_T_SKIP, 4, 12, 24) && operand_is(&g, CLGN_T_SUM, 4, 12, 24));
        ck_assert(operand_is(&g, CLGN_T_RESIDUAL, 4, 12, 24));
    }
}
END_TEST

#define POINT(statement, ...) WITH((p.spatial_dims = 0, statement), __VA_ARGS__)

START_TEST(test_point_with_gaps_between_channels_is_none)
{
    POINT(p.x.row_stride = 2, !g.point && !g.x_last && operand_is(&g, CLGN_T_X, 2, 24, 47));
    POINT(p.y.row_stride = 2, !g.point && operand_is(&g, CLGN_T_X, 1, 12, 24));
    POINT((p.x.layout = LAST, p.y.row_stride = 2), !g.point && g.x_last && !g.y_last);
    POINT((p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 3), !g.point);
    POINT((p.sum = 1, p.sum_strides.row_stride = 3), !g.point);
    POINT((p.residual = 1, p.residual_strides.row_stride = 3), !g.point);
    POINT((p.y.layout = LAST, p.residual = 1, p.residual_strides.row_stride = 30), g.point);
    POINT((p.x.layout = LAST, p.x.row_stride = 99), g.point && operand_is(&g, CLGN_T_X, 4, 12, 24));
    POINT(p.x.batch_stride = 99, g.point && operand_is(&g, CLGN_T_X, 4, 99, 111));
    POINT((p.x.row_stride = 2, p.x.batch_stride = 1), !g.point && operand_is(&g, CLGN_T_X, 2, 1, 24));
}
END_TEST

#define ONE(statement, ...) WITH((p.c = p.groups = 1, statement), __VA_ARGS__)

START_TEST(test_one_channel_with_dense_pixels_is_channels_first)
{
    ONE(p.x.layout = LAST, !g.x_last && !g.point && g.linear && operand_is(&g, CLGN_T_X, 35, 35, 70));
    ONE(p.y.layout = LAST, !g.y_last && g.linear && operand_is(&g, CLGN_T_Y, 35, 35, 70));
    ONE(p.x.row_stride = 99, g.linear && operand_is(&g, CLGN_T_X, 35, 35, 70));
    ONE((p.x.layout = p.y.layout = LAST, p.x.batch_stride = 40), g.linear && operand_is(&g, CLGN_T_X, 35, 40, 75));
    ONE((p.x.layout = LAST, p.x.row_stride = 2), g.x_last && !g.linear && operand_is(&g, CLGN_T_X, 2, 70, 139));
    ONE((p.x.layout = p.y.layout = LAST, p.y.row_stride = 2), g.x_last && g.y_last && !g.linear);
    ONE((p.x.layout = LAST, p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 2), g.x_last && !g.linear);
    ONE((p.y.layout = LAST, p.residual = 1, p.residual_strides.row_stride = 2), g.y_last && !g.x_last);
    ONE((p.spatial_dims = 0, p.x.layout = LAST), g.point && !g.linear && operand_is(&g, CLGN_T_X, 1, 1, 2));
}
END_TEST

/* ---- flags ---- */

START_TEST(test_linear_needs_one_run_and_no_addend_per_channel)
{
    WITH((void)0, g.linear);
    WITH((p.skip = CLGN_SKIP_FULL, p.sum = p.residual = 1), g.linear);
    WITH((p.scale = p.shift = CLGN_DTYPE_F32, p.x.batch_stride = p.y.batch_stride = 999), g.linear);
    WITH(p.x.row_stride = 35, g.linear);
    WITH(p.bias = CLGN_DTYPE_F32, !g.linear);
    WITH(p.skip = CLGN_SKIP_PER_CHANNEL, !g.linear);
    WITH(p.x.row_stride = 36, !g.linear);
    WITH(p.y.row_stride = 36, !g.linear);
    WITH((p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 36), !g.linear);
    WITH((p.sum = 1, p.sum_strides.row_stride = 36), !g.linear);
    WITH((p.residual = 1, p.residual_strides.row_stride = 36), !g.linear);
    WITH(p.x.layout = LAST, !g.linear);
    WITH(p.y.layout = LAST, !g.linear);
    WITH(p.x.layout = p.y.layout = LAST, !g.linear);
}
END_TEST

#define SHAPE(c_, s_, g_) (p.n = 1, p.spatial_dims = 1, p.c = (c_), p.spatial[0] = (s_), p.groups = (g_))

START_TEST(test_index64_begins_below_two_to_31_elements_of_a_group)
{
    WITH(SHAPE(1, MOST_INDEX32, 1), !g.index64);
    WITH(SHAPE(1, MOST_INDEX32 + 1, 1), g.index64);
    WITH(SHAPE(1, (size_t)1 << 31, 1), g.index64);
    WITH(SHAPE(32, (size_t)1 << 26, 1), g.index64);
    WITH(SHAPE(32, (size_t)1 << 26, 2), !g.index64);
    WITH(SHAPE(32, (size_t)1 << 30, 32), !g.index64);
    WITH(SHAPE(127, ((size_t)1 << 24) - 1, 1), !g.index64);
    WITH(SHAPE(127, (size_t)1 << 24, 1), g.index64);
    WITH(SHAPE((size_t)1 << 30, 2, 1), g.index64);
    WITH((SHAPE(2, (size_t)1 << 30, 1), p.x.layout = p.y.layout = LAST), g.index64);
    WITH((p.n = (size_t)1 << 31, p.x.layout = LAST), !g.index64);
    WITH((p.x.row_stride = p.y.row_stride = (size_t)1 << 31), !g.index64);
}
END_TEST

/* ---- extents ---- */

static int extent_is(const struct clgn_geometry *g, enum clgn_role role, clgn_dtype dtype, uint64_t elements)
{
    const struct clgn_operand *o = &g->operand[role];

    return o->dtype == dtype && o->elements == elements && !o->strided;
}

START_TEST(test_extents_of_absent_tensors_are_nothing)
{
    for (int role = CLGN_T_SKIP; role < CLGN_ROLE_COUNT; role++) {
        WITH(p.gamma = p.beta = CLGN_DTYPE_NONE, extent_is(&g, (enum clgn_role)role, CLGN_DTYPE_NONE, 0));
    }
}
END_TEST

START_TEST(test_extents_of_parameters_are_channels_or_samples_times_channels)
{
    static const struct {
        enum clgn_role role;
        size_t field;
        uint64_t elements;
    } cases[] = {
        {CLGN_T_BIAS, offsetof(clgn_problem, bias), 12},   {CLGN_T_GAMMA, offsetof(clgn_problem, gamma), 12},
        {CLGN_T_BETA, offsetof(clgn_problem, beta), 12},   {CLGN_T_SCALE, offsetof(clgn_problem, scale), 24},
        {CLGN_T_SHIFT, offsetof(clgn_problem, shift), 24},
    };
    static const clgn_dtype types[] = {CLGN_DTYPE_F32, CLGN_DTYPE_F16};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = 0; k < 2; k++) {
            WITH((p.x.dtype = CLGN_DTYPE_F16, memcpy((char *)&p + cases[i].field, &types[k], sizeof types[k])),
                 extent_is(&g, cases[i].role, types[k], cases[i].elements));
        }
    }
    WITH((p.x.dtype = CLGN_DTYPE_F64, p.bias = CLGN_DTYPE_F64), extent_is(&g, CLGN_T_BIAS, CLGN_DTYPE_F64, 12));
}
END_TEST

START_TEST(test_extents_of_skip_sum_and_residual_follow_x_or_y)
{
    WITH((p.x.dtype = CLGN_DTYPE_BF16, p.skip = CLGN_SKIP_PER_CHANNEL),
         extent_is(&g, CLGN_T_SKIP, CLGN_DTYPE_BF16, 24));
    WITH((p.x.dtype = CLGN_DTYPE_F16, p.x.layout = LAST, p.skip = CLGN_SKIP_FULL),
         operand_is(&g, CLGN_T_SKIP, 12, 420, 840) && g.operand[CLGN_T_SKIP].dtype == CLGN_DTYPE_F16);
    WITH((p.x.dtype = CLGN_DTYPE_F16, p.x.layout = LAST, p.y.dtype = CLGN_DTYPE_F32, p.sum = 1),
         operand_is(&g, CLGN_T_SUM, 12, 420, 840) && g.operand[CLGN_T_SUM].dtype == CLGN_DTYPE_F16);
    WITH((p.x.dtype = CLGN_DTYPE_F16, p.x.layout = LAST, p.y.dtype = CLGN_DTYPE_F32, p.residual = 1),
         operand_is(&g, CLGN_T_RESIDUAL, 35, 420, 840) && g.operand[CLGN_T_RESIDUAL].dtype == CLGN_DTYPE_F32);
    WITH((p.x.dtype = CLGN_DTYPE_F16, p.residual = 1), g.operand[CLGN_T_RESIDUAL].dtype == CLGN_DTYPE_F16);
}
END_TEST

START_TEST(test_extents_of_statistics_are_samples_times_groups)
{
    WITH(p.write_mean = 1,
         extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_F32, 6) && extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_NONE, 0));
    WITH((p.write_rstd = 1, p.x.dtype = CLGN_DTYPE_F64),
         extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_F64, 6) && extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_NONE, 0));
    WITH((p.stats = CLGN_STATS_GIVEN, p.x.dtype = CLGN_DTYPE_F16),
         extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_F32, 6) && extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_F32, 6));
    WITH((p.write_mean = 1, p.norm = CLGN_NORM_INSTANCE, p.groups = 0), extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_F32, 24));
    WITH((p.write_mean = 1, BATCH(p)), extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_F32, 12));
    WITH(p.mean_lo = 1,
         extent_is(&g, CLGN_T_MEAN_LO, CLGN_DTYPE_F32, 6) && extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_NONE, 0));
    WITH((p.mean_lo = 1, BATCH(p), p.x.dtype = CLGN_DTYPE_F64), extent_is(&g, CLGN_T_MEAN_LO, CLGN_DTYPE_F64, 12));
    WITH((BATCH(p), p.running = 1), extent_is(&g, CLGN_T_RUNNING_MEAN, CLGN_DTYPE_F32, 12) &&
                                        extent_is(&g, CLGN_T_RUNNING_VAR, CLGN_DTYPE_F32, 12) &&
                                        extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_NONE, 0));
    WITH((INSTANCE(p), p.stats = CLGN_STATS_RUNNING, p.x.dtype = CLGN_DTYPE_F64),
         extent_is(&g, CLGN_T_RUNNING_MEAN, CLGN_DTYPE_F64, 12) && extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_NONE, 0));
}
END_TEST

/* What forward wrote is read. */
START_TEST(test_extents_of_backwards_statistics_are_forwards)
{
    WITH(BACKWARD(p), extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_F32, 6) && extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_F32, 6) &&
                          extent_is(&g, CLGN_T_MEAN_LO, CLGN_DTYPE_NONE, 0));
    WITH((BACKWARD(p), BATCH(p)), extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_F32, 12));
    WITH((BACKWARD(p), p.rms = 1),
         extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_NONE, 0) && extent_is(&g, CLGN_T_RSTD, CLGN_DTYPE_F32, 6));
    WITH((BACKWARD(p), p.mean_lo = 1), extent_is(&g, CLGN_T_MEAN_LO, CLGN_DTYPE_F32, 6));
    WITH((BACKWARD(p), INSTANCE(p), p.stats = CLGN_STATS_RUNNING),
         extent_is(&g, CLGN_T_MEAN, CLGN_DTYPE_NONE, 0) && extent_is(&g, CLGN_T_RUNNING_VAR, CLGN_DTYPE_F32, 12));
    WITH((BACKWARD(p), p.dmean = 1),
         extent_is(&g, CLGN_T_DMEAN, CLGN_DTYPE_F32, 6) && extent_is(&g, CLGN_T_DRSTD, CLGN_DTYPE_NONE, 0));
    WITH((BACKWARD(p), BATCH(p), p.drstd = 1, p.x.dtype = CLGN_DTYPE_F64),
         extent_is(&g, CLGN_T_DRSTD, CLGN_DTYPE_F64, 12) && extent_is(&g, CLGN_T_DMEAN, CLGN_DTYPE_NONE, 0));
    WITH((BACKWARD(p), p.rms = p.drstd = 1), extent_is(&g, CLGN_T_DRSTD, CLGN_DTYPE_F32, 6));
}
END_TEST

START_TEST(test_extents_of_dx_dskip_and_dresidual_follow_x_or_y)
{
    WITH(BACKWARD(p), operand_is(&g, CLGN_T_DY, 35, 420, 840) && operand_is(&g, CLGN_T_DX, 35, 420, 840) &&
                          extent_is(&g, CLGN_T_Y, CLGN_DTYPE_NONE, 0));
    WITH((BACKWARD(p), p.x.layout = LAST, p.x.dtype = CLGN_DTYPE_F16, p.y.dtype = CLGN_DTYPE_F32),
         operand_is(&g, CLGN_T_DX, 12, 420, 840) && g.operand[CLGN_T_DX].dtype == CLGN_DTYPE_F16 &&
             operand_is(&g, CLGN_T_DY, 35, 420, 840) && g.operand[CLGN_T_DY].dtype == CLGN_DTYPE_F32);
    WITH((BACKWARD(p), p.y.row_stride = 40), operand_is(&g, CLGN_T_DY, 40, 480, 955));
    WITH((BACKWARD(p), p.x.row_stride = 40, p.dx_strides.row_stride = 36), operand_is(&g, CLGN_T_DX, 36, 432, 863));
    WITH((BACKWARD(p), p.skip = CLGN_SKIP_FULL, p.dskip = CLGN_GRADIENT_WRITE, p.dskip_strides.row_stride = 36),
         operand_is(&g, CLGN_T_DSKIP, 36, 432, 863));
    WITH((BACKWARD(p), p.residual = p.dresidual = 1, p.y.dtype = CLGN_DTYPE_F16, p.dresidual_strides.row_stride = 36),
         operand_is(&g, CLGN_T_DRESIDUAL, 36, 432, 863) && g.operand[CLGN_T_DRESIDUAL].dtype == CLGN_DTYPE_F16);
    WITH((BACKWARD(p), p.n = 0), operand_is(&g, CLGN_T_DX, 35, 420, 0) && operand_is(&g, CLGN_T_DY, 35, 420, 0));
    /* In forward these strides are of nothing. */
    WITH(p.dx_strides.row_stride = p.dskip_strides.row_stride = p.dresidual_strides.row_stride = 1,
         extent_is(&g, CLGN_T_DX, CLGN_DTYPE_NONE, 0));
}
END_TEST

/* A problem that has all that there is a gradient of. */
static void fill(clgn_problem *p)
{
    p->direction = CLGN_BACKWARD;
    p->skip = CLGN_SKIP_PER_CHANNEL;
    p->bias = p->gamma = p->beta = p->scale = p->shift = CLGN_DTYPE_F32;
    p->residual = 1;
}

static const struct {
    const char *name, *of;
    enum clgn_role role;
    size_t field, of_field;
    uint64_t elements;
} sums[] = {
#define SUM(name, of, role, elements)                                                                 \
    {                                                                                                 \
#name, #of, CLGN_T_##role, offsetof(clgn_problem, name), offsetof(clgn_problem, of), elements \
    }
    SUM(dgamma, gamma, DGAMMA, 12), SUM(dbeta, beta, DBETA, 12), SUM(dscale, scale, DSCALE, 24),
    SUM(dshift, shift, DSHIFT, 24), SUM(dbias, bias, DBIAS, 12), SUM(dskip, skip, DSKIP, 24),
#undef SUM
};

enum { SUMS = (int)(sizeof sums / sizeof sums[0]) };

/* An enumeration's value at a place in a problem. */
static void put(clgn_problem *p, size_t field, int value)
{
    memcpy((char *)p + field, &value, sizeof value);
}

START_TEST(test_extents_of_gradients_are_channels_or_samples_times_channels)
{
    for (int i = 0; i < SUMS; i++) {
        WITH((fill(&p), put(&p, sums[i].field, CLGN_GRADIENT_WRITE)),
             extent_is(&g, sums[i].role, CLGN_DTYPE_F32, sums[i].elements));
        WITH((fill(&p), put(&p, sums[i].field, CLGN_GRADIENT_ADD), p.x.dtype = CLGN_DTYPE_F64),
             extent_is(&g, sums[i].role, CLGN_DTYPE_F64, sums[i].elements));
        WITH((fill(&p), put(&p, sums[i].field, CLGN_GRADIENT_WRITE), p.x.dtype = CLGN_DTYPE_F16, p.n = 0),
             extent_is(&g, sums[i].role, CLGN_DTYPE_F32, sums[i].elements == 12 ? 12 : 0));
        WITH(fill(&p), extent_is(&g, sums[i].role, CLGN_DTYPE_NONE, 0));
    }
}
END_TEST

/* The stored sum is read in place of what it is the sum of, the residual where an activation follows it. */
START_TEST(test_extents_of_what_backward_does_not_read_are_nothing)
{
    WITH((fill(&p), p.act = CLGN_ACT_SILU, p.sum = 1),
         operand_is(&g, CLGN_T_SUM, 35, 420, 840) && extent_is(&g, CLGN_T_X, CLGN_DTYPE_NONE, 0) &&
             extent_is(&g, CLGN_T_SKIP, CLGN_DTYPE_NONE, 0) && extent_is(&g, CLGN_T_BIAS, CLGN_DTYPE_NONE, 0) &&
             operand_is(&g, CLGN_T_RESIDUAL, 35, 420, 840));
    WITH(fill(&p), operand_is(&g, CLGN_T_X, 35, 420, 840) && extent_is(&g, CLGN_T_SKIP, CLGN_DTYPE_F32, 24) &&
                       extent_is(&g, CLGN_T_BIAS, CLGN_DTYPE_F32, 12) &&
                       extent_is(&g, CLGN_T_RESIDUAL, CLGN_DTYPE_NONE, 0));
}
END_TEST

/* ---- limits ---- */

START_TEST(test_sizes_at_the_limits_are_accepted)
{
    WITH(SHAPE(MOST_INDEX32, 1, 1), g.c == MOST_INDEX32 && g.operand[CLGN_T_X].elements == MOST_INDEX32);
#if SIZE_MAX > UINT32_MAX
    WITH(SHAPE(1, MOST_ELEMENTS, 1), g.s == MOST_ELEMENTS && g.operand[CLGN_T_X].elements == MOST_ELEMENTS);
    WITH((SHAPE(1, 1, 1), p.n = MOST_ELEMENTS), g.operand[CLGN_T_Y].elements == MOST_ELEMENTS);
    WITH((SHAPE(2, 1, 1), p.x.row_stride = MOST_ELEMENTS - 1), g.operand[CLGN_T_X].elements == MOST_ELEMENTS);
    WITH((SHAPE(2, 1, 1), p.n = 2, p.x.batch_stride = MOST_ELEMENTS - 2),
         g.operand[CLGN_T_X].elements == MOST_ELEMENTS);
#endif
}
END_TEST

START_TEST(test_sizes_beyond_the_limits_are_refused)
{
    BAD(p.c = 0, "c", "0", "1", "2130706431");
    BAD(SHAPE(MOST_INDEX32 + 1, 1, 1), "c", "2130706432", "2130706431");
    BAD(p.spatial[1] = 0, "spatial[1", "0");
    BAD(p.spatial_dims = 7, "spatial_dims", "7", "6");
#if SIZE_MAX > UINT32_MAX
    BAD(SHAPE(1, MOST_ELEMENTS + 1, 1), "spatial[0", "1152921504606846976");
    BAD((p.spatial[0] = (size_t)1 << 30, p.spatial[1] = (size_t)1 << 30), "spatial[1", "1073741824");
    BAD(SHAPE(2, MOST_ELEMENTS, 1), "c", "2", "1152921504606846975");
    BAD((SHAPE(1, 1, 1), p.n = MOST_ELEMENTS + 1), "n", "1152921504606846976");
    BAD((SHAPE(2, 1, 1), p.x.row_stride = MOST_ELEMENTS), "x.batch_stride");
    BAD((SHAPE(2, 1, 1), p.x.row_stride = MOST_ELEMENTS + 1), "x.row_stride", "1152921504606846976", "2");
    BAD((SHAPE(2, 1, 1), p.n = 2, p.y.batch_stride = MOST_ELEMENTS - 1), "y.batch_stride", "1152921504606846974", "2");
    BAD((p.n = 0, p.x.row_stride = SIZE_MAX), "x.row_stride", "18446744073709551615", "12");
    BAD((p.skip = CLGN_SKIP_FULL, p.skip_strides.batch_stride = SIZE_MAX), "skip_strides.batch_stride");
    BAD((p.sum = 1, p.sum_strides.row_stride = SIZE_MAX / 2), "sum_strides.row_stride");
    BAD((p.residual = 1, p.residual_strides.batch_stride = SIZE_MAX), "residual_strides.batch_stride");
#endif
}
END_TEST

/* ---- mistakes ---- */

START_TEST(test_mistake_in_shape_or_norm_names_field_and_values)
{
    BAD(p.struct_size = 4, "problem.struct_size", "4");
    BAD(p.groups = 0, "groups", "0", "12");
    BAD(p.groups = 5, "groups", "5", "12");
    BAD(p.groups = 24, "groups", "24", "12");
    BAD(p.norm = (clgn_norm)4, "norm", "4");
    BAD((p.norm = CLGN_NORM_LAYER, p.groups = 2), "groups", "2", "layer", "1");
    BAD((p.norm = CLGN_NORM_INSTANCE, p.groups = 6), "groups", "6", "instance", "12");
    BAD((p.norm = CLGN_NORM_BATCH, p.groups = 3), "groups", "3", "batch", "12");
    BAD(p.eps = -0.5, "eps", "-0.5");
    BAD(p.eps = (double)NAN, "eps", "nan");
    BAD(p.eps = HUGE_VAL, "eps", "inf");
}
END_TEST

START_TEST(test_mistake_in_a_tensor_names_field_and_values)
{
    BAD(p.x.dtype = CLGN_DTYPE_NONE, "x.dtype", "0");
    BAD(p.x.dtype = (clgn_dtype)5, "x.dtype", "5");
    BAD(p.y.dtype = (clgn_dtype)-1, "y.dtype", "-1");
    BAD(p.x.layout = (clgn_layout)2, "x.layout", "2");
    BAD(p.y.layout = (clgn_layout)-1, "y.layout", "-1");
    BAD(p.x.row_stride = 34, "x.row_stride", "34", "35");
    BAD(p.y.batch_stride = 419, "y.batch_stride", "419", "420");
    BAD((p.x.layout = LAST, p.x.row_stride = 11), "x.row_stride", "11", "12");
    BAD((p.skip = CLGN_SKIP_FULL, p.skip_strides.row_stride = 1), "skip_strides.row_stride", "1", "35");
    BAD((p.sum = 1, p.sum_strides.batch_stride = 1), "sum_strides.batch_stride", "1", "420");
    BAD((p.y.layout = LAST, p.residual = 1, p.residual_strides.row_stride = 1), "residual_strides.row_stride", "12");
    BAD(p.bias = CLGN_DTYPE_F16, "bias", "f16", "2", "f32");
    BAD((p.x.dtype = CLGN_DTYPE_F16, p.gamma = CLGN_DTYPE_BF16), "gamma", "bf16", "3", "f16");
    BAD(p.beta = (clgn_dtype)17, "beta", "17");
    BAD(p.scale = CLGN_DTYPE_F64, "scale", "f64", "4", "f32");
    BAD((p.x.dtype = CLGN_DTYPE_F64, p.shift = CLGN_DTYPE_F16), "shift", "f16", "f64");
}
END_TEST

START_TEST(test_mistake_in_a_step_names_field_and_values)
{
    BAD(p.skip = (clgn_skip)3, "skip", "3");
    BAD(p.act = (clgn_act)12, "act", "12");
    BAD(p.act = (clgn_act)-1, "act", "-1");
    BAD(p.act_alpha = (double)NAN, "act_alpha", "nan");
    BAD(p.act_alpha = -HUGE_VAL, "act_alpha", "-inf");
}
END_TEST

START_TEST(test_mistake_in_statistics_names_field_and_values)
{
    BAD(p.stats = (clgn_stats)3, "stats", "3");
    BAD(p.stats = (clgn_stats)-1, "stats", "-1");
    BAD(p.stats = CLGN_STATS_RUNNING, "stats", "2", "RUNNING", "norm", "0");
    BAD((p.stats = CLGN_STATS_RUNNING, p.norm = CLGN_NORM_LAYER, p.groups = 0), "stats", "2", "norm", "1");
    BAD((p.stats = CLGN_STATS_GIVEN, p.write_mean = 1), "write_mean", "1", "write_rstd", "0", "stats", "1");
    BAD((p.stats = CLGN_STATS_GIVEN, p.write_rstd = 5), "write_mean", "0", "write_rstd", "5", "stats", "1");
    BAD((BATCH(p), p.stats = CLGN_STATS_RUNNING, p.write_rstd = 1), "write_rstd", "1", "stats", "2");
    BAD((BACKWARD(p), p.write_mean = 1), "write_mean", "1", "direction", "1", "FORWARD");
    BAD((BATCH(p), p.rms = 1), "rms", "1", "norm", "3", "GROUP", "LAYER");
    BAD((INSTANCE(p), p.rms = 4), "rms", "4", "norm", "2");
    BAD((p.stats = CLGN_STATS_GIVEN, p.rms = 1), "rms", "1", "stats", "1", "COMPUTE");
    BAD((p.rms = 2, p.write_mean = 1), "write_mean", "1", "rms", "2");
    BAD((p.mean_lo = 1, p.stats = CLGN_STATS_GIVEN), "mean_lo", "1", "stats", "1", "COMPUTE");
    BAD((BATCH(p), p.mean_lo = 1, p.stats = CLGN_STATS_RUNNING), "mean_lo", "1", "stats", "2");
    BAD((p.mean_lo = 3, p.rms = 1), "mean_lo", "3", "rms", "1");
    BAD((BACKWARD(p), p.mean_lo = p.rms = 1), "mean_lo", "1", "rms", "1");
    BAD((BATCH(p), p.n = 1, p.spatial_dims = 0), "n", "spatial", "1");
    BAD((BATCH(p), p.n = p.spatial[0] = p.spatial[1] = 1, p.x.layout = LAST), "n", "spatial", "1");
}
END_TEST

START_TEST(test_mistake_in_running_statistics_names_field_and_values)
{
    BAD(p.running = 1, "running", "1", "norm", "0", "BATCH", "INSTANCE");
    BAD((p.norm = CLGN_NORM_LAYER, p.groups = 0, p.running = 2), "running", "2", "norm", "1");
    BAD((BATCH(p), p.running = 1, p.stats = CLGN_STATS_GIVEN), "running", "1", "stats", "1", "COMPUTE");
    BAD((BATCH(p), p.running = 1, p.stats = CLGN_STATS_RUNNING), "running", "1", "stats", "2", "COMPUTE");
    BAD((BATCH(p), p.running = 1, BACKWARD(p)), "running", "1", "direction", "1", "FORWARD");
    BAD((INSTANCE(p), p.running = 1, p.momentum = -0.25), "momentum", "-0.25", "0", "1");
    BAD((BATCH(p), p.running = 1, p.momentum = 1.5), "momentum", "1.5", "0", "1");
    BAD((BATCH(p), p.running = 1, p.momentum = (double)NAN), "momentum", "nan");
    BAD((BATCH(p), p.running = 1, p.momentum = HUGE_VAL), "momentum", "inf");
    /* The unbiased variance of one value is 0 / 0. */
    BAD((INSTANCE(p), p.spatial_dims = 0, p.running = 1), "running", "1", "running_biased", "0");
    BAD((INSTANCE(p), p.spatial[0] = p.spatial[1] = 1, p.running = 2), "running", "2", "running_biased", "0");
}
END_TEST

/* What may look wrong and is not. */
START_TEST(test_statistics_that_are_unusual_are_accepted)
{
    WITH((BATCH(p), p.running = 1, p.momentum = 0), g.batch);
    WITH((BATCH(p), p.running = 1, p.momentum = 1), g.batch);
    WITH((BATCH(p), p.momentum = (double)NAN, p.running_biased = 1), g.batch);
    WITH((INSTANCE(p), p.spatial_dims = 0, p.running = p.running_biased = 1), g.s == 1);
    WITH((INSTANCE(p), p.spatial_dims = 0, p.running = 1, p.n = 0), g.s == 1);
    WITH((BATCH(p), p.n = 1, p.spatial_dims = 0, p.stats = CLGN_STATS_RUNNING), g.count == 1);
    WITH((BATCH(p), p.n = 1, p.spatial_dims = 0, p.stats = CLGN_STATS_GIVEN), g.count == 1);
    WITH((BATCH(p), p.n = 0, p.spatial_dims = 0, p.running = 1), g.count == 0);
    WITH((p.mean_lo = p.write_rstd = 1), g.count == 140);
    WITH((p.rms = p.write_rstd = 1), g.count == 140);
}
END_TEST

START_TEST(test_mistake_in_a_gradient_names_field_and_values)
{
    BAD(p.direction = (clgn_direction)2, "direction", "2");
    BAD(p.direction = (clgn_direction)-1, "direction", "-1");
    for (int i = 0; i < SUMS; i++) {
        BAD((fill(&p), put(&p, sums[i].field, 3)), sums[i].name, "3", "ADD");
        BAD((fill(&p), put(&p, sums[i].field, -1)), sums[i].name, "-1", "ADD");
        BAD((fill(&p), put(&p, sums[i].field, 1), p.direction = CLGN_FORWARD), sums[i].name, "1", "direction", "0");
        BAD((fill(&p), put(&p, sums[i].field, 2), put(&p, sums[i].of_field, 0)), sums[i].name, "2", sums[i].of);
    }
    BAD((fill(&p), p.skip = CLGN_SKIP_FULL, p.dskip = CLGN_GRADIENT_ADD), "dskip", "2", "ADD", "skip", "1", "FULL");
    BAD((p.residual = p.dresidual = 1), "dresidual", "1", "direction", "0");
    BAD((BACKWARD(p), p.dresidual = 6), "dresidual", "6", "residual", "0");
    BAD(p.dmean = 1, "dmean", "1", "direction", "0", "BACKWARD");
    BAD(p.drstd = 3, "drstd", "3", "direction", "0", "BACKWARD");
    BAD((BACKWARD(p), p.stats = CLGN_STATS_GIVEN, p.dmean = 1), "dmean", "1", "stats", "1", "COMPUTE");
    BAD((BACKWARD(p), BATCH(p), p.stats = CLGN_STATS_RUNNING, p.drstd = 1), "drstd", "1", "stats", "2", "COMPUTE");
    BAD((BACKWARD(p), p.rms = 1, p.dmean = 2), "dmean", "2", "rms", "1");
}
END_TEST

START_TEST(test_mistake_in_a_gradients_strides_names_field_and_values)
{
    BAD((BACKWARD(p), p.dx_strides.row_stride = 34), "dx_strides.row_stride", "34", "35");
    BAD((BACKWARD(p), p.x.layout = LAST, p.dx_strides.row_stride = 11), "dx_strides.row_stride", "11", "12");
    BAD((BACKWARD(p), p.dx_strides.batch_stride = 419), "dx_strides.batch_stride", "419", "420");
    BAD((BACKWARD(p), p.y.row_stride = 34), "y.row_stride", "34", "35");
    BAD((fill(&p), p.dresidual = 1, p.y.layout = LAST, p.dresidual_strides.row_stride = 11),
        "dresidual_strides.row_stride", "11", "12");
    BAD((fill(&p), p.dresidual = 1, p.dresidual_strides.batch_stride = 7), "dresidual_strides.batch_stride", "7",
        "420");
    BAD((fill(&p), p.skip = CLGN_SKIP_FULL, p.dskip = CLGN_GRADIENT_WRITE, p.dskip_strides.row_stride = 1),
        "dskip_strides.row_stride", "1", "35");
    BAD((fill(&p), p.skip = CLGN_SKIP_FULL, p.dskip = CLGN_GRADIENT_WRITE, p.dskip_strides.batch_stride = 400),
        "dskip_strides.batch_stride", "400", "420");
#if SIZE_MAX > UINT32_MAX
    BAD((BACKWARD(p), p.dx_strides.batch_stride = SIZE_MAX / 4), "dx_strides.batch_stride", "4611686018427387903", "2");
    BAD((fill(&p), p.dresidual = 1, p.dresidual_strides.row_stride = SIZE_MAX), "dresidual_strides.row_stride",
        "18446744073709551615", "12");
#endif
}
END_TEST

START_TEST(test_names_of_types_and_tensors_are_those_of_the_interface)
{
    static const char *const types[] = {"none", "f32", "f16", "bf16", "f64", "none", "none"};
    static const size_t bytes[] = {0, 4, 2, 2, 8, 0, 0};
    static const char *const roles[CLGN_ROLE_COUNT] = {
        "x",         "y",      "skip",  "bias",    "sum",          "gamma",       "beta",  "scale", "shift",
        "residual",  "mean",   "rstd",  "mean_lo", "running_mean", "running_var", "dy",    "dx",    "dskip",
        "dresidual", "dgamma", "dbeta", "dscale",  "dshift",       "dbias",       "dmean", "drstd", "workspace",
    };

    for (int i = 0; i < 7; i++) {
        const clgn_dtype dtype = i < 6 ? (clgn_dtype)i : (clgn_dtype)-1;

        ck_assert_str_eq(clgn_dtype_name(dtype), types[i]);
        ck_assert_uint_eq(clgn_dtype_bytes(dtype), bytes[i]);
    }
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        ck_assert_str_eq(clgn_role_name((enum clgn_role)i), roles[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("problem");
    TCase *sizes = tcase_create("sizes"), *strides = tcase_create("strides"), *flags = tcase_create("flags");
    TCase *extents = tcase_create("extents"), *mistakes = tcase_create("mistakes");

    tcase_add_test(sizes, test_sizes_of_group_norm_are_the_problems);
    tcase_add_test(sizes, test_sizes_of_layer_and_instance_norm_need_no_groups);
    tcase_add_test(sizes, test_sizes_of_batch_norm_are_counted_over_samples);
    tcase_add_test(sizes, test_sizes_of_an_empty_batch_have_strides_but_no_elements);
    tcase_add_test(sizes, test_problem_in_the_geometry_is_complete);
    tcase_add_test(sizes, test_sizes_at_the_limits_are_accepted);
    tcase_add_test(sizes, test_sizes_beyond_the_limits_are_refused);
    tcase_add_test(strides, test_strides_of_zero_are_dense);
    tcase_add_test(strides, test_strides_as_given_end_with_the_last_element);
    tcase_add_test(strides, test_strides_of_interleaved_samples_are_accepted);
    tcase_add_test(flags, test_point_with_contiguous_channels_is_rows_of_groups);
    tcase_add_test(flags, test_point_with_gaps_between_channels_is_none);
    tcase_add_test(flags, test_one_channel_with_dense_pixels_is_channels_first);
    tcase_add_test(flags, test_samples_of_batch_norm_are_folded_where_they_lie_at_one_stride);
    tcase_add_test(flags, test_linear_needs_one_run_and_no_addend_per_channel);
    tcase_add_test(flags, test_index64_begins_below_two_to_31_elements_of_a_group);
    tcase_add_test(extents, test_extents_of_absent_tensors_are_nothing);
    tcase_add_test(extents, test_extents_of_parameters_are_channels_or_samples_times_channels);
    tcase_add_test(extents, test_extents_of_skip_sum_and_residual_follow_x_or_y);
    tcase_add_test(extents, test_extents_of_statistics_are_samples_times_groups);
    tcase_add_test(extents, test_extents_of_backwards_statistics_are_forwards);
    tcase_add_test(extents, test_extents_of_dx_dskip_and_dresidual_follow_x_or_y);
    tcase_add_test(extents, test_extents_of_gradients_are_channels_or_samples_times_channels);
    tcase_add_test(extents, test_extents_of_what_backward_does_not_read_are_nothing);
    tcase_add_test(mistakes, test_mistake_in_shape_or_norm_names_field_and_values);
    tcase_add_test(mistakes, test_mistake_in_a_tensor_names_field_and_values);
    tcase_add_test(mistakes, test_mistake_in_a_step_names_field_and_values);
    tcase_add_test(mistakes, test_mistake_in_statistics_names_field_and_values);
    tcase_add_test(mistakes, test_mistake_in_running_statistics_names_field_and_values);
    tcase_add_test(mistakes, test_statistics_that_are_unusual_are_accepted);
    tcase_add_test(mistakes, test_mistake_in_a_gradient_names_field_and_values);
    tcase_add_test(mistakes, test_mistake_in_a_gradients_strides_names_field_and_values);
    tcase_add_test(mistakes, test_names_of_types_and_tensors_are_those_of_the_interface);
    suite_add_tcase(suite, sizes);
    suite_add_tcase(suite, strides);
    suite_add_tcase(suite, flags);
    suite_add_tcase(suite, extents);
    suite_add_tcase(suite, mistakes);
    return testing_run_host_suite(suite);
}
