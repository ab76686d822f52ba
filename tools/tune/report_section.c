/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning sections, and what documents say. */
#define _POSIX_C_SOURCE 200809L

#include "report_section.h"

#include <stdlib.h>
#include <string.h>

const char *report_text(const json_t *item, const char *name)
{
    const char *text = json_string_value(json_object_get(item, name));

    return text ? text : "";
}

double report_number(const json_t *item, const char *name)
{
    return json_number_value(json_object_get(item, name));
}

double report_median(const json_t *item, const char *name)
{
    return report_number(json_object_get(item, name), "median");
}

/* The next section, with columns as json_pack gives them. */
struct report_section *report_begin(struct report *report, const char *id, const char *title, const char *note,
                                    json_t *columns)
{
    struct report_section *s = &report->sections[report->count];

    if (report->count == REPORT_MOST_SECTIONS || !columns) {
        json_decref(columns);
        return NULL;
    }
    ++report->count;
    snprintf(s->id, sizeof(s->id), "%s-%zu", id, report->count);
    snprintf(s->title, sizeof(s->title), "%s", title);
    s->note = strdup(note);
    s->columns = columns;
    s->rows = json_array();
    return s->note && s->rows ? s : NULL;
}

/* "Efficiency, NAME" */
void report_title(const char *what, const json_t *device, char *title, size_t bytes)
{
    const char *name = report_text(device, "name");

    snprintf(title, bytes, "%s%s%s", what, *name ? ", " : "", name);
}

json_t *report_label(const json_t *item)
{
    return json_sprintf("%s %s %s %s %s", report_text(item, "problem"), report_text(item, "op"),
                        report_text(item, "dtype"), report_text(item, "layout"), report_text(item, "act"));
}
