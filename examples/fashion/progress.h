/* SPDX-License-Identifier: Apache-2.0 */
/* A bar that tells how far an epoch is; nothing where the output is no terminal. */
#ifndef FASHION_PROGRESS_H
#define FASHION_PROGRESS_H

#include <stddef.h>

struct progress {
    int terminal;
    double start, shown; /* times */
    size_t epoch, epochs;
};

void progress_begin(struct progress *p, size_t epoch, size_t epochs);
/* step of steps are done; loss and error are means so far. Draws a few times a second at most. */
void progress_show(struct progress *p, size_t step, size_t steps, double loss, double error);
/* Remove the bar. */
void progress_end(struct progress *p);

#endif
