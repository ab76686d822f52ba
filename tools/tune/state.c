/* SPDX-License-Identifier: Apache-2.0 */
/* State folder and lock. */
#define _GNU_SOURCE

#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a: names need no more. */
static uint64_t hash_of(const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    uint64_t hash = 14695981039346656037u;

    for (const char *at = text; at && *at; ++at) {
        hash = (hash ^ (uint64_t)(unsigned char)*at) * 1099511628211u;
    }
    free(text);
    return hash;
}

static int make_folders(char *path)
{
    for (char *at = path + 1; *at; ++at) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0700); /* the last one tells */
            *at = '/';
        }
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

static int folder(char *path, size_t bytes)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (state && *state == '/') {
        snprintf(path, bytes, "%s/clgn", state);
    } else if (home && *home == '/') {
        snprintf(path, bytes, "%s/.local/state/clgn", home);
    } else {
        return -1;
    }
    return 0;
}

int state_path(const char *prefix, const json_t *named, const char *suffix, char *path, size_t path_bytes, char *error,
               size_t error_bytes)
{
    size_t used;

    if (folder(path, path_bytes) != 0) {
        snprintf(error, error_bytes,
                 "neither XDG_STATE_HOME nor HOME says where the journal goes: give --journal FILE");
        return -1;
    }
    if (make_folders(path) != 0) {
        snprintf(error, error_bytes, "%s: %s", path, strerror(errno));
        return -1;
    }
    used = strlen(path);
    snprintf(path + used, path_bytes - used, "/%s-%016llx%s", prefix, (unsigned long long)hash_of(named), suffix);
    return 0;
}

int state_lock(const char *program, const json_t *device, char *error, size_t bytes)
{
    char path[4096];
    int fd;
    int locked;

    if (state_path("device", device, ".lock", path, sizeof(path), error, bytes) != 0) {
        return -1;
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(error, bytes, "%s: %s", path, strerror(errno));
        return -1;
    }
    locked = flock(fd, LOCK_EX | LOCK_NB);
    if (locked != 0 && errno == EWOULDBLOCK) {
        fprintf(stderr, "%s: another run tunes this device; waiting for it to end\n", program);
        locked = flock(fd, LOCK_EX);
    }
    if (locked != 0) {
        snprintf(error, bytes, "%s", errno == EINTR ? "interrupted" : strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}
