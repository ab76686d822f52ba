/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices: read, merged, and changed in place while others change them too. */
#ifndef CLGN_TUNE_DATABASE_H
#define CLGN_TUNE_DATABASE_H

#include <stddef.h>

#include <jansson.h>

/** What became of the entries of a merge. */
struct database_counts {
    size_t added, replaced, kept; /* kept: what was there is as good or better */
};

/**
 * Read a file, which is checked no further than that it is JSON and an object.
 *
 * @param error receives the reason for a failure, always terminated; "" when there is no such file
 * @return a new reference, or NULL
 */
json_t *database_read(const char *path, char *error, size_t bytes);

/** Whether two devices are one: vendor, name, arch, type, platform and compute units agree. */
int database_same_device(const json_t *a, const json_t *b);

/** The entry for the key (kind, n, c, g, s) of another one; NULL when there is none. */
json_t *database_find(const json_t *root, const json_t *entry);

/**
 * Take entries and their runs from another file of the same device and revision: an entry replaces one of its key when
 * it has the same configuration, or is faster compared with the copy that was measured next to it; members that nobody
 * knows stay. Entries that the library would refuse are not taken.
 *
 * @param counts are added to
 * @return 0; -1 with the reason in error, and into unchanged
 */
int database_merge(json_t *into, const json_t *from, struct database_counts *counts, char *error, size_t bytes);

/**
 * Remove entries that the library would refuse, on request those that are noisy, and runs that no entry names; sort
 * what is left by kind and sizes.
 *
 * @param removed receives the number of entries
 * @return 0; -1 with the reason in error (a version of the format that is not known), and root unchanged
 */
int database_prune(json_t *root, int noisy, size_t *removed, char *error, size_t bytes);

/** Changes root, which is the file's content, or an empty object where there is none; -1 with the reason in error
 * leaves the file as it is. */
typedef int (*database_change)(json_t *root, void *user, char *error, size_t bytes);

/**
 * Change a file: locked (PATH.lock), read, changed, written beside it, synchronised, renamed. So several processes
 * lose nothing of each other's, and no reader sees a part. The folder is made when missing. A file that is damaged is
 * not lost: it is renamed to PATH.damaged first.
 *
 * @return 0; -1 with the reason in error
 */
int database_update(const char *path, database_change change, void *user, char *error, size_t bytes);

/**
 * Add one measured choice to a file, as database_merge would. What was measured with another revision of the kernels
 * leaves the file.
 *
 * @param device as clgn_tuning_device gives it; @param run has an id, which entry names; @param entry needs what
 *        clgn_tuning_check needs, verify above all
 * @return 0; -1 with the reason in error
 */
int database_add(const char *path, const json_t *device, const json_t *run, const json_t *entry, char *error,
                 size_t bytes);

/** Write to a path as database_update does, whatever is there; "-" is the standard output. */
int database_write(const char *path, const json_t *root, char *error, size_t bytes);

/** A file without entries of a device; a new reference, NULL when memory ran out. */
json_t *database_new(const json_t *device);

#endif
