/* SPDX-License-Identifier: Apache-2.0 */
/* The network of examples/fashion: its gradient against differences of its loss, its descent, its running statistics.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "network.h"
#include "random.h"

#include <check.h> /* has a macro with the name of a function in device.h */

/* With 7 images only the last block's rows are multiples of 16: padding takes part. */
enum { SKIP = 77, IMAGES = 7, OTHERS = 2, SLOTS = 3 * LAYERS + 2 };

static const char images_path[] = FASHION_DATA "/t10k-images-idx3-ubyte.gz";
static const char labels_path[] = FASHION_DATA "/t10k-labels-idx1-ubyte.gz";

static struct device device;
static struct data images;

/* A stretch of the flat array of parameters. */
struct slot {
    char name[32];
    size_t first, count;
    int decays;
};

static struct slot slots[SLOTS];

static void fill_slots(void)
{
    struct slot *s = slots;

    for (enum layer_id id = STEM; id < LAYERS; ++id, s += 3) {
        const struct layer *layer = &layers[id];
        s[0] = (struct slot){"", layers_weight(id), layer->taps * layer->in * layer->out, 1};
        s[1] = (struct slot){"", layers_gamma(id), layer->out, 0};
        s[2] = (struct slot){"", layers_beta(id), layer->out, 0};
        snprintf(s[0].name, sizeof(s[0].name), "weight of layer %d", (int)id);
        snprintf(s[1].name, sizeof(s[1].name), "gamma of layer %d", (int)id);
        snprintf(s[2].name, sizeof(s[2].name), "beta of layer %d", (int)id);
    }
    s[0] = (struct slot){"linear weight", layers_linear(), CLASSES * FEATURES, 1};
    s[1] = (struct slot){"linear bias", layers_bias(), CLASSES, 0};
}

/* A network in training, and the point at which it is looked at. */
struct bench {
    struct parameters parameters;
    struct network network;
    struct parameters_image point;
    float *gradient; /* at the point */
};

/* gamma 1 and beta 0 would hide mistakes. */
static void move_off_the_start(struct bench *b)
{
    struct random r = {7};

    for (size_t i = layers_gamma(STEM); i < layers_parameters(); ++i) {
        b->point.value[i] += (float)(0.2 * random_normal(&r));
    }
}

/*
 * Far from zero ReLU does not switch and the loss is smooth: three channels of four are always on, one is always off. A
 * smaller linear layer keeps the softmax from saturating.
 */
static void fix_the_switches(struct bench *b)
{
    for (enum layer_id id = STEM; id < LAYERS; ++id) {
        for (size_t c = 0; c < layers[id].out && layers[id].taps == 9; ++c) {
            b->point.value[layers_beta(id) + c] += c % 4 == 3 ? -40.0f : 6.0f;
        }
    }
    for (size_t i = 0; i < CLASSES * FEATURES; ++i) {
        b->point.value[layers_linear() + i] *= 0.5f;
    }
}

static void bench_create(struct bench *b, enum norm_kind kind)
{
    const struct norm_options norm = {kind, kind == NORM_GROUP ? 4 : 0, NORM_TRAIN};

    memset(b, 0, sizeof(*b));
    b->gradient = malloc(layers_parameters() * sizeof(float));
    ck_assert_ptr_nonnull(b->gradient);
    ck_assert_int_eq(parameters_create(&device, &b->parameters), 0);
    ck_assert_int_eq(parameters_initialise(&b->parameters, 1), 0);
    ck_assert_int_eq(parameters_image_create(&b->point), 0);
    ck_assert_int_eq(parameters_read(&b->parameters, &b->point), 0);
    ck_assert_int_eq(network_create(&b->parameters, &norm, IMAGES, &b->network), 0);
    move_off_the_start(b);
}

static void bench_release(struct bench *b)
{
    network_release(&b->network);
    parameters_release(&b->parameters);
    free(b->point.value);
    free(b->gradient);
}

static double take_loss(struct network *net)
{
    double loss, errors;

    ck_assert_int_eq(network_take_sums(net, &loss, &errors), 0);
    return loss / IMAGES;
}

static double loss_at_point(struct bench *b)
{
    ck_assert_int_eq(parameters_write(&b->parameters, &b->point), 0);
    ck_assert_int_eq(network_infer(&b->network, &images, 0), 0);
    return take_loss(&b->network);
}

/* A step of this length from the point; with 0 all it leaves behind is gradient and velocity. */
static void step(struct bench *b, float rate)
{
    const size_t bytes = layers_parameters() * sizeof(float);

    ck_assert_int_eq(network_train(&b->network, &images, 0, rate), 0);
    take_loss(&b->network);
    ck_assert_int_eq(clEnqueueReadBuffer(device.queue, b->parameters.gradient, CL_TRUE, 0, bytes, b->gradient, 0, NULL,
                                         NULL),
                     CL_SUCCESS);
}

