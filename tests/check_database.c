/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices as the tuner changes them: what replaces what, damage, several processes at once. */
#define _GNU_SOURCE
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clgn/tune.h>

#include "testing.h"

enum { PROCESSES = 8, ADDITIONS = 6 };

static char folder[256], path[300], error[512];

static void make_folder(void)
{
    const char *place = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/clgn_database_XXXXXX", place != NULL ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/above/device.json", folder);
}

static void remove_folder(void)
{
    char command[400];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static json_t *device(const char *name)
{
    json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "vendor", "v", "name", name, "arch", "a",
                             "type", "gpu", "compute_units", 4, "platform", "p", "driver", "1", "version",
                             "OpenCL 1.2");

    ck_assert_ptr_nonnull(made);
    return made;
}

static json_t *run(const char *id)
{
    return json_pack("{s:s, s:s}", "id", id, "tool", "tests");
}

/* An entry for n samples; copy_ns 0: none. */
static json_t *entry(int n, const char *config, double median, double copy_ns, const char *quality)
{
    json_t *made = json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:{s:f, s:f, s:f, s:i}, s:{s:i, s:f}, s:s, s:s}", "kind",
                             "fwd group x=f32/nchw y=f32/nchw", "n", n, "c", 8, "g", 4, "s", 16, "config", config, "ns",
                             "median", median, "lo", median, "hi", median, "samples", 9, "verify", "cases", 3, "worst",
                             0.5, "run", "r1", "quality", quality);

    ck_assert_ptr_nonnull(made);
    if (copy_ns > 0) {
        json_object_set_new(made, "copy_ns", json_real(copy_ns));
    }
    return made;
}

/* Adds and gives the result; takes the reference of what. */
static int add(json_t *what)
{
    json_t *of = device("d"), *by = run("r1");
    const int result = database_add(path, of, by, what, error, sizeof error);

    json_decref(of);
    json_decref(by);
    json_decref(what);
    return result;
}

static json_t *content(void)
{
    json_t *root = database_read(path, error, sizeof error);
    char *text;

    ck_assert_msg(root != NULL, "%s", error);
    text = json_dumps(root, 0);
    ck_assert_int_eq(clgn_tuning_check(text, strlen(text), NULL, NULL), CLGN_OK);
    free(text);
    return root;
}

/* The configuration for n samples. */
static const char *config_of(int n)
{
    static char text[64];
    json_t *root = content(), *key = entry(n, "x", 1, 0, "ok"), *there = database_find(root, key);

    snprintf(text, sizeof text, "%s", there != NULL ? json_string_value(json_object_get(there, "config")) : "none");
    json_decref(key);
    json_decref(root);
    return text;
}

START_TEST(test_add_makes_the_file_and_its_folder)
{
    json_t *root;

    ck_assert_msg(add(entry(1, "fwd_rows", 1000, 500, "ok")) == 0, "%s", error);
    ck_assert_msg(add(entry(2, "fwd_rows", 1000, 500, "ok")) == 0, "%s", error);
    root = content();
    ck_assert_uint_eq(json_array_size(json_object_get(root, "entries")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "runs")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "kernel_revision")), clgn_tuning_revision());
    json_decref(root);
}
END_TEST

START_TEST(test_add_keeps_the_better_choice)
{
    static const struct {
        const char *config;
        double median, copy_ns;
        const char *quality, *then;
    } rows[] = {
        {"fwd_rows,vec=1", 1000, 500, "ok", "fwd_rows,vec=1"},
        {"fwd_rows,vec=2", 900, 400, "ok", "fwd_rows,vec=1"},     /* 2.25 copies: a faster machine, no better choice */
        {"fwd_rows,vec=4", 1900, 1000, "ok", "fwd_rows,vec=4"},   /* 1.9 copies */
        {"fwd_rows,vec=4", 2100, 1000, "ok", "fwd_rows,vec=4"},   /* measured again: 2.1 */
        {"fwd_rows,vec=8", 2050, 1000, "ok", "fwd_rows,vec=8"},   /* better than that */
        {"fwd_rows,vec=16", 10, 1000, "noisy", "fwd_rows,vec=8"}, /* not to be trusted */
        {"fwd_rows,vec=8", 10, 1000, "noisy", "fwd_rows,vec=8"},
        {"fwd_rows,vec=2", 2000, 0, "ok", "fwd_rows,vec=2"}, /* without a copy, by time */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_int_eq(add(entry(1, rows[i].config, rows[i].median, rows[i].copy_ns, rows[i].quality)), 0);
        ck_assert_msg(strcmp(config_of(1), rows[i].then) == 0, "row %zu: %s", i, config_of(1));
    }
}
END_TEST

