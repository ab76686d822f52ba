/* SPDX-License-Identifier: Apache-2.0 */
/* What options and environment say together: folders, what is verbose, a pin for all. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocations.h"
#include "testing.h"

struct heard {
    unsigned warnings, others;
    char text[512];
};

static struct heard heard;

static void hear(void *user, clgn_severity severity, const char *text)
{
    struct heard *to = user;

    to->warnings += severity == CLGN_SEVERITY_WARNING;
    to->others += severity != CLGN_SEVERITY_WARNING;
    snprintf(to->text, sizeof to->text, "%s", text);
}

static const struct clgn_sink sink = {hear, &heard};

/* Every variable that the library reads. */
static const char *const variables[] = {"CLGN_CACHE_DIR", "CLGN_TUNING_DIR", "CLGN_CONFIG", "CLGN_VERBOSE",
                                        "XDG_CACHE_HOME", "XDG_DATA_HOME",   "HOME"};

enum { VARIABLES = (int)(sizeof variables / sizeof variables[0]) };

static void set(const char *name, const char *value)
{
    if (value != NULL) {
        ck_assert_int_eq(setenv(name, value, 1), 0);
    } else {
        ck_assert_int_eq(unsetenv(name), 0);
    }
}

static void forget_all(void)
{
    for (int i = 0; i < VARIABLES; i++) {
        set(variables[i], NULL);
    }
    memset(&heard, 0, sizeof heard);
}

static int same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct clgn_settings resolve(const clgn_options *options)
{
    struct clgn_settings settings;

    ck_assert_int_eq(clgn_settings_resolve(options, &sink, &settings), CLGN_OK);
    return settings;
}

