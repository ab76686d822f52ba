/* SPDX-License-Identifier: Apache-2.0 */
/* What the makers of sections share. */
#ifndef CLGN_TUNE_REPORT_SECTION_H
#define CLGN_TUNE_REPORT_SECTION_H

#include <jansson.h>

#include "report.h"

/** A member that is a text, else ""; a number, else 0; the median of a member, else 0. */
const char *report_text(const json_t *item, const char *name);
double report_number(const json_t *item, const char *name);
double report_median(const json_t *item, const char *name);

/** "g32mb2ic320ih64iw64 fwd f32 nchw silu", a new reference. */
json_t *report_label(const json_t *item);

/** "WHAT, NAME OF THE DEVICE". */
void report_title(const char *what, const json_t *device, char *title, size_t bytes);

/** The next section, without rows; takes the reference to columns. NULL when memory or room ran out. */
struct report_section *report_begin(struct report *report, const char *id, const char *title, const char *note,
                                    json_t *columns);

/** The makers: each adds a section of a document, or nothing. They return 0, or -1 when memory or room ran out. */
int report_bench(const json_t *document, struct report *report);
int report_tuning(const json_t *document, struct report *report);
int report_peers(const json_t *document, struct report *report);

/** Of a tuning run: {"device", "record"}, the record as record.h has it. */
int report_map(const json_t *document, struct report *report);

/** Of all documents of bench at once: those whose problems differ in n, c or s alone. */
int report_cost(const json_t *documents, struct report *report);

/** Whether a document of bench is one of these: 'n', 'c' or 's', else 0. */
char report_cost_axis(const json_t *document);

#endif
