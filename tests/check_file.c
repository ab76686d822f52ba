/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing whole files: what is refused, and that a failure leaves what was there. */
#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocations.h"
#include "testing.h"

enum { MOST = 1000 };

static char folder[] = "check_file.XXXXXX";

static void enter(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[64];

    ck_assert_int_eq(chdir(".."), 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static enum clgn_file_result read_file(const char *path, enum clgn_file_trust trust)
{
    char *data = NULL;
    size_t bytes = 0;
    const enum clgn_file_result result = clgn_file_read(path, trust, MOST, &data, &bytes);

    ck_assert((result == CLGN_FILE_OK) == (data != NULL));
    free(data);
    return result;
}

static void expect_content(const char *path, const char *text)
{
    char *data = NULL;
    size_t bytes = 0;

    ck_assert_int_eq(clgn_file_read(path, CLGN_FILE_OWN, MOST, &data, &bytes), CLGN_FILE_OK);
    ck_assert_uint_eq(bytes, strlen(text));
    ck_assert_str_eq(data, text);
    free(data);
}

static int entries(const char *path)
{
    DIR *list = opendir(path);
    int count = 0;

    ck_assert_ptr_nonnull(list);
    while (readdir(list) != NULL) {
        count++;
    }
    closedir(list);
    return count - 2; /* . and .. */
}

START_TEST(test_write_then_read_gives_the_same_and_replaces)
{
    struct stat facts;

    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    expect_content("a", "one");
    ck_assert_int_eq(clgn_file_write("./a", "three", 5), CLGN_FILE_OK);
    expect_content("a", "three");
    ck_assert_int_eq(clgn_file_write("a", "", 0), CLGN_FILE_OK);
    expect_content("a", "");
    ck_assert_int_eq(stat("a", &facts), 0);
    ck_assert_int_eq((int)(facts.st_mode & 0777), 0600);
    ck_assert_int_eq(entries("."), 1);
}
END_TEST

START_TEST(test_read_refuses_what_is_not_this_users_regular_file)
{
    ck_assert_int_eq(read_file("none", CLGN_FILE_OWN), CLGN_FILE_ABSENT);
    ck_assert_int_eq(read_file("none/none", CLGN_FILE_ANY), CLGN_FILE_ABSENT);
    ck_assert_int_eq(read_file(".", CLGN_FILE_ANY), CLGN_FILE_NOT_REGULAR);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(read_file("pipe", CLGN_FILE_ANY), CLGN_FILE_NOT_REGULAR); /* at once */
    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    ck_assert_int_eq(symlink("a", "link"), 0);
    ck_assert_int_eq(read_file("link", CLGN_FILE_OWN), CLGN_FILE_DENIED);
    ck_assert_int_eq(read_file("link", CLGN_FILE_ANY), CLGN_FILE_OK);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    ck_assert_int_eq(read_file("loop", CLGN_FILE_ANY), CLGN_FILE_DENIED);
    for (int bit = 1; bit < 0100; bit <<= 1) {
        const int exposed = bit == 0020 || bit == 0002;

        ck_assert_int_eq(chmod("a", (mode_t)(0600 | bit)), 0);
        ck_assert_int_eq(read_file("a", CLGN_FILE_OWN), exposed ? CLGN_FILE_EXPOSED : CLGN_FILE_OK);
        ck_assert_int_eq(read_file("a", CLGN_FILE_ANY), CLGN_FILE_OK);
    }
}
END_TEST

START_TEST(test_read_of_another_users_file_is_refused_where_it_has_to_be_own)
{
    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    if (geteuid() != 0 || chown("a", 12345, 12345) != 0) {
        testing_skip("another user's file", "only root can make one");
        return;
    }
    ck_assert_int_eq(read_file("a", CLGN_FILE_OWN), CLGN_FILE_NOT_OWN);
    ck_assert_int_eq(read_file("a", CLGN_FILE_ANY), CLGN_FILE_OK);
    ck_assert_int_eq(chown(".", 12345, 12345), 0);
    ck_assert_int_eq(clgn_file_check_folder("."), CLGN_FILE_NOT_OWN);
}
END_TEST

START_TEST(test_read_of_most_bytes_is_good_and_of_more_too_large)
{
    char data[MOST + 1];

    memset(data, 'x', sizeof data);
    ck_assert_int_eq(clgn_file_write("a", data, MOST), CLGN_FILE_OK);
    ck_assert_int_eq(read_file("a", CLGN_FILE_OWN), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_write("a", data, MOST + 1), CLGN_FILE_OK);
    ck_assert_int_eq(read_file("a", CLGN_FILE_OWN), CLGN_FILE_TOO_LARGE);
}
END_TEST

START_TEST(test_write_that_fails_leaves_the_old_file_and_no_other)
{
    const struct rlimit few = {2, 2};

    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_write("none/a", "one", 3), CLGN_FILE_ABSENT);
    ck_assert_int_eq(clgn_file_write("a/b", "one", 3), CLGN_FILE_ABSENT);
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    ck_assert_int_ne(clgn_file_write("folder", "one", 3), CLGN_FILE_OK);
    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0); /* as a full disk */
    ck_assert_int_eq(clgn_file_write("a", "three", 5), CLGN_FILE_FULL);
    ck_assert_int_eq(clgn_file_write("b", "three", 5), CLGN_FILE_FULL);
    expect_content("a", "one");
    ck_assert_int_eq(entries("."), 2);
}
END_TEST

