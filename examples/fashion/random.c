/* SPDX-License-Identifier: Apache-2.0 */
/* SplitMix64 with uniform and normal numbers. */
#include "random.h"

#include <math.h>

uint64_t random_bits(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t random_below(struct random *r, uint32_t limit)
{
    return (uint32_t)(((random_bits(r) >> 32) * limit) >> 32);
}

/* Uniform in (0, 1). */
static double random_unit(struct random *r)
{
    return ((double)(random_bits(r) >> 11) + 0.5) / 9007199254740992.0;
}

double random_normal(struct random *r)
{
    const double radius = sqrt(-2.0 * log(random_unit(r)));

    return radius * cos(6.283185307179586 * random_unit(r));
}
