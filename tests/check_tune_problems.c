/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of how clgn-tune reads problems: sizes, epilogues, lists, suites and benchdnn's batch files. */
#define _POSIX_C_SOURCE 200809L

#include "batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epilogue.h"
#include "problem_text.h"
#include "suites.h"
#include "testing.h"

enum { MOST = 64 };

struct found {
    struct tune_problem problems[MOST];
    size_t count;
};

static int collect(const struct tune_problem *problem, void *user)
{
    struct found *found = user;

    ck_assert_uint_lt(found->count, MOST);
    found->problems[found->count++] = *problem;
    return 0;
}

/* --- Sizes -------------------------------------------------------------------------------------------------------- */

START_TEST(test_sizes_in_either_form_then_the_same_problem)
{
    static const struct {
        const char *text;
        const char *canonical;
        size_t dims;
    } cases[] = {
        {"g32mb2ic320ih64iw64", "g32mb2ic320ih64iw64", 2},
        {"iw64ih64ic320g32", "g32mb2ic320ih64iw64", 2},
        {"g32_mb2_ic320_ih64_iw64_eps0.001_n\"a name\"", "g32mb2ic320ih64iw64", 2},
        {"2x320x64x64/32", "g32mb2ic320ih64iw64", 2},
        {"1x8x3x4x5/2", "g2mb1ic8id3ih4iw5", 3},
        {"7x8/8", "g8mb7ic8", 0},
        {"7x8x9/1", "g1mb7ic8iw9", 1},
        {"g1mb0ic3iw5", "g1mb0ic3iw5", 1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        clgn_problem p = CLGN_PROBLEM_INIT;
        char error[256] = "";
        char text[160];
        ck_assert_msg(problem_text_parse(cases[i].text, &p, error, sizeof(error)) == 0, "%s", error);
        problem_text_format(&p, text, sizeof(text));
        ck_assert_str_eq(text, cases[i].canonical);
        ck_assert_uint_eq(p.spatial_dims, cases[i].dims);
        ck_assert_double_eq(p.eps, strstr(cases[i].text, "eps") ? 0.001 : 1e-5);
    }
}
END_TEST

START_TEST(test_sizes_that_are_none_then_refused_with_the_text)
{
    static const char *const cases[][2] = {
        {"", "number of groups is missing"},
        {"g2", "number of channels is missing"},
        {"ic4", "number of groups is missing"},
        {"g2ic4ic4", "at 'ic4'"},
        {"g2ic4x", "at 'x'"},
        {"g2ic", "at 'ic'"},
        {"g-2ic4", "at 'g-2ic4'"},
        {"g2ic4__iw3", "at '_iw3'"},
        {"g2ic4eps", "at 'eps'"},
        {"g2ic4eps1e999", "expected"},
        {"g2ic99999999999999999999", "expected"},
        {"g3ic4", "g3 does not divide ic4"},
        {"g2ic4ih0", "spatial axis 1 is 0"},
        {"g1mb4294967296ic4294967296", "too large"},
        {"2x4", "expected NxC/G"},
        {"2/4", "expected NxC/G"},
        {"2x4x5x6x7x8/4", "expected NxC/G"},
        {"2x4/", "expected NxC/G"},
        {"2x4/2 ", "expected NxC/G"},
        {"2xx4/2", "expected NxC/G"},
        {"2x4/3", "g3 does not divide ic4"},
        {"2x0/3", "number of channels is missing"},
        {"2x4x0/2", "spatial axis 1 is 0"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        clgn_problem p = CLGN_PROBLEM_INIT;
        char error[256] = "";
        ck_assert_msg(problem_text_parse(cases[i][0], &p, error, sizeof(error)) == -1, "%s", cases[i][0]);
        ck_assert_msg(strstr(error, cases[i][1]) != NULL, "%s: %s", cases[i][0], error);
    }
}
END_TEST

START_TEST(test_format_into_few_bytes_then_cut_and_terminated)
{
    clgn_problem p = CLGN_PROBLEM_INIT;
    char error[256];
    char text[32];

    ck_assert_int_eq(problem_text_parse("2x320x64x64/32", &p, error, sizeof(error)), 0);
    for (size_t bytes = 1; bytes < 20; ++bytes) {
        memset(text, '!', sizeof(text));
        problem_text_format(&p, text, bytes);
        ck_assert_uint_eq(strlen(text), bytes - 1);
        ck_assert_int_eq(text[bytes], '!');
        ck_assert_int_eq(strncmp(text, "g32mb2ic320ih64iw64", bytes - 1), 0);
    }
}
END_TEST

/* --- Epilogues ---------------------------------------------------------------------------------------------------- */

START_TEST(test_epilogue_then_canonical_text)
{
    static const char *const cases[][2] = {
        {"none", "none"},
        {"silu", "silu"},
        {"relu+add", "add+relu"},
        {"add", "add"},
        {"add+none", "add"},
        {"modulate+silu", "modulate+silu"},
        {"bias+skip+modulate+add+gelu", "skip+bias+modulate+add+gelu"},
        {"leaky_relu", "leaky_relu"},
        {"leaky_relu=0.01", "leaky_relu"},
        {"leaky_relu=0.2", "leaky_relu=0.2"},
        {"elu", "elu"},
        {"add+elu=0.5", "add+elu=0.5"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        clgn_problem p = CLGN_PROBLEM_INIT;
        clgn_problem again = CLGN_PROBLEM_INIT;
        char text[64];
        ck_assert_msg(epilogue_parse(cases[i][0], &p) == 0, "%s", cases[i][0]);
        epilogue_format(&p, text, sizeof(text));
        ck_assert_str_eq(text, cases[i][1]);
        ck_assert_int_eq(epilogue_parse(text, &again), 0);
        ck_assert_double_eq(p.act_alpha, again.act_alpha);
        ck_assert_int_eq(p.act, again.act);
    }
}
END_TEST

START_TEST(test_epilogue_that_is_none_then_refused)
{
    static const char *const cases[] = {"",
                                        "+",
                                        "add+",
                                        "+silu",
                                        "add+add",
                                        "silu+relu",
                                        "none+none",
                                        "swish",
                                        "silu=1",
                                        "leaky_relu=",
                                        "bias=1",
                                        "elu=x",
                                        "modulate+modulate+silu",
                                        "add silu"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        clgn_problem p = CLGN_PROBLEM_INIT;
        ck_assert_msg(epilogue_parse(cases[i], &p) == -1, "%s", cases[i]);
    }
}
END_TEST

/* --- Lists -------------------------------------------------------------------------------------------------------- */

START_TEST(test_lists_then_every_item_with_every_other)
{
    const char *const lists[AXIS_COUNT] = {
        [AXIS_DT] = "f32,bf16:f32", [AXIS_LAYOUT] = "nchw,nhwc", [AXIS_FLAGS] = ",GCH", [AXIS_OP] = "fwd,bwd,bwd_data"};
    struct found found = {.count = 0};
    char error[256] = "";

    ck_assert_msg(axes_expand("g2ic4iw5", lists, collect, &found, error, sizeof(error)) == 0, "%s", error);
    ck_assert_uint_eq(found.count, 2 * 2 * 2 * 3);
    ck_assert_str_eq(found.problems[0].dtype, "f32");
    ck_assert_str_eq(found.problems[0].flags, "");
    ck_assert_str_eq(found.problems[0].op, "fwd");
    ck_assert_int_eq(found.problems[0].problem.gamma, CLGN_DTYPE_NONE);
    ck_assert_str_eq(found.problems[23].dtype, "bf16:f32");
    ck_assert_str_eq(found.problems[23].layout, "nhwc");
    ck_assert_str_eq(found.problems[23].flags, "GCH");
    ck_assert_str_eq(found.problems[23].op, "bwd_data");
    ck_assert_int_eq(found.problems[23].problem.stats, CLGN_STATS_GIVEN);
    ck_assert_int_eq(found.problems[23].problem.dgamma, CLGN_GRADIENT_NONE);
    ck_assert_int_eq(found.problems[22].problem.dgamma, CLGN_GRADIENT_WRITE);
    ck_assert_int_eq(found.problems[22].problem.direction, CLGN_BACKWARD);
}
END_TEST

START_TEST(test_norms_then_groups_follow)
{
    const char *const lists[AXIS_COUNT] = {[AXIS_NORM] = "group,layer,instance,batch,rms",
                                           [AXIS_OUT_DT] = "f16",
                                           [AXIS_OUT_LAYOUT] = "nhwc",
                                           [AXIS_ACT] = "modulate+add+relu",
                                           [AXIS_OP] = "fwd_stats,bwd"};
    static const size_t groups[5] = {2, 1, 4, 4, 2};
    struct found found = {.count = 0};
    char error[256] = "";

    ck_assert_msg(axes_expand("g2ic4iw5", lists, collect, &found, error, sizeof(error)) == 0, "%s", error);
    ck_assert_uint_eq(found.count, 10);
    for (size_t i = 0; i < found.count; ++i) {
        const struct tune_problem *t = &found.problems[i];
        ck_assert_uint_eq(t->problem.groups, groups[i / 2]);
        ck_assert_str_eq(t->dtype, "f32:f16");
        ck_assert_str_eq(t->layout, "nchw:nhwc");
        ck_assert_str_eq(t->op, i % 2 ? "bwd" : "fwd_stats");
        ck_assert_int_eq(t->problem.write_rstd, i % 2 == 0);
        ck_assert_int_eq(t->problem.write_mean, i % 2 == 0 && i / 2 != 4);
        ck_assert_int_eq(t->problem.dresidual, i % 2);
        ck_assert_int_eq(t->problem.dscale, i % 2 ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE);
    }
    ck_assert_str_eq(found.problems[8].norm, "rms");
    ck_assert_str_eq(found.problems[6].norm, "batch");
}
END_TEST

START_TEST(test_items_that_are_none_then_refused_with_the_option)
{
    static const struct {
        enum axes_axis axis;
        const char *list;
        const char *words;
    } cases[] = {
        {AXIS_NORM, "group,spectral", "--norm: \"spectral\""},
        {AXIS_DT, "f32,,f16", "--dt: \"\""},
        {AXIS_DT, "f32:", "--dt: \"f32:\""},
        {AXIS_DT, "s8", "--dt: \"s8\""},
        {AXIS_LAYOUT, "abx", "--layout: \"abx\""},
        {AXIS_OUT_DT, "f8", "--out-dt: \"f8\""},
        {AXIS_OUT_LAYOUT, "x", "--out-layout: \"x\""},
        {AXIS_FLAGS, "CR", "--flags: \"CR\""},
        {AXIS_ACT, "relu,swish", "--act: \"swish\""},
        {AXIS_OP, "fwd,", "--op: \"\""},
        {AXIS_ACT, "elu=0.000000000000000000000000000000000000000000000000000000000000001", "--act: \"elu=0.0000"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        const char *lists[AXIS_COUNT] = {NULL};
        struct found found = {.count = 0};
        char error[256] = "";
        lists[cases[i].axis] = cases[i].list;
        ck_assert_int_eq(axes_expand("g2ic4", lists, collect, &found, error, sizeof(error)), -1);
        ck_assert_msg(strstr(error, cases[i].words) != NULL, "%s: %s", cases[i].list, error);
    }
}
END_TEST

/* --- Suites ------------------------------------------------------------------------------------------------------- */

struct tally {
    size_t rows;
    size_t core;
    size_t problems;
};

static int count_problem(const struct tune_problem *problem, void *user)
{
    struct tally *tally = user;

    (void)problem;
    tally->problems++;
    return 0;
}

static int count_row(const struct suites_row *row, void *user)
{
    struct tally *tally = user;
    const char *const lists[AXIS_COUNT] = {[AXIS_DT] = row->dtype,
                                           [AXIS_LAYOUT] = strcmp(row->layout, "both") == 0 ? "nchw,nhwc" : row->layout,
                                           [AXIS_ACT] = row->epilogue};
    char error[256] = "";

    ck_assert_msg(axes_expand(row->problem, lists, count_problem, tally, error, sizeof(error)) == 0, "%s: %s",
                  row->problem, error);
    tally->rows++;
    tally->core += (size_t)row->core;
    return 0;
}

START_TEST(test_suites_then_every_row_is_a_problem)
{
    static const char *const names[] = {"sd15",      "sdxl",    "vae",   "video", "diffusion", "imagenet",
                                        "detection", "medical", "audio", "tiny",  "sequence",  "stress"};
    struct tally all = {0, 0, 0};
    struct tally core = {0, 0, 0};
    struct tally sum = {0, 0, 0};
    struct tally sum_core = {0, 0, 0};

    ck_assert_int_eq(suites_walk("all", 0, count_row, &all), 0);
    ck_assert_int_eq(suites_walk("core", 0, count_row, &core), 0);
    ck_assert_uint_eq(all.rows, 132);
    ck_assert_uint_eq(core.rows, 51);
    ck_assert_uint_eq(core.core, core.rows);
    ck_assert_uint_gt(all.problems, all.rows);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
        const size_t before = sum.rows;
        ck_assert_int_eq(suites_walk(names[i], 0, count_row, &sum), 0);
        ck_assert_int_eq(suites_walk(names[i], 1, count_row, &sum_core), 0);
        ck_assert_uint_gt(sum.rows, before);
    }
    ck_assert_uint_eq(sum.rows, all.rows);
    ck_assert_uint_eq(sum_core.rows, core.rows);
}
END_TEST

START_TEST(test_suite_names_then_all_of_them_and_an_unknown_one_is_refused)
{
    struct tally tally = {0, 0, 0};
    char names[256];

    suites_names(names, sizeof(names));
    ck_assert_str_eq(names, "sd15 sdxl vae video diffusion imagenet detection medical audio tiny sequence stress core "
                            "all");
    suites_names(names, 8);
    ck_assert_str_eq(names, "sd15 sd");
    ck_assert_int_eq(suites_walk("sd", 0, count_row, &tally), -1);
    ck_assert_uint_eq(tally.rows, 0);
}
END_TEST

/* --- Batch files -------------------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/check_tune_problems_XXXXXX";
static char batch[64];
static char shapes[64];

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(batch, sizeof(batch), "%s/batch", folder);
    snprintf(shapes, sizeof(shapes), "%s/shapes", folder);
}

static void teardown(void)
{
    unlink(batch);
    unlink(shapes);
    rmdir(folder);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static int read_batch(const char *text, const char *const over[AXIS_COUNT], struct found *found, char error[256])
{
    found->count = 0;
    write_text(batch, text);
    return batch_read(batch, over, collect, found, error, 256);
}

START_TEST(test_batch_as_benchdnn_writes_it_then_its_problems)
{
    /* The form of benchdnn's own gnorm files: options hold for what follows, a file of shapes stands beside. */
    static const char text[] = "--reset\n--skip-impl=ref\n\n--tag=abx,axb\n\n--inplace=true\n--dt=f32,bf16\n"
                               "--dir=FWD_D,FWD_I\n--flags=,CH # a comment\n--batch=shapes\n"
                               "# 8 bits\n--inplace=false\n--dt=f32:s8,u8:f32 --dir=FWD_I\n--batch=shapes\n"
                               "--dt=bf16:f32 --flags=GCH --tag=axb:any --dir=BWD_DW,BWD_D g2ic4\n"
                               "--attr-scales=src:common:64*\ng2ic8\n--attr-scales=\n"
                               "--reset --attr-post-ops=,swish,linear:2 g4ic4\n";
    const char *const over[AXIS_COUNT] = {NULL};
    struct found found;
    char error[256] = "";

    write_text(shapes, "# shapes\ng2mb2ic8ih3iw4\n\n  g5mb2ic10id9ih1iw10_n\"name\"\n");
    ck_assert_msg(read_batch(text, over, &found, error) == 0, "%s", error);
    ck_assert_uint_eq(found.count, 2 * 2 * 2 * 2 * 2 + 2 + 2);
    ck_assert_str_eq(found.problems[0].op, "fwd_stats");
    ck_assert_str_eq(found.problems[0].flags, "");
    ck_assert_str_eq(found.problems[1].op, "fwd");
    ck_assert_str_eq(found.problems[31].text, "g5mb2ic10id9ih1iw10");
    ck_assert_str_eq(found.problems[31].dtype, "bf16");
    ck_assert_str_eq(found.problems[31].layout, "nhwc");
    ck_assert_str_eq(found.problems[32].dtype, "bf16:f32");
    ck_assert_str_eq(found.problems[32].flags, "GCH");
    ck_assert_str_eq(found.problems[32].op, "bwd");
    ck_assert_str_eq(found.problems[33].op, "bwd_data");
    ck_assert_str_eq(found.problems[34].act, "none");
    ck_assert_str_eq(found.problems[35].act, "silu");
    ck_assert_str_eq(found.problems[35].flags, "");
}
END_TEST

START_TEST(test_batch_with_lists_of_the_command_line_then_these_win)
{
    const char *const over[AXIS_COUNT] = {[AXIS_DT] = "f16", [AXIS_FLAGS] = "CH", [AXIS_OP] = "fwd"};
    struct found found;
    char error[256] = "";

    ck_assert_int_eq(read_batch("--dt=s8:s8 --dir=FWD_D,BWD_D g2ic4\n", over, &found, error), 0);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_str_eq(found.problems[0].dtype, "f16");
    ck_assert_str_eq(found.problems[0].op, "fwd");
}
END_TEST

START_TEST(test_batch_that_cannot_be_read_then_file_and_line)
{
    static const char *const cases[][2] = {
        {"g2ic4\n--stride=2 g2ic4\n", "batch:2: --stride=2: not an option"},
        {"--conv\n", "batch:1: --conv: not an option"},
        {"\n\ng3ic4\n", "batch:3: g3ic4: problem 'g3ic4': g3 does not divide ic4"},
        {"--batch=absent\n", "absent: No such file"},
        {"--batch=batch\n", "too deep"},
    };
    const char *const over[AXIS_COUNT] = {NULL};
    static char longest[5000];
    struct found found;
    char error[256];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        error[0] = '\0';
        ck_assert_msg(read_batch(cases[i][0], over, &found, error) == -1, "%s", cases[i][0]);
        ck_assert_msg(strstr(error, cases[i][1]) != NULL, "%s: %s", cases[i][0], error);
    }
    memset(longest, 'g', sizeof(longest) - 1);
    ck_assert_int_eq(read_batch(longest, over, &found, error), -1);
    ck_assert_msg(strstr(error, "batch:1: line: too long") != NULL, "%s", error);
    unlink(batch);
    ck_assert_int_eq(batch_read(batch, over, collect, &found, error, sizeof(error)), -1);
    ck_assert_msg(strstr(error, "No such file") != NULL, "%s", error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tune_problems");
    TCase *words = tcase_create("words");
    TCase *files = tcase_create("files");

    tcase_add_test(words, test_sizes_in_either_form_then_the_same_problem);
    tcase_add_test(words, test_sizes_that_are_none_then_refused_with_the_text);
    tcase_add_test(words, test_format_into_few_bytes_then_cut_and_terminated);
    tcase_add_test(words, test_epilogue_then_canonical_text);
    tcase_add_test(words, test_epilogue_that_is_none_then_refused);
    tcase_add_test(words, test_lists_then_every_item_with_every_other);
    tcase_add_test(words, test_norms_then_groups_follow);
    tcase_add_test(words, test_items_that_are_none_then_refused_with_the_option);
    tcase_add_test(words, test_suites_then_every_row_is_a_problem);
    tcase_add_test(words, test_suite_names_then_all_of_them_and_an_unknown_one_is_refused);
    tcase_add_checked_fixture(files, setup, teardown);
    tcase_add_test(files, test_batch_as_benchdnn_writes_it_then_its_problems);
    tcase_add_test(files, test_batch_with_lists_of_the_command_line_then_these_win);
    tcase_add_test(files, test_batch_that_cannot_be_read_then_file_and_line);
    suite_add_tcase(suite, words);
    suite_add_tcase(suite, files);
    return testing_run_host_suite(suite);
}
