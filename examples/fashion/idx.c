/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of IDX files. */
#include "idx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "device.h"

enum { TYPE_BYTES = 8, MAX_AXES = 3, MAX_BYTES = 1 << 30 };

static int read_all(gzFile file, void *bytes, size_t count)
{
    return count <= MAX_BYTES && gzread(file, bytes, (unsigned)count) == (int)count ? 0 : -1;
}

/* gzip's checksum is looked at where the data end. */
static int check_end(gzFile file, const char *path)
{
    unsigned char more;

    switch (gzread(file, &more, 1)) {
    case 0:
        return 0;
    case 1:
        return fail("%s: goes on after the data its header tells of", path);
    default:
        return fail("%s: damaged: gzip's checksum is another", path);
    }
}

static int read_contents(gzFile file, const char *path, size_t axes, struct idx *idx)
{
    unsigned char word[4];
    size_t count = 1;

    if (read_all(file, word, 4) != 0) {
        return fail("%s: too short for an IDX file", path);
    }
    if (word[0] != 0 || word[1] != 0 || word[2] != TYPE_BYTES || word[3] != axes) {
        return fail("%s: begins with %02x %02x %02x %02x; an IDX file of bytes with %zu axes with 00 00 08 %02zx", path,
                    word[0], word[1], word[2], word[3], axes, axes);
    }
    idx->axes = axes;
    for (size_t i = 0; i < axes; ++i) {
        if (read_all(file, word, 4) != 0) {
            return fail("%s: ends within the header", path);
        }
        idx->shape[i] = (size_t)word[0] << 24 | (size_t)word[1] << 16 | (size_t)word[2] << 8 | word[3];
        if (idx->shape[i] == 0 || idx->shape[i] > MAX_BYTES / count) {
            return fail("%s: axis %zu is %zu long", path, i, idx->shape[i]);
        }
        count *= idx->shape[i];
    }
    idx->bytes = malloc(count);
    if (!idx->bytes) {
        return fail("%s: out of memory for %zu bytes", path, count);
    }
    if (read_all(file, idx->bytes, count) != 0) {
        return fail("%s: damaged, or ends before its %zu bytes", path, count);
    }
    return check_end(file, path);
}

int idx_read(const char *path, size_t axes, struct idx *idx)
{
    gzFile file = gzopen(path, "rb");
    int result;

    memset(idx, 0, sizeof(*idx));
    if (!file) {
        return fail("%s: %s; Debian has the data in dataset-fashion-mnist", path, strerror(errno));
    }
    result = read_contents(file, path, axes, idx);
    gzclose(file);
    if (result != 0) {
        free(idx->bytes);
        idx->bytes = NULL;
    }
    return result;
}
