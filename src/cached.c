/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions of tune.h for the built programs on disk. */
#include <clgn/tune.h>

#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "store.h"
#include "trim.h"

clgn_status clgn_cache_folder(char *path, size_t bytes)
{
    return clgn_settings_folder(CLGN_FOLDER_CACHE, path, bytes);
}

size_t clgn_cache_limit(void)
{
    return CLGN_CACHE_MOST;
}

struct listing {
    clgn_cache_file_fn each;
    void *user;
};

static void list_one(void *user, const struct clgn_stored *stored)
{
    const struct listing *listing = user;
    clgn_cache_file file = {sizeof file, stored->path, stored->bytes, 0, stored->used, "", stored->fault};
    char *key = NULL;
    if (stored->blob != NULL) {
        file.created = (long long)stored->blob->created;
        key = malloc(stored->blob->key_bytes + 1);
    }
    if (key != NULL) { /* without memory it is "" */
        memcpy(key, stored->blob->key, stored->blob->key_bytes);
        key[stored->blob->key_bytes] = '\0';
        file.key = key;
    }
    listing->each(listing->user, &file);
    free(key);
}

clgn_status clgn_cache_list(const char *folder, clgn_cache_file_fn each, void *user)
{
    struct listing listing = {each, user};
    if (folder == NULL || each == NULL)
        return CLGN_ERR_ARGUMENT;
    clgn_store_each(folder, list_one, &listing);
    return CLGN_OK;
}

clgn_status clgn_cache_trim(const char *folder, size_t most, clgn_cache_trimmed *did)
{
    struct clgn_trimmed trimmed;
    if (folder == NULL || did == NULL || did->struct_size != sizeof *did)
        return CLGN_ERR_ARGUMENT;
    trimmed = clgn_trim_all(folder, most, most);
    did->files = trimmed.files;
    did->bytes = trimmed.bytes;
    did->kept_files = trimmed.kept_files;
    did->kept_bytes = trimmed.kept_bytes;
    return CLGN_OK;
}
