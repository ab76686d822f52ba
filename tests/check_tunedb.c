/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices: what is read, what is refused and how that is told, damage of every kind. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_devices.h"
#include "source.h"
#include "testing.h"
#include "tuned_text.h"
#include "tunedb.h"

/* What was told since listen(). */
static struct told {
    char first[1024];
    clgn_severity severity; /* of the first */
    unsigned count;
} told;

static void on_message(void *user, clgn_severity severity, const char *text)
{
    (void)user;
    if (told.count++ == 0) {
        snprintf(told.first, sizeof told.first, "%s", text);
        told.severity = severity;
    }
}

static struct clgn_sink listen(void)
{
    memset(&told, 0, sizeof told);
    return (struct clgn_sink){on_message, NULL};
}

static const char *sample(void)
{
    static char text[TUNED_SAMPLE_BYTES];

    tuned_sample("", "", text);
    return text;
}

/* The sample with one piece of text replaced by another. */
static const char *altered(const char *find, const char *by)
{
    static char text[TUNED_SAMPLE_BYTES];

    ck_assert_msg(tuned_sample(find, by, text), "\"%s\" is not in the sample", find);
    return text;
}

static clgn_status read_text(const char *text, struct clgn_tunefile *file)
{
    const struct clgn_sink sink = listen();

    return clgn_tunefile_read(text, strlen(text), &sink, file);
}

/* ---- reading ---- */

START_TEST(test_file_that_is_right_is_read_whole)
{
    struct clgn_tunefile file;

    ck_assert_msg(read_text(sample(), &file) == CLGN_OK, "%s", told.first);
    ck_assert_uint_eq(told.count, 0);
    ck_assert_uint_eq(file.count, 2);
    ck_assert_uint_eq(file.refused, 0);
    ck_assert_str_eq(file.identity.name, fake_devices[CPU].identity.name);
    ck_assert_uint_eq(file.compute_units, fake_devices[CPU].compute_units);
    ck_assert_str_eq(file.entries[0].kind, TUNED_KIND);
    ck_assert_str_eq(file.entries[0].pin.variant, "fwd_rows");
    ck_assert_int_eq(file.entries[0].pin.params.value[CLGN_P_VEC], 16);
    ck_assert_int_eq(file.entries[0].pin.params.value[CLGN_P_LX], CLGN_UNSET);
    ck_assert_uint_eq(file.entries[0].c, 320);
    ck_assert_int_eq(file.entries[0].generic, 0);
    ck_assert_int_eq(file.entries[1].generic, 1);
    ck_assert_double_eq(file.entries[1].median_ns, 1000);
    clgn_tunefile_release(&file);
    ck_assert_uint_eq(file.count, 0);
}
END_TEST

START_TEST(test_file_with_members_that_nobody_knows_is_read)
{
    struct clgn_tunefile file;

    ck_assert_int_eq(read_text(altered("\"runs\"", "\"colour\":[1,{}],\"runs\""), &file), CLGN_OK);
    ck_assert_uint_eq(file.count, 2);
    clgn_tunefile_release(&file);
    ck_assert_int_eq(read_text(altered("\"n\":2", "\"n\":2,\"note\":null"), &file), CLGN_OK);
    ck_assert_uint_eq(file.count, 2);
    clgn_tunefile_release(&file);
}
END_TEST

static const struct wrong {
    const char *find, *by;
    clgn_status status;
    const char *says;
} wrong[] = {
#define TUNED_WRONG(find, by, status, says, schema) {find, by, status, says},
#include "tuned_wrong.inc"
#undef TUNED_WRONG
};

enum { WRONG = (int)(sizeof wrong / sizeof wrong[0]) };

static void expect_ignored(const struct wrong *row)
{
    struct clgn_tunefile file;
    const clgn_status status = read_text(altered(row->find, row->by), &file);

    ck_assert_msg(status == row->status, "%s: %s", row->by, clgn_status_name(status));
    ck_assert_uint_eq(told.count, 1);
    ck_assert_int_eq(told.severity, CLGN_SEVERITY_ERROR);
    ck_assert_msg(strstr(told.first, row->says) != NULL, "\"%s\" is not in \"%s\"", row->says, told.first);
    ck_assert_uint_eq(file.count, 0);
    ck_assert_ptr_null(file.entries);
}

