/* SPDX-License-Identifier: Apache-2.0 */
/* The suites of problems that are built into clgn-tune: suites.csv, which names where each problem comes from. */
#ifndef CLGN_TUNE_SUITES_H
#define CLGN_TUNE_SUITES_H

#include <stddef.h>

/** One row of the file. */
struct suites_row {
    char suite[24];
    char problem[64]; /* benchdnn's grammar */
    char dtype[8];
    char layout[8];    /* nchw, nhwc or both */
    char epilogue[32]; /* as epilogue.h reads it */
    int core;
};

/** A text built into the program. */
struct suites_text {
    const char *name;
    const unsigned char *text;
    size_t size;
};
extern const struct suites_text suites_texts[];
extern const size_t suites_text_count;

/**
 * Hand the rows of a suite to each: of the suite with that name, of all for "all", those marked core for "core".
 *
 * @param core   not 0: the rows marked core alone
 * @param each   returns 0 to go on; anything else ends the walk
 * @return 0; -1 when there is no such suite; else what each returned
 */
int suites_walk(const char *suite, int core, int (*each)(const struct suites_row *row, void *user), void *user);

/** Write the names of all suites, separated by blanks, always terminated. */
void suites_names(char *text, size_t bytes);

#endif
