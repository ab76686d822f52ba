/* SPDX-License-Identifier: Apache-2.0 */
/* gnuplot commands for a plot with a line for each row, on which every series has a point. */
#ifndef CLGN_TUNE_REPORT_DOTS_H
#define CLGN_TUNE_REPORT_DOTS_H

#include <stdio.h>

#include <jansson.h>

#include "report.h"

/** What is drawn. */
struct report_dots {
    json_t *labels;   /* of rows, from the top */
    json_t *series;   /* texts, for the legend */
    json_t *values;   /* of rows: arrays of a number for each series, or null */
    const char *axis; /* what x is */
    int logarithmic;
    int from_zero;           /* the linear axis begins there */
    const char *marks[4];    /* legends of upright lines, NULL after the last */
    const double mark_at[4]; /* where these are */
};

/** Colours that people with any sight tell apart, and shapes: the words of gnuplot's style of a series. */
const char *report_style(size_t series);

/** What every plot begins with. */
void report_plot_begin(FILE *script);

/**
 * Make the script and height of a section that should have so many rows, and release labels, values and series.
 *
 * @param section NULL: there was no memory for it
 * @return 0, or -1 when memory ran out; without a label there is no picture
 */
int report_dots(const struct report_dots *dots, size_t rows, struct report_section *section);

#endif
