/* SPDX-License-Identifier: Apache-2.0 */
/* Formats the steps of a choice. */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>

void clgn_trace_step(const struct clgn_trace *trace, const char *layer, const char *config, const char *format, ...)
{
    char outcome[CLGN_MESSAGE_BYTES];
    va_list list;
    if (trace->step == NULL)
        return;
    va_start(list, format);
    (void)vsnprintf(outcome, sizeof outcome, format, list);
    va_end(list);
    trace->step(trace->user, layer, config, outcome);
}
