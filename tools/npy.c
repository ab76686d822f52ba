/* SPDX-License-Identifier: Apache-2.0 */
/* Files of NumPy arrays: checked reading, atomic writing. */
#define _POSIX_C_SOURCE 200809L

#include "npy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy_header.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "npy.c hands little-endian data through as it is"
#endif

/* No array of numbers needs more; NumPy itself stops at 10,000 unless told otherwise. */
enum { MAX_HEADER = 65536, PREAMBLE = 10, ALIGNMENT = 64, NAME_TRIES = 100 };

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

int npy_count(const struct npy *array, size_t *count)
{
    const size_t most = SIZE_MAX / 2 / (size_t)array->type;
    size_t product = 1;

    for (size_t i = 0; i < array->rank; ++i) {
        if (array->shape[i] == 0) {
            *count = 0;
            return 0;
        }
    }
    for (size_t i = 0; i < array->rank; ++i) {
        if (array->shape[i] > most / product) {
            return -1;
        }
        product *= array->shape[i];
    }
    *count = product;
    return 0;
}

const char *npy_shape_text(size_t rank, const size_t *shape, char *text, size_t bytes)
{
    size_t used = 0;
    int n = snprintf(text, bytes, "(");

    for (size_t i = 0; i < rank && n >= 0 && used + (size_t)n < bytes; ++i) {
        used += (size_t)n;
        n = snprintf(text + used, bytes - used, "%s%zu%s", i ? " " : "", shape[i],
                     i + 1 < rank || rank == 1 ? "," : "");
    }
    if (n >= 0 && used + (size_t)n < bytes) {
        used += (size_t)n;
        snprintf(text + used, bytes - used, ")");
    }
    return text;
}

void npy_release(struct npy *array)
{
    free(array->data);
    memset(array, 0, sizeof(*array));
}

/* Reads magic, version and header text; the file then stands at the data. */
static int read_header(FILE *file, struct npy *array, char *reason, size_t reason_bytes)
{
    unsigned char start[12];
    size_t length;
    char *text;
    int result = -1;

    if (fread(start, 1, 8, file) != 8 || memcmp(start, magic, sizeof(magic)) != 0) {
        snprintf(reason, reason_bytes, "not a .npy file");
        return -1;
    }
    if (start[6] < 1 || start[6] > 3 || start[7] != 0) {
        snprintf(reason, reason_bytes, "format %d.%d; 1.0, 2.0 and 3.0 are read", start[6], start[7]);
        return -1;
    }
    length = start[6] == 1 ? 2 : 4;
    if (fread(start + 8, 1, length, file) != length) {
        snprintf(reason, reason_bytes, "cut off in the header");
        return -1;
    }
    length = length == 2 ? start[8] | (size_t)start[9] << 8
                         : start[8] | (size_t)start[9] << 8 | (size_t)start[10] << 16 | (size_t)start[11] << 24;
    if (length > MAX_HEADER) {
        snprintf(reason, reason_bytes, "a header of %zu bytes; at most %d are read", length, MAX_HEADER);
        return -1;
    }
    text = malloc(length + 1);
    if (!text) {
        snprintf(reason, reason_bytes, "out of memory");
    } else if (fread(text, 1, length, file) != length) {
        snprintf(reason, reason_bytes, "cut off in the header");
    } else {
        result = npy_header_parse(text, length, array, reason, reason_bytes);
    }
    free(text);
    return result;
}

static int read_data(FILE *file, struct npy *array, char *reason, size_t reason_bytes)
{
    const size_t bytes = array->count * (size_t)array->type;
    const long long here = (long long)ftello(file);
    struct stat status;

    /* Sizes are compared before memory is asked for: a few wrong bytes must not cost terabytes. */
    if (here < 0 || fstat(fileno(file), &status) != 0) {
        snprintf(reason, reason_bytes, "%s", strerror(errno));
        return -1;
    }
    if ((long long)status.st_size < here || (unsigned long long)((long long)status.st_size - here) != bytes) {
        snprintf(reason, reason_bytes, "holds %lld bytes of data where its shape asks for %zu",
                 (long long)status.st_size - here, bytes);
        return -1;
    }
    array->data = malloc(bytes ? bytes : 1);
    if (!array->data) {
        snprintf(reason, reason_bytes, "out of memory for %zu bytes", bytes);
        return -1;
    }
    if (fread(array->data, 1, bytes, file) != bytes) {
        snprintf(reason, reason_bytes, "cannot be read to its end");
        free(array->data);
        return -1;
    }
    return 0;
}

