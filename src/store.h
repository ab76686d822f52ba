/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of blobs, each in a file that its key names. Several processes use it at once, without locks. */
#ifndef CLGN_STORE_H
#define CLGN_STORE_H

#include "blob.h"
#include "file.h"

/* Bytes of a file's name, zero included: 32 digits, ".clgnbin". */
#define CLGN_STORE_NAME_BYTES 41

enum clgn_store_result {
    CLGN_STORE_HIT,
    CLGN_STORE_MISS,  /* there is none */
    CLGN_STORE_REJECT /* there is one, but it must not be used; removed where that is sure */
};

/* What was found. */
struct clgn_found {
    struct clgn_blob blob; /* into data */
    char *data;            /* freed by clgn_found_release; NULL when there is none */
    char *path;            /* freed likewise; NULL when memory is short */
    const char *reason;    /* of a reject */
};

/* One file, as it stands. */
struct clgn_stored {
    const char *path;
    size_t bytes;
    long long used;               /* seconds since 1970; to a day */
    const char *fault;            /* NULL: good */
    const struct clgn_blob *blob; /* NULL when faulty */
};

void clgn_store_name(const char *key, size_t key_bytes, char name[CLGN_STORE_NAME_BYTES]);

enum clgn_store_result clgn_store_find(const char *folder, const char *key, size_t key_bytes, struct clgn_found *found);
void clgn_found_release(struct clgn_found *found);

/* Makes the folder where it is missing, and writes the file. */
enum clgn_file_result clgn_store_put(const char *folder, const struct clgn_blob *blob);

/* Removes a file. */
void clgn_store_remove(const char *path);

/* Calls each for every file, in the order of their names. */
void clgn_store_each(const char *folder, void (*each)(void *user, const struct clgn_stored *stored), void *user);

/* Whether a file's name is that of a blob, with anything behind it, where *behind leads. */
int clgn_store_is_name(const char *name, const char **behind);

/* The part of a path behind the last slash. */
const char *clgn_store_name_in(const char *path);

#endif
