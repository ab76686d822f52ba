/* SPDX-License-Identifier: Apache-2.0 */
/* Which measured choice answers, on devices described by hand: the order of the layers, what is near, what of a
 * neighbour holds at another size, what happens to a choice that is not legal. */
#include <stdio.h>
#include <string.h>

#include "fake_devices.h"
#include "select.h"
#include "testing.h"
#include "tuned_text.h"

#define FIRST CLGN_LAYOUT_FIRST
#define LAST CLGN_LAYOUT_LAST
#define KIND_LAST "fwd group x=f32/nhwc y=f32/nhwc gamma=f32 beta=f32"

static struct clgn_tunedb *db;

static void open_db(void)
{
    db = clgn_tunedb_create();
    ck_assert_ptr_nonnull(db);
}

static void close_db(void)
{
    clgn_tunedb_release(db);
}

static struct clgn_sink sink(void)
{
    const clgn_options options = testing_options();
    const struct clgn_sink kept = {options.on_message, options.user};

    testing_forget();
    return kept;
}

/* Adds an entry that was measured on a device, for use on another. */
static void add(const struct clgn_device *measured, enum fake_device here, enum clgn_origin origin,
                struct tuned_entry entry)
{
    const struct clgn_sink kept = sink();
    char text[4096];

    tuned_text_print(measured, &entry, 1, text, sizeof text);
    clgn_tunedb_add(db, text, strlen(text), origin, &fake_devices[here], "text", &kept);
    ck_assert_str_eq(testing.message, "");
}

static void add_user(enum fake_device here, const char *config, size_t n, size_t c, size_t g, size_t s)
{
    add(&fake_devices[here], here, CLGN_ORIGIN_USER,
        (struct tuned_entry){.config = config, .n = n, .c = c, .g = g, .s = s});
}

static clgn_problem plain(size_t n, size_t c, size_t s, size_t groups, clgn_layout layout)
{
    clgn_problem p = testing_problem(n, c, s, groups);

    p.x.layout = p.y.layout = layout;
    return p;
}

/* The steps that were told, a line each. */
static char steps[16384];

static void on_step(void *user, const char *layer, const char *config, const char *outcome)
{
    struct clgn_text *out = user;

    clgn_text_add(out, "%s|%s|%s\n", layer, config, outcome);
}

static size_t choices_for(const clgn_problem *p, enum fake_device here, struct clgn_choice *choices)
{
    const struct clgn_sink kept = sink();
    struct clgn_text out = clgn_text_in(steps, sizeof steps);
    const struct clgn_advice advice = {.pin = p->config, .tunedb = db, .trace = {on_step, &out}};
    struct clgn_geometry g;
    size_t count = 0;

    ck_assert_int_eq(clgn_problem_check(p, &kept, &g), CLGN_OK);
    ck_assert_int_eq(clgn_select(&g, &fake_devices[here], &advice, &kept, choices, &count), CLGN_OK);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, CLGN_MOST_CHOICES);
    return count;
}

/* The first choice, as clgn_plan_describe says it. */
static const char *choice_for(const clgn_problem *p, enum fake_device here)
{
    static char text[512];
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct clgn_text out = clgn_text_in(text, sizeof text);

    (void)choices_for(p, here, choices);
    clgn_choice_print(&choices[0], &out);
    clgn_text_add(&out, " from=%s", choices[0].from);
    return text;
}

#define EXPECT(problem, here, piece)                                                          \
    do {                                                                                      \
        const char *said_ = choice_for(problem, here);                                        \
        ck_assert_msg(strstr(said_, piece) != NULL, "\"%s\" is not in \"%s\"", piece, said_); \
    } while (0)

#define EXPECT_STEP(piece) ck_assert_msg(strstr(steps, piece) != NULL, "\"%s\" is not in\n%s", piece, steps)

/* ---- layers ---- */

