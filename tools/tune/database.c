/* SPDX-License-Identifier: Apache-2.0 */
/* The content of files of measured choices: what replaces what. */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>

/* Keeps the first complaint of a check. */
struct complaint {
    char *text;
    size_t bytes;
};

static void keep_first(void *user, clgn_severity severity, const char *text)
{
    struct complaint *complaint = user;

    (void)severity;
    if (complaint->text[0] == '\0') {
        snprintf(complaint->text, complaint->bytes, "%s", text);
    }
}

static int fail(char *error, size_t bytes, const char *text)
{
    snprintf(error, bytes, "%s", text);
    return -1;
}

int database_same_device(const json_t *a, const json_t *b)
{
    static const char *const names[] = {"vendor", "name", "arch", "type", "platform", "compute_units"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
        const json_t *of_a = json_object_get(a, names[i]), *of_b = json_object_get(b, names[i]);

        if (!of_a || !of_b || !json_equal(of_a, of_b)) {
            return 0;
        }
    }
    return 1;
}

static int same_key(const json_t *a, const json_t *b)
{
    static const char *const names[] = {"kind", "n", "c", "g", "s"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
        const json_t *of_a = json_object_get(a, names[i]);

        if (!of_a || !json_equal(of_a, json_object_get(b, names[i]))) {
            return 0;
        }
    }
    return 1;
}

json_t *database_find(const json_t *root, const json_t *entry)
{
    const json_t *entries = json_object_get(root, "entries");
    size_t i;
    json_t *there;

    json_array_foreach(entries, i, there)
    {
        if (same_key(there, entry)) {
            return there;
        }
    }
    return NULL;
}

json_t *database_new(const json_t *device)
{
    return json_pack("{s:s, s:i, s:i, s:O, s:[], s:[]}", "format", "clgn-tuning", "format_version", 1,
                     "kernel_revision", clgn_tuning_revision(), "device", (json_t *)(size_t)device, "runs", "entries");
}

/* Time in units of the copy that was measured next to it, which carries over from one run to another; without a copy
 * the time itself. */
static double cost(const json_t *entry, int by_copy)
{
    const double median = json_number_value(json_object_get(json_object_get(entry, "ns"), "median"));
    const double copy = json_number_value(json_object_get(entry, "copy_ns"));

    return by_copy ? median / copy : median;
}

static int is_noisy(const json_t *entry)
{
    const char *quality = json_string_value(json_object_get(entry, "quality"));

    return quality && strcmp(quality, "noisy") == 0;
}

/* Whether an entry takes the place of one with the same key. */
static int replaces(const json_t *entry, const json_t *there)
{
    const int by_copy = json_number_value(json_object_get(entry, "copy_ns")) > 0.0 &&
                        json_number_value(json_object_get(there, "copy_ns")) > 0.0;

    if (json_equal(json_object_get(entry, "config"), json_object_get(there, "config"))) {
        return !is_noisy(entry) || is_noisy(there); /* measured again */
    }
    if (is_noisy(entry) != is_noisy(there)) {
        return is_noisy(there);
    }
    return cost(entry, by_copy) < cost(there, by_copy);
}

static json_t *find_run(const json_t *root, const json_t *id)
{
    size_t i;
    json_t *run;

    json_array_foreach(json_object_get(root, "runs"), i, run)
    {
        if (id && json_equal(json_object_get(run, "id"), id)) {
            return run;
        }
    }
    return NULL;
}

/* A file of one entry, with what the entry needs. */
static json_t *single(const json_t *root, const json_t *entry)
{
    json_t *file = json_copy((json_t *)(size_t)root);
    json_t *run = find_run(root, json_object_get(entry, "run"));

    json_object_set_new(file, "runs", run ? json_pack("[O]", run) : json_array());
    json_object_set_new(file, "entries", json_pack("[O]", entry));
    return file;
}