static void expect_refused(const struct wrong *row)
{
    struct clgn_tunefile file;

    ck_assert_msg(read_text(altered(row->find, row->by), &file) == CLGN_OK, "%s: %s", row->by, told.first);
    ck_assert_msg(file.count == 1 && file.refused == 1, "%s: %zu read, %zu refused", row->by, file.count, file.refused);
    ck_assert_uint_eq(told.count, 1);
    ck_assert_int_eq(told.severity, CLGN_SEVERITY_WARNING);
    ck_assert_msg(strstr(told.first, "entries[0]") != NULL && strstr(told.first, row->says) != NULL,
                  "\"%s\" is not in \"%s\"", row->says, told.first);
    ck_assert_str_eq(file.entries[0].pin.variant, "fwd_twopass");
    clgn_tunefile_release(&file);
}

/* A file, or an entry alone. */
START_TEST(test_what_is_wrong_is_ignored_and_says_why)
{
    if (wrong[_i].status == CLGN_OK) {
        expect_refused(&wrong[_i]);
    } else {
        expect_ignored(&wrong[_i]);
    }
}
END_TEST

/* ---- damage ---- */

static void expect_sane(const struct clgn_tunefile *file)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct clgn_tuned *t = &file->entries[i];

        ck_assert(t->n > 0 && t->c > 0 && t->g > 0 && t->s > 0 && t->c % t->g == 0 && t->median_ns > 0);
        ck_assert(memchr(t->kind, '\0', sizeof t->kind) != NULL && t->kind[0] != '\0');
    }
}

START_TEST(test_file_cut_anywhere_is_ignored)
{
    const char *text = sample();
    const size_t bytes = strlen(text) - 1; /* the last line's end is no loss */

    for (size_t length = 0; length < bytes; length++) {
        const struct clgn_sink sink = listen();
        char *cut = malloc(length + 1); /* so that a checker sees a read beyond its end */
        struct clgn_tunefile file;

        memcpy(cut, text, length);
        ck_assert_msg(clgn_tunefile_read(cut, length, &sink, &file) == CLGN_ERR_ARGUMENT, "%zu bytes", length);
        ck_assert_uint_eq(told.count, 1);
        free(cut);
    }
}
END_TEST

START_TEST(test_file_with_flipped_bits_is_read_or_ignored)
{
    struct rng rng = testing_rng_of("flips");
    const size_t bytes = strlen(sample());
    char *text = malloc(bytes);
    unsigned taken = 0, ignored = 0;

    for (int i = 0; i < 20000; i++) {
        const struct clgn_sink sink = listen();
        struct clgn_tunefile file;
        clgn_status status;

        memcpy(text, sample(), bytes);
        for (size_t flips = 1 + rng_below(&rng, 3); flips > 0; flips--) {
            text[rng_below(&rng, bytes)] ^= (char)(1 << rng_below(&rng, 8));
        }
        status = clgn_tunefile_read(text, bytes, &sink, &file);
        ck_assert(status == CLGN_OK || status == CLGN_ERR_ARGUMENT || status == CLGN_ERR_UNSUPPORTED);
        ck_assert_uint_eq(status == CLGN_OK ? file.refused : 1, told.count);
        expect_sane(&file);
        taken += status == CLGN_OK;
        ignored += status != CLGN_OK;
        clgn_tunefile_release(&file);
    }
    ck_assert_uint_gt(taken, 1000);
    ck_assert_uint_gt(ignored, 1000);
    free(text);
}
END_TEST

START_TEST(test_file_that_is_too_long_is_ignored)
{
    const struct clgn_sink sink = listen();
    struct clgn_tunefile file;

    ck_assert_int_eq(clgn_tunefile_read("{}", CLGN_TUNEFILE_BYTES + 1, &sink, &file), CLGN_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(told.first, "16777217 bytes are more than 16777216"));
}
END_TEST

