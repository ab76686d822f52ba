/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere. */
#include "rng.h"

/* FNV-1a */
struct rng rng_of(const char *text, uint64_t seed)
{
    struct rng rng = {14695981039346656037ULL};

    for (; *text != '\0'; text++) {
        rng.state = (rng.state ^ (unsigned char)*text) * 1099511628211ULL;
    }
    rng.state += seed * 0x9e3779b97f4a7c15ULL;
    return rng;
}

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

size_t rng_below(struct rng *rng, size_t bound)
{
    return (size_t)(rng_next(rng) % bound);
}

double rng_uniform(struct rng *rng, double low, double high)
{
    return low + (high - low) * ((double)(rng_next(rng) >> 11) * 0x1p-53);
}

double rng_normal(struct rng *rng)
{
    double sum = -6.0;

    for (int i = 0; i < 12; i += 3) { /* three of 21 bits from one draw */
        const uint64_t bits = rng_next(rng);

        sum += (double)(bits & 0x1fffff) * 0x1p-21 + (double)((bits >> 21) & 0x1fffff) * 0x1p-21 +
               (double)(bits >> 43) * 0x1p-21;
    }
    return sum;
}
