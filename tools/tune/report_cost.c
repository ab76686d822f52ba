/* SPDX-License-Identifier: Apache-2.0 */
/* The section of time against size: the results of bench/linear.sh. */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problem_text.h"
#include "report_dots.h"
#include "report_section.h"

enum { LEAST_SIZES = 5 };

struct sizes {
    double n, c, s;
};

static int sizes_of(const json_t *result, struct sizes *sizes)
{
    clgn_problem p = CLGN_PROBLEM_INIT;
    char error[REPORT_ERROR_BYTES];

    if (problem_text_parse(report_text(result, "problem"), &p, error, sizeof(error)) != 0) {
        return -1;
    }
    sizes->n = (double)p.n;
    sizes->c = (double)p.c;
    sizes->s = (double)problem_text_elements(&p) / sizes->n / sizes->c;
    return 0;
}

static int differ(double a, double b)
{
    return a < b || a > b;
}

char report_cost_axis(const json_t *document)
{
    const json_t *results = json_object_get(document, "results");
    const json_t *result;
    struct sizes first;
    size_t i;
    int n = 0, c = 0, s = 0;

    if (json_array_size(results) < LEAST_SIZES || sizes_of(json_array_get(results, 0), &first) != 0) {
        return 0;
    }
    json_array_foreach(results, i, result)
    {
        struct sizes here;
        if (sizes_of(result, &here) != 0) {
            return 0;
        }
        n |= differ(here.n, first.n);
        c |= differ(here.c, first.c);
        s |= differ(here.s, first.s);
    }
    return (char)(n + c + s != 1 ? 0 : n ? 'n' : c ? 'c' : 's');
}

static const char cost_note[] =
    "Time against the number of elements, where n, c (channels of wider groups) or s (longer ones) grows alone. The "
    "line is the copy of the same bytes.";

/* The rows and the points of one document. */
static void write_results(const json_t *document, char axis, size_t series, struct report_section *s, FILE *script)
{
    const json_t *result;
    size_t i;

    fprintf(script, "$series%zu << EOD\n", series);
    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        struct sizes z = {0.0, 0.0, 0.0};
        const double ns = report_median(result, "ns");
        const double copy = report_median(result, "copy_ns");
        double elements;
        sizes_of(result, &z);
        elements = z.n * z.c * z.s;
        fprintf(script, "%.6g %.6g ", elements, ns / 1e3);
        fprintf(script, copy > 0.0 ? "%.6g\n" : "NaN\n", copy / 1e3);
        json_array_append_new(s->rows, json_pack("[o, s, s, s, o, o, o, o]", json_sprintf("%c", axis),
                                                 report_text(result, "problem"), report_text(result, "dtype"),
                                                 report_text(result, "layout"), json_sprintf("%.0f", elements),
                                                 json_sprintf("%.1f", ns / 1e3), json_sprintf("%.3f", ns / elements),
                                                 json_sprintf("%.3f", report_number(result, "efficiency"))));
    }
    fputs("EOD\n", script);
}

static void write_plot(const json_t *documents, FILE *script)
{
    const json_t *document;
    size_t i, series = 0;

    fputs("set logscale xy\nset format '10^{%T}'\nset termoption enhanced\n"
          "set xlabel 'elements'\nset ylabel 'microseconds'\nset key outside top center horizontal\nplot ",
          script);
    json_array_foreach(documents, i, document)
    {
        const char axis = report_cost_axis(document);
        const json_t *first = json_array_get(json_object_get(document, "results"), 0);
        char *type;
        if (!axis) {
            continue;
        }
        type = report_plot_text(report_text(first, "dtype"));
        fprintf(script, "%s$series%zu using 1:3 with lines lt 1 lw 1 lc rgb '#999999' title '%s', ",
                series > 0 ? ", " : "", series, series > 0 ? "" : "copy");
        fprintf(script, "$series%zu using 1:2 with points %s title \"%c grows, %s\" noenhanced", series,
                report_style(series), axis, type ? type : "");
        free(type);
        ++series;
    }
    fputc('\n', script);
}

int report_cost(const json_t *documents, struct report *report)
{
    struct report_section *s = NULL;
    const json_t *document;
    size_t bytes = 0, series = 0, i;
    FILE *script = NULL;

    json_array_foreach(documents, i, document)
    {
        const char axis = report_cost_axis(document);
        if (!axis) {
            continue;
        }
        if (!s) {
            s = report_begin(report, "cost", "Cost against size", cost_note,
                             json_pack("[s, s, s, s, s, s, s, s]", "grows", "problem", "type", "layout", "elements",
                                       "us", "ns per element", "efficiency"));
            script = s ? open_memstream(&s->script, &bytes) : NULL;
            if (!script) {
                return -1;
            }
            report_plot_begin(script);
        }
        write_results(document, axis, series++, s, script);
    }
    if (!script) {
        return 0;
    }
    write_plot(documents, script);
    s->height = 520;
    return fclose(script) == 0 ? 0 : -1;
}
