/* SPDX-License-Identifier: Apache-2.0 */
/* A file of measured choices: checks its text and takes what can be used. */
#ifndef CLGN_TUNEFILE_H
#define CLGN_TUNEFILE_H

#include "identity.h"
#include "kind.h"
#include "params.h"

/* The format that is read; another version is ignored. */
#define CLGN_TUNEFILE_VERSION 1
/* Files and numbers of entries beyond these are damage. */
#define CLGN_TUNEFILE_BYTES ((size_t)16 << 20)
#define CLGN_TUNEFILE_ENTRIES 100000

/* A measured choice. */
struct clgn_tuned {
    char kind[CLGN_KIND_BYTES];
    uint64_t n, c, g, s;
    struct clgn_pin pin;
    double median_ns;
    int generic; /* known to serve other devices of the vendor and type, too */
};

struct clgn_tunefile {
    struct clgn_identity identity; /* of the device that was measured */
    uint64_t compute_units;
    struct clgn_tuned *entries;
    size_t count;
    size_t refused; /* entries that say something wrong */
};

/*
 * Checks bytes of JSON. Complaints go to sink: an ERROR when the file cannot be used, a WARNING for each refused entry.
 *
 * Returns CLGN_OK, also when entries were refused; CLGN_ERR_ARGUMENT (damage); CLGN_ERR_UNSUPPORTED (another version of
 * the format, another revision of the kernels); CLGN_ERR_MEMORY. *file is empty then.
 */
clgn_status clgn_tunefile_read(const char *json, size_t bytes, const struct clgn_sink *sink,
                               struct clgn_tunefile *file);

/* Reads the member device alone, as JSON; only these members of *file are set. CLGN_ERR_ARGUMENT with an ERROR to sink.
 */
clgn_status clgn_tunefile_read_device(const char *json, const struct clgn_sink *sink, struct clgn_tunefile *file);

/* An empty one is legal. */
void clgn_tunefile_release(struct clgn_tunefile *file);

#endif
