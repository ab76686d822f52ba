/* SPDX-License-Identifier: Apache-2.0 */
/* The configurations of a problem that are worth measuring, as a list. */
#include "candidates.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"rapid", "normal", "exhaustive"};

const char *candidates_level_name(clgn_tuning_level level)
{
    return names[level];
}

int candidates_parse_level(const char *text, clgn_tuning_level *level)
{
    for (int i = 0; i < 3; ++i) {
        if (strcmp(text, names[i]) == 0) {
            *level = (clgn_tuning_level)i;
            return 0;
        }
    }
    return -1;
}

struct collecting {
    struct candidates *list;
    int failed;
};

static void collect(void *user, const char *config)
{
    struct collecting *c = user;
    struct candidates *list = c->list;
    char **grown = realloc(list->config, (list->count + 1) * sizeof(*grown));
    char *copy = grown ? strdup(config) : NULL;

    list->config = grown ? grown : list->config;
    if (copy) {
        list->config[list->count++] = copy;
    }
    c->failed |= !copy;
}

clgn_status candidates_list(clgn_context *context, const clgn_problem *problem, clgn_tuning_level level,
                            struct candidates *list)
{
    struct collecting c = {list, 0};
    clgn_status status;

    *list = (struct candidates){NULL, 0};
    status = clgn_tuning_candidates(context, problem, level, collect, &c);
    if (status == CLGN_OK && c.failed) {
        status = CLGN_ERR_MEMORY;
    }
    if (status != CLGN_OK) {
        candidates_release(list);
    }
    return status;
}

void candidates_release(struct candidates *list)
{
    for (size_t i = 0; i < list->count; ++i) {
        free(list->config[i]);
    }
    free(list->config);
    *list = (struct candidates){NULL, 0};
}
