/* SPDX-License-Identifier: Apache-2.0 */
/* A parser for just so much of Python's syntax as NumPy writes into a header. */
#include "npy_header.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { KEY_DESCR = 1, KEY_ORDER = 2, KEY_SHAPE = 4, KEY_ALL = 7 };

struct cursor {
    const char *at;
    const char *end;
    char *reason;
    size_t reason_bytes;
};

static int fail(struct cursor *c, const char *reason)
{
    snprintf(c->reason, c->reason_bytes, "%s", reason);
    return -1;
}

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r')) {
        ++c->at;
    }
}

/* 1 when the next character but blanks is wanted, which is then consumed. */
static int take(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->at < c->end && *c->at == wanted) {
        ++c->at;
        return 1;
    }
    return 0;
}

static int take_word(struct cursor *c, const char *word)
{
    const size_t length = strlen(word);

    skip_blanks(c);
    if ((size_t)(c->end - c->at) >= length && memcmp(c->at, word, length) == 0) {
        c->at += length;
        return 1;
    }
    return 0;
}

static int parse_string(struct cursor *c, char *text, size_t bytes)
{
    const char quote = take(c, '\'') ? '\'' : '"';
    size_t length = 0;

    if (quote == '"' && !take(c, '"')) {
        return fail(c, "the header has no text where one belongs");
    }
    while (c->at < c->end && *c->at != quote) {
        if (length + 1 >= bytes) {
            return fail(c, "a text in the header is too long");
        }
        text[length++] = *c->at++;
    }
    text[length] = '\0';
    return take(c, quote) ? 0 : fail(c, "a text in the header does not end");
}

static int parse_descr(struct cursor *c, struct npy *array)
{
    char descr[32];

    skip_blanks(c);
    if (c->at < c->end && *c->at == '[') {
        return fail(c, "a structured type; only <f2, <f4 and <f8 are read");
    }
    if (parse_string(c, descr, sizeof(descr)) != 0) {
        return -1;
    }
    if (strcmp(descr, "<f2") == 0) {
        array->type = NPY_F2;
    } else if (strcmp(descr, "<f4") == 0) {
        array->type = NPY_F4;
    } else if (strcmp(descr, "<f8") == 0) {
        array->type = NPY_F8;
    } else {
        snprintf(c->reason, c->reason_bytes, "type '%s'%s; only <f2, <f4 and <f8 are read", descr,
                 descr[0] == '>' ? " is big-endian" : "");
        return -1;
    }
    return 0;
}

static int parse_order(struct cursor *c)
{
    if (take_word(c, "False")) {
        return 0;
    }
    return fail(c, take_word(c, "True") ? "Fortran order; only C order is read" : "fortran_order is not True or False");
}

static int parse_extent(struct cursor *c, size_t *extent)
{
    size_t value = 0;

    skip_blanks(c);
    if (c->at >= c->end || *c->at < '0' || *c->at > '9') {
        return fail(c, "the shape is not a tuple of numbers");
    }
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; ++c->at) {
        const size_t digit = (size_t)(*c->at - '0');
        if (value > (SIZE_MAX - digit) / 10) {
            return fail(c, "a number in the shape is too large");
        }
        value = 10 * value + digit;
    }
    (void)(c->at < c->end && *c->at == 'L' && c->at++); /* Python 2 wrote 3L */
    *extent = value;
    return 0;
}

static int parse_shape(struct cursor *c, struct npy *array)
{
    array->rank = 0;
    if (!take(c, '(')) {
        return fail(c, "the shape is not a tuple of numbers");
    }
    while (!take(c, ')')) {
        if (array->rank == NPY_MAX_RANK) {
            return fail(c, "more than 8 axes");
        }
        if (parse_extent(c, &array->shape[array->rank++]) != 0) {
            return -1;
        }
        /* (3) is a number in Python, but no reader insists on the comma. */
        if (!take(c, ',')) {
            return take(c, ')') ? 0 : fail(c, "the shape does not end");
        }
    }
    return 0;
}

static int parse_entry(struct cursor *c, struct npy *array, int *seen)
{
    char key[32];
    int bit;

    if (parse_string(c, key, sizeof(key)) != 0) {
        return -1;
    }
    bit = strcmp(key, "descr") == 0           ? KEY_DESCR
          : strcmp(key, "fortran_order") == 0 ? KEY_ORDER
          : strcmp(key, "shape") == 0         ? KEY_SHAPE
                                              : 0;
    if (bit == 0 || (*seen & bit)) {
        snprintf(c->reason, c->reason_bytes, "key '%s' in the header is %s", key, bit ? "there twice" : "not known");
        return -1;
    }
    *seen |= bit;
    if (!take(c, ':')) {
        return fail(c, "the header is not a dictionary");
    }
    return bit == KEY_DESCR ? parse_descr(c, array) : bit == KEY_ORDER ? parse_order(c) : parse_shape(c, array);
}

int npy_header_parse(const char *text, size_t length, struct npy *array, char *reason, size_t reason_bytes)
{
    struct cursor c = {text, text + length, reason, reason_bytes};
    int seen = 0;
    int more = 1;

    if (!take(&c, '{')) {
        return fail(&c, "the header is not a dictionary");
    }
    while (!take(&c, '}')) {
        if (!more) {
            return fail(&c, "the header's entries are not separated by commas");
        }
        if (parse_entry(&c, array, &seen) != 0) {
            return -1;
        }
        more = take(&c, ',');
    }
    skip_blanks(&c);
    if (c.at != c.end) {
        return fail(&c, "text follows the header's dictionary");
    }
    if (seen != KEY_ALL) {
        return fail(&c, "descr, fortran_order or shape is missing in the header");
    }
    return npy_count(array, &array->count) == 0 ? 0 : fail(&c, "the shape is too large for this computer");
}

size_t npy_header_format(const struct npy *array, char *text, size_t bytes)
{
    size_t used;
    int n = snprintf(text, bytes, "{'descr': '<f%d', 'fortran_order': False, 'shape': (", (int)array->type);

    used = n < 0 ? bytes : (size_t)n;
    for (size_t i = 0; i < array->rank && used < bytes; ++i) {
        n = snprintf(text + used, bytes - used, i == 0 ? "%zu," : " %zu,", array->shape[i]);
        used = n < 0 ? bytes : used + (size_t)n;
    }
    if (used < bytes && array->rank > 1) {
        --used; /* only a single axis keeps its comma */
    }
    if (used < bytes) {
        n = snprintf(text + used, bytes - used, "), }");
        used = n < 0 ? bytes : used + (size_t)n;
    }
    return used < bytes ? used : 0;
}
