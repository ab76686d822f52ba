/* SPDX-License-Identifier: Apache-2.0 */
/* A context: one device's facts, the choices measured on it, and the programs built for it. */
#ifndef CLGN_CONTEXT_H
#define CLGN_CONTEXT_H

#include "device.h"
#include "mutex.h"
#include "program.h"
#include "select.h"
#include "settings.h"

struct clgn_context {
    cl_context cl;
    cl_device_id id;
    struct clgn_sink sink;
    struct clgn_settings settings;
    struct clgn_device device;
    struct clgn_program_table *programs; /* holds cl */
    struct clgn_mutex *tuned_mutex;
    struct clgn_tunedb *tuned; /* under the mutex */
};

/* The choices for a problem, from all that the context knows; trace may be NULL. */
clgn_status clgn_context_select(clgn_context *context, const struct clgn_geometry *geometry, const char *pin,
                                const struct clgn_trace *trace, struct clgn_choice *choices, size_t *count);

/* Reads the measured choices, anew when they have been read. */
clgn_status clgn_context_load_tuned(clgn_context *context);

#endif