START_TEST(test_write_through_a_symbolic_link_replaces_the_link)
{
    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    ck_assert_int_eq(symlink("a", "link"), 0);
    ck_assert_int_eq(clgn_file_write("link", "three", 5), CLGN_FILE_OK);
    expect_content("a", "one");
    expect_content("link", "three");
}
END_TEST

START_TEST(test_make_folder_makes_what_is_missing_for_this_user_alone)
{
    struct stat facts;

    ck_assert_int_eq(mkdir("a", 0755), 0);
    ck_assert_int_eq(clgn_file_make_folder("a//b/c/"), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_make_folder("a/b/c"), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_make_folder("/"), CLGN_FILE_OK);
    ck_assert_int_eq(stat("a/b", &facts), 0);
    ck_assert_int_eq((int)(facts.st_mode & 0777), 0700);
    ck_assert_int_eq(stat("a", &facts), 0);
    ck_assert_int_eq((int)(facts.st_mode & 0777), 0755);
    ck_assert_int_eq(clgn_file_check_folder("a/b/c"), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_write("file", "one", 3), CLGN_FILE_OK);
    ck_assert_int_ne(clgn_file_make_folder("file"), CLGN_FILE_OK);
    ck_assert_int_ne(clgn_file_make_folder("file/b"), CLGN_FILE_OK);
    ck_assert_int_eq(clgn_file_check_folder("file"), CLGN_FILE_NOT_REGULAR);
    ck_assert_int_eq(clgn_file_check_folder("none"), CLGN_FILE_ABSENT);
    ck_assert_int_eq(chmod("a", 0777), 0);
    ck_assert_int_eq(clgn_file_check_folder("a"), CLGN_FILE_EXPOSED);
}
END_TEST

START_TEST(test_without_memory_nothing_is_done)
{
    char *data = NULL;
    size_t bytes = 0;
    enum clgn_file_result results[3];

    ck_assert_int_eq(clgn_file_write("a", "one", 3), CLGN_FILE_OK);
    allocations_fail_at(1);
    results[0] = clgn_file_read("a", CLGN_FILE_OWN, MOST, &data, &bytes);
    allocations_fail_at(1);
    results[1] = clgn_file_write("a", "three", 5);
    allocations_fail_at(1);
    results[2] = clgn_file_make_folder("b");
    allocations_fail_at(0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(results[i], CLGN_FILE_MEMORY);
    }
    expect_content("a", "one");
    ck_assert_int_eq(entries("."), 1);
}
END_TEST

START_TEST(test_text_of_every_result_is_its_own)
{
    for (int i = CLGN_FILE_OK; i <= CLGN_FILE_MEMORY; i++) {
        for (int k = CLGN_FILE_OK; k <= CLGN_FILE_MEMORY; k++) {
            ck_assert((strcmp(clgn_file_text((enum clgn_file_result)i), clgn_file_text((enum clgn_file_result)k)) ==
                       0) == (i == k));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *file = tcase_create("file");

    tcase_add_checked_fixture(file, enter, leave);
    tcase_add_test(file, test_write_then_read_gives_the_same_and_replaces);
    tcase_add_test(file, test_read_refuses_what_is_not_this_users_regular_file);
    tcase_add_test(file, test_read_of_another_users_file_is_refused_where_it_has_to_be_own);
    tcase_add_test(file, test_read_of_most_bytes_is_good_and_of_more_too_large);
    tcase_add_test(file, test_write_that_fails_leaves_the_old_file_and_no_other);
    tcase_add_test(file, test_write_through_a_symbolic_link_replaces_the_link);
    tcase_add_test(file, test_make_folder_makes_what_is_missing_for_this_user_alone);
    tcase_add_test(file, test_without_memory_nothing_is_done);
    tcase_add_test(file, test_text_of_every_result_is_its_own);
    suite_add_tcase(suite, file);
    return testing_run_host_suite(suite);
}
