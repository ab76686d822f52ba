/* SPDX-License-Identifier: Apache-2.0 */
/* Tells whoever asks what a choice looked at and why it went on. */
#ifndef CLGN_TRACE_H
#define CLGN_TRACE_H

#include <clgn/tune.h>

#include "message.h"

/* Nobody asks while step is NULL. */
struct clgn_trace {
    clgn_tuning_step_fn step;
    void *user;
};

/* One step: the layer, the configuration ("" when there is none), and what became of it. */
void clgn_trace_step(const struct clgn_trace *trace, const char *layer, const char *config, const char *format, ...)
    CLGN_PRINTF(4, 5);

#endif
