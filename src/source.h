/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel sources that the build embeds, by name. */
#ifndef CLGN_SOURCE_H
#define CLGN_SOURCE_H

#include <stddef.h>

/* One file of cl/, as the build embeds it (cmake/embed.cmake writes the table). */
struct clgn_source_file {
    const char *name;
    const unsigned char *text;
    size_t size;
};

extern const struct clgn_source_file clgn_source_files[];
extern const size_t clgn_source_file_count;

/* Text of an embedded file; NULL when there is none. */
const struct clgn_source_file *clgn_source_find(const char *name);

#endif
