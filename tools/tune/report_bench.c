/* SPDX-License-Identifier: Apache-2.0 */
/* The section of what clgn-tune bench measured. */
#include "report_section.h"

#include <stdio.h>
#include <string.h>

#include "report_dots.h"

static size_t kind_of(const json_t *item)
{
    if (strncmp(report_text(item, "op"), "bwd", 3) == 0) {
        return 2;
    }
    return strcmp(report_text(item, "act"), "none") == 0 ? 0 : 1;
}

/* An array of count nulls but for one number. */
static json_t *one_value(size_t count, size_t at, double value)
{
    json_t *values = json_array();

    for (size_t i = 0; i < count; ++i) {
        json_array_append_new(values, i == at ? json_real(value) : json_null());
    }
    return values;
}

static const char bench_note[] =
    "Efficiency is the speed of a problem's least traffic, every tensor moved once, over the speed of the fastest copy "
    "of the same bytes in the same run. What reads x twice from memory can reach 0.67.";

static int add_efficiencies(const json_t *document, struct report *report)
{
    struct report_dots dots = {.labels = json_array(),
                               .values = json_array(),
                               .series = json_pack("[s, s, s]", "plain", "with an epilogue", "backward"),
                               .axis = "efficiency (1: as fast as a copy)",
                               .from_zero = 1,
                               .marks = {"x read twice: 0.67", "a copy: 1"},
                               .mark_at = {0.667, 1.0}};
    char title[128];
    struct report_section *s;
    const json_t *r;
    size_t i;

    report_title("Efficiency", json_object_get(document, "device"), title, sizeof(title));
    s = report_begin(report, "efficiency", title, bench_note,
                     json_pack("[s, s, s, s, s, s, s, s, s, s, s, s]", "problem", "op", "norm", "type", "layout", "act",
                               "us", "GB/s", "efficiency", "cache", "from", "configuration"));
    json_array_foreach(json_object_get(document, "results"), i, r)
    {
        if (!s) {
            break;
        }
        json_array_append_new(s->rows,
                              json_pack("[s, s, s, s, s, s, o, o, o, s, s, s]", report_text(r, "problem"),
                                        report_text(r, "op"), report_text(r, "norm"), report_text(r, "dtype"),
                                        report_text(r, "layout"), report_text(r, "act"),
                                        json_sprintf("%.1f", report_median(r, "ns") / 1e3),
                                        json_sprintf("%.2f", report_number(r, "bytes_min") / report_median(r, "ns")),
                                        json_sprintf("%.3f", report_number(r, "efficiency")), report_text(r, "cache"),
                                        report_text(r, "from"), report_text(r, "config")));
        json_array_append_new(dots.labels, report_label(r));
        json_array_append_new(dots.values, one_value(3, kind_of(r), report_number(r, "efficiency")));
    }
    return report_dots(&dots, i, s);
}

int report_bench(const json_t *document, struct report *report)
{
    return report_cost_axis(document) ? 0 : add_efficiencies(document, report);
}
