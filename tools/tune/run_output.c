/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for people. */
#include "run_output.h"

#include <stdio.h>
#include <string.h>

static double number(const json_t *object, const char *member, const char *name)
{
    return json_number_value(json_object_get(json_object_get(object, member), name));
}

static void print_counts(const json_t *counts)
{
    const char *status;
    const char *comma = "";
    json_t *count;

    json_object_foreach((json_t *)(size_t)counts, status, count)
    {
        printf("%s%lld %s", comma, (long long)json_integer_value(count), status);
        comma = ", ";
    }
}

void run_output_result(const json_t *result)
{
    const json_t *entry = json_object_get(result, "entry");
    const char *config = json_string_value(json_object_get(entry, "config"));
    const char *heuristic = json_string_value(json_object_get(result, "heuristic"));
    const char *quality = json_string_value(json_object_get(entry, "quality"));

    printf("%s  %.4g -> %.4g us (%.3gx)  %s%s%s%s  [", json_string_value(json_object_get(result, "problem")),
           number(entry, "base", "median") * 1e-3, number(entry, "ns", "median") * 1e-3,
           json_number_value(json_object_get(result, "gain")), config,
           config && heuristic && strcmp(config, heuristic) == 0 ? ", the heuristic's" : "",
           quality && strcmp(quality, "noisy") == 0 ? ", noisy" : "",
           json_is_true(json_object_get(result, "unconfirmed")) ? ", not confirmed" : "");
    print_counts(json_object_get(result, "counts"));
    printf("]\n");
    fflush(stdout);
}

/* A word as a shell reads it. */
static void print_word(const char *word)
{
    if (*word != '\0' &&
        word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/%@")] == '\0') {
        fprintf(stderr, " %s", word);
        return;
    }
    fputs(" '", stderr);
    for (; *word != '\0'; ++word) {
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, stderr);
    }
    fputs("'", stderr);
}

void run_output_resume(int argc, char **argv, const char *why)
{
    fprintf(stderr, "%s: %s; what was measured is kept, this resumes:\n    %s", argv[0], why, argv[0]);
    for (int i = 1; i < argc; ++i) {
        if (strcmp(argv[i], "--fresh") != 0) {
            print_word(argv[i]);
        }
    }
    fputs("\n", stderr);
}
