/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the cache: their form, who may be trusted, marks of crashes, what goes when room is short. */
#define _GNU_SOURCE /* flock */
#include "store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"
#include "guard.h"
#include "processor.h"
#include "testing.h"
#include "trim.h"

static char folder[] = "check_store.XXXXXX";

static void enter(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[64];

    ck_assert_int_eq(chdir(".."), 0);
    snprintf(command, sizeof command, "chmod -R u+w %s && rm -rf %s", folder, folder);
    ck_assert_int_eq(system(command), 0);
}

static struct clgn_blob blob_of(const char *key, const char *payload)
{
    const struct clgn_blob blob = {key, strlen(key), (const unsigned char *)payload, strlen(payload), 1234567890};

    return blob;
}

static void put(const char *key, const char *payload)
{
    const struct clgn_blob blob = blob_of(key, payload);

    ck_assert_int_eq(clgn_store_put("c", &blob), CLGN_FILE_OK);
}

static enum clgn_store_result find(const char *key, char *payload, const char **reason)
{
    struct clgn_found found;
    const enum clgn_store_result result = clgn_store_find("c", key, strlen(key), &found);

    if (result == CLGN_STORE_HIT && payload != NULL) {
        memcpy(payload, found.blob.payload, found.blob.payload_bytes);
        payload[found.blob.payload_bytes] = '\0';
    }
    if (reason != NULL) {
        *reason = found.reason;
    }
    clgn_found_release(&found);
    return result;
}

static const char *path_of(const char *key)
{
    static char path[64];
    char name[CLGN_STORE_NAME_BYTES];

    clgn_store_name(key, strlen(key), name);
    snprintf(path, sizeof path, "c/%s", name);
    return path;
}

static void add_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
}

static void make_old(const char *path, long seconds)
{
    const struct timespec times[2] = {{time(NULL) - seconds, 0}, {time(NULL) - seconds, 0}};

    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

START_TEST(test_find_after_put_gives_the_payload_and_another_key_nothing)
{
    char payload[16];
    struct stat facts;

    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_MISS);
    put("a", "one");
    put("b", "");
    ck_assert_int_eq(find("a", payload, NULL), CLGN_STORE_HIT);
    ck_assert_str_eq(payload, "one");
    ck_assert_int_eq(find("b", payload, NULL), CLGN_STORE_HIT);
    ck_assert_str_eq(payload, "");
    ck_assert_int_eq(find("c", NULL, NULL), CLGN_STORE_MISS);
    put("a", "three");
    ck_assert_int_eq(find("a", payload, NULL), CLGN_STORE_HIT);
    ck_assert_str_eq(payload, "three");
    ck_assert_int_eq(stat("c", &facts), 0);
    ck_assert_int_eq((int)(facts.st_mode & 0777), 0700);
    ck_assert_int_eq(stat(path_of("a"), &facts), 0);
    ck_assert_int_eq((int)(facts.st_mode & 0777), 0600);
}
END_TEST

START_TEST(test_encode_of_too_much_is_refused)
{
    struct clgn_blob blob = blob_of("key", "payload");
    size_t bytes = 0;

    blob.payload_bytes = CLGN_BLOB_MOST;
    ck_assert_ptr_null(clgn_blob_encode(&blob, &bytes));
    blob.payload_bytes = (size_t)-1;
    ck_assert_ptr_null(clgn_blob_encode(&blob, &bytes));
}
END_TEST

/* The form is pinned: a file of an older library of the same version is read. */
START_TEST(test_encode_gives_the_pinned_form)
{
    const struct clgn_blob blob = blob_of("key", "payload");
    struct clgn_blob back;
    size_t bytes = 0;
    char *data = clgn_blob_encode(&blob, &bytes);

    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(bytes, 48 + 3 + 7);
    ck_assert_int_eq(memcmp(data, "clgnbin1\3\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\xd2\2\x96\x49\0\0\0\0", 32), 0);
    ck_assert_int_eq(memcmp(data + 48, "keypayload", 10), 0);
    ck_assert_ptr_null(clgn_blob_decode(data, bytes, &back));
    ck_assert_uint_eq(back.created, 1234567890);
    ck_assert_uint_eq(back.key_bytes, 3);
    free(data);
}
END_TEST

