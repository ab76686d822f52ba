/* SPDX-License-Identifier: Apache-2.0 */
/* A context: one device's facts and the programs built for it. */
#ifndef CLGN_CONTEXT_H
#define CLGN_CONTEXT_H

#include "device.h"
#include "program.h"

struct clgn_context {
    cl_context cl;
    cl_device_id id;
    struct clgn_sink sink;
    struct clgn_device device;
    struct clgn_program_table *programs; /* holds cl */
};

#endif
