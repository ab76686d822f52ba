/* SPDX-License-Identifier: Apache-2.0 */
/* Files of measured choices, made up for tests. */
#ifndef CLGN_TUNED_TEXT_H
#define CLGN_TUNED_TEXT_H

#include "device.h"

/* The kind of an entry that names none. */
#define TUNED_KIND "fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32"

struct tuned_entry {
    const char *kind, *config;
    size_t n, c, g, s;
    int generic;
    double median_ns; /* 0: 1000 */
};

/* Writes the file of a device, verified and with a run. */
void tuned_text_print(const struct clgn_device *device, const struct tuned_entry *entries, size_t count, char *text,
                      size_t bytes);

#define TUNED_SAMPLE_BYTES 8192

/* Writes a right file with two choices on the fake CPU, in which find is replaced by by ("", "": nothing is). Returns 0
 * when find does not stand in it. */
int tuned_sample(const char *find, const char *by, char text[TUNED_SAMPLE_BYTES]);

#endif
