/* SPDX-License-Identifier: Apache-2.0 */
/* Plans that get what was measured: from the user's folder, by a pin in the environment, after a reload. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clgn/tune.h>

#include "layers.h"
#include "testing.h"

static char folder[256], path[512];
static unsigned warnings;
static char told[2048];

static void on_message(void *user, clgn_severity severity, const char *text)
{
    (void)user;
    warnings += severity == CLGN_SEVERITY_WARNING;
    if (severity != CLGN_SEVERITY_ERROR) {
        snprintf(told, sizeof told, "%s", text);
    }
}

static clgn_context *open_context(void)
{
    clgn_options options = CLGN_OPTIONS_INIT;
    clgn_context *context = NULL;

    options.on_message = on_message;
    options.tuning_dir = folder;
    warnings = 0;
    told[0] = '\0';
    ck_assert_int_eq(clgn_context_create(testing.cl, testing.device, &options, &context), CLGN_OK);
    return context;
}

static void make_folder(void)
{
    const char *place = getenv("TMPDIR");
    clgn_context *context;

    snprintf(folder, sizeof folder, "%s/clgn_plan_XXXXXX", place != NULL ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    context = open_context();
    ck_assert_int_eq(clgn_tuning_file(context, path, sizeof path), CLGN_OK);
    clgn_context_release(context);
}

static void remove_folder(void)
{
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* A file of this device with one choice for the problem. */
static void write_choice(clgn_context *context, const clgn_problem *p, const char *config)
{
    clgn_tuning_key key = CLGN_TUNING_KEY_INIT;
    char device[2048];
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(clgn_tuning_device(context, device, sizeof device), CLGN_OK);
    ck_assert_int_eq(clgn_tuning_key_of(context, p, &key), CLGN_OK);
    ck_assert_int_gt(fprintf(file,
                             "{\"format\":\"clgn-tuning\",\"format_version\":1,\"kernel_revision\":%d,\"device\":%s,"
                             "\"runs\":[{\"id\":\"r\"}],\"entries\":[{\"kind\":\"%s\",\"n\":%zu,\"c\":%zu,\"g\":%zu,"
                             "\"s\":%zu,\"config\":\"%s\",\"ns\":{\"median\":9,\"lo\":8,\"hi\":10},\"verify\":"
                             "{\"cases\":1,\"worst\":0},\"run\":\"r\"}]}",
                             clgn_tuning_revision(), device, key.kind, key.n, key.c, key.g, key.s, config),
                     0);
    ck_assert_int_eq(fclose(file), 0);
}

static const char *description(clgn_context *context, const clgn_problem *p)
{
    static char text[512];
    clgn_plan *plan = NULL;

    ck_assert_int_eq(clgn_plan_create(context, p, &plan), CLGN_OK);
    ck_assert_int_eq(clgn_plan_describe(plan, text, sizeof text), CLGN_OK);
    clgn_plan_release(plan);
    return text;
}

#define EXPECT(context, problem, piece)                                                       \
    do {                                                                                      \
        const char *said_ = description(context, problem);                                    \
        ck_assert_msg(strstr(said_, piece) != NULL, "\"%s\" is not in \"%s\"", piece, said_); \
    } while (0)

START_TEST(test_plan_gets_what_the_users_file_says)
{
    clgn_problem p = testing_problem(2, 12, 64, 3);
    clgn_context *context = open_context();

    EXPECT(context, &p, "from=heuristic");
    write_choice(context, &p, "fwd_twopass,slices=3");
    EXPECT(context, &p, "from=heuristic"); /* read once */
    ck_assert_int_eq(clgn_tuning_reload(context), CLGN_OK);
    EXPECT(context, &p, "slices=3,bands=1 from=user-db");
    clgn_context_release(context);
    context = open_context();
    EXPECT(context, &p, "slices=3,bands=1 from=user-db");
    ck_assert_uint_eq(warnings, 0);
    p.config = "fwd_twopass,slices=2";
    EXPECT(context, &p, "slices=2,bands=1 from=pin");
    clgn_context_release(context);
}
END_TEST

