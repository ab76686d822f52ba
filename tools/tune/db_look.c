/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune db list, show, validate: files of measured choices as they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>

#include "command.h"
#include "database.h"
#include "db.h"

/* What the library says of a file. */
struct verdict {
    clgn_status status;
    size_t complaints;
    char first[DB_ERROR_BYTES];
    const char *print_as; /* not NULL: complaints go to stderr as they come, after this name */
};

static void on_complaint(void *user, clgn_severity severity, const char *text)
{
    struct verdict *verdict = user;

    (void)severity;
    if (verdict->complaints++ == 0) {
        snprintf(verdict->first, sizeof(verdict->first), "%s", text);
    }
    if (verdict->print_as) {
        fprintf(stderr, "%s: %s\n", verdict->print_as, text);
    }
}

static struct verdict judge(const json_t *root, const char *print_as)
{
    struct verdict verdict = {.status = CLGN_ERR_MEMORY, .print_as = print_as};
    char *text = json_dumps(root, JSON_COMPACT);

    if (text) {
        verdict.status = clgn_tuning_check(text, strlen(text), on_complaint, &verdict);
    }
    free(text);
    return verdict;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "?";
}

/* Reads a file, telling why not. */
static json_t *read_file(const struct db *db, const char *path)
{
    char error[DB_ERROR_BYTES];
    json_t *root = database_read(path, error, sizeof(error));

    if (!root) {
        fprintf(stderr, "%s: %s%s\n", db->name, error[0] ? "" : path, error[0] ? error : ": there is no such file");
    }
    return root;
}

/* Calls each with every file that can be read; the worst of what it returns. */
static int for_each(const struct db *db, int (*each)(const char *path, const json_t *root))
{
    int result = TUNE_OK;

    for (size_t i = 0; i < db->count; ++i) {
        json_t *root = read_file(db, db->files[i]);
        const int here = root ? each(db->files[i], root) : TUNE_FAILED;

        result = here > result ? here : result;
        json_decref(root);
    }
    return result;
}

static int list_one(const char *path, const json_t *root)
{
    const json_t *device = json_object_get(root, "device");
    const struct verdict verdict = judge(root, NULL);

    printf("%6zu choices  %s, %lld compute units (%s, driver %s)  %s",
           json_array_size(json_object_get(root, "entries")), text_of(device, "name"),
           (long long)json_integer_value(json_object_get(device, "compute_units")), text_of(device, "platform"),
           text_of(device, "driver"), path);
    if (verdict.complaints > 0) {
        printf("  %s %s", verdict.status == CLGN_ERR_ARGUMENT ? "damaged:" : "ignored:", verdict.first);
    }
    putchar('\n');
    return TUNE_OK;
}

int db_list(const struct db *db)
{
    if (db->count == 0) {
        printf("no choices were measured; clgn-tune run does that\n");
    }
    return for_each(db, list_one);
}

static double number_of(const json_t *object, const char *outer, const char *inner)
{
    return json_number_value(json_object_get(json_object_get(object, outer), inner));
}

static void show_entry(const json_t *entry)
{
    const double median = number_of(entry, "ns", "median"), base = number_of(entry, "base", "median");
    char sizes[96];

    snprintf(sizes, sizeof(sizes), "n=%lld c=%lld g=%lld s=%lld",
             (long long)json_integer_value(json_object_get(entry, "n")),
             (long long)json_integer_value(json_object_get(entry, "c")),
             (long long)json_integer_value(json_object_get(entry, "g")),
             (long long)json_integer_value(json_object_get(entry, "s")));
    printf("  %-32s %10.1f us", sizes, median / 1e3);
    if (base > 0.0 && median > 0.0) {
        printf("  %5.2fx", base / median);
    } else {
        printf("       -");
    }
    printf("  %s  %s%s\n", text_of(entry, "kind"), text_of(entry, "config"),
           strcmp(text_of(entry, "quality"), "noisy") == 0 ? "  noisy" : "");
}

static int show_one(const char *path, const json_t *root)
{
    size_t i;
    json_t *entry;

    list_one(path, root);
    json_array_foreach(json_object_get(root, "entries"), i, entry)
    {
        show_entry(entry);
    }
    return TUNE_OK;
}

int db_show(const struct db *db)
{
    return for_each(db, show_one);
}

static int validate_one(const char *path, const json_t *root)
{
    return judge(root, path).status == CLGN_OK ? TUNE_OK : TUNE_FAILED;
}

int db_validate(const struct db *db)
{
    return for_each(db, validate_one);
}
