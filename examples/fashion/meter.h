/* SPDX-License-Identifier: Apache-2.0 */
/* How the time of a step divides into convolution, normalisation and the rest, measured on sampled steps. */
#ifndef FASHION_METER_H
#define FASHION_METER_H

#include "device.h"

enum part { PART_CONV, PART_NORM, PART_REST, PARTS };

struct meter {
    const struct device *device;
    int sampling;
    enum part part; /* that runs now */
    double since;
    double seconds[PARTS];
};

/* Seconds of a clock that only goes forward. */
double meter_now(void);

/* Begin a step; with sampling the queue is emptied wherever the part changes, and each part's time taken. */
int meter_begin(struct meter *meter, int sampling);
int meter_enter(struct meter *meter, enum part part);
int meter_end(struct meter *meter);
/* Shares of the parts in all sampled time; zeros when there is none. */
void meter_shares(const struct meter *meter, double share[PARTS]);

#endif