START_TEST(test_layers_answer_in_their_order)
{
    const clgn_problem p = plain(2, 320, 4096, 32, FIRST);
    const struct tuned_entry exact = {.config = "fwd_onepass,wgs=64,vec=2", .n = 2, .c = 320, .g = 32, .s = 4096};
    const struct tuned_entry near = {.config = "fwd_onepass,wgs=128,vec=2", .n = 2, .c = 320, .g = 32, .s = 8192};
    struct clgn_device cousin = fake_devices[NVIDIA];
    struct clgn_device stranger = fake_devices[NVIDIA];
    struct tuned_entry generic = {.config = "fwd_onepass,wgs=512,vec=2", .n = 2, .c = 320, .g = 32, .s = 4096};

    strcpy(cousin.identity.name, "NVIDIA H100 PCIe");
    strcpy(stranger.identity.arch, "sm_80");
    EXPECT(&p, NVIDIA, "from=heuristic");
    EXPECT_STEP("user-db||no entry");
    EXPECT_STEP("generic||no entry");
    add(&stranger, NVIDIA, CLGN_ORIGIN_SHIPPED, generic);
    EXPECT(&p, NVIDIA, "from=heuristic"); /* what is not marked says nothing of other devices */
    generic.generic = 1;
    add(&stranger, NVIDIA, CLGN_ORIGIN_SHIPPED, generic);
    EXPECT(&p, NVIDIA, "from=generic");
    EXPECT(&p, NVIDIA, "wgs=512");
    generic.config = "fwd_onepass,wgs=256,vec=2";
    generic.generic = 0;
    add(&cousin, NVIDIA, CLGN_ORIGIN_SHIPPED, generic);
    EXPECT(&p, NVIDIA, "from=same-arch");
    EXPECT(&p, NVIDIA, "wgs=256");
    add(&fake_devices[NVIDIA], NVIDIA, CLGN_ORIGIN_SHIPPED, near);
    EXPECT(&p, NVIDIA, "from=shipped-nearest");
    EXPECT(&p, NVIDIA, "wgs=128");
    add(&fake_devices[NVIDIA], NVIDIA, CLGN_ORIGIN_USER, near);
    EXPECT(&p, NVIDIA, "from=user-nearest");
    add(&fake_devices[NVIDIA], NVIDIA, CLGN_ORIGIN_SHIPPED, exact);
    EXPECT(&p, NVIDIA, "from=shipped-db");
    EXPECT(&p, NVIDIA, "fwd_onepass,wgs=64");
    add(&fake_devices[NVIDIA], NVIDIA, CLGN_ORIGIN_USER, exact);
    EXPECT(&p, NVIDIA, "from=user-db");
    EXPECT_STEP("pin||neither");
    EXPECT_STEP("user-db|fwd_onepass,wgs=64");
    EXPECT_STEP("heuristic|fwd_");
    EXPECT_STEP("next, should one before it not build");
}
END_TEST

