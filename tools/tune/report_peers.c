/* SPDX-License-Identifier: Apache-2.0 */
/* The section of the peers. */
#include "report_section.h"

#include <stdio.h>
#include <string.h>

#include "report_dots.h"

static const char peers_note[] =
    "Times of what else normalises on this machine, over clgn's: right of 1 clgn is faster. One run, cold caches; '-': "
    "the peer has no such normalisation.";

/* The names of all peers, in the order of the document. */
static json_t *peer_names(const json_t *document)
{
    json_t *names = json_array();
    const char *name;
    json_t *value;

    json_object_foreach(json_object_get(document, "peers"), name, value)
    {
        json_array_append_new(names, json_string(name));
    }
    return names;
}

static json_t *peers_columns(const json_t *names)
{
    json_t *columns = json_pack("[s, s, s, s, s, s, s]", "problem", "op", "type", "layout", "act", "clgn us",
                                "efficiency");
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        json_array_append_new(columns, json_sprintf("%s us", json_string_value(name)));
    }
    return columns;
}

static void peers_row(const json_t *r, const json_t *names, json_t *rows, json_t *values)
{
    json_t *row = json_pack("[s, s, s, s, s, o, o]", report_text(r, "problem"), report_text(r, "op"),
                            report_text(r, "dtype"), report_text(r, "layout"), report_text(r, "act"),
                            json_sprintf("%.1f", report_number(r, "ns") / 1e3),
                            json_sprintf("%.3f", report_number(r, "efficiency")));
    json_t *points = json_array();
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        const double ns = report_number(json_object_get(r, "peers"), json_string_value(name));
        json_array_append_new(row, ns > 0.0 ? json_sprintf("%.1f", ns / 1e3) : json_string("-"));
        json_array_append_new(points, ns > 0.0 ? json_real(ns / report_number(r, "ns")) : json_null());
    }
    json_array_append_new(rows, row);
    json_array_append_new(values, points);
}

int report_peers(const json_t *document, struct report *report)
{
    struct report_dots dots = {.labels = json_array(),
                               .values = json_array(),
                               .series = peer_names(document),
                               .axis = "time over clgn's",
                               .logarithmic = 1,
                               .marks = {"as fast as clgn: 1"},
                               .mark_at = {1.0}};
    char title[128];
    struct report_section *s;
    const json_t *r;
    size_t i;

    report_title("Peers", json_object_get(document, "device"), title, sizeof(title));
    s = report_begin(report, "peers", title, peers_note, peers_columns(dots.series));
    json_array_foreach(json_object_get(document, "results"), i, r)
    {
        if (!s) {
            break;
        }
        peers_row(r, dots.series, s->rows, dots.values);
        json_array_append_new(dots.labels, report_label(r));
    }
    return report_dots(&dots, i, s);
}
