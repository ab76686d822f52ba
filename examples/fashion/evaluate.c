/* SPDX-License-Identifier: Apache-2.0 */
/* Passes over a whole data set. */
#include "evaluate.h"

#include <math.h>
#include <string.h>

/* Batches between two reads of the sums, which empty the queue. */
enum { BATCHES_IN_FLIGHT = 50, MAX_CHANNELS = 64 };

int evaluate(struct network *net, const struct data *data, double *loss, double *error)
{
    double loss_sum = 0.0;
    double error_sum = 0.0;
    size_t batch = 0;

    for (size_t first = 0; first < data->count; first += net->images) {
        PASS(network_infer(net, data, first));
        if (++batch % BATCHES_IN_FLIGHT == 0 || first + net->images >= data->count) {
            double l, e;
            PASS(network_take_sums(net, &l, &e));
            loss_sum += l;
            error_sum += e;
        }
    }
    *loss = loss_sum / (double)data->count;
    *error = error_sum / (double)data->count;
    return 0;
}

/* Adds one layer's squares to the sums. */
static int add_noise(const struct norm *norm, const float *running, double *mean, double *scale)
{
    const size_t channels = layers[norm->id].out;
    const cl_command_queue queue = norm->device->queue;
    float means[MAX_CHANNELS];
    float rstds[MAX_CHANNELS];

    TRY(clEnqueueReadBuffer(queue, norm->mean, CL_FALSE, 0, channels * sizeof(float), means, 0, NULL, NULL));
    TRY(clEnqueueReadBuffer(queue, norm->rstd, CL_TRUE, 0, channels * sizeof(float), rstds, 0, NULL, NULL));
    for (size_t c = 0; c < channels; ++c) {
        const double running_mean = (double)running[layers_running_mean(norm->id) + c];
        const double running_std = sqrt((double)running[layers_running_var(norm->id) + c] + 1e-5);
        const double shift = ((double)means[c] - running_mean) / running_std;
        const double ratio = log((double)rstds[c] * running_std);
        *mean += shift * shift;
        *scale += ratio * ratio;
    }
    return 0;
}

static int add_all_noise(struct network *net, const float *running, struct noise *sum)
{
    PASS(add_noise(&net->stem.norm, running, &sum->mean, &sum->scale));
    for (int i = 0; i < BLOCKS; ++i) {
        PASS(add_noise(&net->blocks[i].a.norm, running, &sum->mean, &sum->scale));
        PASS(add_noise(&net->blocks[i].b.norm, running, &sum->mean, &sum->scale));
        if (net->blocks[i].projects) {
            PASS(add_noise(&net->blocks[i].shortcut.norm, running, &sum->mean, &sum->scale));
        }
    }
    return 0;
}

int evaluate_noise(struct network *net, const struct data *data, size_t batches, struct noise *noise)
{
    const double values = (double)batches * (double)layers_running() / 2.0;
    struct noise sum = {0.0, 0.0};
    float running[LAYERS * 2 * MAX_CHANNELS];
    double unused[2];

    TRY(clEnqueueReadBuffer(net->device->queue, net->p->running, CL_TRUE, 0, layers_running() * sizeof(float), running,
                            0, NULL, NULL));
    for (size_t i = 0; i < batches; ++i) {
        PASS(network_infer(net, data, i * net->images % data->count));
        PASS(add_all_noise(net, running, &sum));
    }
    PASS(network_take_sums(net, &unused[0], &unused[1]));
    noise->mean = sqrt(sum.mean / values);
    noise->scale = sqrt(sum.scale / values);
    return 0;
}
