/* SPDX-License-Identifier: Apache-2.0 */
/* Journals: what is appended is read back; broken, foreign and finished ones; what their lines add up to. */
#define _POSIX_C_SOURCE 200809L

#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "testing.h"

static char path[64], old[80];

static void in_new_file(void)
{
    int fd;

    snprintf(path, sizeof(path), "journal-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    unlink(path);
    snprintf(old, sizeof(old), "%s.old", path);
}

static void remove_files(void)
{
    unlink(path);
    unlink(old);
}

static json_t *header(int seed)
{
    return json_pack("{s:s, s:i}", "format", "clgn-journal", "seed", seed);
}

struct opened {
    struct journal *journal;
    json_t *record;
};

static struct opened open_it(int seed, int fresh)
{
    struct opened o = {NULL, json_object()};
    json_t *head = header(seed);
    char error[256];

    o.journal = journal_open(path, head, fresh, record_take, o.record, error, sizeof(error));
    ck_assert_msg(o.journal != NULL, "%s", error);
    json_decref(head);
    return o;
}

static void close_it(struct opened *o)
{
    journal_close(o->journal);
    json_decref(o->record);
}

static void write_line(struct journal *journal, const char *text)
{
    ck_assert_int_eq(journal_write(journal, json_loads(text, 0, NULL)), 0);
}

/* A journal of two configurations. */
static void write_some(void)
{
    struct opened o = open_it(1, 0);

    ck_assert_uint_eq(json_object_size(o.record), 0);
    write_line(o.journal, "{\"problem\":\"p\",\"answer\":{\"n\":1,\"configs\":[\"a\",\"b\"]}}");
    write_line(o.journal, "{\"problem\":\"p\",\"config\":\"a\",\"status\":\"correct\",\"cases\":8,\"worst\":0.5}");
    write_line(o.journal, "{\"problem\":\"p\",\"config\":\"b\",\"status\":\"timeout\",\"text\":\"hung\"}");
    write_line(o.journal, "{\"problem\":\"p\",\"config\":\"a\",\"ns\":10.5}");
    write_line(o.journal, "{\"problem\":\"p\",\"config\":\"a\",\"ns\":11.5}");
    write_line(o.journal, "{\"problem\":\"p\",\"config\":\"a\",\"ns\":12.5,\"confirm\":true}");
    write_line(o.journal, "{\"problem\":\"p\",\"copy_ns\":5.0}");
    close_it(&o);
}

static void append_text(const char *text)
{
    FILE *file = fopen(path, "a");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void expect_some(const json_t *record)
{
    struct search_series series = {NULL, 0, 0};
    const json_t *a = record_config(record, "p", "a");
    json_t *counts = record_counts(record, "p");

    ck_assert_str_eq(record_status(a), "correct");
    ck_assert_str_eq(record_status(record_config(record, "p", "b")), "timeout");
    ck_assert_ptr_null(record_status(record_config(record, "p", "c")));
    ck_assert_ptr_null(record_status(record_config(record, "q", "a")));
    ck_assert_int_eq(record_samples(a, &series), 0);
    ck_assert_uint_eq(series.count, 2); /* the confirmation is not the race's */
    ck_assert_double_eq(series.ns[0], 10.5);
    ck_assert_double_eq(series.ns[1], 11.5);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "correct")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "timeout")), 1);
    ck_assert_uint_eq(json_object_size(counts), 2);
    json_decref(counts);
    free(series.ns);
}

static long file_bytes(const char *name)
{
    FILE *file = fopen(name, "r");
    long bytes = -1;

    if (file && fseek(file, 0, SEEK_END) == 0) {
        bytes = ftell(file);
        fclose(file);
    }
    return bytes;
}

START_TEST(test_what_is_written_is_resumed)
{
    struct opened o;

    write_some();
    o = open_it(1, 0);
    expect_some(o.record);
    write_line(o.journal, "{\"problem\":\"p\",\"result\":{\"x\":1}}");
    close_it(&o);
    o = open_it(1, 0);
    expect_some(o.record);
    ck_assert_ptr_nonnull(json_object_get(record_problem(o.record, "p"), "result"));
    close_it(&o);
    ck_assert_int_eq(file_bytes(old), -1);
}
END_TEST