START_TEST(test_find_of_a_file_that_is_not_trusted_rejects_it)
{
    const char *reason = NULL;

    put("a", "one");
    ck_assert_int_eq(rename(path_of("a"), "real"), 0);
    ck_assert_int_eq(symlink("../real", path_of("a")), 0); /* planted */
    ck_assert_int_eq(find("a", NULL, &reason), CLGN_STORE_REJECT);
    ck_assert_ptr_nonnull(strstr(reason, "symbolic link"));
    put("a", "two");
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_HIT);
    ck_assert_int_eq(access("real", F_OK), 0); /* what the link led to stands */
    ck_assert_int_eq(chmod(path_of("a"), 0660), 0);
    ck_assert_int_eq(find("a", NULL, &reason), CLGN_STORE_REJECT);
    ck_assert_str_eq(reason, clgn_file_text(CLGN_FILE_EXPOSED));
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_MISS);
    ck_assert_int_eq(mkdir(path_of("a"), 0700), 0);
    ck_assert_int_eq(find("a", NULL, &reason), CLGN_STORE_REJECT);
    ck_assert_str_eq(reason, clgn_file_text(CLGN_FILE_NOT_REGULAR));
}
END_TEST

START_TEST(test_find_of_another_programs_file_rejects_it)
{
    char other[64];
    const char *reason = NULL;

    put("a", "one");
    snprintf(other, sizeof other, "%s", path_of("a"));
    ck_assert_int_eq(rename(other, path_of("b")), 0);
    ck_assert_int_eq(find("b", NULL, &reason), CLGN_STORE_REJECT);
    ck_assert_str_eq(reason, "is of another program");
    ck_assert_int_eq(find("b", NULL, NULL), CLGN_STORE_MISS);
}
END_TEST

START_TEST(test_put_into_a_folder_that_others_may_write_is_refused)
{
    const struct clgn_blob blob = blob_of("a", "one");

    ck_assert_int_eq(mkdir("c", 0700), 0);
    ck_assert_int_eq(chmod("c", 0777), 0);
    ck_assert_int_eq(clgn_store_put("c", &blob), CLGN_FILE_EXPOSED);
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_MISS);
}
END_TEST

/* Root may write where it is not allowed to; a child becomes another user. */
START_TEST(test_put_into_a_read_only_folder_is_refused_and_find_goes_on)
{
    const struct clgn_blob blob = blob_of("b", "two");
    pid_t child;
    int status;

    ck_assert_int_eq(chmod(".", 0755), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(mkdir("c", 0700), 0);
        ck_assert_int_eq(chown("c", 12345, 12345), 0);
    }
    child = fork();
    if (child == 0) {
        struct clgn_guard guard;
        const struct clgn_blob first = blob_of("a", "one");

        if ((geteuid() == 0 && setuid(12345) != 0) || clgn_store_put("c", &first) != CLGN_FILE_OK ||
            chmod("c", 0500) != 0) {
            _exit(2);
        }
        if (clgn_store_put("c", &blob) != CLGN_FILE_DENIED || find("a", NULL, NULL) != CLGN_STORE_HIT ||
            clgn_guard_begin(path_of("a"), &guard) != CLGN_GUARD_NONE) {
            _exit(3);
        }
        clgn_guard_end(&guard);
        _exit(find("b", NULL, NULL) == CLGN_STORE_MISS ? 0 : 4);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}
END_TEST

START_TEST(test_without_memory_nothing_is_found_or_written)
{
    const struct clgn_blob blob = blob_of("b", "two");
    unsigned failed = 0;

    put("a", "one");
    for (long k = 1; k < 20; k++) {
        enum clgn_file_result written;
        enum clgn_store_result found;
        int struck;

        allocations_fail_at(k);
        found = find("a", NULL, NULL);
        written = clgn_store_put("c", &blob);
        struck = allocations_fail_struck();
        allocations_fail_at(0);
        failed += written != CLGN_FILE_OK || found != CLGN_STORE_HIT;
        ck_assert_int_eq(struck, written != CLGN_FILE_OK || found != CLGN_STORE_HIT);
        ck_assert_int_eq(access(path_of("a"), F_OK), 0);
    }
    ck_assert_uint_eq(failed, 6); /* two of find, four of put */
}
END_TEST

START_TEST(test_guard_is_set_once_and_gone_after_its_end)
{
    struct clgn_guard first, second;

    ck_assert_int_eq(clgn_guard_begin("file", &first), CLGN_GUARD_SET);
    ck_assert_int_eq(access("file.try", F_OK), 0);
    ck_assert_int_eq(clgn_guard_begin("file", &second), CLGN_GUARD_NONE); /* the first is alive */
    clgn_guard_end(&second);
    ck_assert_int_eq(access("file.try", F_OK), 0);
    clgn_guard_end(&first);
    ck_assert_int_ne(access("file.try", F_OK), 0);
    ck_assert_int_eq(clgn_guard_begin("file", &second), CLGN_GUARD_SET);
    clgn_guard_end(&second);
    ck_assert_int_eq(clgn_guard_begin("none/file", &first), CLGN_GUARD_NONE);
    clgn_guard_end(&first);
}
END_TEST

START_TEST(test_guard_of_a_process_that_crashed_is_seen_once)
{
    struct clgn_guard guard;
    const pid_t child = fork();
    int status;

    if (child == 0) {
        (void)clgn_guard_begin("file", &guard);
        (void)kill(getpid(), SIGKILL);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(access("file.try", F_OK), 0);
    ck_assert_int_eq(clgn_guard_begin("file", &guard), CLGN_GUARD_CRASHED);
    clgn_guard_end(&guard);
    ck_assert_int_eq(clgn_guard_begin("file", &guard), CLGN_GUARD_SET);
    clgn_guard_end(&guard);
}
END_TEST

START_TEST(test_guard_without_memory_is_none)
{
    for (long k = 1; k <= 2; k++) {
        struct clgn_guard guard;
        enum clgn_guard_result result;

        allocations_fail_at(k);
        result = clgn_guard_begin("file", &guard);
        allocations_fail_at(0);
        ck_assert_int_eq(result, CLGN_GUARD_NONE);
        clgn_guard_end(&guard);
    }
}
END_TEST

START_TEST(test_trim_removes_what_was_used_longest_ago)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    struct clgn_trimmed did;

    for (int i = 0; i < 5; i++) {
        put(keys[i], "0123456789"); /* 48 + 1 + 10 bytes */
        make_old(path_of(keys[i]), 1000 * (i == 0 ? 1 : 10 - i));
    }
    did = clgn_trim("c", 5 * 59, 0);
    ck_assert_uint_eq(did.files, 0);
    ck_assert_uint_eq(did.kept_files, 5);
    ck_assert_uint_eq(did.kept_bytes, 5 * 59);
    did = clgn_trim("c", 5 * 59 - 1, 3 * 59);
    ck_assert_uint_eq(did.files, 2);
    ck_assert_uint_eq(did.bytes, 2 * 59);
    ck_assert_uint_eq(did.kept_files, 3);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(find(keys[i], NULL, NULL), i == 1 || i == 2 ? CLGN_STORE_MISS : CLGN_STORE_HIT);
    }
    did = clgn_trim("c", 0, 0);
    ck_assert_uint_eq(did.files, 3);
    ck_assert_uint_eq(clgn_trim("none", 0, 0).files, 0);
}
END_TEST

