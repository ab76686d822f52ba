/* SPDX-License-Identifier: Apache-2.0 */
/* A mark beside a file while a driver reads it, so that a file that kills the process does so once only. */
#ifndef CLGN_GUARD_H
#define CLGN_GUARD_H

enum clgn_guard_result {
    CLGN_GUARD_SET,
    CLGN_GUARD_NONE,   /* none can be set, or another process is about to read the file, too: go on without */
    CLGN_GUARD_CRASHED /* a process ended while it read the file; its mark is gone now */
};

struct clgn_guard {
    char *path;
    int file;
};

/* Marks the file at path. */
enum clgn_guard_result clgn_guard_begin(const char *path, struct clgn_guard *guard);

/* Takes the mark away; for a guard that was not set, nothing. */
void clgn_guard_end(struct clgn_guard *guard);

#endif
