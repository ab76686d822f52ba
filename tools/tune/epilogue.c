/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing epilogues. */
#include "epilogue.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

enum { PART_BYTES = 48 };

static int apply_part(const char *part, clgn_problem *p, int *act_seen)
{
    if (strcmp(part, "skip") == 0 && p->skip == CLGN_SKIP_NONE) {
        p->skip = CLGN_SKIP_FULL;
    } else if (strcmp(part, "bias") == 0 && p->bias == CLGN_DTYPE_NONE) {
        p->bias = CLGN_DTYPE_F32;
    } else if (strcmp(part, "modulate") == 0 && p->scale == CLGN_DTYPE_NONE) {
        p->scale = p->shift = CLGN_DTYPE_F32;
    } else if (strcmp(part, "add") == 0 && !p->residual) {
        p->residual = 1;
    } else {
        return (*act_seen)++ ? -1 : names_parse_act(part, &p->act, &p->act_alpha);
    }
    return 0;
}

int epilogue_parse(const char *text, clgn_problem *problem)
{
    int act_seen = 0;

    problem->skip = CLGN_SKIP_NONE;
    problem->bias = problem->scale = problem->shift = CLGN_DTYPE_NONE;
    problem->residual = 0;
    problem->act = CLGN_ACT_NONE;
    problem->act_alpha = 0.0;
    for (;;) {
        const size_t length = strcspn(text, "+");
        char part[PART_BYTES];
        /* The "+" of an exponent, elu=1e+2, is written without. */
        if (length == 0 || length >= sizeof(part)) {
            return -1;
        }
        memcpy(part, text, length);
        part[length] = '\0';
        if (apply_part(part, problem, &act_seen) != 0) {
            return -1;
        }
        if (text[length] == '\0') {
            return 0;
        }
        text += length + 1;
    }
}

void epilogue_format(const clgn_problem *problem, char *text, size_t bytes)
{
    const int plain = problem->act == CLGN_ACT_NONE;
    const char *parts[5] = {
        problem->skip != CLGN_SKIP_NONE ? "skip" : NULL,
        problem->bias != CLGN_DTYPE_NONE ? "bias" : NULL,
        problem->scale != CLGN_DTYPE_NONE ? "modulate" : NULL,
        problem->residual ? "add" : NULL,
        plain ? NULL : names_act(problem->act),
    };
    clgn_act act = CLGN_ACT_NONE;
    double usual = 0.0;
    size_t used = 0;

    snprintf(text, bytes, "none");
    for (int i = 0; i < 5; ++i) {
        if (parts[i] && used < bytes) {
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", used ? "+" : "", parts[i]);
        }
    }
    names_parse_act(names_act(problem->act), &act, &usual);
    if (!plain && (problem->act_alpha < usual || problem->act_alpha > usual) && used < bytes) {
        snprintf(text + used, bytes - used, "=%.6g", problem->act_alpha);
    }
}
