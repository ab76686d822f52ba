/* SPDX-License-Identifier: Apache-2.0 */
/* Time by parts of a step. */
#define _POSIX_C_SOURCE 200809L

#include "meter.h"

#include <time.h>

double meter_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int meter_begin(struct meter *meter, int sampling)
{
    meter->sampling = sampling;
    meter->part = PART_REST;
    if (sampling) {
        TRY(clFinish(meter->device->queue));
        meter->since = meter_now();
    }
    return 0;
}

int meter_enter(struct meter *meter, enum part part)
{
    if (meter->sampling && part != meter->part) {
        double now;
        TRY(clFinish(meter->device->queue));
        now = meter_now();
        meter->seconds[meter->part] += now - meter->since;
        meter->since = now;
        meter->part = part;
    }
    return 0;
}

int meter_end(struct meter *meter)
{
    if (meter->sampling) {
        TRY(clFinish(meter->device->queue));
        meter->seconds[meter->part] += meter_now() - meter->since;
        meter->sampling = 0;
    }
    return 0;
}

void meter_shares(const struct meter *meter, double share[PARTS])
{
    double sum = 0.0;

    for (int i = 0; i < PARTS; ++i) {
        sum += meter->seconds[i];
    }
    for (int i = 0; i < PARTS; ++i) {
        share[i] = sum > 0.0 ? meter->seconds[i] / sum : 0.0;
    }
}
