/* SPDX-License-Identifier: Apache-2.0 */
/* Built programs on disk: stored once, found again, and whatever is wrong with a file, the result is right. */
#define _GNU_SOURCE
#include "cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocations.h"
#include "blob.h"
#include "layers.h"
#include "testing_case.h"

enum { MOST_FILES = 8, PATH_BYTES = 600, MOST_CALLS = 400 };

static char folder[] = "check_cache.XXXXXX";
static struct trial data;
static clgn_problem problem;

/* What the cache said since heard was cleared. */
static struct {
    unsigned hit, miss, store, reject, error;
    char reason[256];
} heard;

static void hear(void *user, clgn_severity severity, const char *text)
{
    (void)user;
    heard.error += severity == CLGN_SEVERITY_ERROR;
    heard.hit += strstr(text, "cache: HIT ") == text;
    heard.miss += strstr(text, "cache: MISS ") == text;
    heard.store += strstr(text, "cache: STORE ") == text;
    if (strstr(text, "cache: REJECT ") == text) {
        heard.reject++;
        snprintf(heard.reason, sizeof heard.reason, "%s", text);
    }
}

/* A life from context to release; the first status that is not CLGN_OK ends it. */
static clgn_status live(int release_early)
{
    clgn_options options = CLGN_OPTIONS_INIT;
    clgn_context *context = NULL;
    clgn_plan *plan = NULL;
    clgn_status status;

    memset(&heard, 0, sizeof heard);
    options.on_message = hear;
    options.cache_dir = folder;
    status = clgn_context_create(testing.cl, testing.device, &options, &context);
    if (status == CLGN_OK) {
        status = clgn_plan_create(context, &problem, &plan);
    }
    if (release_early) {
        clgn_context_release(context);
    }
    if (status == CLGN_OK) {
        status = clgn_plan_warmup(plan, testing.queue);
    }
    if (status == CLGN_OK) {
        status = clgn_plan_enqueue(plan, testing.queue, &data.args, 0, NULL, NULL);
    }
    clgn_plan_release(plan);
    if (!release_early) {
        clgn_context_release(context);
    }
    return status;
}

/* Lives, and judges the result. */
static void live_well(const char *when)
{
    char text[512] = "";

    ck_assert_int_eq(trial_reset(&data), CLGN_OK);
    ck_assert_msg(live(0) == CLGN_OK, "%s", when);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
    ck_assert_msg(trial_check(&data, text, sizeof text) == 0, "%s: %s", when, text);
}

