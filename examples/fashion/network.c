/* SPDX-License-Identifier: Apache-2.0 */
/* The residual network: a stem, three blocks, the head. */
#include "network.h"

#include <stdlib.h>
#include <string.h>

static int unit_tensors(const struct network *net, enum layer_id id, struct unit *unit)
{
    const size_t channels = layers[id].out;
    const size_t size = layer_out_size(&layers[id]);

    PASS(tensor_create(net->device, channels, size, net->images, &unit->product));
    PASS(tensor_create(net->device, channels, size, net->images, &unit->y));
    return net->options.mode == NORM_TRAIN ? tensor_create(net->device, channels, size, net->images, &unit->gradient)
                                           : 0;
}

static int unit_create(const struct network *net, enum layer_id id, int residual, int relu, struct unit *unit)
{
    PASS(unit_tensors(net, id, unit));
    PASS(conv_create(net->p, id, net->images, &net->scratch, &unit->conv));
    return norm_create(net->p, id, &net->options, net->images, &unit->y, residual, relu, &unit->norm);
}

/* The unit of the shortcut reads what a's convolution has unfolded. */
static int shortcut_create(const struct network *net, enum layer_id id, struct block *block)
{
    PASS(unit_tensors(net, id, &block->shortcut));
    PASS(conv_create_shortcut(net->p, id, &block->a.conv, &block->shortcut.conv));
    return norm_create(net->p, id, &net->options, net->images, &block->shortcut.y, 0, 0, &block->shortcut.norm);
}

static int block_create(const struct network *net, enum layer_id a, int projects, struct block *block)
{
    block->projects = projects;
    PASS(unit_create(net, a, 0, 1, &block->a));
    PASS(unit_create(net, a + 1, 1, 1, &block->b));
    return projects ? shortcut_create(net, a + 2, block) : 0;
}

static void tensor_release(struct tensor *t)
{
    device_free(&t->mem);
}

static void unit_release(struct unit *unit)
{
    conv_release(&unit->conv);
    norm_release(&unit->norm);
    tensor_release(&unit->product);
    tensor_release(&unit->y);
    tensor_release(&unit->gradient);
}

static int head_create(const struct network *net, struct head *head)
{
    cl_int err;

    head->program = device_program(net->device, "");
    head->pooled = device_zeros(net->device, net->images * FEATURES * sizeof(float));
    head->dlogits = device_zeros(net->device, net->images * CLASSES * sizeof(float));
    head->sums = device_zeros(net->device, net->images * sizeof(cl_float2));
    head->sums_read = calloc(net->images, sizeof(cl_float2));
    if (!head->program || !head->pooled || !head->dlogits || !head->sums || !head->sums_read) {
        return -1;
    }
    head->head = clCreateKernel(head->program, "head", &err);
    TRY(err);
    head->gradient = clCreateKernel(head->program, "head_gradient", &err);
    TRY(err);
    return 0;
}

static void head_release(struct head *head)
{
    device_free(&head->pooled);
    device_free(&head->dlogits);
    device_free(&head->sums);
    free(head->sums_read);
    if (head->head) {
        clReleaseKernel(head->head);
    }
    if (head->gradient) {
        clReleaseKernel(head->gradient);
    }
    if (head->program) {
        clReleaseProgram(head->program);
    }
}

int network_create(struct parameters *p, const struct norm_options *options, size_t images, struct network *net)
{
    memset(net, 0, sizeof(*net));
    net->device = p->device;
    net->p = p;
    net->images = images;
    net->options = *options;
    net->meter.device = p->device;
    if (options->mode == NORM_TRAIN) {
        net->scratch.folding = device_zeros(net->device, conv_folding_bytes(images));
        net->scratch.turned = device_zeros(net->device, conv_turned_bytes(images));
        PASS(net->scratch.folding && net->scratch.turned ? 0 : -1);
    }
    PASS(unit_create(net, STEM, 0, 1, &net->stem));
    PASS(block_create(net, BLOCK1_A, 0, &net->blocks[0]));
    PASS(block_create(net, BLOCK2_A, 1, &net->blocks[1]));
    PASS(block_create(net, BLOCK3_A, 1, &net->blocks[2]));
    return head_create(net, &net->head);
}

