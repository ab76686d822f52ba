/* SPDX-License-Identifier: Apache-2.0 */
/* demo-tensor OUT.npy N C H W: writes a made-up f4 feature map, (n, c, h, w), for the demonstration. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "npy.h"

/* xorshift64*: the same numbers on every computer, in [-1, 1). */
static double next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 4503599627370496.0 - 1.0;
}

static int fill(struct npy *array)
{
    uint64_t state = 88172645463325252u;
    float *values = malloc(array->count * sizeof(*values) + 1);

    if (!values) {
        return -1;
    }
    /* The sum of three is a bell; every channel gets a mean of its own. */
    for (size_t i = 0; i < array->count; ++i) {
        const size_t channel = i / (array->shape[2] * array->shape[3]) % array->shape[1];
        const double bell = next_random(&state) + next_random(&state) + next_random(&state);
        values[i] = (float)(bell + 0.25 * (double)(channel % 7));
    }
    array->data = values;
    return 0;
}

int main(int argc, char **argv)
{
    struct npy array = {.type = NPY_F4, .rank = 4};
    char error[512] = "";
    int result = 1;

    if (argc != 6) {
        fprintf(stderr, "usage: demo-tensor OUT.npy N C H W\n");
        return 1;
    }
    for (int i = 0; i < 4; ++i) {
        char *end;
        array.shape[i] = (size_t)strtoull(argv[i + 2], &end, 10);
        if (*end != '\0' || array.shape[i] == 0) {
            fprintf(stderr, "demo-tensor: '%s' is not a size\n", argv[i + 2]);
            return 1;
        }
    }
    if (npy_count(&array, &array.count) != 0 || fill(&array) != 0) {
        fprintf(stderr, "demo-tensor: out of memory\n");
    } else if (npy_write(argv[1], &array, error, sizeof(error)) != 0) {
        fprintf(stderr, "demo-tensor: %s\n", error);
    } else {
        result = 0;
    }
    npy_release(&array);
    return result;
}
