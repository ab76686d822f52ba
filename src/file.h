/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read with care and written so that no reader ever sees a part. */
#ifndef CLGN_FILE_H
#define CLGN_FILE_H

#include <stddef.h>

enum clgn_file_result {
    CLGN_FILE_OK,
    CLGN_FILE_ABSENT,
    CLGN_FILE_DENIED,      /* the system refuses: rights, a symbolic link that is not followed, too many files */
    CLGN_FILE_NOT_REGULAR, /* a folder, a pipe, a device */
    CLGN_FILE_NOT_OWN,     /* of another user */
    CLGN_FILE_EXPOSED,     /* group or others may write it */
    CLGN_FILE_TOO_LARGE,
    CLGN_FILE_FULL,   /* no room, a quota, a limit of file sizes */
    CLGN_FILE_FAILED, /* reading or writing failed otherwise */
    CLGN_FILE_MEMORY
};

/* Whose files are read. */
enum clgn_file_trust {
    CLGN_FILE_ANY, /* any regular file; a symbolic link is followed */
    CLGN_FILE_OWN  /* this user's alone, that nobody else may write; no symbolic link */
};

/* What a result means, such as "is of another user"; never NULL. */
const char *clgn_file_text(enum clgn_file_result result);

/* The content, of at most most bytes, and a zero byte behind it; the caller frees *data. Sets both on success only.
 * Never waits for what is not a regular file. */
enum clgn_file_result clgn_file_read(const char *path, enum clgn_file_trust trust, size_t most, char **data,
                                     size_t *bytes);

/* Replaces or makes a file of mode 0600, whose folder exists: a temporary file beside it, named ".NAME.XXXXXX",
 * synchronised, then renamed. What fails leaves the old file, and no temporary one. */
enum clgn_file_result clgn_file_write(const char *path, const void *data, size_t bytes);

/* Makes a folder and those above it that are missing, of mode 0700. */
enum clgn_file_result clgn_file_make_folder(const char *path);

/* Whether a folder is this user's, and nobody else may write to it. */
enum clgn_file_result clgn_file_check_folder(const char *path);

#endif
