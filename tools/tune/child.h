/* SPDX-License-Identifier: Apache-2.0 */
/* A worker process at the other end of two pipes, with a watchdog. */
#ifndef CLGN_TUNE_CHILD_H
#define CLGN_TUNE_CHILD_H

#include <sys/types.h>

#include <jansson.h>

/** Begin with CHILD_INIT. */
struct child {
    pid_t pid; /* 0: none */
    int to, from;
};

#define CHILD_INIT \
    {              \
        0, -1, -1  \
    }

enum child_answer { CHILD_OK, CHILD_CRASHED, CHILD_TIMEOUT };

/** Start "clgn-tune worker DEVICE SEED" from this program's own file; returns 0, or -1. */
int child_start(struct child *child, const char *device, const char *seed);

/**
 * Send a request, whose reference is taken, and wait for the answer. Unless that is OK, the process is ended.
 *
 * @param answer receives an object, a new reference; NULL unless OK
 */
enum child_answer child_ask(struct child *child, json_t *request, double seconds, json_t **answer);

/** Let the process end, or end it; harmless when there is none. */
void child_stop(struct child *child);

#endif
