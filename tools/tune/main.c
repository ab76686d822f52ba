/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune: finds the command and runs it. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <clgn/clgn.h>

#include "command.h"

enum { NAME_BYTES = 64 };

struct command {
    const char *name;
    const char *text;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
#define TUNE_COMMAND(name, text) {#name, text, tune_##name},
#include "commands.inc"
#undef TUNE_COMMAND
};

/* Where the command stands in argv; 0: nowhere. */
struct found {
    int index;
    const struct command *command;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct found *found = state->input;

    if (key == ARGP_KEY_NO_ARGS) {
        argp_usage(state);
    }
    if (key != ARGP_KEY_ARG) {
        return ARGP_ERR_UNKNOWN;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); ++i) {
        if (strcmp(argument, commands[i].name) == 0) {
            found->command = &commands[i];
        }
    }
    if (!found->command) {
        argp_error(state, "\"%s\" is not a command", argument);
    }
    found->index = state->next - 1;
    state->next = state->argc; /* the rest is the command's */
    return 0;
}

static void print_version(FILE *out, struct argp_state *state)
{
    (void)state;
    fprintf(out, "clgn-tune %s\n", clgn_version());
}

/* The list of commands after the options. */
static char *filter_help(int key, const char *text, void *input)
{
    char *list = NULL;
    size_t bytes = 0;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(size_t)text; /* argp's own convention: the same pointer means unchanged */
    }
    out = open_memstream(&list, &bytes);
    if (!out) {
        return NULL;
    }
    fputs("Commands, each with its own --help:\n", out);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); ++i) {
        if (commands[i].text) {
            fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].text);
        }
    }
    fputs("\nExit status: 0 ok, 1 usage, 2 device or driver, 3 regression or wrong result, 4 stopped, resumable", out);
    fclose(out);
    return list;
}

int main(int argc, char **argv)
{
    const struct argp argp = {.parser = parse,
                              .args_doc = "COMMAND [ARGUMENT...]",
                              .doc = "Measure, choose and explain how clgn normalises on a device.\v",
                              .help_filter = filter_help};
    struct found found = {0, NULL};
    char name[NAME_BYTES];

    argp_program_version_hook = print_version;
    argp_err_exit_status = TUNE_USAGE;
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &found) != 0 || !found.command) {
        return TUNE_USAGE;
    }
    snprintf(name, sizeof(name), "clgn-tune %s", found.command->name);
    argv[found.index] = name;
    return found.command->run(argc - found.index, argv + found.index);
}
