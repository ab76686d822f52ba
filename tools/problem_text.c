/* SPDX-License-Identifier: Apache-2.0 */
/* Reading problems in benchdnn's grammar. */
#include "problem_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_G, KEY_MB, KEY_IC, KEY_ID, KEY_IH, KEY_IW, KEY_COUNT };

static const char *const key_names[KEY_COUNT] = {"g", "mb", "ic", "id", "ih", "iw"};

struct fields {
    size_t value[KEY_COUNT];
    int seen[KEY_COUNT];
};

static int parse_field(const char **text, struct fields *fields)
{
    for (int k = 0; k < KEY_COUNT; ++k) {
        size_t length = strlen(key_names[k]);
        unsigned long long value;
        char *end;

        if (strncmp(*text, key_names[k], length) != 0 || !isdigit((unsigned char)(*text)[length])) {
            continue;
        }
        errno = 0;
        value = strtoull(*text + length, &end, 10);
        if (errno != 0 || value > SIZE_MAX || fields->seen[k]) {
            return -1;
        }
        fields->value[k] = (size_t)value;
        fields->seen[k] = 1;
        *text = end;
        return 0;
    }
    return -1;
}

static int product_fits(const clgn_problem *p)
{
    size_t rest = SIZE_MAX / 8;

    if (p->n == 0) {
        return 1;
    }
    rest = rest / p->n / p->c;
    for (size_t i = 0; i < p->spatial_dims; ++i) {
        rest /= p->spatial[i];
    }
    return rest > 0;
}

static int fill_problem(const char *text, const struct fields *f, clgn_problem *p, char *error, size_t error_bytes)
{
    p->n = f->seen[KEY_MB] ? f->value[KEY_MB] : 2;
    p->c = f->value[KEY_IC];
    p->groups = f->value[KEY_G];
    p->spatial_dims = 0;
    if (p->groups == 0) {
        snprintf(error, error_bytes, "problem '%s': the number of groups is missing (g1 or more)", text);
        return -1;
    }
    if (p->c == 0) {
        snprintf(error, error_bytes, "problem '%s': the number of channels is missing (ic1 or more)", text);
        return -1;
    }
    if (p->c % p->groups != 0) {
        snprintf(error, error_bytes, "problem '%s': g%zu does not divide ic%zu", text, p->groups, p->c);
        return -1;
    }
    for (int k = KEY_ID; k <= KEY_IW; ++k) {
        if (f->seen[k] && f->value[k] == 0) {
            snprintf(error, error_bytes, "problem '%s': %s is 0", text, key_names[k]);
            return -1;
        }
        if (f->seen[k]) {
            p->spatial[p->spatial_dims++] = f->value[k];
        }
    }
    if (!product_fits(p)) {
        snprintf(error, error_bytes, "problem '%s': too large", text);
        return -1;
    }
    return 0;
}

int problem_text_parse(const char *text, clgn_problem *problem, char *error, size_t error_bytes)
{
    struct fields fields = {{0}, {0}};
    const char *at = text;

    while (*at) {
        if (parse_field(&at, &fields) != 0) {
            snprintf(error, error_bytes,
                     "problem '%s': at '%s': expected g, mb, ic, id, ih or iw, each once and with a number, "
                     "such as g32mb2ic320ih64iw64",
                     text, at);
            return -1;
        }
    }
    return fill_problem(text, &fields, problem, error, error_bytes);
}

size_t problem_text_elements(const clgn_problem *problem)
{
    size_t elements = problem->n * problem->c;

    for (size_t i = 0; i < problem->spatial_dims; ++i) {
        elements *= problem->spatial[i];
    }
    return elements;
}
