/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing the sizes of problems. */
#include "problem_text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_G, KEY_MB, KEY_IC, KEY_ID, KEY_IH, KEY_IW, KEY_COUNT, MOST_AXES = 3 };

static const char *const key_names[KEY_COUNT] = {"g", "mb", "ic", "id", "ih", "iw"};

struct fields {
    size_t value[KEY_COUNT];
    int seen[KEY_COUNT];
    double eps; /* negative: not given */
};

static int parse_size(const char *text, const char **rest, size_t *size)
{
    unsigned long long value;
    char *end;

    if (!isdigit((unsigned char)*text)) {
        return -1;
    }
    errno = 0;
    value = strtoull(text, &end, 10);
    *size = (size_t)value;
    *rest = end;
    return errno == 0 && value <= SIZE_MAX ? 0 : -1;
}

static int parse_eps(const char **text, struct fields *fields)
{
    const char *number = *text + strlen("eps");
    char *end;

    if (strncmp(*text, "eps", strlen("eps")) != 0 || !isdigit((unsigned char)*number) || fields->eps >= 0.0) {
        return -1;
    }
    fields->eps = strtod(number, &end);
    *text = end;
    return isfinite(fields->eps) ? 0 : -1;
}

static int parse_field(const char **text, struct fields *fields)
{
    *text += **text == '_';
    if (strncmp(*text, "n\"", 2) == 0) {
        *text += strlen(*text);
        return 0;
    }
    for (int k = 0; k < KEY_COUNT; ++k) {
        const size_t length = strlen(key_names[k]);
        size_t value;
        if (strncmp(*text, key_names[k], length) != 0 || !isdigit((unsigned char)(*text)[length])) {
            continue;
        }
        if (fields->seen[k] || parse_size(*text + length, text, &value) != 0) {
            return -1;
        }
        fields->value[k] = value;
        fields->seen[k] = 1;
        return 0;
    }
    return parse_eps(text, fields);
}

static int parse_fields(const char *text, clgn_problem *p, char *error, size_t error_bytes)
{
    struct fields f = {{0}, {0}, -1.0};
    const char *at = text;

    while (*at) {
        if (parse_field(&at, &f) != 0) {
            snprintf(error, error_bytes,
                     "problem '%s': at '%s': expected g, mb, ic, id, ih or iw, each once and with a number, "
                     "such as g32mb2ic320ih64iw64",
                     text, at);
            return -1;
        }
    }
    p->n = f.seen[KEY_MB] ? f.value[KEY_MB] : 2;
    p->c = f.value[KEY_IC];
    p->groups = f.value[KEY_G];
    p->eps = f.eps >= 0.0 ? f.eps : p->eps;
    p->spatial_dims = 0;
    for (int k = KEY_ID; k <= KEY_IW; ++k) {
        if (f.seen[k]) {
            p->spatial[p->spatial_dims++] = f.value[k];
        }
    }
    return 0;
}

static int parse_sizes(const char *text, clgn_problem *p, char *error, size_t error_bytes)
{
    size_t sizes[2 + MOST_AXES];
    size_t count = 0;
    const char *at = text;
    int wrong;

    do {
        wrong = count == 2 + MOST_AXES || parse_size(at + (count > 0), &at, &sizes[count]) != 0;
        count += !wrong;
    } while (!wrong && *at == 'x');
    if (wrong || count < 2 || *at != '/' || parse_size(at + 1, &at, &p->groups) != 0 || *at) {
        snprintf(error, error_bytes, "problem '%s': expected NxC/G, NxCxW/G, NxCxHxW/G or NxCxDxHxW/G", text);
        return -1;
    }
    p->n = sizes[0];
    p->c = sizes[1];
    p->spatial_dims = count - 2;
    memcpy(p->spatial, sizes + 2, p->spatial_dims * sizeof(*sizes));
    return 0;
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

static int check_sizes(const char *text, const clgn_problem *p, char *error, size_t error_bytes)
{
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
    for (size_t i = 0; i < p->spatial_dims; ++i) {
        if (p->spatial[i] == 0) {
            snprintf(error, error_bytes, "problem '%s': spatial axis %zu is 0", text, i + 1);
            return -1;
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
    const int sizes = isdigit((unsigned char)text[0]);
    const int result = (sizes ? parse_sizes : parse_fields)(text, problem, error, error_bytes);

    return result == 0 ? check_sizes(text, problem, error, error_bytes) : -1;
}

void problem_text_format(const clgn_problem *problem, char *text, size_t bytes)
{
    const size_t dims = problem->spatial_dims < MOST_AXES ? problem->spatial_dims : MOST_AXES;
    int used = snprintf(text, bytes, "g%zumb%zuic%zu", problem->groups, problem->n, problem->c);

    for (size_t i = 0; i < dims && used >= 0 && (size_t)used < bytes; ++i) {
        used += snprintf(text + used, bytes - (size_t)used, "%s%zu", key_names[KEY_IW + 1 - (int)(dims - i)],
                         problem->spatial[i]);
    }
}

size_t problem_text_elements(const clgn_problem *problem)
{
    size_t elements = problem->n * problem->c;

    for (size_t i = 0; i < problem->spatial_dims; ++i) {
        elements *= problem->spatial[i];
    }
    return elements;
}
