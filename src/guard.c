/* SPDX-License-Identifier: Apache-2.0 */
/* The mark is a file PATH.try that its maker holds a lock on: the system takes the lock away when the maker ends,
 * however it ends. Nobody waits for the lock. A process id in the file would not do: ids come again, in containers at
 * once. */
#define _GNU_SOURCE /* flock */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL ".try"
#define TEMPORARY_TAIL ".XXXXXX"

enum { TRIES = 3 };

static char *join(const char *path, const char *tail)
{
    const size_t bytes = strlen(path) + strlen(tail) + 1;
    char *joined = malloc(bytes);
    if (joined != NULL)
        snprintf(joined, bytes, "%s%s", path, tail);
    return joined;
}

/* A locked file that gets its name when it is locked: no one can see it without a lock while its maker lives. Returns
 * the file; -1 with *taken set when the name is taken. */
static int make_locked(const char *path, int *taken)
{
    char *temporary = join(path, TEMPORARY_TAIL);
    int file = temporary != NULL ? mkstemp(temporary) : -1;
    if (file >= 0) {
        int made = fcntl(file, F_SETFD, FD_CLOEXEC) == 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
        if (made && link(temporary, path) != 0) {
            made = 0;
            *taken = errno == EEXIST;
        }
        unlink(temporary);
        if (!made) {
            close(file);
            file = -1;
        }
    }
    free(temporary);
    return file;
}

/* What a mark that stands says. *gone: it has just been taken away. */
static enum clgn_guard_result ask(const char *path, int *gone)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    enum clgn_guard_result result = CLGN_GUARD_NONE;
    struct stat facts;
    if (file < 0) {
        *gone = errno == ENOENT;
        return CLGN_GUARD_NONE;
    }
    if (flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &facts) == 0) {
        *gone = facts.st_nlink == 0;
        if (!*gone) {
            unlink(path);
            result = CLGN_GUARD_CRASHED;
        }
    }
    close(file);
    return result;
}

enum clgn_guard_result clgn_guard_begin(const char *path, struct clgn_guard *guard)
{
    enum clgn_guard_result result = CLGN_GUARD_NONE;
    int again = 1;
    guard->file = -1;
    guard->path = join(path, TAIL);
    for (int i = 0; guard->path != NULL && i < TRIES && again; i++) {
        int taken = 0;
        again = 0;
        guard->file = make_locked(guard->path, &taken);
        if (guard->file >= 0)
            return CLGN_GUARD_SET;
        if (taken)
            result = ask(guard->path, &again);
    }
    free(guard->path);
    guard->path = NULL;
    return result;
}

void clgn_guard_end(struct clgn_guard *guard)
{
    if (guard->path == NULL)
        return;
    unlink(guard->path); /* before the lock goes with the file */
    close(guard->file);
    free(guard->path);
    guard->path = NULL;
}
