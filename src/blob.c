/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes and decodes cached files. Numbers are little-endian, so that a file means the same on every computer. */
#include "blob.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The header: magic, bytes of the key, bytes of the payload, time of creation, checksum. */
#define MAGIC "clgnbin1"
enum {
    MAGIC_BYTES = 8,
    AT_KEY = 8,
    AT_PAYLOAD = 16,
    AT_CREATED = 24,
    AT_CHECKSUM = 32,
    CHECKSUM_BYTES = 16,
    HEADER_BYTES = 48
};

static void put_number(char *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (char)(value >> (8 * i) & 0xff);
}

static uint64_t get_number(const char *from)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)(unsigned char)from[i] << (8 * i);
    return value;
}

/* Of all but the checksum itself; the header's hash is the seed of the rest's. */
static void checksum(const char *data, size_t bytes, char *to)
{
    const XXH64_hash_t seed = XXH3_64bits(data, AT_CHECKSUM);
    const XXH128_hash_t hash = XXH3_128bits_withSeed(data + HEADER_BYTES, bytes - HEADER_BYTES, seed);
    put_number(to, hash.low64);
    put_number(to + 8, hash.high64);
}

char *clgn_blob_encode(const struct clgn_blob *blob, size_t *bytes)
{
    const size_t room = CLGN_BLOB_MOST - HEADER_BYTES;
    char *data;
    if (blob->key_bytes > room || blob->payload_bytes > room - blob->key_bytes)
        return NULL;
    *bytes = HEADER_BYTES + blob->key_bytes + blob->payload_bytes;
    data = malloc(*bytes);
    if (data == NULL)
        return NULL;
    memcpy(data, MAGIC, MAGIC_BYTES);
    put_number(data + AT_KEY, blob->key_bytes);
    put_number(data + AT_PAYLOAD, blob->payload_bytes);
    put_number(data + AT_CREATED, blob->created);
    memcpy(data + HEADER_BYTES, blob->key, blob->key_bytes);
    memcpy(data + HEADER_BYTES + blob->key_bytes, blob->payload, blob->payload_bytes);
    checksum(data, *bytes, data + AT_CHECKSUM);
    return data;
}

const char *clgn_blob_decode(const char *data, size_t bytes, struct clgn_blob *blob)
{
    char expected[CHECKSUM_BYTES];
    uint64_t key_bytes;
    uint64_t payload_bytes;
    if (bytes < HEADER_BYTES)
        return "is shorter than its header";
    if (memcmp(data, MAGIC, MAGIC_BYTES) != 0)
        return "is no cached program of this version";
    key_bytes = get_number(data + AT_KEY);
    payload_bytes = get_number(data + AT_PAYLOAD);
    if (key_bytes > bytes - HEADER_BYTES || payload_bytes != bytes - HEADER_BYTES - key_bytes)
        return "is not of the size that it says";
    checksum(data, bytes, expected);
    if (memcmp(expected, data + AT_CHECKSUM, CHECKSUM_BYTES) != 0)
        return "is damaged";
    blob->key = data + HEADER_BYTES;
    blob->key_bytes = (size_t)key_bytes;
    blob->payload = (const unsigned char *)data + HEADER_BYTES + key_bytes;
    blob->payload_bytes = (size_t)payload_bytes;
    blob->created = get_number(data + AT_CREATED);
    return NULL;
}