START_TEST(test_resolve_of_folders_takes_the_first_that_is_said)
{
    static const struct {
        const char *option, *named, *base, *home, *cache, *tuning;
    } rows[] = {
        {NULL, NULL, NULL, NULL, NULL, NULL},
        {NULL, NULL, NULL, "/home/u", "/home/u/.cache/clgn", "/home/u/.local/share/clgn/tuning"},
        {NULL, NULL, NULL, "relative", NULL, NULL},
        {NULL, NULL, "/base", "/home/u", "/base/clgn", "/base/clgn/tuning"},
        {NULL, NULL, "relative", "/home/u", "/home/u/.cache/clgn", "/home/u/.local/share/clgn/tuning"},
        {NULL, NULL, "", "/home/u", "/home/u/.cache/clgn", "/home/u/.local/share/clgn/tuning"},
        {NULL, "named", "/base", "/home/u", "named", "named"},
        {NULL, "", "/base", "/home/u", NULL, NULL},
        {NULL, "off", "/base", "/home/u", NULL, NULL},
        {"option", "named", "/base", "/home/u", "option", "option"},
        {"option", "off", "/base", "/home/u", "option", "option"},
        {"", "named", "/base", "/home/u", NULL, NULL},
        {"off", "named", "/base", "/home/u", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clgn_options options = CLGN_OPTIONS_INIT;
        struct clgn_settings settings;

        forget_all();
        options.cache_dir = options.tuning_dir = rows[i].option;
        set("CLGN_CACHE_DIR", rows[i].named);
        set("CLGN_TUNING_DIR", rows[i].named);
        set("XDG_CACHE_HOME", rows[i].base);
        set("XDG_DATA_HOME", rows[i].base);
        set("HOME", rows[i].home);
        settings = resolve(&options);
        ck_assert_msg(same(settings.cache_dir, rows[i].cache), "row %zu: cache folder %s", i, settings.cache_dir);
        ck_assert_msg(same(settings.tuning_dir, rows[i].tuning), "row %zu: tuning folder %s", i, settings.tuning_dir);
        ck_assert_msg(settings.cache_dir_named == (rows[i].option != NULL || rows[i].named != NULL), "row %zu", i);
        ck_assert_uint_eq(heard.warnings + heard.others, 0);
        clgn_settings_release(&settings);
        ck_assert_ptr_null(settings.cache_dir);
    }
}
END_TEST

START_TEST(test_resolve_without_options_reads_the_environment)
{
    struct clgn_settings settings;

    forget_all();
    set("CLGN_CACHE_DIR", "a");
    set("CLGN_TUNING_DIR", "b");
    set("CLGN_CONFIG", "fwd_rows,vec=8");
    settings = resolve(NULL);
    ck_assert_str_eq(settings.cache_dir, "a");
    ck_assert_str_eq(settings.tuning_dir, "b");
    ck_assert_str_eq(settings.config, "fwd_rows,vec=8");
    clgn_settings_release(&settings);
    set("CLGN_CONFIG", "");
    settings = resolve(NULL);
    ck_assert_ptr_null(settings.config);
    clgn_settings_release(&settings);
}
END_TEST

START_TEST(test_resolve_of_verbose_words_knows_each_and_warns_once_of_others)
{
    static const struct {
        const char *words;
        unsigned verbose, warnings;
        const char *named;
    } rows[] = {
        {NULL, 0, 0, ""},
        {"", 0, 0, ""},
        {",", 0, 0, ""},
        {"cache", CLGN_VERBOSE_CACHE, 0, ""},
        {"dispatch,cache", CLGN_VERBOSE_DISPATCH | CLGN_VERBOSE_CACHE, 0, ""},
        {",cache,,", CLGN_VERBOSE_CACHE, 0, ""},
        {"cach", 0, 1, "\"cach\""},
        {"cachet,dispatch,all", CLGN_VERBOSE_DISPATCH, 1, "\"cachet\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clgn_settings settings;

        forget_all();
        set("CLGN_VERBOSE", rows[i].words);
        settings = resolve(NULL);
        ck_assert_msg(settings.verbose == rows[i].verbose, "row %zu: %u", i, settings.verbose);
        ck_assert_msg(heard.warnings == rows[i].warnings && heard.others == 0, "row %zu: %u", i, heard.warnings);
        ck_assert_msg(strstr(heard.text, rows[i].named) != NULL, "row %zu: %s", i, heard.text);
        clgn_settings_release(&settings);
    }
}
END_TEST

/* stderr is all that a user without a callback has. */
START_TEST(test_note_without_a_callback_goes_to_stderr_and_an_error_does_not)
{
    const struct clgn_sink nobody = {NULL, NULL};
    char path[] = "check_settings.XXXXXX";
    char text[256] = "";
    const int file = mkstemp(path), kept = dup(STDERR_FILENO);
    ssize_t bytes;

    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
    (void)clgn_fail(&nobody, CLGN_ERR_ARGUMENT, "quiet");
    clgn_note(&nobody, CLGN_SEVERITY_INFO, "%s %d", "loud", 1);
    fflush(stderr);
    ck_assert_int_ge(dup2(kept, STDERR_FILENO), 0);
    bytes = pread(file, text, sizeof text - 1, 0);
    close(file);
    close(kept);
    unlink(path);
    ck_assert_int_gt((int)bytes, 0);
    ck_assert_str_eq(text, "clgn: loud 1\n");
}
END_TEST

START_TEST(test_resolve_without_memory_is_told)
{
    long k;

    for (k = 1; k < 10; k++) {
        struct clgn_settings settings;
        clgn_status status;
        int struck;

        forget_all();
        set("HOME", "/home/u");
        set("CLGN_CONFIG", "fwd_rows");
        allocations_fail_at(k);
        status = clgn_settings_resolve(NULL, &sink, &settings);
        struck = allocations_fail_struck();
        allocations_fail_at(0);
        if (!struck) {
            ck_assert_int_eq(status, CLGN_OK);
            clgn_settings_release(&settings);
            break;
        }
        ck_assert_int_eq(status, CLGN_ERR_MEMORY);
        ck_assert_uint_eq(heard.others, 1);
    }
    ck_assert_int_eq(k, 4); /* two folders, a config */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *settings = tcase_create("settings");

    tcase_add_test(settings, test_resolve_of_folders_takes_the_first_that_is_said);
    tcase_add_test(settings, test_resolve_without_options_reads_the_environment);
    tcase_add_test(settings, test_resolve_of_verbose_words_knows_each_and_warns_once_of_others);
    tcase_add_test(settings, test_note_without_a_callback_goes_to_stderr_and_an_error_does_not);
    tcase_add_test(settings, test_resolve_without_memory_is_told);
    suite_add_tcase(suite, settings);
    return testing_run_host_suite(suite);
}