START_TEST(test_add_refuses_what_the_library_would)
{
    json_t *bad = entry(1, "fwd_rows", 1000, 500, "ok");

    json_object_del(bad, "verify");
    ck_assert_int_eq(add(bad), -1);
    ck_assert_ptr_nonnull(strstr(error, "verify is missing"));
    ck_assert_int_ne(access(path, F_OK), 0);
    bad = entry(1, "fwd_rows", 1000, 500, "ok");
    json_object_set_new(json_object_get(bad, "verify"), "worst", json_real(1.5));
    ck_assert_int_eq(add(bad), -1);
    ck_assert_ptr_nonnull(strstr(error, "verify.worst: 1.5"));
    ck_assert_int_eq(add(entry(1, "fwd_rows,wgs=3", 1000, 500, "ok")), -1);
    ck_assert_ptr_nonnull(strstr(error, "wgs=3"));
    bad = entry(1, "fwd_rows", 1000, 500, "ok");
    json_object_set_new(bad, "run", json_string("r2"));
    ck_assert_int_eq(add(bad), -1);
    ck_assert_ptr_nonnull(strstr(error, "r2"));
}
END_TEST

START_TEST(test_add_of_another_device_is_refused)
{
    json_t *other = device("e"), *by = run("r1"), *what = entry(1, "fwd_rows", 1000, 500, "ok");

    ck_assert_int_eq(add(entry(1, "fwd_rows", 1000, 500, "ok")), 0);
    ck_assert_int_eq(database_add(path, other, by, what, error, sizeof error), -1);
    ck_assert_ptr_nonnull(strstr(error, "different devices"));
    json_object_set_new(other, "name", json_string("d"));
    json_object_set_new(other, "driver", json_string("2")); /* the same device */
    ck_assert_msg(database_add(path, other, by, what, error, sizeof error) == 0, "%s", error);
    json_decref(other);
    json_decref(by);
    json_decref(what);
}
END_TEST

START_TEST(test_add_keeps_members_that_nobody_knows)
{
    json_t *root, *there;

    ck_assert_int_eq(add(entry(1, "fwd_rows,vec=1", 1000, 500, "ok")), 0);
    root = content();
    json_object_set_new(root, "colour", json_string("green"));
    json_object_set_new(json_array_get(json_object_get(root, "entries"), 0), "note", json_integer(7));
    ck_assert_int_eq(database_write(path, root, error, sizeof error), 0);
    json_decref(root);
    ck_assert_int_eq(add(entry(1, "fwd_rows,vec=2", 500, 500, "ok")), 0);
    root = content();
    there = json_array_get(json_object_get(root, "entries"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(root, "colour")), "green");
    ck_assert_str_eq(json_string_value(json_object_get(there, "config")), "fwd_rows,vec=2");
    ck_assert_int_eq(json_integer_value(json_object_get(there, "note")), 7);
    json_decref(root);
}
END_TEST

START_TEST(test_add_to_a_file_of_another_revision_begins_anew)
{
    json_t *root;

    ck_assert_int_eq(add(entry(1, "fwd_rows", 1000, 500, "ok")), 0);
    root = content();
    json_object_set_new(root, "kernel_revision", json_integer(clgn_tuning_revision() + 1));
    ck_assert_int_eq(database_write(path, root, error, sizeof error), 0);
    json_decref(root);
    ck_assert_int_eq(add(entry(2, "fwd_rows", 1000, 500, "ok")), 0);
    ck_assert_str_eq(config_of(1), "none");
    ck_assert_str_eq(config_of(2), "fwd_rows");
}
END_TEST

/* What another version of the tool, or somebody else, wrote is left as it is. */
START_TEST(test_add_to_a_file_of_another_format_changes_nothing)
{
    static const char *const heads[][2] = {
        {"{\"format\":\"clgn-tuning\",\"format_version\":2,\"kernel_revision\":1}", "format_version"},
        {"{\"format\":\"somebody's\"}", "format"},
        {"{\"format\":\"clgn-tuning\",\"format_version\":1,\"entries\":5}", "entries"},
    };

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        json_t *root = json_loads(heads[i][0], 0, NULL), *after;

        ck_assert_int_eq(database_write(path, root, error, sizeof error), 0);
        ck_assert_int_eq(add(entry(1, "fwd_rows", 1000, 500, "ok")), -1);
        ck_assert_ptr_nonnull(strstr(error, heads[i][1]));
        after = database_read(path, error, sizeof error);
        ck_assert(json_equal(root, after));
        json_decref(after);
        json_decref(root);
    }
}
END_TEST

START_TEST(test_add_to_a_damaged_file_puts_it_aside)
{
    char aside[320];
    FILE *file;

    ck_assert_int_eq(add(entry(1, "fwd_rows", 1000, 500, "ok")), 0);
    ck_assert_int_eq(truncate(path, 100), 0);
    ck_assert_msg(add(entry(2, "fwd_rows", 1000, 500, "ok")) == 0, "%s", error);
    ck_assert_str_eq(config_of(2), "fwd_rows");
    snprintf(aside, sizeof aside, "%s.damaged", path);
    file = fopen(aside, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    ck_assert_int_eq(ftell(file), 100);
    (void)fclose(file);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0); /* no file at all: nothing is moved */
    ck_assert_int_eq(add(entry(2, "fwd_rows", 1000, 500, "ok")), -1);
    ck_assert_ptr_nonnull(strstr(error, "no regular file"));
}
END_TEST

