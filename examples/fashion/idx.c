/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of IDX files. */
#include "idx.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "device.h"

enum { TYPE_BYTES = 8, MAX_AXES = 3, MAX_BYTES = 1 << 30 };

static int read_all(gzFile file, void *bytes, size_t count)
{
    return count <= MAX_BYTES && gzread(file, bytes, (unsigned)count) == (int)count ? 0 : -1;
}

static int read_header(gzFile file, const char *path, size_t axes, struct idx *idx)
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
        return fail("%s: ends before its %zu bytes", path, count);
    }
    return 0;
}

int idx_read(const char *path, size_t axes, struct idx *idx)
{
    gzFile file = gzopen(path, "rb");
    int result;

    memset(idx, 0, sizeof(*idx));
    if (!file) {
        return fail("%s: cannot be opened; Debian has the data in dataset-fashion-mnist", path);
    }
    result = read_header(file, path, axes, idx);
    gzclose(file);
    if (result != 0) {
        free(idx->bytes);
        idx->bytes = NULL;
    }
    return result;
}
