/* SPDX-License-Identifier: Apache-2.0 */
/* What the options of a context and the environment say together, read once when the context is made. */
#ifndef CLGN_SETTINGS_H
#define CLGN_SETTINGS_H

#include "message.h"

enum clgn_folder { CLGN_FOLDER_CACHE, CLGN_FOLDER_TUNING };

/* What CLGN_VERBOSE asks for. */
enum clgn_verbose { CLGN_VERBOSE_DISPATCH = 1, CLGN_VERBOSE_CACHE = 2 };

struct clgn_settings {
    char *cache_dir;     /* NULL: none */
    char *tuning_dir;    /* NULL: none */
    char *config;        /* CLGN_CONFIG; NULL: none */
    unsigned verbose;    /* of enum clgn_verbose */
    int cache_dir_named; /* by the options or CLGN_CACHE_DIR; 0: the default folder */
};

/* options may be NULL. A program with the rights of another user does not see the environment. */
clgn_status clgn_settings_resolve(const clgn_options *options, const struct clgn_sink *sink,
                                  struct clgn_settings *settings);
void clgn_settings_release(struct clgn_settings *settings);

/* The folder that a context without options has: ERR_UNSUPPORTED where there is none, ERR_ARGUMENT where bytes are few.
 */
clgn_status clgn_settings_folder(enum clgn_folder which, char *path, size_t bytes);

#endif
