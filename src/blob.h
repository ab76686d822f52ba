/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a cached file: a header, the text of the key, the payload, and a checksum over all of it. */
#ifndef CLGN_BLOB_H
#define CLGN_BLOB_H

#include <stddef.h>
#include <stdint.h>

/* Most bytes of a file. */
#define CLGN_BLOB_MOST ((size_t)64 << 20)

/* Pointers lead into the file's bytes, or to what shall be written. */
struct clgn_blob {
    const char *key; /* a text, but not ended by a zero */
    size_t key_bytes;
    const unsigned char *payload;
    size_t payload_bytes;
    uint64_t created; /* seconds since 1970 */
};

/* The file's bytes, which the caller frees; NULL when memory is short or the file would be too large. */
char *clgn_blob_encode(const struct clgn_blob *blob, size_t *bytes);

/* Reads a file's bytes, whatever they are. NULL: *blob is set and every bit is as it was written; else what is wrong.
 */
const char *clgn_blob_decode(const char *data, size_t bytes, struct clgn_blob *blob);

#endif