START_TEST(test_find_notes_the_use_once_a_day)
{
    struct stat facts;

    put("a", "one");
    make_old(path_of("a"), 1000);
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_HIT);
    ck_assert_int_eq(stat(path_of("a"), &facts), 0);
    ck_assert_int_lt((int)(facts.st_mtime - time(NULL)), -900);
    make_old(path_of("a"), 100000);
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_HIT);
    ck_assert_int_eq(stat(path_of("a"), &facts), 0);
    ck_assert_int_gt((int)(facts.st_mtime - time(NULL)), -900);
}
END_TEST

START_TEST(test_trim_removes_old_leftovers_and_nothing_foreign)
{
    static const char *const stay[] = {"c/README", "c/.hidden", "c/0123456789abcdef0123456789abcde.clgnbin",
                                       "c/0123456789abcdef0123456789abcdef.txt"};
    static const char *const go[] = {"c/.0123456789abcdef0123456789abcdef.clgnbin.aB3x9Z",
                                     "c/0123456789abcdef0123456789abcdef.clgnbin.try",
                                     "c/0123456789abcdef0123456789abcdef.clgnbin.try.aB3x9Z"};

    ck_assert_int_eq(mkdir("c", 0700), 0);
    for (int i = 0; i < 4; i++) {
        add_file(stay[i], "foreign");
        make_old(stay[i], 1000000);
    }
    for (int i = 0; i < 3; i++) {
        add_file(go[i], "left");
    }
    ck_assert_uint_eq(clgn_trim_all("c", 0, 0).files, 0); /* their processes may be alive */
    for (int i = 0; i < 3; i++) {
        make_old(go[i], 4000);
    }
    ck_assert_uint_eq(clgn_trim_all("c", 0, 0).files, 3);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(access(stay[i], F_OK), 0);
    }
}
END_TEST

struct seen {
    unsigned good, faulty;
    char text[256];
};

static void see(void *user, const struct clgn_stored *stored)
{
    struct seen *seen = user;

    seen->good += stored->fault == NULL;
    seen->faulty += stored->fault != NULL;
    if (stored->fault != NULL) {
        snprintf(seen->text, sizeof seen->text, "%s %s", stored->path, stored->fault);
    }
}

