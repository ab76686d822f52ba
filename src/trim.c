/* SPDX-License-Identifier: Apache-2.0 */
/* Removes leftovers and what was used longest ago. */
#define _POSIX_C_SOURCE 200809L
#include "trim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "store.h"

enum { HOUR = 60 * 60 };

struct item {
    char *path;
    size_t bytes;
    struct timespec used;
};

struct list {
    struct item *items;
    size_t count, room;
    struct clgn_trimmed did;
};

static void remove_one(struct list *list, const char *path, size_t bytes)
{
    if (unlink(path) == 0 || errno == ENOENT) { /* gone is gone, whoever did it */
        list->did.files++;
        list->did.bytes += bytes;
    } else {
        list->did.kept_files++;
        list->did.kept_bytes += bytes;
    }
}

/* A file that memory is too short for is kept. */
static void add_item(struct list *list, const char *path, const struct stat *facts)
{
    const size_t length = strlen(path) + 1;
    char *copy;
    if (list->count == list->room) {
        const size_t room = list->room > 0 ? 2 * list->room : 64;
        struct item *items = realloc(list->items, room * sizeof *items);
        if (items == NULL)
            return;
        list->items = items;
        list->room = room;
    }
    copy = malloc(length);
    if (copy == NULL)
        return;
    memcpy(copy, path, length);
    list->items[list->count].path = copy;
    list->items[list->count].bytes = (size_t)facts->st_size;
    list->items[list->count].used = facts->st_mtim;
    list->count++;
}

/* Blobs are listed; a mark or a temporary file that is an hour old is nobody's any more. */
static void sort_in(void *user, const char *path)
{
    struct list *list = user;
    const char *name = clgn_store_name_in(path);
    const char *behind;
    struct stat facts;
    if (!clgn_store_is_name(name + (name[0] == '.'), &behind) || lstat(path, &facts) != 0 || S_ISDIR(facts.st_mode))
        return;
    if (name[0] != '.' && behind[0] == '\0')
        add_item(list, path, &facts);
    else if (time(NULL) - facts.st_mtime > HOUR)
        remove_one(list, path, (size_t)facts.st_size);
}

static int older_first(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->path, y->path);
}

static void remove_faulty(void *user, const struct clgn_stored *stored)
{
    if (stored->fault != NULL)
        remove_one(user, stored->path, stored->bytes);
}

static struct clgn_trimmed trim(struct list *list, const char *folder, size_t most, size_t target)
{
    size_t total = 0;
    size_t left;
    clgn_folder_each(folder, "", (size_t)-1, sort_in, list);
    for (size_t i = 0; i < list->count; i++)
        total += list->items[i].bytes;
    left = total > most ? total : 0; /* what is above the target goes; 0: nothing is */
    if (list->count > 0)             /* an empty list is NULL, which qsort does not take */
        qsort(list->items, list->count, sizeof *list->items, older_first);
    for (size_t i = 0; i < list->count; i++) {
        struct item *item = &list->items[i];
        if (left > target) {
            remove_one(list, item->path, item->bytes);
            left -= item->bytes;
        } else {
            list->did.kept_files++;
            list->did.kept_bytes += item->bytes;
        }
        free(item->path);
    }
    free(list->items);
    return list->did;
}

struct clgn_trimmed clgn_trim(const char *folder, size_t most, size_t target)
{
    struct list list = {NULL, 0, 0, {0, 0, 0, 0}};
    return trim(&list, folder, most, target);
}

struct clgn_trimmed clgn_trim_all(const char *folder, size_t most, size_t target)
{
    struct list list = {NULL, 0, 0, {0, 0, 0, 0}};
    clgn_store_each(folder, remove_faulty, &list);
    list.did.kept_files = list.did.kept_bytes = 0; /* counted again below */
    return trim(&list, folder, most, target);
}
