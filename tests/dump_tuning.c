/* SPDX-License-Identifier: Apache-2.0 */
/* dump_tuning DIR: writes files of measured choices, named by what the loader says of them and whether a JSON schema
 * can know: good-N.json, bad-N.json, beyond-N.json. */
#include <stdio.h>
#include <string.h>

#include "tuned_text.h"
#include "tunefile.h"

static const struct {
    const char *find, *by;
    int schema;
} rows[] = {
    {"", "", 1},
    {"\"runs\"", "\"colour\":[1,{}],\"runs\"", 1},
    {"\"n\":2", "\"n\":2,\"note\":null", 1},
    {"\"quality\":\"ok\"", "\"quality\":\"noisy\"", 1},
#define TUNED_WRONG(find, by, status, says, schema) {find, by, schema},
#include "tuned_wrong.inc"
#undef TUNED_WRONG
};

static int write_text(const char *dir, const char *name, size_t number, const char *text)
{
    char path[1024];
    FILE *file;
    int ok;

    snprintf(path, sizeof path, "%s/%s-%zu.json", dir, name, number);
    file = fopen(path, "w");
    ok = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && ok;
}

int main(int argc, char **argv)
{
    const struct clgn_sink nobody = {NULL, NULL};

    if (argc != 2) {
        fprintf(stderr, "usage: dump_tuning DIR\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TUNED_SAMPLE_BYTES];
        struct clgn_tunefile file;
        int good;

        if (!tuned_sample(rows[i].find, rows[i].by, text)) {
            fprintf(stderr, "\"%s\" is not in the sample\n", rows[i].find);
            return 1;
        }
        good = clgn_tunefile_read(text, strlen(text), &nobody, &file) == CLGN_OK && file.refused == 0;
        clgn_tunefile_release(&file);
        if (!write_text(argv[1], good ? "good" : rows[i].schema ? "bad" : "beyond", i, text)) {
            perror(argv[1]);
            return 1;
        }
    }
    return 0;
}
