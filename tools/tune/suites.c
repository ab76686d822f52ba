/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the table of problems that is built in. */
#include "suites.h"

#include <stdio.h>
#include <string.h>

/* Copy up to the comma; returns the start of the next field. */
static const char *take_field(const char *at, const char *end, char *field, size_t bytes)
{
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *stop = comma ? comma : end;

    snprintf(field, bytes, "%.*s", (int)(stop - at), at);
    return comma ? comma + 1 : end;
}

/* suite,core,problem,dtype,layout,epilogue,...: the columns that follow are for people. */
static struct suites_row read_row(const char *at, const char *end)
{
    struct suites_row row;
    char core[8];

    memset(&row, 0, sizeof(row));
    at = take_field(at, end, row.suite, sizeof(row.suite));
    at = take_field(at, end, core, sizeof(core));
    at = take_field(at, end, row.problem, sizeof(row.problem));
    at = take_field(at, end, row.dtype, sizeof(row.dtype));
    at = take_field(at, end, row.layout, sizeof(row.layout));
    take_field(at, end, row.epilogue, sizeof(row.epilogue));
    row.core = strcmp(core, "core") == 0;
    return row;
}

/* The rows one after the other; *at begins as 0. */
static int next_row(const char **at, struct suites_row *row)
{
    const char *text = (const char *)suites_texts[0].text;
    const char *end = text + suites_texts[0].size;
    const char *line_end;

    if (!*at) {
        const char *head = memchr(text, '\n', suites_texts[0].size);
        *at = head ? head + 1 : end;
    }
    if (*at >= end) {
        return 0;
    }
    line_end = memchr(*at, '\n', (size_t)(end - *at));
    line_end = line_end ? line_end : end;
    *row = read_row(*at, line_end);
    *at = line_end < end ? line_end + 1 : end;
    return 1;
}

int suites_walk(const char *suite, int core, int (*each)(const struct suites_row *row, void *user), void *user)
{
    const int all = strcmp(suite, "all") == 0 || strcmp(suite, "core") == 0;
    const int core_only = core || strcmp(suite, "core") == 0;
    const char *at = NULL;
    struct suites_row row;
    int known = all;
    int result = 0;

    while (result == 0 && next_row(&at, &row)) {
        const int matches = all || strcmp(suite, row.suite) == 0;
        known |= matches;
        if (matches && (row.core || !core_only)) {
            result = each(&row, user);
        }
    }
    return known ? result : -1;
}

void suites_names(char *text, size_t bytes)
{
    const char *at = NULL;
    char last[24] = "";
    struct suites_row row;
    size_t used = 0;

    snprintf(text, bytes, "%s", "");
    while (next_row(&at, &row)) {
        /* A suite's rows stand together. */
        if (strcmp(row.suite, last) != 0 && used < bytes) {
            used += (size_t)snprintf(text + used, bytes - used, "%s ", row.suite);
            memcpy(last, row.suite, sizeof(last));
        }
    }
    if (used < bytes) {
        snprintf(text + used, bytes - used, "core all");
    }
}
