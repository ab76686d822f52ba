/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere: SplitMix64 (Steele, Lea and Flood, 2014). */
#ifndef FASHION_RANDOM_H
#define FASHION_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

uint64_t random_bits(struct random *r);
/* Uniform in [0, limit). */
uint32_t random_below(struct random *r, uint32_t limit);
/* Normal with mean 0 and variance 1. */
double random_normal(struct random *r);

#endif
