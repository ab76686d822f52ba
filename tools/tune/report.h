/* SPDX-License-Identifier: Apache-2.0 */
/* What a report is made of: sections, each a table and perhaps a plot. */
#ifndef CLGN_TUNE_REPORT_H
#define CLGN_TUNE_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

enum { REPORT_ERROR_BYTES = 512, REPORT_MOST_SECTIONS = 16 };

/** One section; strings and arrays are its own. */
struct report_section {
    char id[32]; /* a file's name and an anchor */
    char title[128];
    char *note;      /* what the table and the plot show; may be "" */
    json_t *columns; /* of texts */
    json_t *rows;    /* of arrays of texts, as many as there are columns */
    char *script;    /* gnuplot commands without a terminal; NULL: no plot */
    unsigned height; /* of the plot, in pixels */
};

struct report {
    struct report_section sections[REPORT_MOST_SECTIONS];
    size_t count;
};

/** The files that a report is made of, by their format: arrays of documents that report_load checked. */
struct report_data {
    json_t *bench;    /* documents of clgn-tune bench --json */
    json_t *tuning;   /* tuning files */
    json_t *journals; /* of clgn-tune run: {"device", "record"}, the record as record.h has it */
    json_t *peers;    /* of bench/peers/compare.py */
};

/**
 * Read a file and put it with those of its format; later code trusts what it needs.
 *
 * @param error receives the reason for a failure, which names the file and the line or the field
 * @return 0, or -1
 */
int report_load(const char *path, struct report_data *data, char *error, size_t error_bytes);

/** Release the documents; harmless on zeros. */
void report_data_release(struct report_data *data);

/** Make the sections of all documents. Returns 0, or -1 when memory ran out or there are too many. */
int report_build(const struct report_data *data, struct report *report);

/** Release the sections; harmless on zeros. */
void report_release(struct report *report);

enum { REPORT_PLOT_WIDTH = 960 };

/**
 * Let gnuplot draw a section.
 *
 * @param terminal "svg" or "png"
 * @param bytes    receives the number of bytes
 * @param error    receives the reason for a failure
 * @return the picture, to be freed; NULL when gnuplot is not there or failed
 */
char *report_plot(const struct report_section *section, const char *terminal, size_t *bytes, char *error,
                  size_t error_bytes);

/** A text between gnuplot's double quotes: what could end it or mean something is replaced. To be freed, or NULL. */
char *report_plot_text(const char *text);

/** Write the report; pictures has the SVG of each section, or NULL. */
void report_html(const struct report *report, char *const *pictures, const char *title, FILE *out);
void report_markdown(const struct report *report, const char *title, FILE *out);
void report_csv(const struct report *report, FILE *out);

#endif
