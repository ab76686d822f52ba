/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, writes and lists blobs. */
#define _POSIX_C_SOURCE 200809L
#include "store.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "folder.h"

#define SUFFIX ".clgnbin"
enum { HASH_DIGITS = 32, DAY = 24 * 60 * 60 };

void clgn_store_name(const char *key, size_t key_bytes, char name[CLGN_STORE_NAME_BYTES])
{
    const XXH128_hash_t hash = XXH3_128bits(key, key_bytes);
    const int length = snprintf(name, CLGN_STORE_NAME_BYTES, "%016llx%016llx" SUFFIX, (unsigned long long)hash.high64,
                                (unsigned long long)hash.low64);
    assert(length == CLGN_STORE_NAME_BYTES - 1);
    (void)length;
}

static char *path_of(const char *folder, const char *key, size_t key_bytes)
{
    const size_t bytes = strlen(folder) + 1 + CLGN_STORE_NAME_BYTES;
    char name[CLGN_STORE_NAME_BYTES];
    char *path = malloc(bytes);
    clgn_store_name(key, key_bytes, name);
    if (path != NULL)
        snprintf(path, bytes, "%s/%s", folder, name);
    return path;
}

/* The time of the last use, at most once a day: eviction needs no more. */
static void touch(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && time(NULL) - facts.st_mtime > DAY)
        utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

/* Reads and checks a file; *sure: what is wrong is the file itself. NULL: good. */
static const char *read_blob(const char *path, char **data, struct clgn_blob *blob, enum clgn_file_result *result)
{
    size_t bytes = 0;
    const char *fault;
    *result = clgn_file_read(path, CLGN_FILE_OWN, CLGN_BLOB_MOST, data, &bytes);
    if (*result != CLGN_FILE_OK)
        return clgn_file_text(*result);
    fault = clgn_blob_decode(*data, bytes, blob);
    if (fault != NULL) {
        free(*data);
        *data = NULL;
    }
    return fault;
}

/* Whether another process may not read the same file well: then it goes. */
static int is_useless(enum clgn_file_result result)
{
    return result == CLGN_FILE_OK || result == CLGN_FILE_NOT_OWN || result == CLGN_FILE_EXPOSED ||
           result == CLGN_FILE_TOO_LARGE;
}

enum clgn_store_result clgn_store_find(const char *folder, const char *key, size_t key_bytes, struct clgn_found *found)
{
    enum clgn_file_result result;
    memset(found, 0, sizeof *found);
    found->path = path_of(folder, key, key_bytes);
    if (found->path == NULL)
        return CLGN_STORE_MISS;
    found->reason = read_blob(found->path, &found->data, &found->blob, &result);
    if (result == CLGN_FILE_ABSENT)
        return CLGN_STORE_MISS;
    if (found->reason == NULL && (found->blob.key_bytes != key_bytes || memcmp(found->blob.key, key, key_bytes) != 0))
        found->reason = "is of another program";
    if (found->reason != NULL) {
        if (is_useless(result))
            unlink(found->path);
        return CLGN_STORE_REJECT;
    }
    touch(found->path);
    return CLGN_STORE_HIT;
}

void clgn_store_remove(const char *path)
{
    unlink(path);
}

void clgn_found_release(struct clgn_found *found)
{
    free(found->data);
    free(found->path);
    memset(found, 0, sizeof *found);
}

enum clgn_file_result clgn_store_put(const char *folder, const struct clgn_blob *blob)
{
    char *path = path_of(folder, blob->key, blob->key_bytes);
    size_t bytes = 0;
    char *data = clgn_blob_encode(blob, &bytes);
    enum clgn_file_result result = path == NULL || data == NULL ? CLGN_FILE_MEMORY : CLGN_FILE_OK;
    if (result == CLGN_FILE_OK)
        result = clgn_file_make_folder(folder);
    if (result == CLGN_FILE_OK)
        result = clgn_file_check_folder(folder);
    if (result == CLGN_FILE_OK)
        result = clgn_file_write(path, data, bytes);
    free(data);
    free(path);
    return result;
}

int clgn_store_is_name(const char *name, const char **behind)
{
    const size_t digits = strspn(name, "0123456789abcdef");
    *behind = name + HASH_DIGITS + strlen(SUFFIX);
    return digits == HASH_DIGITS && strncmp(name + digits, SUFFIX, strlen(SUFFIX)) == 0;
}

const char *clgn_store_name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

struct visit {
    void (*each)(void *user, const struct clgn_stored *stored);
    void *user;
};

static void visit_one(void *user, const char *path)
{
    const struct visit *visit = user;
    struct clgn_stored stored = {path, 0, 0, NULL, NULL};
    struct clgn_blob blob;
    enum clgn_file_result result;
    struct stat facts;
    char *data = NULL;
    const char *behind;
    if (!clgn_store_is_name(clgn_store_name_in(path), &behind) || *behind != '\0' || lstat(path, &facts) != 0)
        return;
    stored.bytes = (size_t)facts.st_size;
    stored.used = (long long)facts.st_mtime;
    stored.fault = read_blob(path, &data, &blob, &result);
    if (stored.fault == NULL) {
        char name[CLGN_STORE_NAME_BYTES];
        clgn_store_name(blob.key, blob.key_bytes, name);
        if (strcmp(name, clgn_store_name_in(path)) != 0)
            stored.fault = "is of another program";
        else
            stored.blob = &blob;
    }
    if (result != CLGN_FILE_ABSENT) /* another process was faster */
        visit->each(visit->user, &stored);
    free(data);
}

void clgn_store_each(const char *folder, void (*each)(void *user, const struct clgn_stored *stored), void *user)
{
    struct visit visit = {each, user};
    clgn_folder_each(folder, SUFFIX, (size_t)-1, visit_one, &visit);
}
