/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar. */
#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "meter.h"

enum { WIDTH = 30 };

void progress_begin(struct progress *p, size_t epoch, size_t epochs)
{
    p->terminal = isatty(STDOUT_FILENO);
    p->start = p->shown = meter_now();
    p->epoch = epoch;
    p->epochs = epochs;
}

void progress_show(struct progress *p, size_t step, size_t steps, double loss, double error)
{
    const double now = meter_now();
    const double left = (now - p->start) * (double)(steps - step) / (double)step;
    const int filled = (int)(WIDTH * step / steps);

    if (!p->terminal || now - p->shown < 0.25) {
        return;
    }
    p->shown = now;
    printf("\repoch %zu/%zu [%.*s%*s] loss %.4f  error %5.2f %%  %.0f s left \x1b[K", p->epoch, p->epochs, filled,
           "==============================", WIDTH - filled, "", loss, 100.0 * error, left);
    fflush(stdout);
}

void progress_end(struct progress *p)
{
    if (p->terminal) {
        fputs("\r\x1b[K", stdout);
    }
}
