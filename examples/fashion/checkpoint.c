/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint files: a header, float32 values and a CRC-32, all little-endian. */
#define _POSIX_C_SOURCE 200809L

#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "norm.h"

/*
 * magic, then words of 32 bits: version, the fields of struct checkpoint, count of parameters, count of running
 * statistics; the values, their velocities, the running statistics as float32; the CRC-32 of all that stands before it.
 */
enum { MAGIC_BYTES = 8, VERSION = 1, HEADER_WORDS = 11, WORD_BYTES = 4, NAME_BYTES = 4096 };

static const unsigned char magic[MAGIC_BYTES] = {'C', 'L', 'G', 'N', 'F', 'M', 'N', '\n'};

static size_t count_floats(void)
{
    return 2 * layers_parameters() + layers_running();
}

static size_t file_bytes(void)
{
    return MAGIC_BYTES + WORD_BYTES * (HEADER_WORDS + count_floats() + 1);
}

static void put_word(unsigned char *to, uint32_t word)
{
    for (int i = 0; i < WORD_BYTES; ++i) {
        to[i] = (unsigned char)(word >> 8 * i & 255u);
    }
}

static uint32_t get_word(const unsigned char *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint32_t checksum(const unsigned char *bytes, size_t count)
{
    return (uint32_t)crc32(crc32(0, NULL, 0), bytes, (unsigned)count);
}

static void encode(const struct checkpoint *c, const struct parameters_image *image, unsigned char *bytes)
{
    const uint32_t header[HEADER_WORDS] = {VERSION,
                                           c->norm,
                                           c->groups,
                                           c->batch,
                                           c->images,
                                           c->epochs,
                                           c->done,
                                           c->seed,
                                           bits_of(c->rate),
                                           (uint32_t)layers_parameters(),
                                           (uint32_t)layers_running()};
    unsigned char *at = bytes + MAGIC_BYTES;

    memcpy(bytes, magic, MAGIC_BYTES);
    for (size_t i = 0; i < HEADER_WORDS; ++i, at += WORD_BYTES) {
        put_word(at, header[i]);
    }
    for (size_t i = 0; i < count_floats(); ++i, at += WORD_BYTES) {
        put_word(at, bits_of(image->value[i]));
    }
    put_word(at, checksum(bytes, (size_t)(at - bytes)));
}

static int check_header(const char *path, const uint32_t *header)
{
    if (header[0] != VERSION) {
        return fail("%s: version %u; this program reads version %d", path, header[0], VERSION);
    }
    if (header[1] >= NORM_KINDS) {
        return fail("%s: norm %u; the norms are 0 to %d", path, header[1], NORM_KINDS - 1);
    }
    if (header[9] != layers_parameters() || header[10] != layers_running()) {
        return fail("%s: %u parameters and %u running statistics; the network has %zu and %zu", path, header[9],
                    header[10], layers_parameters(), layers_running());
    }
    return 0;
}

static int decode(const char *path, const unsigned char *bytes, size_t count, struct checkpoint *c,
                  struct parameters_image *image)
{
    const unsigned char *at = bytes + MAGIC_BYTES;
    uint32_t header[HEADER_WORDS];

    if (count < MAGIC_BYTES + WORD_BYTES * HEADER_WORDS || memcmp(bytes, magic, MAGIC_BYTES) != 0) {
        return fail("%s: not a checkpoint of this program", path);
    }
    for (size_t i = 0; i < HEADER_WORDS; ++i, at += WORD_BYTES) {
        header[i] = get_word(at);
    }
    PASS(check_header(path, header));
    if (count != file_bytes()) {
        return fail("%s: %zu bytes%s; a checkpoint has %zu", path, count, count > file_bytes() ? " or more" : "",
                    file_bytes());
    }
    if (get_word(bytes + count - WORD_BYTES) != checksum(bytes, count - WORD_BYTES)) {
        return fail("%s: checksum %08x, its contents have %08x", path, get_word(bytes + count - WORD_BYTES),
                    checksum(bytes, count - WORD_BYTES));
    }
    *c = (struct checkpoint){header[1], header[2], header[3], header[4],
                             header[5], header[6], header[7], float_of(header[8])};
    for (size_t i = 0; i < count_floats(); ++i, at += WORD_BYTES) {
        image->value[i] = float_of(get_word(at));
    }
    return 0;
}

int checkpoint_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

int checkpoint_read(const char *path, struct checkpoint *c, struct parameters_image *image)
{
    unsigned char *bytes = malloc(file_bytes() + 1);
    FILE *file = fopen(path, "rb");
    int result = -1;

    image->value = NULL;
    if (!file || !bytes) {
        fail("%s: %s", path, bytes ? strerror(errno) : "out of memory");
    } else if (parameters_image_create(image) == 0) {
        const size_t count = fread(bytes, 1, file_bytes() + 1, file);
        result = ferror(file) ? fail("%s: cannot be read", path) : decode(path, bytes, count, c, image);
    }
    if (result != 0) {
        free(image->value);
        image->value = NULL;
    }
    if (file) {
        fclose(file);
    }
    free(bytes);
    return result;
}

/* All bytes on the disk under a new name. */
static int write_new(const char *name, const unsigned char *bytes, size_t count)
{
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    int failed;

    if (!file) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    failed = fwrite(bytes, 1, count, file) != count || fflush(file) != 0 || fsync(fd) != 0;
    failed = fclose(file) != 0 || failed;
    return failed ? -1 : 0;
}

int checkpoint_write(const char *path, const struct checkpoint *c, const struct parameters_image *image)
{
    char name[NAME_BYTES];
    unsigned char *bytes = malloc(file_bytes());
    int result = -1;

    if (!bytes) {
        return fail("%s: out of memory", path);
    }
    encode(c, image, bytes);
    if (snprintf(name, sizeof(name), "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof(name)) {
        fail("%s: the name is too long", path);
    } else if (write_new(name, bytes, file_bytes()) != 0 || rename(name, path) != 0) {
        fail("%s: cannot be written: %s", path, strerror(errno));
        unlink(name);
    } else {
        result = 0;
    }
    free(bytes);
    return result;
}

int checkpoint_match(const char *path, const struct checkpoint *file, const struct checkpoint *asked)
{
    const struct {
        const char *name;
        uint32_t file, asked;
    } fields[] = {
        {"groups", file->groups, asked->groups}, {"batch", file->batch, asked->batch},
        {"images", file->images, asked->images}, {"epochs", file->epochs, asked->epochs},
        {"seed", file->seed, asked->seed},
    };

    if (file->norm != asked->norm) {
        return fail("%s: made with --norm %s, not %s; choose another file or remove it", path, norm_names[file->norm],
                    norm_names[asked->norm]);
    }
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); ++i) {
        if (fields[i].file != fields[i].asked) {
            return fail("%s: made with --%s %u, not %u; choose another file or remove it", path, fields[i].name,
                        fields[i].file, fields[i].asked);
        }
    }
    if (bits_of(file->rate) != bits_of(asked->rate)) {
        return fail("%s: made with --lr %g, not %g; choose another file or remove it", path, (double)file->rate,
                    (double)asked->rate);
    }
    return 0;
}
