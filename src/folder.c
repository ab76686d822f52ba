/* SPDX-License-Identifier: Apache-2.0 */
/* Lists folders. */
#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int ends_with(const char *name, const char *suffix)
{
    const size_t length = strlen(name);
    const size_t end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0;
}

static void call_with(const char *folder, const char *name, void (*each)(void *user, const char *path), void *user)
{
    const size_t length = strlen(folder);
    char *path = malloc(length + strlen(name) + 2);
    if (path == NULL)
        return;
    memcpy(path, folder, length);
    path[length] = '/';
    strcpy(path + length + 1, name);
    each(user, path);
    free(path);
}

void clgn_folder_each(const char *folder, const char *suffix, size_t most, void (*each)(void *user, const char *path),
                      void *user)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (most > 0 && ends_with(entries[i]->d_name, suffix)) {
            call_with(folder, entries[i]->d_name, each, user);
            most--;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}