START_TEST(test_broken_end_is_cut_off)
{
    static const char *const broken[] = {"{\"problem\":\"p\",\"con", "{\"problem\":\"p\"}", "\n", "x\n", "[1]\n"};
    struct opened o;
    long bytes;

    write_some();
    bytes = file_bytes(path);
    append_text(broken[_i]);
    o = open_it(1, 0);
    expect_some(o.record);
    ck_assert_int_eq(file_bytes(path), bytes);
    write_line(o.journal, "{\"problem\":\"p\",\"copy_ns\":6.0}");
    close_it(&o);
    o = open_it(1, 0);
    ck_assert_uint_eq(json_array_size(json_object_get(record_problem(o.record, "p"), "copy")), 2);
    close_it(&o);
}
END_TEST

/* Cut anywhere, as by a power cut: what is before the cut is there, and appending goes on. */
START_TEST(test_cut_at_every_byte_then_the_lines_before_it)
{
    long bytes;

    write_some();
    bytes = file_bytes(path);
    for (long keep = bytes - 1; keep > 0; keep -= 7) {
        struct opened o;
        ck_assert_int_eq(truncate(path, keep), 0);
        o = open_it(1, 0);
        write_line(o.journal, "{\"problem\":\"last\",\"copy_ns\":6.0}");
        close_it(&o);
        o = open_it(1, 0);
        ck_assert_ptr_nonnull(record_problem(o.record, "last"));
        ck_assert_uint_le(json_object_size(o.record), 2);
        close_it(&o);
    }
}
END_TEST

START_TEST(test_other_header_finished_or_fresh_then_the_old_one_is_kept_beside)
{
    struct opened o;
    long bytes;

    write_some();
    if (_i == 1) {
        o = open_it(1, 0);
        ck_assert_int_eq(journal_finish(o.journal), 0);
        close_it(&o);
    }
    bytes = file_bytes(path);
    o = open_it(_i == 0 ? 2 : 1, _i == 2);
    ck_assert_uint_eq(json_object_size(o.record), 0);
    ck_assert_int_eq(file_bytes(old), bytes);
    close_it(&o);
}
END_TEST

START_TEST(test_read_gives_header_and_lines)
{
    json_t *record = json_object(), *head;
    char error[256];

    write_some();
    head = journal_read(path, record_take, record, error, sizeof(error));
    ck_assert_ptr_nonnull(head);
    ck_assert_int_eq(json_integer_value(json_object_get(head, "seed")), 1);
    expect_some(record);
    json_decref(head);
    json_decref(record);
}
END_TEST

START_TEST(test_read_of_something_else_is_an_error)
{
    char error[256] = "";

    ck_assert_ptr_null(journal_read(path, record_take, NULL, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "No such file"));
    append_text("{\"format\":\"clgn-tuning\"}\n");
    ck_assert_ptr_null(journal_read(path, record_take, NULL, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "no header"));
}
END_TEST

START_TEST(test_header_is_found_by_the_members_that_have_to_agree)
{
    struct opened o = open_it(1, 0);
    json_t *head = header(1), *other = header(2), *part = json_pack("{s:i}", "seed", 1), *found;

    journal_close(o.journal);
    json_decref(o.record);
    found = journal_header(path, part);
    ck_assert(json_equal(found, head));
    json_decref(found);
    ck_assert_ptr_null(journal_header(path, other));
    ck_assert_ptr_null(journal_header("nowhere/journal", head));
    json_decref(head);
    json_decref(other);
    json_decref(part);
}
END_TEST

START_TEST(test_folder_that_is_not_there_is_an_error)
{
    json_t *head = header(1);
    char error[256] = "";

    ck_assert_ptr_null(journal_open("nowhere/journal", head, 0, record_take, NULL, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "nowhere/journal: No such file"));
    json_decref(head);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, in_new_file, remove_files);
    tcase_add_test(all, test_what_is_written_is_resumed);
    tcase_add_loop_test(all, test_broken_end_is_cut_off, 0, 5);
    tcase_add_test(all, test_cut_at_every_byte_then_the_lines_before_it);
    tcase_add_loop_test(all, test_other_header_finished_or_fresh_then_the_old_one_is_kept_beside, 0, 3);
    tcase_add_test(all, test_read_gives_header_and_lines);
    tcase_add_test(all, test_read_of_something_else_is_an_error);
    tcase_add_test(all, test_header_is_found_by_the_members_that_have_to_agree);
    tcase_add_test(all, test_folder_that_is_not_there_is_an_error);
    suite_add_tcase(suite, all);
    return testing_run_host_suite(suite);
}
