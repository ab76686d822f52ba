/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled images: read from IDX files, kept whole on the device, visited in an order. */
#ifndef FASHION_DATA_H
#define FASHION_DATA_H

#include <stdint.h>

#include "device.h"

struct data {
    const struct device *device;
    size_t count;
    size_t places;    /* of the order: count and room to fill up a batch; the places past count repeat image 0 */
    cl_mem images;    /* [count][28 * 28] bytes */
    cl_mem labels;    /* [count] */
    cl_mem order;     /* [places] */
    cl_mem predicted; /* [places]: classes, by place */
    uint32_t *shuffled;
};

/*
 * Read images and labels and take the first limit of them (0: all). Any batch up to most_batch can be used.
 */
int data_open(const struct device *device, const char *images_path, const char *labels_path, size_t limit,
              size_t most_batch, struct data *data);
void data_close(struct data *data);

/* The order of a pass over the data: as in the file, or shuffled, the same for the same seed. */
int data_in_order(struct data *data);
int data_shuffle(struct data *data, uint64_t seed);

#endif
