/* SPDX-License-Identifier: Apache-2.0 */
/* The section of what tuning gained. */
#include "report_section.h"

#include <stdio.h>
#include <string.h>

#include "report_dots.h"

static const char tuning_note[] = "The heuristic's time over the measured choice's, both confirmed in one run; entries "
                                  "without a base are left out of "
                                  "the plot.";

/* Sizes and kind; the affine that most problems have is not told. */
static json_t *gain_label(const json_t *e)
{
    static const char usual[] = " gamma=f32 beta=f32";
    const char *kind = report_text(e, "kind");
    const char *affine = strstr(kind, usual);
    const int before = affine ? (int)(affine - kind) : (int)strlen(kind);

    return json_sprintf("n%.0f c%.0f g%.0f s%.0f %.*s%s", report_number(e, "n"), report_number(e, "c"),
                        report_number(e, "g"), report_number(e, "s"), before, kind,
                        affine ? affine + strlen(usual) : "");
}

static void tuning_row(const json_t *e, double gain, struct report_section *s)
{
    const json_t *base = json_object_get(e, "base");

    json_array_append_new(
        s->rows, json_pack("[s, o, o, o, o, o, o, o, s, s, s]", report_text(e, "kind"),
                           json_sprintf("%.0f", report_number(e, "n")), json_sprintf("%.0f", report_number(e, "c")),
                           json_sprintf("%.0f", report_number(e, "g")), json_sprintf("%.0f", report_number(e, "s")),
                           json_sprintf("%.1f", report_median(e, "ns") / 1e3),
                           gain > 0.0 ? json_sprintf("%.1f", report_number(base, "median") / 1e3) : json_string("-"),
                           gain > 0.0 ? json_sprintf("%.3f", gain) : json_string("-"), report_text(e, "quality"),
                           report_text(e, "config"), report_text(base, "config")));
}

int report_tuning(const json_t *document, struct report *report)
{
    struct report_dots dots = {.labels = json_array(),
                               .values = json_array(),
                               .series = json_pack("[s]", "measured choice"),
                               .axis = "gain over the heuristic's choice",
                               .marks = {"no gain: 1"},
                               .mark_at = {1.0}};
    char title[128];
    struct report_section *s;
    const json_t *e;
    size_t i;

    report_title("Gain of tuning", json_object_get(document, "device"), title, sizeof(title));
    s = report_begin(report, "gain", title, tuning_note,
                     json_pack("[s, s, s, s, s, s, s, s, s, s, s]", "kind", "n", "c", "g", "s", "us", "heuristic us",
                               "gain", "quality", "configuration", "heuristic's configuration"));
    json_array_foreach(json_object_get(document, "entries"), i, e)
    {
        const double gain = report_number(json_object_get(e, "base"), "median") / report_median(e, "ns");
        if (!s) {
            break;
        }
        tuning_row(e, gain, s);
        if (gain > 0.0) {
            json_array_append_new(dots.labels, gain_label(e));
            json_array_append_new(dots.values, json_pack("[f]", gain));
        }
    }
    return report_dots(&dots, i, s);
}
