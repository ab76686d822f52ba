/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune db merge, import, export, prune: files of measured choices made and changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>

#include "command.h"
#include "database.h"
#include "db.h"

static int tell(const struct db *db, const char *path, const char *error)
{
    fprintf(stderr, "%s: %s%s%s\n", db->name, path, path[0] ? ": " : "", error);
    return TUNE_FAILED;
}

static json_t *read_file(const struct db *db, const char *path)
{
    char error[DB_ERROR_BYTES];
    json_t *root = database_read(path, error, sizeof(error));

    if (!root) {
        tell(db, error[0] ? "" : path, error[0] ? error : "there is no such file");
    }
    return root;
}

struct merging {
    const json_t *from;
    struct database_counts counts;
};

/* A file that is not there begins as one of the same device. */
static int merge_into(json_t *root, void *user, char *error, size_t bytes)
{
    struct merging *merging = user;
    json_t *fresh = json_object_size(root) == 0 ? database_new(json_object_get(merging->from, "device")) : NULL;

    if (fresh) {
        json_object_update(root, fresh);
        json_decref(fresh);
    }
    return database_merge(root, merging->from, &merging->counts, error, bytes);
}

static int merge_file(const struct db *db, const char *into, const char *path, const json_t *from)
{
    struct merging merging = {from, {0, 0, 0}};
    char error[DB_ERROR_BYTES];

    if (!json_is_object(json_object_get(from, "device"))) {
        return tell(db, path, "device is missing");
    }
    if (database_update(into, merge_into, &merging, error, sizeof(error)) != 0) {
        return tell(db, path, error);
    }
    printf("%s: %zu added, %zu replaced, %zu left as they were, in %s\n", path, merging.counts.added,
           merging.counts.replaced, merging.counts.kept, into);
    return TUNE_OK;
}

int db_merge(const struct db *db)
{
    int result = TUNE_OK;

    for (size_t i = 1; i < db->count; ++i) {
        json_t *from = read_file(db, db->files[i]);
        const int here = from ? merge_file(db, db->files[0], db->files[i], from) : TUNE_FAILED;

        result = here > result ? here : result;
        json_decref(from);
    }
    return result;
}

/* The user's file for the device of another file. */
static int place_of(const struct db *db, const char *path, const json_t *from, char *into, size_t bytes)
{
    char folder[DB_PATH_BYTES - 256], name[256];
    char *device = json_dumps(json_object_get(from, "device"), JSON_COMPACT);
    clgn_status status = CLGN_ERR_ARGUMENT;

    if (device) {
        status = clgn_tuning_file_name(device, name, sizeof(name), NULL, NULL);
    }
    free(device);
    if (status != CLGN_OK) {
        return tell(db, path, "device is missing, or not as it should be");
    }
    if (clgn_tuning_folder(folder, sizeof(folder)) != CLGN_OK) {
        return tell(db, "", "there is no folder of measured choices: CLGN_TUNING_DIR is off, or HOME is not set");
    }
    snprintf(into, bytes, "%s/%s", folder, name);
    return TUNE_OK;
}

int db_import(const struct db *db)
{
    int result = TUNE_OK;

    for (size_t i = 0; i < db->count; ++i) {
        char into[DB_PATH_BYTES];
        json_t *from = read_file(db, db->files[i]);
        int here = from ? place_of(db, db->files[i], from, into, sizeof(into)) : TUNE_FAILED;

        if (here == TUNE_OK) {
            here = merge_file(db, into, db->files[i], from);
        }
        result = here > result ? here : result;
        json_decref(from);
    }
    return result;
}

int db_export(const struct db *db)
{
    char error[DB_ERROR_BYTES];
    size_t removed = 0;
    json_t *root;
    int failed;

    if (db->count != 1) {
        fprintf(stderr, "%s: export takes one file, but here are %zu\n", db->name, db->count);
        return TUNE_USAGE;
    }
    root = read_file(db, db->files[0]);
    if (!root) {
        return TUNE_FAILED;
    }
    failed = database_prune(root, 1, &removed, error, sizeof(error)) != 0 ||
             database_write(db->output ? db->output : "-", root, error, sizeof(error)) != 0;
    if (!failed) {
        fprintf(stderr, "%zu choices written, %zu left out\n", json_array_size(json_object_get(root, "entries")),
                removed);
    }
    json_decref(root);
    return failed ? tell(db, db->files[0], error) : TUNE_OK;
}

struct pruning {
    int noisy;
    size_t removed, left;
};

static int prune_root(json_t *root, void *user, char *error, size_t bytes)
{
    struct pruning *pruning = user;

    if (database_prune(root, pruning->noisy, &pruning->removed, error, bytes) != 0) {
        return -1;
    }
    pruning->left = json_array_size(json_object_get(root, "entries"));
    return 0;
}

int db_prune(const struct db *db)
{
    int result = TUNE_OK;

    for (size_t i = 0; i < db->count; ++i) {
        struct pruning pruning = {db->noisy, 0, 0};
        char error[DB_ERROR_BYTES];
        json_t *root = read_file(db, db->files[i]); /* one that is not there is not made */

        json_decref(root);
        if (!root) {
            result = TUNE_FAILED;
        } else if (database_update(db->files[i], prune_root, &pruning, error, sizeof(error)) != 0) {
            result = tell(db, db->files[i], error);
        } else {
            printf("%s: %zu choices removed, %zu left\n", db->files[i], pruning.removed, pruning.left);
        }
    }
    return result;
}
