/* SPDX-License-Identifier: Apache-2.0 */
/* The files that the build embeds: kernel sources, by name, and measured choices. */
#ifndef CLGN_SOURCE_H
#define CLGN_SOURCE_H

#include <stddef.h>

/* Raised by a change of kernels or variants after which times measured before no longer say what is fast. */
#define CLGN_KERNEL_REVISION 3

/* One file, as the build embeds it (cmake/embed.cmake writes the table). */
struct clgn_source_file {
    const char *name;
    const unsigned char *text;
    size_t size;
};

extern const struct clgn_source_file clgn_source_files[];
extern const size_t clgn_source_file_count;

/* src/tuned/ */
extern const struct clgn_source_file clgn_tuned_files[];
extern const size_t clgn_tuned_file_count;

/* Text of an embedded file; NULL when there is none. */
const struct clgn_source_file *clgn_source_find(const char *name);

#endif
