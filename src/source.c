/* SPDX-License-Identifier: Apache-2.0 */
/* Finds embedded kernel sources by name. */
#include "source.h"

#include <string.h>

const struct clgn_source_file *clgn_source_find(const char *name)
{
    for (size_t i = 0; i < clgn_source_file_count; i++)
        if (strcmp(clgn_source_files[i].name, name) == 0)
            return &clgn_source_files[i];
    return NULL;
}
