/* SPDX-License-Identifier: Apache-2.0 */
/* Images and labels on the device, and the order in which they are visited. */
#include "data.h"

#include <stdlib.h>
#include <string.h>

#include "idx.h"
#include "layers.h"
#include "random.h"

static int check(const char *images_path, const struct idx *images, const char *labels_path, const struct idx *labels)
{
    if (images->shape[1] != IMAGE_SIZE || images->shape[2] != IMAGE_SIZE) {
        return fail("%s: images of %zu x %zu; the network takes %d x %d", images_path, images->shape[1],
                    images->shape[2], IMAGE_SIZE, IMAGE_SIZE);
    }
    if (images->shape[0] != labels->shape[0]) {
        return fail("%s has %zu images, %s has %zu labels", images_path, images->shape[0], labels_path,
                    labels->shape[0]);
    }
    for (size_t i = 0; i < labels->shape[0]; ++i) {
        if (labels->bytes[i] >= CLASSES) {
            return fail("%s: label %zu is %d; the classes are 0 to %d", labels_path, i, labels->bytes[i], CLASSES - 1);
        }
    }
    return 0;
}

static int upload(struct data *d, const struct idx *images, const struct idx *labels, size_t most_batch)
{
    d->places = d->count + most_batch;
    d->images = device_copy(d->device, images->bytes, d->count * IMAGE_SIZE * IMAGE_SIZE);
    d->labels = device_copy(d->device, labels->bytes, d->count);
    d->order = device_zeros(d->device, d->places * sizeof(cl_uint));
    d->predicted = device_zeros(d->device, d->places);
    d->shuffled = calloc(d->places, sizeof(*d->shuffled));
    return d->images && d->labels && d->order && d->predicted && d->shuffled ? data_in_order(d) : -1;
}

int data_open(const struct device *device, const char *images_path, const char *labels_path, size_t limit,
              size_t most_batch, struct data *data)
{
    struct idx images = {0};
    struct idx labels = {0};
    int result = idx_read(images_path, 3, &images);

    memset(data, 0, sizeof(*data));
    data->device = device;
    if (result == 0) {
        result = idx_read(labels_path, 1, &labels);
    }
    if (result == 0) {
        result = check(images_path, &images, labels_path, &labels);
    }
    if (result == 0 && limit > images.shape[0]) {
        result = fail("%zu images are asked for, %s has %zu", limit, images_path, images.shape[0]);
    }
    if (result == 0) {
        data->count = limit ? limit : images.shape[0];
        result = upload(data, &images, &labels, most_batch);
    }
    free(images.bytes);
    free(labels.bytes);
    return result;
}

void data_close(struct data *data)
{
    device_free(&data->images);
    device_free(&data->labels);
    device_free(&data->order);
    device_free(&data->predicted);
    free(data->shuffled);
}

static int send_order(struct data *data)
{
    TRY(clEnqueueWriteBuffer(data->device->queue, data->order, CL_TRUE, 0, data->places * sizeof(cl_uint),
                             data->shuffled, 0, NULL, NULL));
    return 0;
}

int data_in_order(struct data *data)
{
    for (size_t i = 0; i < data->count; ++i) {
        data->shuffled[i] = (uint32_t)i;
    }
    return send_order(data);
}

int data_shuffle(struct data *data, uint64_t seed)
{
    struct random r = {seed};

    for (size_t i = 0; i < data->count; ++i) {
        const size_t j = random_below(&r, (uint32_t)i + 1);
        data->shuffled[i] = data->shuffled[j];
        data->shuffled[j] = (uint32_t)i;
    }
    return send_order(data);
}