/* Reads until the file holds all; every reading sees a whole file. */
static void read_on(void)
{
    size_t most = 0;

    while (most < PROCESSES * ADDITIONS) {
        json_t *root = database_read(path, error, sizeof error);
        const size_t count = json_array_size(json_object_get(root, "entries"));

        if ((root == NULL && error[0] != '\0') || count < most) {
            _exit(1);
        }
        most = count;
        json_decref(root);
    }
    _exit(0);
}

START_TEST(test_add_by_several_processes_loses_and_tears_nothing)
{
    json_t *root;
    pid_t pids[PROCESSES + 1];

    for (int i = 0; i <= PROCESSES; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0 && i == PROCESSES) {
            read_on();
        }
        for (int k = 0; pids[i] == 0 && k < ADDITIONS; k++) {
            if (add(entry(1 + i * ADDITIONS + k, "fwd_rows", 1000, 500, "ok")) != 0) {
                _exit(1);
            }
        }
        if (pids[i] == 0) {
            _exit(0);
        }
    }
    for (int i = 0; i <= PROCESSES; i++) {
        int status = 1;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_msg(status == 0, "process %d: %d", i, status);
    }
    root = content();
    ck_assert_uint_eq(json_array_size(json_object_get(root, "entries")), PROCESSES * ADDITIONS);
    json_decref(root);
}
END_TEST

/* A process that dies in the middle leaves the old file and no lock. */
START_TEST(test_add_after_a_killed_process_goes_on)
{
    ck_assert_int_eq(add(entry(1, "fwd_rows", 1000, 500, "ok")), 0);
    for (int i = 0; i < 20; i++) {
        const pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        while (pid == 0) {
            (void)add(entry(2 + i, "fwd_rows", 1000, 500, "ok"));
        }
        usleep(1000 + 700 * (unsigned)i);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert_str_eq(config_of(1), "fwd_rows");
    }
    ck_assert_int_eq(add(entry(100, "fwd_rows", 1000, 500, "ok")), 0);
    ck_assert_str_eq(config_of(100), "fwd_rows");
}
END_TEST

START_TEST(test_merge_counts_and_leaves_all_as_it_was_when_something_is_refused)
{
    json_t *of = device("d"), *into = database_new(of), *from = database_new(of), *before;
    struct database_counts counts = {0, 0, 0};

    json_array_append_new(json_object_get(into, "runs"), run("r1"));
    json_array_append_new(json_object_get(from, "runs"), run("r1"));
    json_array_append_new(json_object_get(into, "entries"), entry(1, "fwd_rows,vec=1", 1000, 500, "ok"));
    json_array_append_new(json_object_get(into, "entries"), entry(2, "fwd_rows,vec=1", 1000, 500, "ok"));
    json_array_append_new(json_object_get(from, "entries"), entry(1, "fwd_rows,vec=2", 900, 500, "ok"));
    json_array_append_new(json_object_get(from, "entries"), entry(2, "fwd_rows,vec=2", 1100, 500, "ok"));
    json_array_append_new(json_object_get(from, "entries"), entry(3, "fwd_rows,vec=2", 1100, 500, "ok"));
    ck_assert_msg(database_merge(into, from, &counts, error, sizeof error) == 0, "%s", error);
    ck_assert_uint_eq(counts.added, 1);
    ck_assert_uint_eq(counts.replaced, 1);
    ck_assert_uint_eq(counts.kept, 1);
    json_array_append_new(json_object_get(from, "entries"), entry(4, "fwd_rows,vec=3", 1100, 500, "ok"));
    before = json_deep_copy(into);
    ck_assert_int_eq(database_merge(into, from, &counts, error, sizeof error), -1);
    ck_assert_int_eq(json_equal(into, before), 1);
    ck_assert_uint_eq(counts.added, 1);
    json_decref(of);
    json_decref(into);
    json_decref(from);
    json_decref(before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("database");
    TCase *tc = tcase_create("files");

    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, test_add_makes_the_file_and_its_folder);
    tcase_add_test(tc, test_add_keeps_the_better_choice);
    tcase_add_test(tc, test_add_refuses_what_the_library_would);
    tcase_add_test(tc, test_add_of_another_device_is_refused);
    tcase_add_test(tc, test_add_keeps_members_that_nobody_knows);
    tcase_add_test(tc, test_add_to_a_file_of_another_revision_begins_anew);
    tcase_add_test(tc, test_add_to_a_damaged_file_puts_it_aside);
    tcase_add_test(tc, test_add_to_a_file_of_another_format_changes_nothing);
    tcase_add_test(tc, test_add_by_several_processes_loses_and_tears_nothing);
    tcase_add_test(tc, test_add_after_a_killed_process_goes_on);
    tcase_add_test(tc, test_merge_counts_and_leaves_all_as_it_was_when_something_is_refused);
    suite_add_tcase(suite, tc);
    return testing_run_host_suite(suite);
}