/* (loss(point + h * direction) - loss(point - h * direction)) / 2 h */
static double difference(struct bench *b, const struct slot *s, const float *direction, double h)
{
    float *const value = b->point.value + s->first;
    float *const kept = malloc(s->count * sizeof(float));
    double loss[2];

    ck_assert_ptr_nonnull(kept);
    memcpy(kept, value, s->count * sizeof(float));
    for (int side = 0; side < 2; ++side) {
        for (size_t i = 0; i < s->count; ++i) {
            value[i] = (float)((double)kept[i] + (side ? -h : h) * (double)direction[i]);
        }
        loss[side] = loss_at_point(b);
    }
    memcpy(value, kept, s->count * sizeof(float));
    free(kept);
    return (loss[0] - loss[1]) / (2.0 * h);
}

/* Two differences, and from them the value without the term in h squared (Richardson). */
static double derivative(struct bench *b, const struct slot *s, const float *direction)
{
    const double near = difference(b, s, direction, 0.01);
    const double far = difference(b, s, direction, 0.03);

    return near + (near - far) / 8.0;
}

static double norm_of(const float *values, size_t count)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; ++i) {
        sum += (double)values[i] * (double)values[i];
    }
    return sqrt(sum);
}

/* The direction of the slot's gradient, whose derivative is the gradient's norm; zeros when that is 0. */
static double along_gradient(const struct bench *b, const struct slot *s, float *direction)
{
    const double norm = norm_of(b->gradient + s->first, s->count);

    for (size_t i = 0; i < s->count; ++i) {
        direction[i] = norm > 0.0 ? (float)((double)b->gradient[s->first + i] / norm) : 0.0f;
    }
    return norm;
}

/*
 * The loss, of some 5, is good to 1e-6 or better, differences over 0.01 to 1e-4; a hundredth is left of the terms in h.
 */
static void check_derivative(struct bench *b, const struct slot *s, const float *direction, double expected)
{
    const double found = derivative(b, s, direction);

    ck_assert_msg(fabs(found - expected) <= 1e-4 + 0.01 * fabs(expected), "%s, %s: gradient %.6g, differences %.6g",
                  norm_names[b->network.options.kind], s->name, expected, found);
}

static void check_single(struct bench *b, const struct slot *s, float *direction, size_t i)
{
    memset(direction, 0, s->count * sizeof(float));
    direction[i] = 1.0f;
    check_derivative(b, s, direction, (double)b->gradient[s->first + i]);
}

/* All values of a slot at once, the one that matters most, and some others. */
static void check_slot(struct bench *b, const struct slot *s)
{
    const float *gradient = b->gradient + s->first;
    float *direction = malloc(s->count * sizeof(float));
    size_t most = 0;

    ck_assert_ptr_nonnull(direction);
    for (size_t i = 0; i < s->count; ++i) {
        most = fabsf(gradient[i]) > fabsf(gradient[most]) ? i : most;
    }
    check_derivative(b, s, direction, along_gradient(b, s, direction));
    check_single(b, s, direction, most);
    for (size_t k = 1; k <= OTHERS; ++k) {
        check_single(b, s, direction, k * s->count / (OTHERS + 1));
    }
    free(direction);
}

/* Instance norm's means of always positive pixels are constants, and no norm at all takes the numbers far off. */
static const enum norm_kind smooth_kinds[] = {NORM_GROUP, NORM_BATCH, NORM_LAYER};

START_TEST(test_gradient_when_relu_does_not_switch_then_is_the_differences)
{
    struct bench b;
    bench_create(&b, smooth_kinds[_i]);
    fix_the_switches(&b);
    ck_assert_int_eq(parameters_write(&b.parameters, &b.point), 0);
    step(&b, 0.0f);
    for (int i = 0; i < SLOTS; ++i) {
        check_slot(&b, &slots[i]);
    }
    bench_release(&b);
}
END_TEST

/* Within 0.003 of a point many ReLUs switch, and a difference is off by some hundredths: a sign, a mask, a layer shows.
 */
START_TEST(test_gradient_when_relu_switches_then_is_near_the_differences)
{
    float *direction = malloc(layers_parameters() * sizeof(float));
    struct bench b;
    ck_assert_ptr_nonnull(direction);
    bench_create(&b, (enum norm_kind)_i);
    ck_assert_int_eq(parameters_write(&b.parameters, &b.point), 0);
    step(&b, 0.0f);
    for (int i = 0; i < SLOTS; ++i) {
        const double expected = along_gradient(&b, &slots[i], direction);
        const double found = difference(&b, &slots[i], direction, 0.003);
        ck_assert_msg(fabs(found - expected) <= 0.15 * expected, "%s, %s: gradient %.6g, differences %.6g",
                      norm_names[_i], slots[i].name, expected, found);
    }
    bench_release(&b);
    free(direction);
}
END_TEST

