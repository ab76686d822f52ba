/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune cache: the built programs on disk. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <clgn/tune.h>

#include "command.h"

enum { OPT_FOLDER = 256, OPT_KEYS, OPT_MAX, CACHE_PATH_BYTES = 4096, VALUE_BYTES = 128, DATE_BYTES = 16 };

static const double mib = 1024.0 * 1024.0;

/* The command line. */
struct cache {
    const char *name; /* of the command, for messages */
    const char *folder;
    const struct action *action;
    size_t most;
    int has_most;
    int keys;
};

static int info(const struct cache *cache);
static int list(const struct cache *cache);
static int verify(const struct cache *cache);
static int prune(const struct cache *cache);
static int clear(const struct cache *cache);

static const struct action {
    const char *name, *text;
    int (*run)(const struct cache *cache);
} actions[] = {
    {"info", "the folder, its files and bytes", info},
    {"list", "the programs: bytes, day of the last use, device, driver", list},
    {"verify", "the files that are not good", verify},
    {"prune", "remove what is not good, then what was used longest ago", prune},
    {"clear", "remove all programs", clear},
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static const struct argp_option options[] = {
    {"folder", OPT_FOLDER, "DIR", 0, "Another folder than the library's", 0},
    {"keys", OPT_KEYS, NULL, 0, "list: what each program was built from and for, too", 0},
    {"max", OPT_MAX, "MIB", 0, "prune: until at most so many MiB are left; default the library's own limit", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* ---- the actions ---- */

struct sums {
    const struct cache *cache;
    size_t files, bytes, faulty;
};

static void add_up(void *user, const clgn_cache_file *file)
{
    struct sums *sums = user;

    sums->files++;
    sums->bytes += file->bytes;
    sums->faulty += file->fault != NULL;
}

static int info(const struct cache *cache)
{
    struct sums sums = {.cache = cache};

    clgn_cache_list(cache->folder, add_up, &sums);
    printf("%s: %zu programs, %.1f of at most %.0f MiB", cache->folder, sums.files, (double)sums.bytes / mib,
           (double)clgn_cache_limit() / mib);
    if (sums.faulty > 0) {
        printf(", %zu not good", sums.faulty);
    }
    putchar('\n');
    return TUNE_OK;
}

/* The value of a line "NAME BYTES VALUE" of a key; "?" where there is none. */
static void value_of(const char *key, const char *name, char value[VALUE_BYTES])
{
    const size_t length = strlen(name);

    snprintf(value, VALUE_BYTES, "?");
    for (const char *line = key; line && *line;) {
        char *end = NULL;
        const char *next = strchr(line, '\n');

        if (strncmp(line, name, length) == 0 && line[length] == ' ') {
            const unsigned long bytes = strtoul(line + length, &end, 10);

            if (*end == ' ') {
                snprintf(value, VALUE_BYTES, "%.*s", (int)(bytes < VALUE_BYTES ? bytes : VALUE_BYTES - 1), end + 1);
            }
            return;
        }
        line = next ? next + 1 : NULL;
    }
}

static void print_date(long long seconds)
{
    const time_t at = (time_t)seconds;
    struct tm parts;
    char text[DATE_BYTES] = "?";

    if (gmtime_r(&at, &parts)) {
        strftime(text, sizeof(text), "%Y-%m-%d", &parts);
    }
    printf("%s", text);
}

static void print_keys(const char *key)
{
    while (*key) {
        const int length = (int)strcspn(key, "\n");

        printf("    %.*s\n", length, key);
        key += length + (key[length] == '\n');
    }
}

static void list_one(void *user, const clgn_cache_file *file)
{
    const struct sums *sums = user;
    const char *slash = strrchr(file->path, '/');
    char device[VALUE_BYTES], driver[VALUE_BYTES];

    printf("%.12s  %8.1f KiB  ", slash ? slash + 1 : file->path, (double)file->bytes / 1024.0);
    print_date(file->used);
    if (file->fault) {
        printf("  %s\n", file->fault);
        return;
    }
    value_of(file->key, "device", device);
    value_of(file->key, "driver", driver);
    printf("  %s, driver %s\n", device, driver);
    if (sums->cache->keys) {
        print_keys(file->key);
    }
}

static int list(const struct cache *cache)
{
    struct sums sums = {.cache = cache};

    clgn_cache_list(cache->folder, list_one, &sums);
    return TUNE_OK;
}

static void tell_fault(void *user, const clgn_cache_file *file)
{
    add_up(user, file);
    if (file->fault) {
        printf("%s %s\n", file->path, file->fault);
    }
}

static int verify(const struct cache *cache)
{
    struct sums sums = {.cache = cache};

    clgn_cache_list(cache->folder, tell_fault, &sums);
    printf("%zu programs, %zu not good\n", sums.files, sums.faulty);
    return sums.faulty > 0 ? TUNE_FAILED : TUNE_OK;
}

static int trim(const struct cache *cache, size_t most)
{
    clgn_cache_trimmed did = CLGN_CACHE_TRIMMED_INIT;

    clgn_cache_trim(cache->folder, most, &did);
    printf("%zu files removed, %.1f MiB; %zu left, %.1f MiB\n", did.files, (double)did.bytes / mib, did.kept_files,
           (double)did.kept_bytes / mib);
    if (did.kept_bytes > most) {
        fprintf(stderr, "%s: %s: files cannot be removed\n", cache->name, cache->folder);
        return TUNE_FAILED;
    }
    return TUNE_OK;
}

static int prune(const struct cache *cache)
{
    return trim(cache, cache->has_most ? cache->most : clgn_cache_limit());
}

static int clear(const struct cache *cache)
{
    return trim(cache, 0);
}

/* ---- the command line ---- */

static size_t parse_mib(const char *text, struct argp_state *state)
{
    char *end = NULL;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (end == text || *end || errno || !(value >= 0.0) || value > 1e6) {
        argp_error(state, "--max=%s is not a number of MiB from 0 to 1000000", text);
    }
    return (size_t)(value * mib);
}

static const struct action *find_action(const char *name, struct argp_state *state)
{
    for (int i = 0; i < ACTIONS; ++i) {
        if (strcmp(name, actions[i].name) == 0) {
            return &actions[i];
        }
    }
    argp_error(state, "\"%s\" is no action of cache", name);
    return NULL;
}

static void check_words(const struct cache *cache, struct argp_state *state)
{
    if (!cache->action) {
        argp_usage(state);
        return;
    }
    if (cache->keys && cache->action->run != list) {
        argp_error(state, "--keys is for list alone");
    }
    if (cache->has_most && cache->action->run != prune) {
        argp_error(state, "--max is for prune alone");
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct cache *cache = state->input;

    switch (key) {
    case OPT_FOLDER:
        cache->folder = argument;
        return 0;
    case OPT_KEYS:
        cache->keys = 1;
        return 0;
    case OPT_MAX:
        cache->most = parse_mib(argument, state);
        cache->has_most = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (cache->action) {
            argp_error(state, "\"%s\": one action is taken", argument);
        }
        cache->action = find_action(argument, state);
        return 0;
    case ARGP_KEY_END:
        check_words(cache, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *filter_help(int key, const char *text, void *input)
{
    char *made = NULL;
    size_t bytes = 0;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(size_t)text; /* argp's own convention: the same pointer means unchanged */
    }
    out = open_memstream(&made, &bytes);
    if (!out) {
        return NULL;
    }
    fputs("Actions:\n", out);
    for (int i = 0; i < ACTIONS; ++i) {
        fprintf(out, "  %-8s %s\n", actions[i].name, actions[i].text);
    }
    fputs("\nFiles of other names are never touched. verify ends with status 3 when a file is not\ngood.", out);
    fclose(out);
    return made;
}

int tune_cache(int argc, char **argv)
{
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "ACTION",
                              .doc = "Look at and empty the folder of built programs.\v",
                              .help_filter = filter_help};
    struct cache cache = {.name = argv[0]};
    char folder[CACHE_PATH_BYTES];

    if (argp_parse(&argp, argc, argv, 0, NULL, &cache) != 0 || !cache.action) {
        return TUNE_USAGE;
    }
    if (!cache.folder) {
        const clgn_status status = clgn_cache_folder(folder, sizeof(folder));

        if (status != CLGN_OK) {
            fprintf(stderr, "%s: there is no folder of built programs: CLGN_CACHE_DIR is off, or HOME is not set\n",
                    cache.name);
            return TUNE_USAGE;
        }
        cache.folder = folder;
    }
    return cache.action->run(&cache);
}
