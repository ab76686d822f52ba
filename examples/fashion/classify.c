/* SPDX-License-Identifier: Apache-2.0 */
/* Classification with a trained network at several batch sizes. */
#include "classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "evaluate.h"
#include "network.h"

/* Images of the passes that are timed by parts. */
enum { SAMPLED_IMAGES = 1024, PATH_BYTES = 4096 };

/* Some batches with the queue emptied between the parts. */
static int measure_parts(struct network *net, const struct data *data)
{
    double unused[2];

    for (size_t first = 0; first < SAMPLED_IMAGES && first < data->count; first += net->images) {
        PASS(meter_begin(&net->meter, 1));
        PASS(network_infer(net, data, first));
        PASS(meter_end(&net->meter));
    }
    return network_take_sums(net, &unused[0], &unused[1]);
}

static int classify_all(struct network *net, const struct data *data, unsigned char *predicted)
{
    double loss, error, shares[PARTS], start, seconds;

    PASS(network_infer(net, data, 0)); /* what a driver compiles at first execution is not part of the time */
    PASS(network_take_sums(net, &loss, &error));
    start = meter_now();
    PASS(evaluate(net, data, &loss, &error));
    seconds = meter_now() - start;
    TRY(clEnqueueReadBuffer(net->device->queue, data->predicted, CL_TRUE, 0, data->count, predicted, 0, NULL, NULL));
    PASS(measure_parts(net, data));
    meter_shares(&net->meter, shares);
    printf("%6zu  %6.2f %%  %7.4f  %9.0f   %22.0f %%  %11.0f %%  %6.0f %%\n", net->images, 100.0 * error, loss,
           (double)data->count / seconds, 100.0 * shares[PART_CONV], 100.0 * shares[PART_NORM],
           100.0 * shares[PART_REST]);
    fflush(stdout);
    return 0;
}

static int classify_batch(struct parameters *p, const struct norm_options *norm, const struct data *data, size_t batch,
                          unsigned char *predicted)
{
    struct network net;
    int result = network_create(p, norm, batch, &net);

    if (result == 0) {
        result = classify_all(&net, data, predicted);
    }
    network_release(&net);
    return result;
}

/* Images for which not all batch sizes give the same class; predicted holds count classes for each batch size. */
static size_t count_different(const unsigned char *predicted, size_t batches, size_t count)
{
    size_t different = 0;

    for (size_t i = 0; i < count; ++i) {
        size_t same = 1;
        while (same < batches && predicted[same * count + i] == predicted[i]) {
            ++same;
        }
        different += same < batches;
    }
    return different;
}

static void compare(const unsigned char *predicted, size_t batches, size_t count)
{
    const size_t different = count_different(predicted, batches, count);

    if (batches > 1 && different == 0) {
        puts("the same predictions at every batch size");
    } else if (batches > 1) {
        printf("%zu of %zu predictions are not the same at every batch size\n", different, count);
    }
}

static int classify_batches(const struct options *o, struct parameters *p, const struct norm_options *norm,
                            const struct data *data)
{
    unsigned char *predicted = malloc(o->batch_count * data->count);
    int result = predicted ? 0 : fail("out of memory");

    if (result == 0) {
        printf("\n%6s  %8s  %7s  %9s   %s\n", "batch", "error", "loss", "images/s",
               "of the time: convolution  normalisation  the rest");
    }

    for (size_t i = 0; i < o->batch_count && result == 0; ++i) {
        result = classify_batch(p, norm, data, o->batches[i], predicted + i * data->count);
    }
    if (result == 0) {
        compare(predicted, o->batch_count, data->count);
    }
    free(predicted);
    return result;
}

static int open_data(const struct device *device, const struct options *o, struct data *data)
{
    char images[PATH_BYTES];
    char labels[PATH_BYTES];
    uint32_t most = 0;

    for (size_t i = 0; i < o->batch_count; ++i) {
        most = o->batches[i] > most ? o->batches[i] : most;
    }
    if (o->images) {
        return data_open(device, o->images, o->labels, 0, most, data);
    }
    if (snprintf(images, sizeof(images), "%s/t10k-images-idx3-ubyte.gz", o->data) >= (int)sizeof(images) ||
        snprintf(labels, sizeof(labels), "%s/t10k-labels-idx1-ubyte.gz", o->data) >= (int)sizeof(labels)) {
        return fail("--data %s: the name is too long", o->data);
    }
    return data_open(device, images, labels, 0, most, data);
}

static void print_network(const char *path, const struct checkpoint *c)
{
    static const char *const names[NORM_KINDS] = {"no", "group", "layer", "instance", "batch"};

    printf("%s: a residual network with %s norm", path, names[c->norm]);
    if (c->norm == NORM_GROUP) {
        printf(" in %u groups", c->groups);
    }
    printf(", trained for %u epochs at batch %u", c->done, c->batch);
    putchar('\n');
}

static int load(const char *path, struct parameters *p, struct norm_options *norm)
{
    struct parameters_image image;
    struct checkpoint file;
    int result;

    PASS(checkpoint_read(path, &file, &image));
    result = parameters_write(p, &image);
    free(image.value);
    *norm = (struct norm_options){(enum norm_kind)file.norm, file.groups, NORM_INFER};
    if (result == 0) {
        print_network(path, &file);
    }
    return result;
}

int classify(const struct device *device, const struct options *o)
{
    struct data data = {0};
    struct parameters parameters = {0};
    struct norm_options norm;
    int result = open_data(device, o, &data);

    if (result == 0) {
        result = parameters_create(device, &parameters);
    }
    if (result == 0) {
        result = load(o->checkpoint, &parameters, &norm);
    }
    if (result == 0) {
        result = classify_batches(o, &parameters, &norm, &data);
    }
    parameters_release(&parameters);
    data_close(&data);
    return result;
}
