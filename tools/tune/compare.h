/* SPDX-License-Identifier: Apache-2.0 */
/* Comparison of two runs of clgn-tune bench: which problems became slower, beyond a limit and beyond the noise. */
#ifndef CLGN_TUNE_COMPARE_H
#define CLGN_TUNE_COMPARE_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

enum compare_metric { COMPARE_EFFICIENCY, COMPARE_TIME };

struct compare_tally {
    size_t same;
    size_t faster;
    size_t slower;     /* by more than the limit, and the intervals do not meet */
    size_t unsure;     /* by more than the limit, but the intervals meet */
    size_t base_alone; /* without a partner */
    size_t now_alone;
};

/**
 * Read and check a file that clgn-tune bench --json wrote.
 *
 * @param error receives file, place and reason of a failure, always terminated
 * @return an object to be released, or NULL
 */
json_t *compare_load(const char *path, char *error, size_t error_bytes);

/**
 * Compare two checked objects, and print a table. Partners agree in problem, op, norm, dtype, layout, act, flags,
 * cache, device and, where it was pinned, config. What is compared is the efficiency, or the time where asked or where
 * one of the two has no efficiency; the interval of the copy's time widens that of the efficiency.
 *
 * @param limit 0.05: what is not more than 5 % slower is the same
 * @param error receives why the objects cannot be compared (one has the same problem twice), always terminated
 * @return 0, or -1
 */
int compare_print(const json_t *base, const json_t *now, enum compare_metric metric, double limit, FILE *out,
                  struct compare_tally *tally, char *error, size_t error_bytes);

#endif
