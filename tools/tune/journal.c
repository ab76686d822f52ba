/* SPDX-License-Identifier: Apache-2.0 */
/* Appending to journals, and reading them back. */
#define _POSIX_C_SOURCE 200809L

#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "timing.h"

static const double sync_ns = 5e9;

struct journal {
    FILE *file;
    double synced_ns;
};

/* What a file holds. */
struct content {
    json_t *header; /* NULL: none */
    long complete;  /* bytes to the end of the last complete line */
    int finished;
    journal_line each; /* NULL: only looked at */
    void *user;
};

static void take_line(struct content *c, const json_t *line)
{
    if (json_is_true(json_object_get(line, "finished"))) {
        c->finished = 1;
    } else if (c->each) {
        c->each(c->user, line);
    }
}

/* Lines up to the first that is broken. */
static void read_lines(FILE *file, struct content *c)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;

    while ((length = getline(&text, &room, file)) > 0 && text[length - 1] == '\n') {
        json_t *line = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(line)) {
            json_decref(line);
            break;
        }
        c->complete += (long)length;
        if (!c->header) {
            c->header = json_incref(line);
        } else {
            take_line(c, line);
        }
        json_decref(line);
    }
    free(text);
}

static int is_journal(const json_t *header)
{
    const char *format = json_string_value(json_object_get(header, "format"));

    return format && strcmp(format, "clgn-journal") == 0;
}

json_t *journal_read(const char *path, journal_line each, void *user, char *error, size_t bytes)
{
    struct content content = {.each = each, .user = user};
    FILE *file = fopen(path, "r");

    if (!file) {
        snprintf(error, bytes, "%s: %s", path, strerror(errno));
        return NULL;
    }
    read_lines(file, &content);
    fclose(file);
    if (!is_journal(content.header)) {
        snprintf(error, bytes, "%s: the first line is no header of a clgn-journal", path);
        json_decref(content.header);
        return NULL;
    }
    error[0] = '\0';
    return content.header;
}

json_t *journal_header(const char *path, const json_t *header)
{
    char error[256];
    json_t *there = journal_read(path, NULL, NULL, error, sizeof(error));
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(size_t)header, name, value)
    {
        if (there && !json_equal(value, json_object_get(there, name))) {
            json_decref(there);
            there = NULL;
        }
    }
    return there;
}

/* Whether the file is to be resumed; cuts off its broken end, hands out its lines. */
static int resume(FILE *file, const json_t *header, journal_line each, void *user)
{
    struct content content = {NULL, 0, 0, NULL, NULL};
    int fits;

    read_lines(file, &content);
    fits = content.header && json_equal(content.header, header) && !content.finished;
    json_decref(content.header);
    if (!fits || ftruncate(fileno(file), content.complete) != 0) {
        return 0;
    }
    rewind(file);
    content = (struct content){.each = each, .user = user};
    read_lines(file, &content);
    json_decref(content.header);
    return fseek(file, 0, SEEK_END) == 0;
}

static FILE *resumed(const char *path, const json_t *header, journal_line each, void *user)
{
    FILE *file = fopen(path, "r+");

    if (file && !resume(file, header, each, user)) {
        fclose(file);
        return NULL;
    }
    return file;
}

/* A new file, the old one beside it. */
static FILE *begun(const char *path, const json_t *header)
{
    const size_t bytes = strlen(path) + sizeof(".old");
    char *old = malloc(bytes);
    FILE *file;

    if (old) {
        snprintf(old, bytes, "%s.old", path);
        (void)rename(path, old); /* nothing to keep where there is none */
        free(old);
    }
    file = fopen(path, "w");
    if (file && (json_dumpf(header, file, JSON_COMPACT) != 0 || fputc('\n', file) == EOF || fflush(file) != 0)) {
        fclose(file);
        return NULL;
    }
    return file;
}

struct journal *journal_open(const char *path, const json_t *header, int fresh, journal_line each, void *user,
                             char *error, size_t bytes)
{
    struct journal *journal = calloc(1, sizeof(*journal));

    if (!journal) {
        snprintf(error, bytes, "out of memory");
        return NULL;
    }
    journal->file = fresh ? NULL : resumed(path, header, each, user);
    if (!journal->file) {
        journal->file = begun(path, header);
    }
    if (!journal->file) {
        snprintf(error, bytes, "%s: %s", path, strerror(errno));
        free(journal);
        return NULL;
    }
    journal->synced_ns = timing_now_ns();
    return journal;
}

int journal_write(struct journal *journal, json_t *line)
{
    int failed = !line;

    if (!journal) {
        json_decref(line);
        return failed ? -1 : 0;
    }
    failed = failed || json_dumpf(line, journal->file, JSON_COMPACT) != 0;
    failed = failed || fputc('\n', journal->file) == EOF || fflush(journal->file) != 0;
    json_decref(line);
    if (!failed && timing_now_ns() - journal->synced_ns > sync_ns) {
        failed = fdatasync(fileno(journal->file)) != 0;
        journal->synced_ns = timing_now_ns();
    }
    return failed ? -1 : 0;
}

int journal_finish(struct journal *journal)
{
    return journal_write(journal, json_pack("{s:b}", "finished", 1));
}

void journal_close(struct journal *journal)
{
    if (journal) {
        (void)fdatasync(fileno(journal->file));
        fclose(journal->file);
        free(journal);
    }
}