/* What the library says of a file: 0 when it would take all of it. */
static int check(const json_t *root, char *error, size_t bytes)
{
    struct complaint complaint = {error, bytes};
    char *text = json_dumps(root, JSON_COMPACT);
    clgn_status status;

    error[0] = '\0';
    if (!text) {
        return fail(error, bytes, "out of memory");
    }
    status = clgn_tuning_check(text, strlen(text), keep_first, &complaint);
    free(text);
    return status == CLGN_OK ? 0 : -1;
}

/* Replaces an entry, keeping members that the new one does not have. */
static int take_entry(json_t *into, json_t *entry, struct database_counts *counts)
{
    json_t *there = database_find(into, entry);

    if (!there) {
        counts->added++;
        return json_array_append_new(json_object_get(into, "entries"), json_deep_copy(entry));
    }
    if (!replaces(entry, there)) {
        counts->kept++;
        return 0;
    }
    counts->replaced++;
    return json_object_update(there, entry);
}

/* The run that an entry names, unless it is there. */
static int take_run(json_t *into, const json_t *from, const json_t *entry)
{
    json_t *run = find_run(from, json_object_get(entry, "run"));

    if (!run || find_run(into, json_object_get(entry, "run"))) {
        return 0;
    }
    return json_array_append_new(json_object_get(into, "runs"), json_deep_copy(run));
}

static int take_all(json_t *into, const json_t *from, struct database_counts *counts, char *error, size_t bytes)
{
    size_t i;
    json_t *entry;

    json_array_foreach(json_object_get(from, "entries"), i, entry)
    {
        json_t *file = single(from, entry);
        const int refused = !file || check(file, error, bytes) != 0;

        json_decref(file);
        if (refused) {
            return -1;
        }
        if (take_run(into, from, entry) != 0 || take_entry(into, entry, counts) != 0) {
            return fail(error, bytes, "out of memory");
        }
    }
    return 0;
}

int database_merge(json_t *into, const json_t *from, struct database_counts *counts, char *error, size_t bytes)
{
    struct database_counts here = {0, 0, 0};
    json_t *merged;
    int failed;

    if (!database_same_device(json_object_get(into, "device"), json_object_get(from, "device"))) {
        return fail(error, bytes, "the files are of different devices");
    }
    if (!json_equal(json_object_get(into, "kernel_revision"), json_object_get(from, "kernel_revision"))) {
        return fail(error, bytes, "the files are of different revisions of the kernels");
    }
    if (!json_is_array(json_object_get(into, "entries")) || !json_is_array(json_object_get(into, "runs"))) {
        return fail(error, bytes, "runs or entries is no array");
    }
    merged = json_deep_copy(into);
    failed = !merged || take_all(merged, from, &here, error, bytes) != 0 || json_object_update(into, merged) != 0;
    json_decref(merged);
    if (failed) {
        return -1;
    }
    counts->added += here.added;
    counts->replaced += here.replaced;
    counts->kept += here.kept;
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    static const char *const sizes[] = {"n", "c", "g", "s"};
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int order = strcmp(json_string_value(json_object_get(x, "kind")), json_string_value(json_object_get(y, "kind")));

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && order == 0; ++i) {
        const json_int_t of_x = json_integer_value(json_object_get(x, sizes[i]));
        const json_int_t of_y = json_integer_value(json_object_get(y, sizes[i]));

        order = (of_x > of_y) - (of_x < of_y);
    }
    return order;
}

/* The entries that stay, in order; NULL when memory ran out. */
static json_t *choose_entries(const json_t *root, int noisy)
{
    json_t *old = json_object_get(root, "entries"), *chosen = json_array();
    json_t **list = calloc(json_array_size(old) + 1, sizeof(*list));
    size_t count = 0, i;
    json_t *entry;
    char error[256];

    json_array_foreach(old, i, entry)
    {
        json_t *file = single(root, entry);

        if (list && file && check(file, error, sizeof(error)) == 0 && !(noisy && is_noisy(entry))) {
            list[count++] = entry;
        }
        json_decref(file);
    }
    if (!list || !chosen) {
        free(list);
        json_decref(chosen);
        return NULL;
    }
    if (count > 0) {
        qsort(list, count, sizeof(*list), compare_entries);
    }
    for (i = 0; i < count; ++i) {
        json_array_append(chosen, list[i]);
    }
    free(list);
    if (json_array_size(chosen) != count) {
        json_decref(chosen);
        return NULL;
    }
    return chosen;
}

