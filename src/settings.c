/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the environment: no other module does. */
#define _GNU_SOURCE /* secure_getenv */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

static const char *variable(const char *name)
{
#if defined(__linux__)
    return secure_getenv(name);
#else
    return getenv(name);
#endif
}

static char *join(const char *folder, const char *tail)
{
    const size_t length = strlen(folder);
    const size_t bytes = strlen(tail) + 1;
    char *path = malloc(length + bytes);
    if (path != NULL) {
        memcpy(path, folder, length);
        memcpy(path + length, tail, bytes);
    }
    return path;
}

/* Where a folder of the caller's, of the user's, or of the XDG base directory specification is. */
struct place {
    const char *named; /* the variable with the folder itself */
    const char *base;  /* the variable with the folder above */
    const char *tail;
    const char *home_tail; /* below HOME, where the base is not set */
};

/* *path: the folder, NULL for none. Returns 0 when memory is short. */
static int find_folder(const char *option, const struct place *place, char **path, int *named)
{
    const char *given = option != NULL ? option : variable(place->named);
    const char *base = variable(place->base);
    const char *home = variable("HOME");
    *path = NULL;
    *named = given != NULL;
    if (given != NULL && (given[0] == '\0' || strcmp(given, "off") == 0))
        return 1;
    if (given != NULL)
        *path = join(given, "");
    else if (base != NULL && base[0] == '/') /* a relative one is invalid, says the specification */
        *path = join(base, place->tail);
    else if (home != NULL && home[0] == '/')
        *path = join(home, place->home_tail);
    else
        return 1;
    return *path != NULL;
}

static unsigned verbose_word(const char *word, size_t length)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"dispatch", CLGN_VERBOSE_DISPATCH}, {"cache", CLGN_VERBOSE_CACHE}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, word, length) == 0)
            return words[i].bit;
    return 0;
}

/* All unknown words make one warning, with the first of them. */
static unsigned parse_verbose(const char *list, const struct clgn_sink *sink)
{
    unsigned verbose = 0;
    int unknown = 0;
    while (list != NULL && *list != '\0') {
        const size_t length = strcspn(list, ",");
        const unsigned bit = verbose_word(list, length);
        if (bit == 0 && length > 0 && unknown++ == 0)
            clgn_note(sink, CLGN_SEVERITY_WARNING, "CLGN_VERBOSE: \"%.*s\" is none of dispatch, cache",
                      (int)(length < 64 ? length : 64), list);
        verbose |= bit;
        list += length + (list[length] == ',');
    }
    return verbose;
}

clgn_status clgn_settings_resolve(const clgn_options *options, const struct clgn_sink *sink,
                                  struct clgn_settings *settings)
{
    static const struct place cache = {"CLGN_CACHE_DIR", "XDG_CACHE_HOME", "/clgn", "/.cache/clgn"};
    static const struct place tuning = {"CLGN_TUNING_DIR", "XDG_DATA_HOME", "/clgn/tuning",
                                        "/.local/share/clgn/tuning"};
    const char *config = variable("CLGN_CONFIG");
    struct clgn_settings found = {NULL, NULL, NULL, 0, 0};
    int named;
    int ok = find_folder(options != NULL ? options->cache_dir : NULL, &cache, &found.cache_dir, &found.cache_dir_named);
    if (ok)
        ok = find_folder(options != NULL ? options->tuning_dir : NULL, &tuning, &found.tuning_dir, &named);
    if (ok && config != NULL && config[0] != '\0') {
        found.config = join(config, "");
        ok = found.config != NULL;
    }
    if (!ok) {
        clgn_settings_release(&found);
        return clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for the settings of a context");
    }
    found.verbose = parse_verbose(variable("CLGN_VERBOSE"), sink);
    *settings = found;
    return CLGN_OK;
}

void clgn_settings_release(struct clgn_settings *settings)
{
    free(settings->cache_dir);
    free(settings->tuning_dir);
    free(settings->config);
    memset(settings, 0, sizeof *settings);
}

clgn_status clgn_settings_folder(enum clgn_folder which, char *path, size_t bytes)
{
    const struct clgn_sink nobody = {NULL, NULL};
    struct clgn_settings settings;
    struct clgn_text text = clgn_text_in(path, path != NULL ? bytes : 0);
    const char *folder;
    clgn_status status;
    if (path == NULL || bytes == 0)
        return CLGN_ERR_ARGUMENT;
    status = clgn_settings_resolve(NULL, &nobody, &settings);
    if (status != CLGN_OK)
        return status;
    folder = which == CLGN_FOLDER_CACHE ? settings.cache_dir : settings.tuning_dir;
    if (folder != NULL)
        clgn_text_add(&text, "%s", folder);
    else
        status = CLGN_ERR_UNSUPPORTED;
    clgn_settings_release(&settings);
    return text.cut ? CLGN_ERR_ARGUMENT : status;
}