START_TEST(test_pin_is_before_all_and_the_problems_before_the_environments)
{
    const clgn_problem p = plain(2, 320, 4096, 32, FIRST);
    const struct clgn_sink kept = sink();
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct clgn_advice advice = {.environment_pin = "fwd_twopass,slices=3", .tunedb = db};
    struct clgn_geometry g;
    size_t count = 0;

    add_user(AMD, "fwd_onepass,wgs=64", 2, 320, 32, 4096);
    ck_assert_int_eq(clgn_problem_check(&p, &kept, &g), CLGN_OK);
    ck_assert_int_eq(clgn_select(&g, &fake_devices[AMD], &advice, &kept, choices, &count), CLGN_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(choices[0].from, "CLGN_CONFIG");
    ck_assert_int_eq(choices[0].params.value[CLGN_P_SLICES], 3);
    advice.pin = "fwd_rows";
    ck_assert_int_eq(clgn_select(&g, &fake_devices[AMD], &advice, &kept, choices, &count), CLGN_OK);
    ck_assert_str_eq(choices[0].from, "pin");
    ck_assert_str_eq(choices[0].variant->name, "fwd_rows");
    advice.pin = NULL;
    advice.environment_pin = "bwd_rows";
    testing_expect(clgn_select(&g, &fake_devices[AMD], &advice, &kept, choices, &count), CLGN_ERR_ARGUMENT,
                   (const char *const[]){"CLGN_CONFIG", "bwd_rows", "direction is forward", NULL}, "bwd_rows");
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(test_entry_of_another_kind_does_not_answer)
{
    clgn_problem p = plain(2, 320, 4096, 32, FIRST);

    add_user(AMD, "fwd_onepass,wgs=64", 2, 320, 32, 4096);
    EXPECT(&p, AMD, "from=user-db");
    p.act = CLGN_ACT_SILU;
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("user-nearest||no entry of this kind");
    p.act = CLGN_ACT_NONE;
    p.x.dtype = CLGN_DTYPE_F16;
    EXPECT(&p, AMD, "from=heuristic");
    p.x.dtype = CLGN_DTYPE_F32;
    p.x.layout = LAST;
    EXPECT(&p, AMD, "from=heuristic");
    p.x.layout = FIRST;
    p.x.row_stride = 5000;
    EXPECT(&p, AMD, "from=heuristic");
    p.x.row_stride = 0;
    p.n = 0; /* nothing is launched: nothing is looked up */
    EXPECT(&p, AMD, "from=heuristic");
}
END_TEST

START_TEST(test_entry_serves_all_norms_of_its_geometry)
{
    clgn_problem p = plain(64, 32, 1000, 0, FIRST);

    p.norm = CLGN_NORM_INSTANCE;
    add_user(AMD, "fwd_onepass,wgs=64", 64, 32, 32, 1000);
    EXPECT(&p, AMD, "from=user-db");
    p.norm = CLGN_NORM_GROUP;
    p.groups = 32;
    EXPECT(&p, AMD, "from=user-db");
    p.norm = CLGN_NORM_LAYER;
    p.groups = 0;
    EXPECT(&p, AMD, "from=heuristic");
}
END_TEST

/* ---- near ---- */

START_TEST(test_nearest_is_within_two_octaves)
{
    clgn_problem p = plain(64, 64, 1024, 32, FIRST);

    add_user(AMD, "fwd_onepass,wgs=64,vec=4", 64, 64, 32, 1024);
    p.n = 256;
    EXPECT(&p, AMD, "wgs=64");
    EXPECT(&p, AMD, "from=user-nearest");
    p.n = 257;
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("2.01 octaves away: too far");
    p.n = 128;
    p.spatial[0] = 2048;
    EXPECT(&p, AMD, "from=user-nearest");
    p.spatial[0] = 4096;
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("2.24 octaves away: too far");
}
END_TEST

START_TEST(test_nearest_of_several_is_the_nearest_then_the_fastest)
{
    const clgn_problem p = plain(64, 64, 1024, 32, FIRST);
    struct tuned_entry entry = {.config = "fwd_onepass,wgs=16", .n = 128, .c = 64, .g = 32, .s = 1024};

    add_user(AMD, "fwd_onepass,wgs=256", 128, 64, 32, 2048);
    add_user(AMD, "fwd_onepass,wgs=128", 128, 64, 32, 1024);
    add_user(AMD, "fwd_onepass,wgs=32", 64, 64, 32, 4096);
    EXPECT(&p, AMD, "wgs=128");
    entry.median_ns = 999;
    add(&fake_devices[AMD], AMD, CLGN_ORIGIN_USER, entry);
    EXPECT(&p, AMD, "wgs=16");
}
END_TEST

START_TEST(test_nearest_of_another_class_does_not_answer)
{
    clgn_problem p = plain(2, 64, 1024, 16, FIRST);

    add_user(AMD, "fwd_onepass,wgs=64,vec=4", 4, 64, 16, 1024); /* 64 groups for 60 units */
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("1.00 octaves away: groups for every compute unit");
    p.n = 5;
    EXPECT(&p, AMD, "from=user-nearest");
    p.spatial[0] = 1025;
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("rows of whole vectors");
    p.spatial[0] = 1028;
    EXPECT(&p, AMD, "from=user-nearest");
    p.n = 4;
    p.spatial[0] = 1020; /* 2 MiB of x and y in a cache of 4, but twice 2047 * 1024 is beyond it */
    EXPECT(&p, AMD, "from=user-nearest");
    p.spatial[0] = 3000;
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("last-level cache");
}
END_TEST

START_TEST(test_choice_that_is_not_legal_goes_to_the_next_nearest)
{
    clgn_problem p = plain(64, 64, 1024, 32, FIRST);
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count;

    add_user(AMD, "fwd_onepass,wgs=512", 64, 64, 32, 1024); /* more than the device's 256 */
    add_user(AMD, "fwd_onepass,slices=2", 64, 64, 32, 1024);
    add_user(AMD, "fwd_unheard_of", 64, 64, 32, 1024);
    add_user(AMD, "bwd_rows", 64, 64, 32, 1024);
    EXPECT(&p, AMD, "from=heuristic");
    EXPECT_STEP("user-db|fwd_onepass|fwd_onepass is not applicable: wgs=512 is more than the device's 256");
    EXPECT_STEP("user-db|fwd_onepass|fwd_onepass has no param slices");
    EXPECT_STEP("user-db|fwd_unheard_of|no variant is called \"fwd_unheard_of\"");
    EXPECT_STEP("user-db|bwd_rows|bwd_rows is not applicable: direction is forward");
    add_user(AMD, "fwd_onepass,wgs=128", 64, 64, 32, 2048);
    EXPECT(&p, AMD, "wgs=128");
    EXPECT(&p, AMD, "from=user-nearest");
    count = choices_for(&p, AMD, choices);
    ck_assert_uint_gt(count, 1); /* should it not build, the heuristic is there */
    ck_assert_str_eq(choices[1].from, "heuristic");
}
END_TEST

START_TEST(test_choices_of_many_entries_leave_room_for_the_heuristic)
{
    const clgn_problem p = plain(64, 64, 1024, 32, FIRST);
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count, tuned = 0;

    for (size_t i = 0; i < 40; i++) {
        add_user(AMD, "fwd_onepass,wgs=64", 64, 64, 32, 1024 + 4 * (40 - i));
    }
    add_user(AMD, "fwd_onepass,wgs=32", 64, 64, 32, 1024);
    count = choices_for(&p, AMD, choices);
    ck_assert_str_eq(choices[0].from, "user-db");
    ck_assert_int_eq(choices[0].params.value[CLGN_P_WGS], 32);
    while (tuned < count && strcmp(choices[tuned].from, "heuristic") != 0) {
        tuned++;
    }
    ck_assert_uint_eq(tuned, CLGN_MOST_TUNED);
    ck_assert_uint_gt(count, tuned);
}
END_TEST

/* ---- what of a neighbour holds ---- */

START_TEST(test_neighbours_slices_keep_the_work_groups_busy)
{
    clgn_problem p = plain(1, 64, 16384, 8, FIRST);

    add_user(NVIDIA, "fwd_twopass,wgs=256,lx=256,vec=4,slices=32", 1, 64, 8, 16384);
    EXPECT(&p, NVIDIA, "slices=32");
    EXPECT(&p, NVIDIA, "from=user-db");
    p.n = 2; /* twice the groups */
    EXPECT(&p, NVIDIA, "slices=16");
    EXPECT(&p, NVIDIA, "from=user-nearest");
    p.n = 1;
    p.groups = 4;
    EXPECT(&p, NVIDIA, "slices=64");
}
END_TEST

START_TEST(test_neighbours_single_slice_and_band_stay_single)
{
    clgn_problem p = plain(1, 64, 65536, 4, FIRST);

    add_user(NVIDIA, "fwd_twopass,wgs=256,vec=4,slices=1,bands=1", 1, 64, 8, 65536);
    EXPECT(&p, NVIDIA, "slices=1,bands=1 from=user-nearest");
}
END_TEST

START_TEST(test_neighbours_bands_keep_their_bytes)
{
    clgn_problem p = plain(32, 64, 65536, 8, FIRST);

    add_user(CPU, "fwd_twopass,wgs=1,vec=16,slices=2,bands=8", 16, 64, 8, 65536);
    EXPECT(&p, CPU, "bands=16 from=user-nearest");
    p.n = 8;
    EXPECT(&p, CPU, "bands=4 from=user-nearest");
}
END_TEST

START_TEST(test_neighbours_units_per_work_group_keep_the_work)
{
    clgn_problem p = plain(512, 64, 64, 16, FIRST);

    add_user(CPU, "fwd_rows,vec=16,per=32", 512, 64, 16, 64);
    EXPECT(&p, CPU, "per=32 from=user-db");
    p.spatial[0] = 128;
    EXPECT(&p, CPU, "per=16 from=user-nearest");
    p.spatial[0] = 32;
    EXPECT(&p, CPU, "per=64 from=user-nearest");
}
END_TEST

/* Channels-last, a unit is a sample. */
START_TEST(test_neighbours_units_per_work_group_leave_no_compute_unit_idle)
{
    clgn_problem p = plain(2, 640, 4096, 32, LAST);
    struct tuned_entry entry = {
        .kind = KIND_LAST, .config = "fwd_rows,vec=16,block=32,per=1", .n = 2, .c = 960, .g = 32, .s = 4096};

    add(&fake_devices[CPU], CPU, CLGN_ORIGIN_USER, entry);
    EXPECT(&p, CPU, "per=1 from=user-nearest");
    entry.config = "fwd_rows,vec=16,block=32,per=8"; /* one work-group, so they leave one idle themselves */
    entry.n = 8;
    entry.s = 16;
    add(&fake_devices[CPU], CPU, CLGN_ORIGIN_USER, entry);
    p.n = 8;
    p.spatial[0] = 16;
    EXPECT(&p, CPU, "per=12 from=user-nearest");
}
END_TEST

START_TEST(test_neighbours_block_keeps_its_width_and_whole_pixels_stay_whole)
{
    clgn_problem p = plain(8, 128, 256, 16, LAST);
    struct tuned_entry entry = {
        .kind = KIND_LAST, .config = "fwd_onepass,wgs=64,vec=4,block=8", .n = 8, .c = 64, .g = 16, .s = 256};

    add(&fake_devices[AMD], AMD, CLGN_ORIGIN_USER, entry);
    EXPECT(&p, AMD, "block=4,"); /* 32 channels */
    EXPECT(&p, AMD, "from=user-nearest");
    entry.config = "fwd_onepass,wgs=64,vec=4,block=16";
    entry.c = 128;
    entry.s = 225;
    add(&fake_devices[AMD], AMD, CLGN_ORIGIN_USER, entry);
    p.groups = 32;
    p.c = 192;
    EXPECT(&p, AMD, "block=32,");
}
END_TEST

/* Numbers that follow from the shape of a unit are completed anew, so that they are legal. */
START_TEST(test_neighbours_registers_and_rows_are_not_copied)
{
    clgn_problem p = plain(64, 64, 4096, 32, FIRST);

    p.bias = CLGN_DTYPE_F32; /* not linear */
    add(&fake_devices[AMD], AMD, CLGN_ORIGIN_USER,
        (struct tuned_entry){.kind = "fwd group x=f32/nchw y=f32/nchw bias=f32 gamma=f32 beta=f32",
                             .config = "fwd_onepass,wgs=256,lx=128,vec=4,rpi=1,cpi=2,align=1",
                             .n = 64,
                             .c = 64,
                             .g = 32,
                             .s = 1024});
    EXPECT(&p, AMD, "from=user-nearest");
    EXPECT(&p, AMD, "wgs=256,lx=256,");
    EXPECT(&p, AMD, "rpi=2,cpi=4,");
}
END_TEST

START_TEST(test_choice_of_a_cousin_is_scaled_to_its_compute_units)
{
    const clgn_problem p = plain(1, 64, 65536, 8, FIRST);
    struct clgn_device cousin = fake_devices[NVIDIA];

    cousin.compute_units = 66;
    add(&cousin, NVIDIA, CLGN_ORIGIN_SHIPPED,
        (struct tuned_entry){.config = "fwd_twopass,wgs=256,vec=4,slices=32", .n = 1, .c = 64, .g = 8, .s = 65536});
    EXPECT(&p, NVIDIA, "slices=64");
    EXPECT(&p, NVIDIA, "from=same-arch");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tuned_choice");
    TCase *layers = tcase_create("layers"), *near = tcase_create("near"), *travel = tcase_create("travel");
    TCase *all[] = {layers, near, travel};

    tcase_add_test(layers, test_layers_answer_in_their_order);
    tcase_add_test(layers, test_pin_is_before_all_and_the_problems_before_the_environments);
    tcase_add_test(layers, test_entry_of_another_kind_does_not_answer);
    tcase_add_test(layers, test_entry_serves_all_norms_of_its_geometry);
    tcase_add_test(near, test_nearest_is_within_two_octaves);
    tcase_add_test(near, test_nearest_of_several_is_the_nearest_then_the_fastest);
    tcase_add_test(near, test_nearest_of_another_class_does_not_answer);
    tcase_add_test(near, test_choice_that_is_not_legal_goes_to_the_next_nearest);
    tcase_add_test(near, test_choices_of_many_entries_leave_room_for_the_heuristic);
    tcase_add_test(travel, test_neighbours_slices_keep_the_work_groups_busy);
    tcase_add_test(travel, test_neighbours_single_slice_and_band_stay_single);
    tcase_add_test(travel, test_neighbours_bands_keep_their_bytes);
    tcase_add_test(travel, test_neighbours_units_per_work_group_keep_the_work);
    tcase_add_test(travel, test_neighbours_units_per_work_group_leave_no_compute_unit_idle);
    tcase_add_test(travel, test_neighbours_block_keeps_its_width_and_whole_pixels_stay_whole);
    tcase_add_test(travel, test_neighbours_registers_and_rows_are_not_copied);
    tcase_add_test(travel, test_choice_of_a_cousin_is_scaled_to_its_compute_units);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tcase_add_checked_fixture(all[i], open_db, close_db);
        suite_add_tcase(suite, all[i]);
    }
    return testing_run_host_suite(suite);
}
