/* SPDX-License-Identifier: Apache-2.0 */
/* Reading benchdnn's batch files. */
#include "batch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "batch_values.h"

enum { LIST_BYTES = 256, LINE_BYTES = 4096, PATH_BYTES = 4096, DEEPEST = 8 };

static const char blanks[] = " \t\r\n";

/* What the options so far say. */
struct settings {
    char lists[AXIS_COUNT][LIST_BYTES];
    int none[AXIS_COUNT]; /* not one value of the last option is known */
    int scales;           /* --attr-scales says something */
};

struct reader {
    const char *path;
    unsigned long line;
    int depth;
    const char *const *over;
    int (*each)(const struct tune_problem *problem, void *user);
    void *user;
    char *error;
    size_t error_bytes;
    struct settings settings;
    size_t left_out;
};

static const struct {
    const char *option;
    enum axes_axis axis;
    const char *usual;
} options[] = {
    {"dt", AXIS_DT, "f32"},    {"tag", AXIS_LAYOUT, "nchw"},        {"dir", AXIS_OP, "fwd_stats"},
    {"flags", AXIS_FLAGS, ""}, {"attr-post-ops", AXIS_ACT, "none"},
};

enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

/* How benchdnn runs, not what. */
static const char *const passed_over[] = {"gnorm",
                                          "mode",
                                          "mode-modifier",
                                          "skip-impl",
                                          "engine",
                                          "perf-template",
                                          "fix-times-per-prb",
                                          "max-ms-per-prb",
                                          "cold-cache",
                                          "allow-enum-tags-only",
                                          "global-impl",
                                          "impl",
                                          "fast-ref",
                                          "summary",
                                          "stag",
                                          NULL};

static void reset(struct settings *s)
{
    memset(s, 0, sizeof(*s));
    for (int i = 0; i < OPTION_COUNT; ++i) {
        snprintf(s->lists[options[i].axis], LIST_BYTES, "%s", options[i].usual);
    }
}

static int complain(struct reader *r, const char *word, const char *what)
{
    snprintf(r->error, r->error_bytes, "%s:%lu: %s: %s", r->path, r->line, word, what);
    return -1;
}

static void note(const struct reader *r, const char *word, const char *what)
{
    fprintf(stderr, "%s:%lu: %s: %s\n", r->path, r->line, word, what);
}

/* Translate the items of a list; those without a counterpart are left out. */
static int set_list(struct reader *r, const char *word, enum axes_axis axis, const char *value)
{
    struct settings *s = &r->settings;
    size_t used = 0;
    int known = 0;

    for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char item[64];
        char ours[64];
        snprintf(item, sizeof(item), "%.*s", (int)strcspn(at, ","), at);
        if (batch_value(axis, item, ours, sizeof(ours)) != 0) {
            fprintf(stderr, "%s:%lu: %.*s: %s is not known to clgn, its problems are left out\n", r->path, r->line,
                    (int)strcspn(word, "="), word, item);
            continue;
        }
        used += (size_t)snprintf(s->lists[axis] + used, LIST_BYTES - used, "%s%s", known++ ? "," : "", ours);
        if (used >= LIST_BYTES) {
            return complain(r, word, "too long a list");
        }
    }
    s->none[axis] = known == 0;
    return 0;
}

static int add_problem(struct reader *r, const char *text)
{
    const char *lists[AXIS_COUNT];
    char error[256] = "";
    int none = r->settings.scales;
    int result;

    for (int axis = 0; axis < AXIS_COUNT; ++axis) {
        const int said = axis != AXIS_NORM && axis != AXIS_OUT_DT && axis != AXIS_OUT_LAYOUT;
        lists[axis] = r->over[axis] ? r->over[axis] : said ? r->settings.lists[axis] : NULL;
        none |= r->settings.none[axis] && !r->over[axis];
    }
    if (none) {
        r->left_out++;
        return 0;
    }
    result = axes_expand(text, lists, r->each, r->user, error, sizeof(error));
    return result == -1 ? complain(r, text, error) : result;
}

static int read_file(struct reader *r);

static int read_nested(struct reader *r, const char *word, const char *name)
{
    const char *slash = strrchr(r->path, '/');
    struct reader inner = *r;
    char path[PATH_BYTES];
    int result;

    if (r->depth == DEEPEST) {
        return complain(r, word, "files within files, too deep");
    }
    snprintf(path, sizeof(path), "%.*s%s", slash && name[0] != '/' ? (int)(slash + 1 - r->path) : 0, r->path, name);
    inner.path = path;
    inner.depth++;
    result = read_file(&inner);
    r->settings = inner.settings; /* what a file sets goes on to hold, as in benchdnn */
    r->left_out = inner.left_out;
    return result;
}

static int read_option(struct reader *r, const char *word)
{
    const char *name = word + 2;
    const size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : "";
    char option[64];

    snprintf(option, sizeof(option), "%.*s", (int)length, name);
    for (int i = 0; i < OPTION_COUNT; ++i) {
        if (strcmp(option, options[i].option) == 0) {
            return set_list(r, word, options[i].axis, value);
        }
    }
    for (int i = 0; passed_over[i]; ++i) {
        if (strcmp(option, passed_over[i]) == 0) {
            return 0;
        }
    }
    if (strcmp(option, "batch") == 0) {
        return read_nested(r, word, value);
    }
    if (strcmp(option, "reset") == 0) {
        reset(&r->settings);
    } else if (strcmp(option, "attr-scales") == 0) {
        r->settings.scales = *value != '\0';
        if (*value) {
            note(r, word, "not known to clgn, its problems are left out");
        }
    } else if (strcmp(option, "inplace") == 0) {
        if (strstr(value, "true")) {
            note(r, word, "timed out of place");
        }
    } else {
        return complain(r, word, "not an option that can be read here");
    }
    return 0;
}

static int read_file(struct reader *r)
{
    FILE *file = fopen(r->path, "r");
    char line[LINE_BYTES];
    int result = 0;

    if (!file) {
        snprintf(r->error, r->error_bytes, "%s: %s", r->path, strerror(errno));
        return -1;
    }
    for (r->line = 1; result == 0 && fgets(line, sizeof(line), file); ++r->line) {
        char *rest = line;
        if (strlen(line) + 1 == sizeof(line)) {
            result = complain(r, "line", "too long");
        }
        for (char *word = strtok_r(line, blanks, &rest); word && *word != '#' && result == 0;
             word = strtok_r(NULL, blanks, &rest)) {
            result = strncmp(word, "--", 2) == 0 ? read_option(r, word) : add_problem(r, word);
        }
    }
    if (result == 0 && ferror(file)) {
        snprintf(r->error, r->error_bytes, "%s: %s", r->path, strerror(errno));
        result = -1;
    }
    fclose(file);
    return result;
}

int batch_read(const char *path, const char *const over[AXIS_COUNT],
               int (*each)(const struct tune_problem *problem, void *user), void *user, char *error, size_t error_bytes)
{
    struct reader r = {.path = path, .over = over, .each = each, .user = user, .error = error};
    int result;

    r.error_bytes = error_bytes;
    reset(&r.settings);
    result = read_file(&r);
    if (result == 0 && r.left_out > 0) {
        fprintf(stderr, "%s: %zu lines of problems left out\n", path, r.left_out);
    }
    return result;
}
