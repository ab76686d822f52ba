/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping sets of copies. */
#include "copies.h"

#include <stdio.h>
#include <string.h>

const struct copy_set *copies_of(struct copies *copies, const struct device_open *device, size_t read, size_t written,
                                 char *error, size_t error_bytes)
{
    for (size_t i = 0; i < copies->count; ++i) {
        if (read * copies->sets[i].written == written * copies->sets[i].read) {
            return copies->sets[i].set;
        }
    }
    if (copies->count == COPIES_MOST) {
        snprintf(error, error_bytes, "more than %d ratios of bytes in to bytes out", COPIES_MOST);
        return NULL;
    }
    copies->sets[copies->count].read = read;
    copies->sets[copies->count].written = written;
    if (copy_create(device->context, device->entry.device, read, written, &copies->sets[copies->count].set, error,
                    error_bytes) != 0) {
        return NULL;
    }
    return copies->sets[copies->count++].set;
}

void copies_release(struct copies *copies)
{
    for (size_t i = 0; i < copies->count; ++i) {
        copy_release(copies->sets[i].set);
    }
    memset(copies, 0, sizeof(*copies));
}
