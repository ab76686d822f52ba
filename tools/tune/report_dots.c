/* SPDX-License-Identifier: Apache-2.0 */
/* Plots of rows with points. */
#define _POSIX_C_SOURCE 200809L

#include "report_dots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_PIXELS = 17, FRAME_PIXELS = 130 };

const char *report_style(size_t series)
{
    /* Okabe and Ito's colours */
    static const char *const styles[] = {
        "pt 7 ps 0.8 lc rgb '#0072b2'",  "pt 5 ps 0.7 lc rgb '#d55e00'",  "pt 9 ps 0.9 lc rgb '#009e73'",
        "pt 13 ps 1.0 lc rgb '#cc79a7'", "pt 11 ps 0.9 lc rgb '#e69f00'", "pt 15 ps 0.9 lc rgb '#56b4e9'",
        "pt 6 ps 0.8 lc rgb '#000000'",  "pt 4 ps 0.7 lc rgb '#777777'",
    };

    return styles[series % (sizeof(styles) / sizeof(styles[0]))];
}

void report_plot_begin(FILE *script)
{
    fputs("set encoding utf8\nset border 3 lc rgb '#555555'\nset tics nomirror out textcolor rgb '#222222'\n"
          "set grid x y lt 1 lw 0.5 lc rgb '#dddddd'\nset key outside top center horizontal noautotitle\n",
          script);
}

/* The points of one series, with the labels of their rows. */
static void write_series(const struct report_dots *d, size_t series, FILE *script)
{
    const json_t *values;
    size_t row;

    fprintf(script, "$series%zu << EOD\n", series);
    json_array_foreach(d->values, row, values)
    {
        const json_t *value = json_array_get(values, series);
        if (json_is_number(value)) {
            fprintf(script, "%zu %.6g\n", row + 1, json_number_value(value));
        }
    }
    fputs("NaN NaN\nEOD\n", script); /* gnuplot wants a line at least */
}

static size_t write_labels(const json_t *labels, FILE *script)
{
    const json_t *label;
    size_t longest = 0;
    size_t row;

    fputs("set ytics (", script);
    json_array_foreach(labels, row, label)
    {
        char *text = report_plot_text(json_string_value(label));
        fprintf(script, "%s\"%s\" %zu", row > 0 ? ", " : "", text ? text : "", row + 1);
        longest = text && strlen(text) > longest ? strlen(text) : longest;
        free(text);
    }
    fputs(")\n", script);
    return longest;
}

/* All points and marks are inside. */
static void write_range(const struct report_dots *d, FILE *script)
{
    double least = d->mark_at[0];
    double most = d->mark_at[0];
    const json_t *values, *value;
    size_t row, s;

    for (size_t i = 0; i < 4 && d->marks[i]; ++i) {
        least = fmin(least, d->mark_at[i]);
        most = fmax(most, d->mark_at[i]);
    }
    json_array_foreach(d->values, row, values)
    {
        json_array_foreach(values, s, value)
        {
            least = json_is_number(value) ? fmin(least, json_number_value(value)) : least;
            most = json_is_number(value) ? fmax(most, json_number_value(value)) : most;
        }
    }
    if (d->logarithmic) {
        fprintf(script, "set logscale x\nset xrange [%.6g:%.6g]\n", least / 1.3, most * 1.3);
    } else {
        const double margin = 0.05 * most;
        fprintf(script, "set xrange [%.6g:%.6g]\n", d->from_zero ? 0.0 : least - margin, most + margin);
    }
}

static void write_plot(const struct report_dots *d, FILE *script)
{
    fputs("plot ", script);
    for (size_t i = 0; i < 4 && d->marks[i]; ++i) {
        fprintf(script, "NaN with lines dt %zu lw 1.5 lc rgb '#666666' title \"%s\", ", i + 2, d->marks[i]);
    }
    for (size_t s = 0; s < json_array_size(d->series); ++s) {
        char *name = report_plot_text(json_string_value(json_array_get(d->series, s)));
        fprintf(script, "%s$series%zu using 2:1 with points %s title \"%s\"", s > 0 ? ", " : "", s, report_style(s),
                name ? name : "");
        free(name);
    }
    fputc('\n', script);
}

static int draw(const struct report_dots *d, struct report_section *section)
{
    const size_t rows = json_array_size(d->labels);
    size_t bytes = 0;
    FILE *script = open_memstream(&section->script, &bytes);

    if (!script) {
        return -1;
    }
    report_plot_begin(script);
    for (size_t s = 0; s < json_array_size(d->series); ++s) {
        write_series(d, s, script);
    }
    fprintf(script, "set lmargin %zu\n", write_labels(d->labels, script) + 2);
    fprintf(script, "set yrange [%zu.5:0.5]\nset xlabel \"%s\"\n", rows, d->axis);
    write_range(d, script);
    for (size_t i = 0; i < 4 && d->marks[i]; ++i) {
        fprintf(script, "set arrow from %g, graph 0 to %g, graph 1 nohead back dt %zu lw 1.5 lc rgb '#666666'\n",
                d->mark_at[i], d->mark_at[i], i + 2);
    }
    write_plot(d, script);
    section->height = (unsigned)(FRAME_PIXELS + ROW_PIXELS * rows);
    return fclose(script) == 0 ? 0 : -1;
}

int report_dots(const struct report_dots *dots, size_t rows, struct report_section *section)
{
    int result = section && json_array_size(section->rows) == rows ? 0 : -1;

    if (result == 0 && json_array_size(dots->labels) > 0) {
        result = draw(dots, section);
    }
    json_decref(dots->labels);
    json_decref(dots->values);
    json_decref(dots->series);
    return result;
}