static void check_twin(const struct bench *b, const float *value)
{
    float *twin = malloc(layers_linear() * sizeof(float));

    ck_assert_ptr_nonnull(twin);
    ck_assert_int_eq(clEnqueueReadBuffer(device.queue, b->parameters.twin, CL_TRUE, 0, layers_linear() * sizeof(float),
                                         twin, 0, NULL, NULL),
                     CL_SUCCESS);
    for (enum layer_id id = STEM; id < LAYERS; ++id) {
        const size_t rows = layer_rows(&layers[id]);
        const size_t out = layers[id].out;
        for (size_t i = 0; i < rows * out; ++i) {
            ck_assert_msg(twin[layers_weight(id) + i % out * rows + i / out] == value[layers_weight(id) + i],
                          "twin of layer %d, weight %zu", (int)id, i);
        }
    }
    free(twin);
}

START_TEST(test_descend_when_stepped_then_momentum_and_decay_are_as_told)
{
    struct parameters_image after;
    struct bench b;
    bench_create(&b, NORM_GROUP);
    ck_assert_int_eq(parameters_image_create(&after), 0);
    ck_assert_int_eq(parameters_write(&b.parameters, &b.point), 0);
    step(&b, 0.0f);
    step(&b, 0.5f); /* the same gradient again */
    ck_assert_int_eq(parameters_read(&b.parameters, &after), 0);
    for (int k = 0; k < SLOTS; ++k) {
        for (size_t i = slots[k].first; i < slots[k].first + slots[k].count; ++i) {
            const double value = (double)b.point.value[i];
            const double moved = 1.9 * ((double)b.gradient[i] + (slots[k].decays ? 1e-4 * value : 0.0));
            const double size = 1e-6 * (fabs(value) + fabs(moved) + 1e-3);
            ck_assert_double_le(fabs((double)after.velocity[i] - moved), 1e-6 * fabs(moved) + 1e-10);
            ck_assert_double_le(fabs((double)after.value[i] - (value - 0.5 * moved)), size);
        }
    }
    check_twin(&b, after.value);
    free(after.value);
    bench_release(&b);
}
END_TEST

/* The running variance is that of a sample, so the losses are not quite the same. */
START_TEST(test_running_statistics_when_all_batches_are_one_then_evaluation_is_as_training)
{
    const struct norm_options options = {NORM_BATCH, 0, NORM_INFER};
    struct network judge;
    struct bench b;
    double at_first, training, evaluation;
    bench_create(&b, NORM_BATCH);
    ck_assert_int_eq(network_create(&b.parameters, &options, IMAGES, &judge), 0);
    for (size_t i = 0; i < layers_linear(); ++i) {
        b.point.value[i] *= 4.0f; /* far from the running mean 0 and variance 1 of the start */
    }
    training = loss_at_point(&b);
    ck_assert_int_eq(network_infer(&judge, &images, 0), 0);
    at_first = take_loss(&judge);
    for (int i = 0; i < 100; ++i) {
        ck_assert_int_eq(network_infer(&b.network, &images, 0), 0);
    }
    take_loss(&b.network);
    ck_assert_int_eq(network_infer(&judge, &images, 0), 0);
    evaluation = take_loss(&judge);
    ck_assert_double_gt(fabs(at_first - training), 0.1 * training);
    ck_assert_double_le(fabs(evaluation - training), 0.01 * training);
    network_release(&judge);
    bench_release(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fashion_gradient");
    TCase *tcase = tcase_create("network");
    SRunner *runner;
    int failed;
    if (device_open(NULL, &device) != 0 || data_open(&device, images_path, labels_path, IMAGES, IMAGES, &images) != 0) {
        return SKIP;
    }
    fill_slots();
    tcase_add_loop_test(tcase, test_gradient_when_relu_does_not_switch_then_is_the_differences, 0,
                        sizeof(smooth_kinds) / sizeof(smooth_kinds[0]));
    tcase_add_loop_test(tcase, test_gradient_when_relu_switches_then_is_near_the_differences, 0, NORM_KINDS);
    tcase_add_test(tcase, test_descend_when_stepped_then_momentum_and_decay_are_as_told);
    tcase_add_test(tcase, test_running_statistics_when_all_batches_are_one_then_evaluation_is_as_training);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    data_close(&images);
    device_close(&device);
    return failed == 0 ? 0 : 1;
}
