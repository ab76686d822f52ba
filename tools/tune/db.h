/* SPDX-License-Identifier: Apache-2.0 */
/* What the actions of clgn-tune db have in common. */
#ifndef CLGN_TUNE_DB_H
#define CLGN_TUNE_DB_H

#include <stddef.h>

enum { DB_PATH_BYTES = 4096, DB_ERROR_BYTES = 1024 };

/** The command line of one action. */
struct db {
    const char *name; /* of the command, for messages */
    char **files;     /* as given, else those of the user's folder */
    size_t count;
    const char *output; /* of export */
    int noisy;          /* prune: noisy entries, too */
};

/** The actions; each returns a tune_exit and tells its own failures. */
int db_list(const struct db *db);
int db_show(const struct db *db);
int db_validate(const struct db *db);
int db_merge(const struct db *db);
int db_import(const struct db *db);
int db_export(const struct db *db);
int db_prune(const struct db *db);

#endif