START_TEST(test_plan_is_made_whatever_the_file_holds)
{
    const clgn_problem p = testing_problem(2, 12, 64, 3);
    clgn_context *context = open_context();
    struct stat facts;

    write_choice(context, &p, "fwd_twopass,slices=3");
    ck_assert_int_eq(stat(path, &facts), 0);
    for (off_t length = facts.st_size - 1; length >= 0; length -= 1 + facts.st_size / 16) {
        ck_assert_int_eq(truncate(path, length), 0);
        warnings = 0;
        ck_assert_int_eq(clgn_tuning_reload(context), CLGN_OK);
        ck_assert_uint_eq(warnings, 1);
        ck_assert_ptr_nonnull(strstr(told, path));
        EXPECT(context, &p, "from=heuristic");
    }
    clgn_context_release(context);
}
END_TEST

START_TEST(test_plan_whose_measured_choice_does_not_build_gets_the_next)
{
    const clgn_problem p = testing_problem(2, 12, 64, 3);
    clgn_context *context = open_context();

    if (!layers_open()) {
        testing_skip("a choice that does not build", "the OpenCL loader has no layers");
    } else {
        write_choice(context, &p, "fwd_twopass,slices=5,unroll=8");
        ck_assert_int_eq(clgn_tuning_reload(context), CLGN_OK);
        layers_arm_fault(1, CL_BUILD_PROGRAM_FAILURE, "clBuildProgram");
        EXPECT(context, &p, "from=heuristic");
        ck_assert(layers_fault_struck());
        layers_arm_fault(0, 0, NULL);
        EXPECT(context, &p, "from=user-db");
    }
    clgn_context_release(context);
}
END_TEST

START_TEST(test_plan_is_pinned_by_the_environment)
{
    clgn_problem p = testing_problem(2, 12, 64, 3);
    clgn_context *context;
    clgn_plan *plan = NULL;

    ck_assert_int_eq(setenv("CLGN_CONFIG", "fwd_twopass,slices=4", 1), 0);
    context = open_context();
    ck_assert_int_eq(unsetenv("CLGN_CONFIG"), 0);
    write_choice(context, &p, "fwd_twopass,slices=3");
    ck_assert_int_eq(clgn_tuning_reload(context), CLGN_OK);
    EXPECT(context, &p, "slices=4,bands=1 from=CLGN_CONFIG");
    p.stats = CLGN_STATS_GIVEN; /* for which the pin is not legal */
    ck_assert_int_eq(clgn_plan_create(context, &p, &plan), CLGN_ERR_ARGUMENT);
    clgn_context_release(context);
}
END_TEST

START_TEST(test_plan_is_told_with_the_command_that_measures_it)
{
    clgn_problem p = testing_problem(2, 12, 64, 3);
    clgn_context *context;

    p.x.dtype = CLGN_DTYPE_F16;
    ck_assert_int_eq(setenv("CLGN_VERBOSE", "dispatch", 1), 0);
    context = open_context();
    ck_assert_int_eq(unsetenv("CLGN_VERBOSE"), 0);
    (void)description(context, &p);
    ck_assert_msg(strncmp(told, "dispatch: fwd_", 14) == 0, "%s", told);
    ck_assert_ptr_nonnull(strstr(told,
                                 " from=heuristic; fwd group x=f16/nchw y=f16/nchw gamma=f32 beta=f32 n=2 c=12 g=3 "
                                 "s=64; clgn-tune bench --dt f16 g3mb2ic12iw64"));
    clgn_context_release(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tuned_plan");
    TCase *tc = tcase_create("plans");

    (void)layers_open(); /* before the first OpenCL call */
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, test_plan_gets_what_the_users_file_says);
    tcase_add_test(tc, test_plan_is_made_whatever_the_file_holds);
    tcase_add_test(tc, test_plan_whose_measured_choice_does_not_build_gets_the_next);
    tcase_add_test(tc, test_plan_is_pinned_by_the_environment);
    tcase_add_test(tc, test_plan_is_told_with_the_command_that_measures_it);
    suite_add_tcase(suite, tc);
    return testing_run_device_suite(suite, NULL);
}
