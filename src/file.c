/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes whole files on POSIX systems. */
#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_TAIL ".XXXXXX"

const char *clgn_file_text(enum clgn_file_result result)
{
    switch (result) {
    case CLGN_FILE_OK:
        return "is good";
    case CLGN_FILE_ABSENT:
        return "is not there";
    case CLGN_FILE_DENIED:
        return "cannot be opened, or is a symbolic link";
    case CLGN_FILE_NOT_REGULAR:
        return "is not a regular file";
    case CLGN_FILE_NOT_OWN:
        return "is of another user";
    case CLGN_FILE_EXPOSED:
        return "may be written by others";
    case CLGN_FILE_TOO_LARGE:
        return "is too large";
    case CLGN_FILE_FULL:
        return "finds no room";
    case CLGN_FILE_FAILED:
        return "cannot be read or written";
    case CLGN_FILE_MEMORY:
        return "finds no memory";
    }
    return "is unknown";
}

static enum clgn_file_result result_of(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return CLGN_FILE_ABSENT;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return CLGN_FILE_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case EMFILE:
    case ENFILE:
        return CLGN_FILE_DENIED;
    case ENOMEM:
        return CLGN_FILE_MEMORY;
    default:
        return CLGN_FILE_FAILED;
    }
}

static enum clgn_file_result check_owner(const struct stat *facts)
{
    if (facts->st_uid != geteuid())
        return CLGN_FILE_NOT_OWN;
    return facts->st_mode & (S_IWGRP | S_IWOTH) ? CLGN_FILE_EXPOSED : CLGN_FILE_OK;
}

static enum clgn_file_result check_file(int file, enum clgn_file_trust trust, size_t most, size_t *bytes)
{
    struct stat facts;
    if (fstat(file, &facts) != 0)
        return result_of(errno);
    if (!S_ISREG(facts.st_mode))
        return CLGN_FILE_NOT_REGULAR;
    if (facts.st_size < 0 || (unsigned long long)facts.st_size > most)
        return CLGN_FILE_TOO_LARGE;
    *bytes = (size_t)facts.st_size;
    return trust == CLGN_FILE_OWN ? check_owner(&facts) : CLGN_FILE_OK;
}

/* Fewer bytes than were promised are a file that shrinks: its reader sees what is left. */
static enum clgn_file_result read_all(int file, char *data, size_t *bytes)
{
    size_t used = 0;
    while (used < *bytes) {
        const ssize_t got = read(file, data + used, *bytes - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return result_of(errno);
        if (got == 0)
            break;
        used += (size_t)got;
    }
    *bytes = used;
    data[used] = '\0';
    return CLGN_FILE_OK;
}

enum clgn_file_result clgn_file_read(const char *path, enum clgn_file_trust trust, size_t most, char **data,
                                     size_t *bytes)
{
    /* O_NONBLOCK: a pipe without a writer must not stop the caller. */
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (trust == CLGN_FILE_OWN ? O_NOFOLLOW : 0);
    const int file = open(path, flags);
    char *content = NULL;
    size_t length = 0;
    enum clgn_file_result result;
    if (file < 0)
        return result_of(errno);
    result = check_file(file, trust, most, &length);
    if (result == CLGN_FILE_OK) {
        content = malloc(length + 1);
        result = content != NULL ? read_all(file, content, &length) : CLGN_FILE_MEMORY;
    }
    close(file);
    if (result != CLGN_FILE_OK) {
        free(content);
        return result;
    }
    *data = content;
    *bytes = length;
    return CLGN_FILE_OK;
}

static enum clgn_file_result write_all(int file, const char *data, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t put = write(file, data, bytes);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? result_of(errno) : CLGN_FILE_FULL;
        data += put;
        bytes -= (size_t)put;
    }
    return fsync(file) == 0 ? CLGN_FILE_OK : result_of(errno);
}

/* "folder/.name.XXXXXX" for "folder/name"; NULL when memory is short. */
static char *temporary_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    const size_t bytes = strlen(path) + sizeof "." TEMPORARY_TAIL;
    char *temporary = malloc(bytes);
    if (temporary != NULL)
        snprintf(temporary, bytes, "%.*s.%s" TEMPORARY_TAIL, (int)folder, path, path + folder);
    return temporary;
}

enum clgn_file_result clgn_file_write(const char *path, const void *data, size_t bytes)
{
    char *temporary = temporary_path(path);
    enum clgn_file_result result;
    int file;
    if (temporary == NULL)
        return CLGN_FILE_MEMORY;
    file = mkstemp(temporary); /* 0600 */
    if (file < 0) {
        result = result_of(errno);
        free(temporary);
        return result;
    }
    result = write_all(file, data, bytes);
    if (close(file) != 0 && result == CLGN_FILE_OK)
        result = result_of(errno);
    if (result == CLGN_FILE_OK && rename(temporary, path) != 0)
        result = result_of(errno);
    if (result != CLGN_FILE_OK)
        unlink(temporary);
    free(temporary);
    return result;
}

static enum clgn_file_result make_one(const char *path)
{
    struct stat facts;
    if (mkdir(path, S_IRWXU) == 0)
        return CLGN_FILE_OK;
    if (errno != EEXIST) /* a folder above may exist on a file system that says EROFS first */
        return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode) ? CLGN_FILE_OK : result_of(errno);
    if (stat(path, &facts) != 0)
        return result_of(errno);
    return S_ISDIR(facts.st_mode) ? CLGN_FILE_OK : CLGN_FILE_DENIED;
}

enum clgn_file_result clgn_file_make_folder(const char *path)
{
    const size_t bytes = strlen(path) + 1;
    char *part = malloc(bytes);
    enum clgn_file_result result = CLGN_FILE_OK;
    if (part == NULL)
        return CLGN_FILE_MEMORY;
    memcpy(part, path, bytes);
    for (char *at = part; *at != '\0' && result == CLGN_FILE_OK; at++)
        if (*at == '/' && at > part && at[-1] != '/') {
            *at = '\0';
            result = make_one(part);
            *at = '/';
        }
    if (result == CLGN_FILE_OK)
        result = make_one(part);
    free(part);
    return result;
}

enum clgn_file_result clgn_file_check_folder(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return result_of(errno);
    return S_ISDIR(facts.st_mode) ? check_owner(&facts) : CLGN_FILE_NOT_REGULAR;
}
