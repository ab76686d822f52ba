/* SPDX-License-Identifier: Apache-2.0 */
/* Printing progress on stderr. */
#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "timing.h"

static const double live_ns = 1e8;
static const double plain_ns = 1e10;

void progress_begin(struct progress *p)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    const int is_terminal = isatty(STDERR_FILENO) && (!terminal || strcmp(terminal, "dumb") != 0);

    if (p->kind == PROGRESS_AUTO) {
        p->kind = is_terminal ? PROGRESS_LIVE : PROGRESS_PLAIN;
    }
    p->colour = p->kind == PROGRESS_LIVE && !(no_colour && *no_colour);
}

void progress_clear(struct progress *p)
{
    if (p->open) {
        fputs("\r\033[K", stderr);
        p->open = 0;
    }
}

static void print_best(const struct progress *p, double ns, double gain)
{
    if (ns > 0.0) {
        fprintf(stderr, ", best %.4g us", ns * 1e-3);
    }
    if (ns > 0.0 && gain > 0.0) {
        fprintf(stderr, " (%s%.3gx%s)", p->colour && gain > 1.02 ? "\033[32m" : "", gain,
                p->colour && gain > 1.02 ? "\033[0m" : "");
    }
    if (p->deadline > 0.0) {
        const double left = (p->deadline - timing_now_ns()) * 1e-9;
        fprintf(stderr, ", %.0f s left", left > 0.0 ? left : 0.0);
    }
}

void progress_show(struct progress *p, const char *phase, size_t done, size_t total, double ns, double gain)
{
    const double now = timing_now_ns();
    const double pause = p->kind == PROGRESS_LIVE ? live_ns : plain_ns;

    if (p->kind == PROGRESS_NONE || (now - p->shown_ns < pause && done < total)) {
        return;
    }
    p->shown_ns = now;
    progress_clear(p);
    fprintf(stderr, "[%zu/%zu] %s: %s %zu of %zu", p->problem, p->problems, p->text, phase, done, total);
    print_best(p, ns, gain);
    p->open = p->kind == PROGRESS_LIVE;
    fputs(p->open ? "" : "\n", stderr);
    fflush(stderr);
}