static unsigned list_files(char paths[MOST_FILES][PATH_BYTES])
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    unsigned files = 0;

    ck_assert_int_ge(count, 2);
    for (int i = 0; i < count; i++) {
        if (strstr(entries[i]->d_name, ".clgnbin") != NULL && files < MOST_FILES) {
            snprintf(paths[files++], PATH_BYTES, "%s/%s", folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return files;
}

static void enter(void)
{
    struct trial_case tc = {.problem = testing_problem(2, 12, 50, 3)};
    clgn_plan *plan = NULL;

    (void)setenv("CLGN_VERBOSE", "cache", 1);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    problem = tc.problem;
    ck_assert_int_eq(clgn_plan_create(testing.context, &problem, &plan), CLGN_OK);
    ck_assert_int_eq(testing_trial_create(&tc, &data), CLGN_OK);
    ck_assert_int_eq(trial_add_workspace(&data, plan), CLGN_OK);
    clgn_plan_release(plan);
}

static void leave(void)
{
    char command[64];

    trial_release(&data);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(test_program_is_stored_once_and_found_by_the_next_context)
{
    char paths[MOST_FILES][PATH_BYTES];
    unsigned programs;

    live_well("first");
    programs = heard.miss;
    ck_assert_uint_ge(programs, 1);
    ck_assert_uint_eq(heard.store, programs);
    ck_assert_uint_eq(heard.hit + heard.reject + heard.error, 0);
    ck_assert_uint_eq(list_files(paths), programs);
    live_well("second");
    ck_assert_uint_eq(heard.hit, programs);
    ck_assert_uint_eq(heard.miss + heard.store + heard.reject + heard.error, 0);
    problem.eps = 0.25; /* an argument of the same program */
    ck_assert_int_eq(live(0), CLGN_OK);
    ck_assert_uint_eq(heard.hit, programs);
    problem.act = CLGN_ACT_RELU; /* another program */
    ck_assert_int_eq(live(0), CLGN_OK);
    ck_assert_uint_eq(heard.hit, 0);
    ck_assert_uint_eq(heard.store, programs);
}
END_TEST

START_TEST(test_plan_stores_after_its_context_is_released)
{
    ck_assert_int_eq(live(1), CLGN_OK);
    ck_assert_uint_ge(heard.store, 1);
    ck_assert_uint_eq(heard.store, heard.miss);
    ck_assert_int_eq(live(1), CLGN_OK);
    ck_assert_uint_eq(heard.miss + heard.store, 0);
    ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
}
END_TEST

static char *slurp(const char *path, size_t *bytes)
{
    FILE *in = fopen(path, "rb");
    char *content = malloc(CLGN_BLOB_MOST);

    ck_assert_ptr_nonnull(in);
    ck_assert_ptr_nonnull(content);
    *bytes = fread(content, 1, CLGN_BLOB_MOST, in);
    fclose(in);
    return content;
}

static void spill(const char *path, const char *content, size_t bytes)
{
    FILE *out = fopen(path, "wb");

    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(content, 1, bytes, out), bytes);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
}

/* torture_store does every cut and many bits; here stands a driver behind it that a damaged binary kills. */
START_TEST(test_damaged_file_never_reaches_the_driver)
{
    char paths[MOST_FILES][PATH_BYTES];
    size_t bytes = 0;
    char *content;

    live_well("first");
    ck_assert_uint_ge(list_files(paths), 1);
    content = slurp(paths[0], &bytes);
    ck_assert_uint_gt(bytes, 1000);
    for (int i = 0; i < 3; i++) {
        const size_t at = i == 0 ? bytes / 2 : i == 1 ? bytes - 1 : 60; /* the binary, its end, the key */

        content[at] = (char)(content[at] ^ 16);
        spill(paths[0], content, bytes);
        content[at] = (char)(content[at] ^ 16);
        live_well("a flipped bit");
        ck_assert_uint_eq(heard.reject, 1);
        ck_assert_msg(strstr(heard.reason, "is damaged") != NULL, "%s", heard.reason);
        ck_assert_uint_eq(heard.store, 1);
    }
    spill(paths[0], content, bytes / 2);
    live_well("cut");
    ck_assert_msg(strstr(heard.reason, "is not of the size that it says") != NULL, "%s", heard.reason);
    live_well("after all");
    ck_assert_uint_eq(heard.reject + heard.miss, 0);
    free(content);
}
END_TEST

START_TEST(test_file_that_killed_a_process_is_not_read_again)
{
    char paths[MOST_FILES][PATH_BYTES], mark[PATH_BYTES + 8];

    live_well("first");
    ck_assert_uint_ge(list_files(paths), 1);
    snprintf(mark, sizeof mark, "%s.try", paths[0]);
    spill(mark, "", 0); /* as a killed process leaves it: without a lock */
    live_well("after a crash");
    ck_assert_uint_eq(heard.reject, 1);
    ck_assert_msg(strstr(heard.reason, "a process ended") != NULL, "%s", heard.reason);
    ck_assert_uint_eq(heard.store, 1);
    ck_assert_int_ne(access(mark, F_OK), 0);
    live_well("after all");
    ck_assert_uint_eq(heard.reject + heard.miss, 0);
}
END_TEST

START_TEST(test_folder_that_cannot_be_made_changes_nothing)
{
    char kept[sizeof folder];

    memcpy(kept, folder, sizeof folder);
    strcpy(folder, "/proc/none");
    live_well("no folder");
    memcpy(folder, kept, sizeof folder);
    ck_assert_uint_eq(heard.store + heard.hit + heard.error, 0);
    ck_assert_uint_ge(heard.reject, 1);
}
END_TEST

/* Each call of a life that reads from disk fails once: told, or done without. */
START_TEST(test_call_that_fails_while_loading_is_done_without_or_told)
{
    unsigned told = 0, without = 0;
    long k;

    if (!layers_open()) {
        testing_skip("faults of loading", "the OpenCL loader has no layers");
        return;
    }
    live_well("first");
    for (k = 1; k < MOST_CALLS; k += testing.small ? 5 : 1) { /* a slow device: every fifth */
        const long handles = layers_live(NULL);
        clgn_status status;
        int struck;

        layers_arm_fault(k, CL_OUT_OF_RESOURCES, NULL);
        status = live(0);
        struck = layers_fault_struck();
        layers_arm_fault(0, 0, NULL);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        ck_assert_int_eq(layers_live(NULL), handles);
        ck_assert_int_eq(heard.error > 0, status != CLGN_OK);
        if (!struck) {
            break;
        }
        told += status != CLGN_OK;
        without += status == CLGN_OK;
    }
    ck_assert_int_lt(k, MOST_CALLS);
    ck_assert_uint_gt(told, testing.small ? 2 : 10);
    ck_assert_uint_ge(without, testing.small ? 1 : 3); /* making, building and looking into a program from disk */
    live_well("after all");
}
END_TEST

START_TEST(test_call_that_fails_while_storing_is_done_without)
{
    if (!layers_open()) {
        testing_skip("faults of storing", "the OpenCL loader has no layers");
        return;
    }
    layers_arm_fault(1, CL_OUT_OF_RESOURCES, "clGetProgramInfo");
    live_well("no binary");
    ck_assert(layers_fault_struck());
    layers_arm_fault(0, 0, NULL);
    ck_assert_msg(strstr(heard.reason, "the driver gives no binary") != NULL, "%s", heard.reason);
    ck_assert_uint_eq(heard.store + heard.reject, heard.miss);
    live_well("after all");
    ck_assert_uint_eq(heard.miss, 1);
    ck_assert_uint_eq(heard.store, 1);
}
END_TEST

START_TEST(test_binary_that_the_driver_refuses_is_removed)
{
    char paths[MOST_FILES][PATH_BYTES];
    unsigned programs;

    if (!layers_open()) {
        testing_skip("a driver that refuses", "the OpenCL loader has no layers");
        return;
    }
    live_well("first");
    programs = list_files(paths);
    layers_arm_fault(1, CL_INVALID_BINARY, "clCreateProgramWithBinary");
    live_well("refused");
    ck_assert(layers_fault_struck());
    layers_arm_fault(0, 0, NULL);
    ck_assert_msg(strstr(heard.reason, "the driver refuses it") != NULL, "%s", heard.reason);
    ck_assert_uint_eq(heard.store, 1);
    ck_assert_uint_eq(list_files(paths), programs);
}
END_TEST

START_TEST(test_allocation_that_fails_is_done_without_or_told)
{
    unsigned told = 0, without = 0;
    long k;

    live_well("first");
    for (k = 1; k < MOST_CALLS; k += testing.small ? 5 : 1) { /* a slow device: every fifth */
        clgn_status status;
        int struck;

        allocations_fail_at(k);
        status = live(0);
        struck = allocations_fail_struck();
        allocations_fail_at(0);
        ck_assert_int_eq(clFinish(testing.queue), CL_SUCCESS);
        ck_assert_int_eq(heard.error > 0, status != CLGN_OK);
        if (!struck) {
            break;
        }
        ck_assert(status == CLGN_OK || status == CLGN_ERR_MEMORY);
        told += status != CLGN_OK;
        without += status == CLGN_OK;
    }
    ck_assert_int_lt(k, MOST_CALLS);
    ck_assert_uint_gt(told, testing.small ? 0 : 2);
    ck_assert_uint_gt(without, testing.small ? 0 : 4); /* the cache and its keys, a path, a file, a mark */
    live_well("after all");
}
END_TEST

START_TEST(test_moment_of_every_platform)
{
    struct clgn_identity identity = {.platform = "Portable Computing Language"};

    ck_assert_int_eq(clgn_cache_moment_of(&identity, 0), CLGN_CACHE_AFTER_RUN);
    ck_assert_int_eq(clgn_cache_moment_of(&identity, 1), CLGN_CACHE_AFTER_RUN);
    strcpy(identity.platform, "NVIDIA CUDA");
    ck_assert_int_eq(clgn_cache_moment_of(&identity, 0), CLGN_CACHE_NEVER);
    ck_assert_int_eq(clgn_cache_moment_of(&identity, 1), CLGN_CACHE_AFTER_BUILD);
    strcpy(identity.platform, "rusticl");
    ck_assert_int_eq(clgn_cache_moment_of(&identity, 0), CLGN_CACHE_AFTER_BUILD);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *cache = tcase_create("cache"), *faults = tcase_create("faults");

    (void)layers_open(); /* before the first OpenCL call */
    tcase_add_checked_fixture(cache, enter, leave);
    tcase_add_checked_fixture(faults, enter, leave);
    tcase_add_test(cache, test_program_is_stored_once_and_found_by_the_next_context);
    tcase_add_test(cache, test_plan_stores_after_its_context_is_released);
    tcase_add_test(cache, test_damaged_file_never_reaches_the_driver);
    tcase_add_test(cache, test_file_that_killed_a_process_is_not_read_again);
    tcase_add_test(cache, test_folder_that_cannot_be_made_changes_nothing);
    tcase_add_test(cache, test_moment_of_every_platform);
    tcase_add_test(faults, test_call_that_fails_while_loading_is_done_without_or_told);
    tcase_add_test(faults, test_call_that_fails_while_storing_is_done_without);
    tcase_add_test(faults, test_binary_that_the_driver_refuses_is_removed);
    tcase_add_test(faults, test_allocation_that_fails_is_done_without_or_told);
    suite_add_tcase(suite, cache);
    suite_add_tcase(suite, faults);
    return testing_run_device_suite(suite, NULL);
}
