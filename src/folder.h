/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a folder, in an order that does not depend on the file system. */
#ifndef CLGN_FOLDER_H
#define CLGN_FOLDER_H

#include <stddef.h>

/* Calls each with the path of every entry of the folder whose name ends with suffix, the first most by name. What
 * cannot be listed is empty. */
void clgn_folder_each(const char *folder, const char *suffix, size_t most, void (*each)(void *user, const char *path),
                      void *user);

#endif