/* The runs that the entries name, in their order. */
static json_t *choose_runs(const json_t *root, const json_t *entries)
{
    json_t *chosen = json_array(), *run, *entry;
    size_t i, k;

    json_array_foreach(json_object_get(root, "runs"), i, run)
    {
        json_array_foreach(entries, k, entry)
        {
            if (json_equal(json_object_get(entry, "run"), json_object_get(run, "id"))) {
                json_array_append(chosen, run);
                break;
            }
        }
    }
    return chosen;
}

int database_prune(json_t *root, int noisy, size_t *removed, char *error, size_t bytes)
{
    const json_t *version = json_object_get(root, "format_version");
    const size_t before = json_array_size(json_object_get(root, "entries"));
    json_t *entries;

    if (json_integer_value(version) != 1) {
        return fail(error, bytes, "format_version is not 1: another version of the tool knows it");
    }
    entries = choose_entries(root, noisy);
    if (!entries) {
        return fail(error, bytes, "out of memory");
    }
    *removed = before - json_array_size(entries);
    json_object_set_new(root, "runs", choose_runs(root, entries));
    json_object_set_new(root, "entries", entries);
    json_object_set_new(root, "kernel_revision", json_integer(clgn_tuning_revision()));
    return 0;
}

struct addition {
    const json_t *device, *run, *entry;
};

/* Whether a file that there is can be added to: only its head is looked at. */
static int check_head(const json_t *root, char *error, size_t bytes)
{
    json_t *format = json_object_get(root, "format"), *version = json_object_get(root, "format_version");
    json_t *runs = json_object_get(root, "runs"), *entries = json_object_get(root, "entries");

    if (format && (!json_is_string(format) || strcmp(json_string_value(format), "clgn-tuning") != 0)) {
        return fail(error, bytes, "format is not clgn-tuning");
    }
    if (version && json_integer_value(version) != 1) {
        return fail(error, bytes, "format_version is not 1: another version of the tool knows it");
    }
    if ((runs && !json_is_array(runs)) || (entries && !json_is_array(entries))) {
        return fail(error, bytes, "runs and entries are not arrays");
    }
    return 0;
}

/* Entries of another revision are of no use to anybody. */
static int begin(json_t *root, const json_t *device)
{
    json_t *fresh = database_new(device);
    const int is_old = !json_equal(json_object_get(root, "kernel_revision"), json_object_get(fresh, "kernel_revision"));
    const int failed = !fresh ||
                       (is_old ? json_object_update(root, fresh) : json_object_update_missing(root, fresh)) != 0;

    json_decref(fresh);
    return failed ? -1 : 0;
}

static int add_one(json_t *root, void *user, char *error, size_t bytes)
{
    const struct addition *addition = user;

    error[0] = '\0';
    struct database_counts counts = {0, 0, 0};
    json_t *from = check_head(root, error, bytes) == 0 ? database_new(addition->device) : NULL;
    int failed = !from || json_array_append(json_object_get(from, "runs"), (json_t *)(size_t)addition->run) != 0 ||
                 json_array_append(json_object_get(from, "entries"), (json_t *)(size_t)addition->entry) != 0 ||
                 begin(root, addition->device) != 0;

    if (failed && error[0] == '\0') {
        snprintf(error, bytes, "out of memory");
    } else if (!failed) {
        failed = database_merge(root, from, &counts, error, bytes);
    }
    if (!failed) { /* of the driver, the last one stands */
        json_object_set(root, "device", (json_t *)(size_t)addition->device);
    }
    json_decref(from);
    return failed ? -1 : 0;
}

int database_add(const char *path, const json_t *device, const json_t *run, const json_t *entry, char *error,
                 size_t bytes)
{
    struct addition addition = {device, run, entry};

    return database_update(path, add_one, &addition, error, bytes);
}
