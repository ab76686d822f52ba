/* SPDX-License-Identifier: Apache-2.0 */
/* Loads measured choices and finds those of a kind. */
#include "tunedb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "file.h"
#include "folder.h"
#include "source.h"

/* Files of a folder that are read at most. */
#define MOST_FILES 256

struct clgn_tunedb {
    struct clgn_tuned_row *rows; /* sorted by kind */
    size_t count;
    size_t holders;
};

static int same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

enum clgn_kinship clgn_kinship_of(const struct clgn_tunefile *file, const struct clgn_device *device)
{
    const struct clgn_identity *a = &file->identity;
    const struct clgn_identity *b = &device->identity;
    const uint64_t theirs = file->compute_units;
    const uint64_t ours = device->compute_units;
    if (!same(a->vendor, b->vendor) || !same(a->type, b->type) || !same(a->platform, b->platform))
        return CLGN_KIN_NONE;
    if (!same(a->arch, b->arch) || theirs > 2 * ours || ours > 2 * theirs)
        return CLGN_KIN_VENDOR;
    return same(a->name, b->name) && theirs == ours ? CLGN_KIN_SAME : CLGN_KIN_ARCH;
}

struct clgn_tunedb *clgn_tunedb_create(void)
{
    struct clgn_tunedb *db = calloc(1, sizeof *db);
    if (db != NULL)
        db->holders = 1;
    return db;
}

void clgn_tunedb_hold(struct clgn_tunedb *db)
{
    db->holders++;
}

void clgn_tunedb_release(struct clgn_tunedb *db)
{
    if (db != NULL && --db->holders == 0) {
        free(db->rows);
        free(db);
    }
}

static int by_kind(const void *a, const void *b)
{
    return strcmp(((const struct clgn_tuned_row *)a)->tuned.kind, ((const struct clgn_tuned_row *)b)->tuned.kind);
}

static int add_rows(struct clgn_tunedb *db, const struct clgn_tunefile *file, enum clgn_origin origin,
                    const struct clgn_device *device)
{
    const enum clgn_kinship kinship = clgn_kinship_of(file, device);
    struct clgn_tuned_row *rows;
    if (kinship == CLGN_KIN_NONE || file->count == 0)
        return 1;
    rows = realloc(db->rows, (db->count + file->count) * sizeof *rows);
    if (rows == NULL)
        return 0;
    db->rows = rows;
    for (size_t i = 0; i < file->count; i++) {
        const struct clgn_tuned_row row = {file->entries[i], origin, kinship, file->compute_units,
                                           !same(file->identity.driver, device->identity.driver)};
        if (kinship != CLGN_KIN_VENDOR || row.tuned.generic)
            db->rows[db->count++] = row;
    }
    qsort(db->rows, db->count, sizeof *db->rows, by_kind);
    return 1;
}

/* What is wrong with one file: the first complaint. */
static void keep_first(void *user, clgn_severity severity, const char *text)
{
    struct clgn_text *first = user;
    (void)severity;
    if (first->used == 0)
        clgn_text_add(first, "%s", text);
}

static void tell(const struct clgn_sink *sink, clgn_severity severity, const char *format, ...) CLGN_PRINTF(3, 4);

static void tell(const struct clgn_sink *sink, clgn_severity severity, const char *format, ...)
{
    char buffer[CLGN_MESSAGE_BYTES];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    clgn_sink_send(sink, severity, buffer);
}

void clgn_tunedb_add(struct clgn_tunedb *db, const char *json, size_t bytes, enum clgn_origin origin,
                     const struct clgn_device *device, const char *name, const struct clgn_sink *sink)
{
    char buffer[CLGN_MESSAGE_BYTES / 2];
    struct clgn_text first = clgn_text_in(buffer, sizeof buffer);
    const struct clgn_sink keeper = {keep_first, &first};
    struct clgn_tunefile file;
    const clgn_status status = clgn_tunefile_read(json, bytes, &keeper, &file);
    if (status == CLGN_ERR_UNSUPPORTED)
        tell(sink, CLGN_SEVERITY_INFO, "tuning file %s is ignored: %s", name, buffer);
    else if (status != CLGN_OK)
        tell(sink, CLGN_SEVERITY_WARNING, "tuning file %s is ignored: %s", name, buffer);
    else if (file.refused > 0)
        tell(sink, CLGN_SEVERITY_WARNING, "tuning file %s: %zu of %zu entries are ignored, the first: %s", name,
             file.refused, file.refused + file.count, buffer);
    if (!add_rows(db, &file, origin, device))
        tell(sink, CLGN_SEVERITY_WARNING, "tuning file %s is ignored: no memory for %zu entries", name, file.count);
    clgn_tunefile_release(&file);
}

/* ---- the user's folder ---- */

struct loading {
    struct clgn_tunedb *db;
    const struct clgn_device *device;
    const struct clgn_sink *sink;
};

static void load_file(void *user, const char *path)
{
    const struct loading *loading = user;
    char *text = NULL;
    size_t bytes = 0;
    const enum clgn_file_result result = clgn_file_read(path, CLGN_FILE_ANY, CLGN_TUNEFILE_BYTES, &text, &bytes);
    if (result == CLGN_FILE_OK)
        clgn_tunedb_add(loading->db, text, bytes, CLGN_ORIGIN_USER, loading->device, path, loading->sink);
    else
        tell(loading->sink, CLGN_SEVERITY_WARNING, "tuning file %s is ignored: it %s", path, clgn_file_text(result));
    free(text);
}

struct clgn_tunedb *clgn_tunedb_load(const char *folder, const struct clgn_device *device, const struct clgn_sink *sink)
{
    struct loading loading = {clgn_tunedb_create(), device, sink};
    if (loading.db == NULL)
        return NULL;
    for (size_t i = 0; i < clgn_tuned_file_count; i++)
        clgn_tunedb_add(loading.db, (const char *)clgn_tuned_files[i].text, clgn_tuned_files[i].size,
                        CLGN_ORIGIN_SHIPPED, device, clgn_tuned_files[i].name, sink);
    if (folder != NULL)
        clgn_folder_each(folder, ".json", MOST_FILES, load_file, &loading);
    return loading.db;
}

/* ---- looking up ---- */

const struct clgn_tuned_row *clgn_tunedb_find(const struct clgn_tunedb *db, const char *kind, size_t *count)
{
    size_t low = 0;
    size_t high = db->count;
    size_t end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(db->rows[middle].tuned.kind, kind) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < db->count && same(db->rows[end].tuned.kind, kind); end++)
        continue;
    *count = end - low;
    return end > low ? &db->rows[low] : NULL;
}

void clgn_tunedb_file_name(const struct clgn_identity *id, uint64_t compute_units, struct clgn_text *text)
{
    const char *parts[] = {id->vendor, id->name, id->arch, id->type, id->platform};
    char words[64] = "";
    size_t used = 0;
    XXH64_hash_t hash = compute_units;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        hash = XXH64(parts[i], strlen(parts[i]), hash);
    for (const char *at = id->name; *at != '\0' && used + 1 < sizeof words; at++) {
        const int is_plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        const int is_upper = *at >= 'A' && *at <= 'Z';
        if (is_plain || is_upper)
            words[used++] = (char)(is_upper ? *at - 'A' + 'a' : *at);
        else if (used > 0 && words[used - 1] != '-')
            words[used++] = '-';
    }
    if (used > 0 && words[used - 1] == '-')
        words[used - 1] = '\0';
    clgn_text_add(text, "%s-%llu-%08x.json", words, (unsigned long long)compute_units, (unsigned)(hash & 0xffffffff));
}
