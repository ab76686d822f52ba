/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a folder of blobs small. */
#ifndef CLGN_TRIM_H
#define CLGN_TRIM_H

#include <stddef.h>

/* What a trim did. */
struct clgn_trimmed {
    size_t files, bytes; /* taken away, leftovers included */
    size_t kept_files, kept_bytes;
};

/* Removes what processes that ended left behind an hour ago and, when there are more than most bytes, the files that
 * were used longest ago until at most target are left. Files of other names are never touched. */
struct clgn_trimmed clgn_trim(const char *folder, size_t most, size_t target);

/* Removes the files that are not good, too, before. */
struct clgn_trimmed clgn_trim_all(const char *folder, size_t most, size_t target);

#endif
