/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of fashion. */
#ifndef FASHION_OPTIONS_H
#define FASHION_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "norm.h"

enum { MAX_BATCHES = 16 };

enum command { COMMAND_HELP, COMMAND_TRAIN, COMMAND_CLASSIFY };

struct options {
    enum command command;
    const char *device;     /* NULL: the default one */
    const char *data;       /* folder of the four files */
    const char *checkpoint; /* NULL: none */
    const char *csv;        /* NULL: none */
    enum norm_kind norm;
    uint32_t groups;
    uint32_t epochs;
    uint32_t seed;
    uint32_t train_images; /* 0: all */
    float rate;            /* 0: 0.1 * batch / 32 */
    const char *images;    /* classify: files; NULL: the test set of data */
    const char *labels;
    size_t batch_count;
    uint32_t batches[MAX_BATCHES]; /* train uses the first */
};

/* Parse; -1 after a message. */
int options_parse(int argc, char **argv, struct options *o);
void options_help(void);

#endif
