/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune db: the files of measured choices. */
#include "db.h"

#include <argp.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>

#include "command.h"

enum { OPT_NOISY = 256 };

static const struct action {
    const char *name, *arguments, *text;
    int (*run)(const struct db *db);
    size_t least; /* files that must be given; 0: the user's are the default */
} actions[] = {
    {"list", "[FILE...]", "devices and the number of their choices", db_list, 0},
    {"show", "[FILE...]", "choices with their gain over the heuristic's", db_show, 0},
    {"validate", "[FILE...]", "what the library would ignore, and why", db_validate, 0},
    {"merge", "INTO FILE...", "take choices into a file of the same device", db_merge, 2},
    {"import", "FILE...", "take choices into the user's folder", db_import, 1},
    {"export", "[FILE]", "write what is right and not noisy, sorted", db_export, 0},
    {"prune", "[FILE...]", "remove what the library would ignore", db_prune, 0},
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

struct words {
    struct db db;
    const struct action *action;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "Where export writes; default the standard output", 0},
    {"noisy", OPT_NOISY, NULL, 0, "prune: remove choices that were measured under noise, too", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct action *find_action(const char *name, struct argp_state *state)
{
    for (int i = 0; i < ACTIONS; ++i) {
        if (strcmp(name, actions[i].name) == 0) {
            return &actions[i];
        }
    }
    argp_error(state, "\"%s\" is no action of db", name);
    return NULL;
}

static void check_words(const struct words *words, struct argp_state *state)
{
    if (!words->action) {
        argp_usage(state);
        return;
    }
    if (words->db.count < words->action->least) {
        argp_error(state, "%s needs %s", words->action->name, words->action->arguments);
    }
    if (words->db.output && words->action->run != db_export) {
        argp_error(state, "--output is for export alone");
    }
    if (words->db.noisy && words->action->run != db_prune) {
        argp_error(state, "--noisy is for prune alone");
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct words *words = state->input;

    switch (key) {
    case 'o':
        words->db.output = argument;
        return 0;
    case OPT_NOISY:
        words->db.noisy = 1;
        return 0;
    case ARGP_KEY_ARG:
        if (!words->action) {
            words->action = find_action(argument, state);
        } else {
            words->db.files[words->db.count++] = argument;
        }
        return 0;
    case ARGP_KEY_END:
        check_words(words, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *filter_help(int key, const char *text, void *input)
{
    char *list = NULL;
    size_t bytes = 0;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(size_t)text;
    }
    out = open_memstream(&list, &bytes);
    if (!out) {
        return NULL;
    }
    fputs("Actions:\n", out);
    for (int i = 0; i < ACTIONS; ++i) {
        fprintf(out, "  %-8s %-13s %s\n", actions[i].name, actions[i].arguments, actions[i].text);
    }
    fputs("\nWithout FILEs: those of the user's folder (CLGN_TUNING_DIR). validate ends with\nstatus 3 when something "
          "would be ignored.",
          out);
    fclose(out);
    return list;
}

static int is_json(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* The user's files take the place of the command line's; returns a tune_exit. */
static int list_folder(struct db *db, char ***made)
{
    char folder[DB_PATH_BYTES];
    struct dirent **entries = NULL;
    int count;

    if (clgn_tuning_folder(folder, sizeof(folder)) != CLGN_OK) {
        fprintf(stderr, "%s: there is no folder of measured choices: CLGN_TUNING_DIR is off, or HOME is not set\n",
                db->name);
        return TUNE_USAGE;
    }
    count = scandir(folder, &entries, is_json, alphasort); /* one that is missing is empty */
    *made = calloc((size_t)(count > 0 ? count : 0) + 1, sizeof(**made));
    for (int i = 0; i < count; ++i) {
        char path[DB_PATH_BYTES + 256];

        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (*made && ((*made)[db->count] = strdup(path)) != NULL) {
            db->count++;
        }
        free(entries[i]);
    }
    free(entries);
    db->files = *made;
    return *made ? TUNE_OK : TUNE_DEVICE;
}

int tune_db(int argc, char **argv)
{
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "ACTION [FILE...]",
                              .doc = "List, check and change the files in which measured choices are remembered.\v",
                              .help_filter = filter_help};
    struct words words;
    char **given = calloc((size_t)argc + 1, sizeof(*given));
    char **made = NULL;
    int result = TUNE_OK;

    memset(&words, 0, sizeof(words));
    words.db.name = argv[0];
    words.db.files = given;
    if (!given || argp_parse(&argp, argc, argv, 0, NULL, &words) != 0) {
        free(given);
        return TUNE_USAGE;
    }
    if (words.db.count == 0) {
        result = list_folder(&words.db, &made);
    }
    if (result == TUNE_OK) {
        result = words.action->run(&words.db);
    }
    for (size_t i = 0; made && i < words.db.count; ++i) {
        free(made[i]);
    }
    free(made);
    free(given);
    return result;
}