/* Nothing but the embedded files, each of which is right. */
START_TEST(test_shipped_files_are_right)
{
    for (size_t i = 0; i < clgn_tuned_file_count; i++) {
        const struct clgn_sink sink = listen();
        struct clgn_tunefile file;
        const clgn_status status = clgn_tunefile_read((const char *)clgn_tuned_files[i].text, clgn_tuned_files[i].size,
                                                      &sink, &file);

        ck_assert_msg(status == CLGN_OK && told.count == 0, "%s: %s", clgn_tuned_files[i].name, told.first);
        ck_assert_uint_gt(file.count, 0);
        clgn_tunefile_release(&file);
    }
}
END_TEST

/* ---- folders ---- */

static void write_text(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void make_folder(char *folder, size_t bytes)
{
    const char *place = getenv("TMPDIR");

    snprintf(folder, bytes, "%s/clgn_tunedb_XXXXXX", place != NULL ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* Rows of the sample's kind after loading a folder. */
static size_t rows_of(const char *folder)
{
    const struct clgn_sink sink = listen();
    struct clgn_tunedb *db = clgn_tunedb_load(folder, &fake_devices[CPU], &sink);
    size_t count = 0;

    ck_assert_ptr_nonnull(db);
    (void)clgn_tunedb_find(db, TUNED_KIND, &count);
    clgn_tunedb_release(db);
    return count;
}

START_TEST(test_folder_gives_what_is_right_and_one_warning_for_each_other_file)
{
    static const char *const names[] = {"a.json", "b.json", "c.txt", "f.json", "d.json"};
    const size_t shipped = rows_of(NULL);
    char folder[256], path[512];

    make_folder(folder, sizeof folder);
    ck_assert_uint_eq(rows_of(folder), shipped);
    ck_assert_uint_eq(told.count, 0);
    write_text(folder, "a.json", sample());
    ck_assert_uint_eq(rows_of(folder), shipped + 2);
    ck_assert_uint_eq(told.count, 0);
    write_text(folder, "b.json", "{\"format\":");
    ck_assert_uint_eq(rows_of(folder), shipped + 2);
    ck_assert_uint_eq(told.count, 1);
    ck_assert_int_eq(told.severity, CLGN_SEVERITY_WARNING);
    ck_assert_ptr_nonnull(strstr(told.first, "b.json is ignored: line 1"));
    write_text(folder, "c.txt", "anything");
    snprintf(path, sizeof path, "%s/d.json", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/f.json", folder);
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* must not be waited for */
    ck_assert_uint_eq(rows_of(folder), shipped + 2);
    ck_assert_uint_eq(told.count, 3);
    write_text(folder, "b.json", altered("\"worst\":0.5", "\"worst\":2"));
    ck_assert_uint_eq(rows_of(folder), shipped + 3);
    ck_assert_ptr_nonnull(
        strstr(told.first, "b.json: 1 of 2 entries are ignored, the first: entries[0]: verify.worst"));
    write_text(folder, "b.json", altered("\"kernel_revision\":", "\"kernel_revision\":9"));
    ck_assert_uint_eq(rows_of(folder), shipped + 2);
    ck_assert_int_eq(told.severity, CLGN_SEVERITY_INFO); /* of no fault */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        ck_assert_int_eq(remove(path), 0);
    }
    ck_assert_int_eq(remove(folder), 0);
    ck_assert_uint_eq(rows_of(folder), shipped);
    ck_assert_uint_eq(told.count, 0); /* a folder that is not there is empty */
}
END_TEST

START_TEST(test_rows_of_a_kind_lie_side_by_side)
{
    static const char *const kinds[] = {"fwd b", "fwd a", "fwd b", "fwd", "fwd c", "fwd b"};
    const struct clgn_sink sink = listen();
    struct clgn_tunedb *db = clgn_tunedb_create();
    size_t count = 9;

    ck_assert_ptr_null(clgn_tunedb_find(db, "fwd a", &count));
    ck_assert_uint_eq(count, 0);
    for (size_t i = 0; i < 6; i++) {
        const struct tuned_entry entry = {.kind = kinds[i], .config = "fwd_rows", .n = i + 1, .c = 1, .g = 1, .s = 1};
        char text[4096];

        tuned_text_print(&fake_devices[AMD], &entry, 1, text, sizeof text);
        clgn_tunedb_add(db, text, strlen(text), CLGN_ORIGIN_USER, &fake_devices[AMD], "text", &sink);
    }
    for (const struct clgn_tuned_row *row = clgn_tunedb_find(db, "fwd b", &count), *end = row + count; row < end;
         row++) {
        ck_assert_str_eq(row->tuned.kind, "fwd b");
    }
    ck_assert_uint_eq(count, 3);
    (void)clgn_tunedb_find(db, "fwd", &count);
    ck_assert_uint_eq(count, 1);
    (void)clgn_tunedb_find(db, "fwd d", &count);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(told.count, 0);
    clgn_tunedb_release(db);
}
END_TEST

/* ---- devices ---- */

static enum clgn_kinship kinship_with(struct clgn_device measured, enum fake_device here)
{
    const struct clgn_tunefile file = {.identity = measured.identity, .compute_units = measured.compute_units};

    return clgn_kinship_of(&file, &fake_devices[here]);
}

START_TEST(test_kinship_is_by_name_then_target_then_vendor)
{
    struct clgn_device d = fake_devices[NVIDIA];

    for (int i = 0; i < FAKE_DEVICES; i++) {
        for (int k = 0; k < FAKE_DEVICES; k++) {
            ck_assert_int_eq(kinship_with(fake_devices[i], (enum fake_device)k),
                             i == k ? CLGN_KIN_SAME : CLGN_KIN_NONE);
        }
    }
    strcpy(d.identity.driver, "590.1");
    strcpy(d.identity.version, "OpenCL 3.1 CUDA");
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_SAME);
    strcpy(d.identity.name, "NVIDIA H100 PCIe");
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_ARCH);
    d.compute_units = 66;
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_ARCH);
    d.compute_units = 65;
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_VENDOR);
    d.compute_units = 265;
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_VENDOR);
    d.compute_units = 132;
    strcpy(d.identity.arch, "sm_80");
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_VENDOR);
    strcpy(d.identity.platform, "rusticl");
    ck_assert_int_eq(kinship_with(d, NVIDIA), CLGN_KIN_NONE);
}
END_TEST

