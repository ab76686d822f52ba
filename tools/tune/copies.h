/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of copies of one device, built once for each ratio of bytes in to bytes out. */
#ifndef CLGN_TUNE_COPIES_H
#define CLGN_TUNE_COPIES_H

#include <stddef.h>

#include "copy.h"
#include "device_open.h"

enum { COPIES_MOST = 32 };

struct copies {
    struct {
        size_t read;
        size_t written;
        struct copy_set *set;
    } sets[COPIES_MOST];
    size_t count;
};

/**
 * The copies that read `read` bytes for every `written` bytes that they write.
 *
 * @param error receives the reason for a failure, always terminated
 * @return a set that lives until copies_release, or NULL
 */
const struct copy_set *copies_of(struct copies *copies, const struct device_open *device, size_t read, size_t written,
                                 char *error, size_t error_bytes);

/** Release; harmless on zeros. */
void copies_release(struct copies *copies);

#endif