START_TEST(test_each_shows_every_file_and_trim_all_takes_the_faulty)
{
    struct seen seen = {0, 0, ""};
    struct clgn_trimmed did;

    put("a", "one");
    put("b", "two");
    ck_assert_int_eq(truncate(path_of("b"), 50), 0);
    clgn_store_each("c", see, &seen);
    ck_assert_uint_eq(seen.good, 1);
    ck_assert_uint_eq(seen.faulty, 1);
    ck_assert_ptr_nonnull(strstr(seen.text, path_of("b")));
    ck_assert_ptr_nonnull(strstr(seen.text, "is not of the size that it says"));
    did = clgn_trim_all("c", (size_t)-1, 0);
    ck_assert_uint_eq(did.files, 1);
    ck_assert_uint_eq(did.bytes, 50);
    ck_assert_uint_eq(did.kept_files, 1);
    ck_assert_int_eq(find("a", NULL, NULL), CLGN_STORE_HIT);
}
END_TEST

static void print_processor(const char *cpuinfo, char *text, size_t bytes)
{
    struct clgn_text out = clgn_text_in(text, bytes);

    add_file("cpuinfo", cpuinfo);
    clgn_processor_print("cpuinfo", &out);
}

START_TEST(test_processor_changes_with_its_features_and_with_nothing_else)
{
    char first[256], second[256];

    print_processor("processor: 0\nmodel name\t: A B\ncpu MHz: 1\nflags\t: fma avx\n\nflags\t: other\n", first,
                    sizeof first);
    ck_assert_ptr_nonnull(strstr(first, ": A B"));
    print_processor("processor: 1\nmodel name\t: A B\ncpu MHz: 2\nflags\t: fma avx\n\nflags\t: none\n", second,
                    sizeof second);
    ck_assert_str_eq(first, second);
    print_processor("processor: 1\nmodel name\t: A B\ncpu MHz: 2\nflags\t: fma avx512f\n", second, sizeof second);
    ck_assert_str_ne(first, second);
    print_processor("Features\t: fp asimd\nCPU part\t: 0xd0c\n", first, sizeof first);
    print_processor("Features\t: fp asimd\nCPU part\t: 0xd4f\n", second, sizeof second);
    ck_assert_str_ne(first, second);
}
END_TEST

/* The instruction that asks and the kernel's list agree. */
START_TEST(test_processor_rounds_bf16_where_the_kernel_lists_it)
{
    char line[8192];
    int listed = 0;
    FILE *in = fopen("/proc/cpuinfo", "r");

    ck_assert_ptr_nonnull(in);
    while (fgets(line, sizeof line, in) != NULL)
        listed |= strncmp(line, "flags", strlen("flags")) == 0 && strstr(line, " avx512_bf16") != NULL;
    fclose(in);
    ck_assert_int_eq(clgn_processor_rounds_bf16(), listed);
}
END_TEST

START_TEST(test_processor_without_a_description_is_empty)
{
    char text[64] = "old";
    struct clgn_text out = clgn_text_in(text, sizeof text);

    clgn_processor_print("none", &out);
    ck_assert_str_eq(text, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *store = tcase_create("store"), *guard = tcase_create("guard"), *trim = tcase_create("trim"),
          *processor = tcase_create("processor");

    tcase_add_checked_fixture(store, enter, leave);
    tcase_add_checked_fixture(guard, enter, leave);
    tcase_add_checked_fixture(trim, enter, leave);
    tcase_add_checked_fixture(processor, enter, leave);
    tcase_add_test(store, test_find_after_put_gives_the_payload_and_another_key_nothing);
    tcase_add_test(store, test_encode_of_too_much_is_refused);
    tcase_add_test(store, test_encode_gives_the_pinned_form);
    tcase_add_test(store, test_find_of_a_file_that_is_not_trusted_rejects_it);
    tcase_add_test(store, test_find_of_another_programs_file_rejects_it);
    tcase_add_test(store, test_put_into_a_folder_that_others_may_write_is_refused);
    tcase_add_test(store, test_put_into_a_read_only_folder_is_refused_and_find_goes_on);
    tcase_add_test(store, test_without_memory_nothing_is_found_or_written);
    tcase_add_test(store, test_find_notes_the_use_once_a_day);
    tcase_add_test(guard, test_guard_is_set_once_and_gone_after_its_end);
    tcase_add_test(guard, test_guard_of_a_process_that_crashed_is_seen_once);
    tcase_add_test(guard, test_guard_without_memory_is_none);
    tcase_add_test(trim, test_trim_removes_what_was_used_longest_ago);
    tcase_add_test(trim, test_trim_removes_old_leftovers_and_nothing_foreign);
    tcase_add_test(trim, test_each_shows_every_file_and_trim_all_takes_the_faulty);
    tcase_add_test(processor, test_processor_changes_with_its_features_and_with_nothing_else);
    tcase_add_test(processor, test_processor_rounds_bf16_where_the_kernel_lists_it);
    tcase_add_test(processor, test_processor_without_a_description_is_empty);
    suite_add_tcase(suite, store);
    suite_add_tcase(suite, guard);
    suite_add_tcase(suite, trim);
    suite_add_tcase(suite, processor);
    return testing_run_host_suite(suite);
}
