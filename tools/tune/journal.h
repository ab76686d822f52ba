/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of a tuning run: one JSON object a line, appended at once, read when the run is resumed. */
#ifndef CLGN_TUNE_JOURNAL_H
#define CLGN_TUNE_JOURNAL_H

#include <stddef.h>

#include <jansson.h>

struct journal;

/** Receives a line of the journal that is not the header. */
typedef void (*journal_line)(void *user, const json_t *line);

/**
 * Read a journal. A last line that is broken is passed over: the writer was interrupted there.
 *
 * @param error receives the reason for a failure, always terminated
 * @return the header, a new reference; NULL when there is no such file, or it is no journal
 */
json_t *journal_read(const char *path, journal_line each, void *user, char *error, size_t bytes);

/**
 * The header of the journal at path, where it has every member of header, a new reference; else NULL.
 */
json_t *journal_header(const char *path, const json_t *header);

/**
 * Open a journal for appending. Where the file begins with an equal header and is not finished, its lines are handed to
 * each, a broken last one is cut off, and what is appended follows. Any other file is renamed to PATH.old.
 *
 * @param header what has to agree for a run to be resumed
 * @param fresh  not 0: never resume
 * @return NULL with the reason in error
 */
struct journal *journal_open(const char *path, const json_t *header, int fresh, journal_line each, void *user,
                             char *error, size_t bytes);

/**
 * Append a line, whose reference is taken, at once; on the disk it is five seconds later at most, or at the close. A
 * NULL journal forgets it.
 *
 * @return 0, or -1: the file cannot be written
 */
int journal_write(struct journal *journal, json_t *line);

/** Append that nothing is left to resume. */
int journal_finish(struct journal *journal);

/** NULL is legal. */
void journal_close(struct journal *journal);

#endif