int npy_read(const char *path, struct npy *array, char *error, size_t error_bytes)
{
    struct npy a;
    struct stat status;
    char reason[256] = "";
    FILE *file = fopen(path, "rb");
    int result = -1;

    memset(&a, 0, sizeof(a));
    if (!file || fstat(fileno(file), &status) != 0) {
        snprintf(reason, sizeof(reason), "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        snprintf(reason, sizeof(reason), "not a regular file");
    } else if (read_header(file, &a, reason, sizeof(reason)) == 0) {
        result = read_data(file, &a, reason, sizeof(reason));
    }
    if (file) {
        fclose(file);
    }
    if (result == 0) {
        *array = a;
    } else {
        snprintf(error, error_bytes, "%s: %s", path, reason);
    }
    return result;
}

/* A new file beside path, with the permissions of any new file; its name, to be freed, is set on success. */
static FILE *open_beside(const char *path, char **name)
{
    const size_t bytes = strlen(path) + 64;
    FILE *file = NULL;
    int fd = -1;

    *name = malloc(bytes);
    for (int i = 0; *name && i < NAME_TRIES && fd < 0 && (i == 0 || errno == EEXIST); ++i) {
        snprintf(*name, bytes, "%s.%ld.%d.tmp", path, (long)getpid(), i);
        fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (fd >= 0) {
        file = fdopen(fd, "wb");
        if (!file) {
            close(fd);
            unlink(*name);
        }
    }
    if (!file) {
        free(*name);
    }
    return file;
}

/* Opens where path's content goes first. */
static FILE *begin(const char *path, char **name, char *error, size_t error_bytes)
{
    struct stat status;
    FILE *file;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        snprintf(error, error_bytes, "%s: not a regular file", path);
        return NULL;
    }
    file = open_beside(path, name);
    if (!file) {
        snprintf(error, error_bytes, "%s: cannot be written: %s", path, strerror(errno));
    }
    return file;
}

int npy_try_write(const char *path, char *error, size_t error_bytes)
{
    char *name;
    FILE *file = begin(path, &name, error, error_bytes);

    if (!file) {
        return -1;
    }
    fclose(file);
    unlink(name);
    free(name);
    return 0;
}

static int write_all(FILE *file, const struct npy *array, size_t count)
{
    unsigned char start[PREAMBLE] = {0};
    char text[512];
    size_t length = npy_header_format(array, text, sizeof(text) - ALIGNMENT);
    const size_t bytes = count * (size_t)array->type;

    if (length == 0) {
        return -1;
    }
    do {
        text[length++] = ' ';
    } while ((PREAMBLE + length + 1) % ALIGNMENT != 0);
    text[length++] = '\n';
    memcpy(start, magic, sizeof(magic));
    start[6] = 1;
    start[8] = (unsigned char)(length & 255u);
    start[9] = (unsigned char)(length >> 8);
    return fwrite(start, 1, PREAMBLE, file) == PREAMBLE && fwrite(text, 1, length, file) == length &&
                   (bytes == 0 || fwrite(array->data, 1, bytes, file) == bytes)
               ? 0
               : -1;
}

int npy_write(const char *path, const struct npy *array, char *error, size_t error_bytes)
{
    size_t count = 0;
    char *name;
    FILE *file;
    int failed;

    if (array->rank > NPY_MAX_RANK || npy_count(array, &count) != 0) {
        snprintf(error, error_bytes, "%s: the shape is too large", path);
        return -1;
    }
    file = begin(path, &name, error, error_bytes);
    if (!file) {
        return -1;
    }
    failed = write_all(file, array, count);
    failed = fclose(file) != 0 || failed;
    failed = failed || rename(name, path) != 0;
    if (failed) {
        snprintf(error, error_bytes, "%s: cannot be written: %s", path, strerror(errno));
        unlink(name);
    }
    free(name);
    return failed ? -1 : 0;
}
