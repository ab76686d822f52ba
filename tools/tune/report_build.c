/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a report from its documents. */
#include <stdlib.h>

#include "report_section.h"

typedef int (*section_maker)(const json_t *document, struct report *report);

static int build_all(const json_t *documents, section_maker make, struct report *report)
{
    const json_t *document;
    size_t i;

    json_array_foreach(documents, i, document)
    {
        if (make(document, report) != 0) {
            return -1;
        }
    }
    return 0;
}

int report_build(const struct report_data *data, struct report *report)
{
    if (build_all(data->bench, report_bench, report) != 0 || report_cost(data->bench, report) != 0 ||
        build_all(data->tuning, report_tuning, report) != 0) {
        return -1;
    }
    return build_all(data->journals, report_map, report) != 0 ? -1 : build_all(data->peers, report_peers, report);
}

void report_release(struct report *report)
{
    for (size_t i = 0; i < report->count; ++i) {
        struct report_section *s = &report->sections[i];
        free(s->note);
        free(s->script);
        json_decref(s->columns);
        json_decref(s->rows);
    }
}
