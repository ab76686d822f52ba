/* SPDX-License-Identifier: Apache-2.0 */
/* Where a tuning run keeps its state, and the lock by which a device has one tuner at a time. */
#ifndef CLGN_TUNE_STATE_H
#define CLGN_TUNE_STATE_H

#include <stddef.h>

#include <jansson.h>

/**
 * The path of a file in $XDG_STATE_HOME/clgn, else ~/.local/state/clgn, whose name has a hash of an object; the folder
 * is made.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int state_path(const char *prefix, const json_t *named, const char *suffix, char *path, size_t path_bytes, char *error,
               size_t error_bytes);

/**
 * Take the lock of a device; while another process has it, says so once and waits.
 *
 * @return a descriptor to be closed, or -1 with the reason in error, which is "interrupted" after a signal
 */
int state_lock(const char *program, const json_t *device, char *error, size_t bytes);

#endif
