/* SPDX-License-Identifier: Apache-2.0 */
/* A network over a whole data set; how far batch norm's statistics are from the running ones. */
#ifndef FASHION_EVALUATE_H
#define FASHION_EVALUATE_H

#include "network.h"

/* Mean loss and share of errors. */
int evaluate(struct network *net, const struct data *data, double *loss, double *error);

/* How batch statistics differ from the running ones, over all channels of all layers: root mean squares. */
struct noise {
    double mean;  /* of (batch mean - running mean) / running standard deviation */
    double scale; /* of ln(batch standard deviation / running standard deviation) */
};

/* Over the first batches of data, for a network of mode NORM_INFER_BATCH with batch norm. */
int evaluate_noise(struct network *net, const struct data *data, size_t batches, struct noise *noise);

#endif
