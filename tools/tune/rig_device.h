/* SPDX-License-Identifier: Apache-2.0 */
/* A rig whose results come from a device, through a worker process that may crash or hang. */
#ifndef CLGN_TUNE_RIG_DEVICE_H
#define CLGN_TUNE_RIG_DEVICE_H

#include <signal.h>
#include <stdint.h>

#include <clgn/tune.h>

#include "child.h"
#include "rig.h"

/** Begin with zeros but for the first members. */
struct rig_device {
    const char *device; /* P:D; NULL: the default */
    uint64_t seed;
    clgn_tuning_level level;
    double timeout;                    /* seconds for a compilation, a verification, a sample */
    const volatile sig_atomic_t *stop; /* not 0: nothing more is asked */
    struct child child;
    char timer[8];                      /* the clock that was settled, for all workers */
    const struct tune_problem *problem; /* NULL: none has been begun */
    int cold_verify, cold_times;        /* the worker has yet to make the data for it */
};

struct rig rig_device(struct rig_device *device);

void rig_device_close(struct rig_device *device);

#endif
