/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices on disk: several processes change one, and none sees or leaves a part. */
#define _GNU_SOURCE
#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, MOST_BYTES = 16 << 20 };

static int fail(char *error, size_t bytes, const char *path)
{
    snprintf(error, bytes, "%s: %s", path, strerror(errno));
    return -1;
}

json_t *database_read(const char *path, char *error, size_t bytes)
{
    struct stat facts;
    json_error_t why;
    json_t *root;

    error[0] = '\0';
    if (stat(path, &facts) != 0) {
        if (errno != ENOENT) {
            fail(error, bytes, path);
        }
        return NULL;
    }
    if (!S_ISREG(facts.st_mode) || facts.st_size > MOST_BYTES) {
        snprintf(error, bytes, "%s: no regular file of at most %d bytes", path, MOST_BYTES);
        return NULL;
    }
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        snprintf(error, bytes, "%s:%d: %s", path, why.line, why.text);
    } else if (!json_is_object(root)) {
        snprintf(error, bytes, "%s: no JSON object", path);
        json_decref(root);
        root = NULL;
    }
    return root;
}

/* Makes the folders above a file. */
static int make_folders(const char *path, char *error, size_t bytes)
{
    char folder[PATH_BYTES];

    if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder)) {
        snprintf(error, bytes, "%s: the name is too long", path);
        return -1;
    }
    for (char *at = strchr(folder + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            return fail(error, bytes, folder);
        }
        *at = '/';
    }
    return 0;
}

/* Synchronises the folder of a file, so that a rename in it lasts. */
static void synchronise_folder(const char *path)
{
    char folder[PATH_BYTES];
    char *end;
    int fd;

    snprintf(folder, sizeof(folder), "%s", path);
    end = strrchr(folder, '/');
    snprintf(end ? end + 1 : folder, 2, ".");
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* not every file system can */
        close(fd);
    }
}

/* Writes to a descriptor, which is closed. */
static int dump(int fd, const json_t *root)
{
    FILE *file = fdopen(fd, "w");
    int failed;

    if (!file) {
        close(fd);
        return -1;
    }
    failed = json_dumpf(root, file, JSON_INDENT(1)) != 0 || fputc('\n', file) == EOF || fflush(file) != 0 ||
             fsync(fd) != 0;
    return fclose(file) != 0 || failed ? -1 : 0;
}

int database_write(const char *path, const json_t *root, char *error, size_t bytes)
{
    char name[PATH_BYTES];
    int fd;

    if (strcmp(path, "-") == 0) {
        return json_dumpf(root, stdout, JSON_INDENT(1)) != 0 || putchar('\n') == EOF || fflush(stdout) != 0
                   ? fail(error, bytes, "standard output")
                   : 0;
    }
    if (make_folders(path, error, bytes) != 0) {
        return -1;
    }
    if (snprintf(name, sizeof(name), "%s.XXXXXX", path) >= (int)sizeof(name)) {
        snprintf(error, bytes, "%s: the name is too long", path);
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0) {
        return fail(error, bytes, name);
    }
    if (dump(fd, root) != 0 || rename(name, path) != 0) {
        fail(error, bytes, path);
        unlink(name);
        return -1;
    }
    synchronise_folder(path);
    return 0;
}

/* Puts a damaged file aside, where it can be looked at; what is no file at all stays, with the error that there is. */
static int put_aside(const char *path, char *error, size_t bytes)
{
    char aside[PATH_BYTES];
    struct stat facts;

    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return -1;
    }
    if (snprintf(aside, sizeof(aside), "%s.damaged", path) >= (int)sizeof(aside) || rename(path, aside) != 0) {
        return fail(error, bytes, path);
    }
    return 0;
}

static int update_locked(const char *path, database_change change, void *user, char *error, size_t bytes)
{
    json_t *root = database_read(path, error, bytes);
    int result;

    if (!root && error[0] != '\0') {
        if (put_aside(path, error, bytes) != 0) {
            return -1;
        }
        fprintf(stderr, "%s: what was there is kept as %s.damaged\n", error, path);
    }
    if (!root) {
        root = json_object();
    }
    result = change(root, user, error, bytes);
    if (result == 0) {
        result = database_write(path, root, error, bytes);
    }
    json_decref(root);
    return result;
}

int database_update(const char *path, database_change change, void *user, char *error, size_t bytes)
{
    char lock[PATH_BYTES];
    int fd, result;

    error[0] = '\0';
    if (make_folders(path, error, bytes) != 0) {
        return -1;
    }
    if (snprintf(lock, sizeof(lock), "%s.lock", path) >= (int)sizeof(lock)) {
        snprintf(error, bytes, "%s: the name is too long", path);
        return -1;
    }
    fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return fail(error, bytes, lock);
    }
    while ((result = flock(fd, LOCK_EX)) != 0 && errno == EINTR) {
        continue;
    }
    result = result != 0 ? fail(error, bytes, lock) : update_locked(path, change, user, error, bytes);
    close(fd);
    return result;
}