START_TEST(test_file_name_is_plain_and_of_one_device_alone)
{
    char names[FAKE_DEVICES + 1][128];

    for (int i = 0; i <= FAKE_DEVICES; i++) {
        struct clgn_device d = fake_devices[i % FAKE_DEVICES];
        struct clgn_text text = clgn_text_in(names[i], sizeof names[i]);

        d.compute_units += i == FAKE_DEVICES; /* the same but for a compute unit */
        clgn_tunedb_file_name(&d.identity, d.compute_units, &text);
        ck_assert_int_eq(text.cut, 0);
        ck_assert_uint_eq(strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(names[i]) - 5);
        ck_assert_str_eq(names[i] + strlen(names[i]) - 5, ".json");
        for (int k = 0; k < i; k++) {
            ck_assert_str_ne(names[i], names[k]);
        }
    }
    ck_assert_int_eq(strncmp(names[NVIDIA], "nvidia-h200-132-", 16), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tunedb");
    TCase *reading = tcase_create("reading"), *damage = tcase_create("damage"), *folder = tcase_create("folder"),
          *device = tcase_create("device");

    tcase_add_test(reading, test_file_that_is_right_is_read_whole);
    tcase_add_test(reading, test_file_with_members_that_nobody_knows_is_read);
    tcase_add_loop_test(reading, test_what_is_wrong_is_ignored_and_says_why, 0, WRONG);
    tcase_add_test(damage, test_file_cut_anywhere_is_ignored);
    tcase_add_test(damage, test_file_with_flipped_bits_is_read_or_ignored);
    tcase_add_test(damage, test_file_that_is_too_long_is_ignored);
    tcase_add_test(damage, test_shipped_files_are_right);
    tcase_add_test(folder, test_folder_gives_what_is_right_and_one_warning_for_each_other_file);
    tcase_add_test(folder, test_rows_of_a_kind_lie_side_by_side);
    tcase_add_test(device, test_kinship_is_by_name_then_target_then_vendor);
    tcase_add_test(device, test_file_name_is_plain_and_of_one_device_alone);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, damage);
    suite_add_tcase(suite, folder);
    suite_add_tcase(suite, device);
    return testing_run_host_suite(suite);
}