void network_release(struct network *net)
{
    for (int i = 0; i < BLOCKS; ++i) {
        unit_release(&net->blocks[i].shortcut);
        unit_release(&net->blocks[i].b);
        unit_release(&net->blocks[i].a);
    }
    for (int i = 0; i < 2; ++i) {
        if (net->pace[i]) {
            clReleaseEvent(net->pace[i]);
        }
    }
    unit_release(&net->stem);
    head_release(&net->head);
    device_free(&net->scratch.folding);
    device_free(&net->scratch.turned);
}

/* The part of a unit behind the unfolding. */
static int unit_forward(struct network *net, struct unit *unit, const struct tensor *residual)
{
    PASS(conv_forward(&unit->conv, &unit->product));
    PASS(meter_enter(&net->meter, PART_NORM));
    return norm_forward(&unit->norm, &unit->product, residual, &unit->y);
}

static int block_forward(struct network *net, struct block *block, const struct tensor *x)
{
    const struct tensor *residual = x;

    PASS(meter_enter(&net->meter, PART_CONV));
    PASS(conv_unfold(&block->a.conv, x));
    if (block->projects) {
        PASS(unit_forward(net, &block->shortcut, NULL));
        PASS(meter_enter(&net->meter, PART_CONV));
        residual = &block->shortcut.y;
    }
    PASS(unit_forward(net, &block->a, NULL));
    PASS(meter_enter(&net->meter, PART_CONV));
    PASS(conv_unfold(&block->b.conv, &block->a.y));
    return unit_forward(net, &block->b, residual);
}

static int head_forward(struct network *net, const struct data *data, size_t first)
{
    const struct unit *last = &net->blocks[BLOCKS - 1].b;
    const size_t count = data->count > first ? data->count - first : 0;
    const cl_ulong row = last->y.columns;
    const cl_ulong start = first;
    const cl_ulong live = count < net->images ? count : net->images;
    const cl_ulong weight = layers_linear();
    const cl_ulong bias = layers_bias();
    const cl_int training = net->options.mode == NORM_TRAIN;
    const cl_mem gradient = training ? last->gradient.mem : last->y.mem; /* not touched without training */
    const struct argument arguments[] = {
        ARGUMENT(last->y.mem),
        ARGUMENT(row),
        ARGUMENT(net->p->value),
        ARGUMENT(weight),
        ARGUMENT(bias),
        ARGUMENT(data->labels),
        ARGUMENT(data->order),
        ARGUMENT(start),
        ARGUMENT(live),
        ARGUMENT(training),
        ARGUMENT(net->head.pooled),
        ARGUMENT(net->head.dlogits),
        ARGUMENT(gradient),
        ARGUMENT(net->head.sums),
        ARGUMENT(data->predicted),
    };

    return device_launch(net->device, net->head.head, arguments, sizeof(arguments) / sizeof(arguments[0]), net->images,
                         1);
}

static int head_backward(struct network *net)
{
    const cl_ulong images = net->images;
    const cl_ulong weight = layers_linear();
    const cl_ulong bias = layers_bias();
    const struct argument arguments[] = {ARGUMENT(net->head.pooled), ARGUMENT(net->head.dlogits),
                                         ARGUMENT(images),           ARGUMENT(net->p->gradient),
                                         ARGUMENT(weight),           ARGUMENT(bias)};

    return device_launch(net->device, net->head.gradient, arguments, sizeof(arguments) / sizeof(arguments[0]),
                         FEATURES + 1, CLASSES);
}

