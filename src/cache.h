/* SPDX-License-Identifier: Apache-2.0 */
/* Built programs on disk, for one device. Whatever goes wrong here means: compile from source. */
#ifndef CLGN_CACHE_H
#define CLGN_CACHE_H

#include "identity.h"
#include "settings.h"

/* Most bytes of the folder; above, what was used longest ago goes until nine tenths are left. */
#define CLGN_CACHE_MOST ((size_t)128 << 20)

/* When a driver's binaries are worth keeping. */
enum clgn_cache_moment {
    CLGN_CACHE_NEVER,
    CLGN_CACHE_AFTER_BUILD,
    CLGN_CACHE_AFTER_RUN /* what the driver compiles at a kernel's first execution is in the binary then */
};

/* What a program is made of; the pieces of text stand one behind the other. */
struct clgn_cache_source {
    const char *const *texts;
    const size_t *sizes;
    size_t count;
    const char *options;
};

struct clgn_cache;

/* folder_named: by the user, who wants it then with every driver. */
enum clgn_cache_moment clgn_cache_moment_of(const struct clgn_identity *identity, int folder_named);

/* NULL: nothing is kept. Copies what it needs. */
struct clgn_cache *clgn_cache_create(cl_device_id id, const struct clgn_identity *identity,
                                     const struct clgn_settings *settings, const struct clgn_sink *sink);
/* These take NULL for a cache that keeps nothing, or for a key that there is no memory for. */
void clgn_cache_release(struct clgn_cache *cache);
enum clgn_cache_moment clgn_cache_moment(const struct clgn_cache *cache);

/* The text under which a program is kept, which the caller frees; may be NULL. */
char *clgn_cache_key(const struct clgn_cache *cache, const struct clgn_cache_source *source);

/* The program of a key, built; NULL when there is none. */
cl_program clgn_cache_load(const struct clgn_cache *cache, const char *key, cl_context cl, const char *options);

/* Keeps a built program. */
void clgn_cache_store(const struct clgn_cache *cache, const char *key, cl_program program);

#endif
