/* SPDX-License-Identifier: Apache-2.0 */
/* What a tuning run tells while it works: a live line on a terminal, else plain lines. */
#ifndef CLGN_TUNE_PROGRESS_H
#define CLGN_TUNE_PROGRESS_H

#include <stddef.h>

enum progress_kind { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_NONE, PROGRESS_LIVE };

struct progress {
    enum progress_kind kind; /* AUTO: by progress_begin */
    size_t problem, problems;
    const char *text; /* the problem's */
    double deadline;  /* of timing_now_ns; 0: none */
    double shown_ns;  /* when the last line was printed */
    int open;         /* a live line stands */
    int colour;
};

/** AUTO becomes LIVE on a terminal, else PLAIN. NO_COLOR is respected. */
void progress_begin(struct progress *progress);

/**
 * Say where a problem stands: done of total in a phase; ns, the best so far, and gain over the heuristic's choice, 0
 * before there is one. A plain line is printed when a phase ends, and every 10 s.
 */
void progress_show(struct progress *progress, const char *phase, size_t done, size_t total, double ns, double gain);

/** Make room for other output. */
void progress_clear(struct progress *progress);

#endif
