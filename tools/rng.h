/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere. */
#ifndef CLGN_TOOLS_RNG_H
#define CLGN_TOOLS_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/** One sequence for each text and seed, so that what a text names has the same numbers wherever it stands. */
struct rng rng_of(const char *text, uint64_t seed);

uint64_t rng_next(struct rng *rng);
size_t rng_below(struct rng *rng, size_t bound);
double rng_uniform(struct rng *rng, double low, double high);

/** Nearly normal: the sum of twelve uniform numbers, so never more than 6 from 0. */
double rng_normal(struct rng *rng);

#endif
