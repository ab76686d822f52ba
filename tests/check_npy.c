/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of tools/npy.c: what is read, what is refused and with which words, that writing is atomic. */
#define _POSIX_C_SOURCE 200809L

#include "npy.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

static char folder[] = "/tmp/check_npy_XXXXXX";
static char path[64];

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a.npy", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
}

/* Writes a file of the given version: header text as it is, then data_bytes bytes 0, 1, 2, ... */
static void write_raw(int version, const char *header, size_t data_bytes)
{
    const size_t length = strlen(header);
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    fprintf(file, "\x93NUMPY%c%c", version, 0);
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
        fputc((int)(length >> (8 * i) & 255u), file);
    }
    fputs(header, file);
    for (size_t i = 0; i < data_bytes; ++i) {
        fputc((int)(i & 255u), file);
    }
    ck_assert_int_eq(fclose(file), 0);
}

static void write_bytes(const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

/* The file must be refused with a text that names it and contains words. */
static void expect_refused(const char *words)
{
    struct npy array = {.data = NULL};
    char error[512] = "";

    ck_assert_int_eq(npy_read(path, &array, error, sizeof(error)), -1);
    ck_assert_msg(strncmp(error, path, strlen(path)) == 0, "'%s' does not begin with the path", error);
    ck_assert_msg(strstr(error, words) != NULL, "'%s' does not contain '%s'", error, words);
    ck_assert_ptr_null(array.data);
}

static void expect_shape(enum npy_type type, size_t rank, size_t count)
{
    struct npy array;
    char error[512] = "";

    ck_assert_msg(npy_read(path, &array, error, sizeof(error)) == 0, "%s", error);
    ck_assert_int_eq((int)array.type, (int)type);
    ck_assert_uint_eq(array.rank, rank);
    ck_assert_uint_eq(array.count, count);
    for (size_t i = 0; i < count * (size_t)type; ++i) {
        ck_assert_uint_eq(((unsigned char *)array.data)[i], i & 255u);
    }
    npy_release(&array);
}

START_TEST(test_read_all_formats_and_types_then_shape_and_bytes)
{
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
    expect_shape(NPY_F4, 2, 6);
    write_raw(2, "{'descr': '<f2', 'fortran_order': False, 'shape': (5,), }      \n", 10);
    expect_shape(NPY_F2, 1, 5);
    write_raw(3, "{\"shape\":(1,2,1,2,1,2,1,2),\"fortran_order\":False,\"descr\":\"<f8\"}", 128);
    expect_shape(NPY_F8, 8, 16);
    write_raw(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", 8);
    expect_shape(NPY_F8, 0, 1);
    write_raw(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807), }\n", 0);
    expect_shape(NPY_F8, 2, 0);
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L)}", 16);
    expect_shape(NPY_F4, 2, 4);
}
END_TEST

START_TEST(test_read_unwanted_content_then_refused_by_name)
{
    write_raw(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", 24);
    expect_refused("Fortran order");
    write_raw(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
    expect_refused("big-endian");
    write_raw(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
    expect_refused("'<i4'");
    write_raw(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", 8);
    expect_refused("structured");
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n", 4);
    expect_refused("more than 8 axes");
    write_raw(4, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 8);
    expect_refused("format 4.0");
}
END_TEST

START_TEST(test_read_sizes_that_disagree_then_refused_with_both)
{
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 23);
    expect_refused("holds 23 bytes of data where its shape asks for 24");
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 25);
    expect_refused("holds 25 bytes");
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1048576), }\n", 24);
    expect_refused("holds 24 bytes");
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 0);
    expect_refused("too large");
    write_raw(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", 0);
    expect_refused("too large");
}
END_TEST

START_TEST(test_read_damaged_headers_then_refused)
{
    static const char *const headers[] = {
        "",
        "[]",
        "{'descr'",
        "{'descr': ",
        "{'descr': '<f4",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'a key that is longer than any that could be meant': 1}",
    };

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); ++i) {
        write_raw(1, headers[i], 8);
        expect_refused(":");
    }
}
END_TEST

START_TEST(test_read_every_truncation_then_refused)
{
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    char whole[128];
    FILE *file;
    size_t count;

    write_raw(2, header, 8);
    file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    count = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    ck_assert_uint_eq(count, 12 + sizeof(header) - 1 + 8);
    for (size_t i = 0; i < count; ++i) {
        write_bytes(whole, i);
        expect_refused(":");
    }
}
END_TEST

START_TEST(test_read_what_is_no_npy_file_then_refused)
{
    expect_refused("No such file");
    write_bytes("PK\3\4 and so on", 14);
    expect_refused("not a .npy file");
    write_bytes("\x93NUMPY\2\0\xff\xff\xff\xff", 12);
    expect_refused("at most 65536");
    unlink(path);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_refused("not a regular file");
    rmdir(path);
}
END_TEST