static int forward(struct network *net, const struct data *data, size_t first)
{
    const struct tensor *x = &net->stem.y;

    PASS(meter_enter(&net->meter, PART_CONV));
    PASS(conv_unfold_images(&net->stem.conv, data->images, data->order, first));
    PASS(unit_forward(net, &net->stem, NULL));
    for (int i = 0; i < BLOCKS; ++i) {
        PASS(block_forward(net, &net->blocks[i], x));
        x = &net->blocks[i].b.y;
    }
    PASS(meter_enter(&net->meter, PART_REST));
    return head_forward(net, data, first);
}

/* From the gradient of the unit's y to that of its weight; dresidual is NULL where there is no residual. */
static int unit_backward(struct network *net, struct unit *unit, const struct tensor *residual,
                         const struct tensor *dresidual)
{
    PASS(meter_enter(&net->meter, PART_NORM));
    PASS(norm_backward(&unit->norm, &unit->product, residual, &unit->gradient, dresidual));
    PASS(meter_enter(&net->meter, PART_CONV));
    return conv_backward_weight(&unit->conv, &unit->gradient, net->scratch.turned);
}

/* From the gradient of the block's output to that of its input, dx. */
static int block_backward(struct network *net, struct block *block, const struct tensor *x, const struct tensor *dx)
{
    const struct tensor *residual = block->projects ? &block->shortcut.y : x;
    const struct tensor *dresidual = block->projects ? &block->shortcut.gradient : dx;

    PASS(unit_backward(net, &block->b, residual, dresidual));
    PASS(conv_backward_input(&block->b.conv, &block->b.gradient, 0));
    PASS(conv_fold(&block->b.conv, &block->a.gradient, 0));
    PASS(unit_backward(net, &block->a, NULL, NULL));
    PASS(conv_backward_input(&block->a.conv, &block->a.gradient, 0));
    if (block->projects) {
        PASS(unit_backward(net, &block->shortcut, NULL, NULL));
        PASS(conv_backward_input(&block->shortcut.conv, &block->shortcut.gradient, 1));
    }
    return conv_fold(&block->a.conv, dx, !block->projects);
}

static int backward(struct network *net)
{
    PASS(head_backward(net));
    for (int i = BLOCKS - 1; i >= 0; --i) {
        struct unit *before = i > 0 ? &net->blocks[i - 1].b : &net->stem;
        PASS(block_backward(net, &net->blocks[i], &before->y, &before->gradient));
    }
    return unit_backward(net, &net->stem, NULL, NULL);
}

static int pace(struct network *net)
{
    const cl_event before = net->pace[0];

    net->pace[0] = net->pace[1];
    net->pace[1] = NULL;
    TRY(clEnqueueMarkerWithWaitList(net->device->queue, 0, NULL, &net->pace[1]));
    TRY(clFlush(net->device->queue));
    if (before) {
        TRY(clWaitForEvents(1, &before));
        TRY(clReleaseEvent(before));
    }
    return 0;
}

int network_infer(struct network *net, const struct data *data, size_t first)
{
    PASS(forward(net, data, first));
    return pace(net);
}

int network_train(struct network *net, const struct data *data, size_t first, float rate)
{
    PASS(forward(net, data, first));
    PASS(backward(net));
    PASS(meter_enter(&net->meter, PART_REST));
    PASS(parameters_descend(net->p, rate));
    return pace(net);
}

int network_take_sums(struct network *net, double *loss, double *errors)
{
    const size_t bytes = net->images * sizeof(cl_float2);
    const cl_command_queue queue = net->device->queue;

    *loss = *errors = 0.0;
    TRY(clEnqueueReadBuffer(queue, net->head.sums, CL_TRUE, 0, bytes, net->head.sums_read, 0, NULL, NULL));
    for (size_t i = 0; i < net->images; ++i) {
        *loss += (double)net->head.sums_read[i].s[0];
        *errors += (double)net->head.sums_read[i].s[1];
    }
    memset(net->head.sums_read, 0, bytes);
    TRY(clEnqueueWriteBuffer(queue, net->head.sums, CL_TRUE, 0, bytes, net->head.sums_read, 0, NULL, NULL));
    return 0;
}