START_TEST(test_write_then_read_gives_the_same)
{
    static const enum npy_type types[] = {NPY_F2, NPY_F4, NPY_F8};
    unsigned char data[8 * 24];
    char error[512] = "";

    for (size_t i = 0; i < sizeof(data); ++i) {
        data[i] = (unsigned char)i;
    }
    for (size_t t = 0; t < 3; ++t) {
        for (size_t rank = 0; rank <= NPY_MAX_RANK; ++rank) {
            const struct npy array = {types[t], rank, {4, 3, 2, 1, 1, 1, 1, 1}, 0, data};
            ck_assert_msg(npy_write(path, &array, error, sizeof(error)) == 0, "%s", error);
            expect_shape(types[t], rank, rank == 0 ? 1 : rank == 1 ? 4 : rank == 2 ? 12 : 24);
        }
    }
}
END_TEST

START_TEST(test_write_then_data_is_aligned_and_header_is_numpys)
{
    static const char start[] = "\x93NUMPY\1\0\x76\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    float data[3] = {1.0f, 2.0f, 3.0f};
    const struct npy array = {NPY_F4, 1, {3}, 0, data};
    char error[512] = "";
    char bytes[256];
    FILE *file;

    ck_assert_int_eq(npy_write(path, &array, error, sizeof(error)), 0);
    file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(bytes, 1, sizeof(bytes), file), 128 + sizeof(data));
    fclose(file);
    ck_assert_mem_eq(bytes, start, sizeof(start) - 1);
    ck_assert_int_eq(bytes[127], '\n');
    ck_assert_mem_eq(bytes + 128, data, sizeof(data));
}
END_TEST

START_TEST(test_write_where_it_cannot_then_old_content_stays_and_no_rest)
{
    double one = 1.0;
    const struct npy array = {NPY_F8, 0, {0}, 0, &one};
    char error[512] = "";
    char deep[96];
    struct dirent *entry;
    DIR *dir;

    snprintf(deep, sizeof(deep), "%s/none/a.npy", folder);
    ck_assert_int_eq(npy_write(deep, &array, error, sizeof(error)), -1);
    ck_assert_ptr_nonnull(strstr(error, "none/a.npy: cannot be written"));
    ck_assert_int_eq(npy_write("/dev/null", &array, error, sizeof(error)), -1);
    ck_assert_str_eq(error, "/dev/null: not a regular file");
    ck_assert_int_eq(npy_try_write(deep, error, sizeof(error)), -1);
    ck_assert_ptr_nonnull(strstr(error, "none/a.npy: cannot be written"));
    ck_assert_int_eq(npy_try_write("/dev/null", error, sizeof(error)), -1);
    ck_assert_str_eq(error, "/dev/null: not a regular file");
    ck_assert_int_eq(npy_try_write(path, error, sizeof(error)), 0);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(npy_write(path, &array, error, sizeof(error)), 0);
    ck_assert_int_eq(npy_write(path, &array, error, sizeof(error)), 0);
    ck_assert_int_eq(npy_try_write(path, error, sizeof(error)), 0);
    dir = opendir(folder);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        ck_assert_msg(entry->d_name[0] == '.' || strcmp(entry->d_name, "a.npy") == 0, "left: %s", entry->d_name);
    }
    closedir(dir);
}
END_TEST

START_TEST(test_shape_text_then_pythons_form_and_never_past_the_end)
{
    const size_t shape[3] = {2, 32, 7};
    char text[32];

    ck_assert_str_eq(npy_shape_text(0, shape, text, sizeof(text)), "()");
    ck_assert_str_eq(npy_shape_text(1, shape, text, sizeof(text)), "(2,)");
    ck_assert_str_eq(npy_shape_text(3, shape, text, sizeof(text)), "(2, 32, 7)");
    for (size_t bytes = 1; bytes <= 10; ++bytes) {
        memset(text, 'x', sizeof(text));
        npy_shape_text(3, shape, text, bytes);
        ck_assert_uint_lt(strlen(text), bytes);
        ck_assert_int_eq(text[bytes], 'x');
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npy");
    TCase *read = tcase_create("read");
    TCase *write = tcase_create("write");

    tcase_add_checked_fixture(read, setup, teardown);
    tcase_add_test(read, test_read_all_formats_and_types_then_shape_and_bytes);
    tcase_add_test(read, test_read_unwanted_content_then_refused_by_name);
    tcase_add_test(read, test_read_sizes_that_disagree_then_refused_with_both);
    tcase_add_test(read, test_read_damaged_headers_then_refused);
    tcase_add_test(read, test_read_every_truncation_then_refused);
    tcase_add_test(read, test_read_what_is_no_npy_file_then_refused);
    tcase_add_checked_fixture(write, setup, teardown);
    tcase_add_test(write, test_write_then_read_gives_the_same);
    tcase_add_test(write, test_write_then_data_is_aligned_and_header_is_numpys);
    tcase_add_test(write, test_write_where_it_cannot_then_old_content_stays_and_no_rest);
    tcase_add_test(write, test_shape_text_then_pythons_form_and_never_past_the_end);
    suite_add_tcase(suite, read);
    suite_add_tcase(suite, write);
    return testing_run_host_suite(suite);
}
