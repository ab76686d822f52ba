/* SPDX-License-Identifier: Apache-2.0 */
/* Training: epochs of steps, validation, a checkpoint and a row of CSV after each. */
#include "train.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "data.h"
#include "evaluate.h"
#include "interrupt.h"
#include "network.h"
#include "progress.h"

/*
 * Steps between two reads of the loss, which empty the queue: at most, and how many reads an epoch has at least. One
 * step in SAMPLE is timed by parts.
 */
enum { STEPS_IN_FLIGHT = 64, READS = 16, SAMPLE = 128, INFER_BATCH = 100, NOISE_BATCHES = 100, PATH_BYTES = 4096 };

struct run {
    const struct options *options;
    struct data training, testing;
    struct parameters parameters;
    struct network learner;
    struct network judge;       /* running statistics where the norm has them */
    struct network batch_judge; /* batch norm with the statistics of batches */
    struct checkpoint state;
};

/* What one epoch came to. */
struct epoch {
    int stopped; /* by a signal: nothing else counts */
    double rate, loss, error, seconds;
    double shares[PARTS];
    double test_error;
    double test_error_batch; /* the rest for batch norm only */
    struct noise noise;
};

static int open_set(const struct device *device, const char *folder, const char *name, size_t limit, size_t batch,
                    struct data *data)
{
    char images[PATH_BYTES];
    char labels[PATH_BYTES];

    if (snprintf(images, sizeof(images), "%s/%s-images-idx3-ubyte.gz", folder, name) >= (int)sizeof(images) ||
        snprintf(labels, sizeof(labels), "%s/%s-labels-idx1-ubyte.gz", folder, name) >= (int)sizeof(labels)) {
        return fail("--data %s: the name is too long", folder);
    }
    return data_open(device, images, labels, limit, batch, data);
}

static int load_or_initialise(struct run *run)
{
    const char *path = run->options->checkpoint;
    struct parameters_image image;
    struct checkpoint file;
    int result;

    if (!path || !checkpoint_exists(path)) {
        return parameters_initialise(&run->parameters, run->options->seed);
    }
    PASS(checkpoint_read(path, &file, &image));
    result = checkpoint_match(path, &file, &run->state);
    if (result == 0) {
        run->state.done = file.done;
        result = parameters_write(&run->parameters, &image);
    }
    free(image.value);
    return result;
}

static int create_networks(struct run *run)
{
    const uint32_t batch = run->options->batches[0];
    struct norm_options norm = {run->options->norm, run->options->groups, NORM_TRAIN};

    PASS(network_create(&run->parameters, &norm, batch, &run->learner));
    norm.mode = NORM_INFER;
    PASS(network_create(&run->parameters, &norm, INFER_BATCH, &run->judge));
    if (norm.kind == NORM_BATCH) {
        norm.mode = NORM_INFER_BATCH;
        PASS(network_create(&run->parameters, &norm, batch, &run->batch_judge));
    }
    return 0;
}

static int run_create(const struct device *device, const struct options *o, struct run *run)
{
    const uint32_t batch = o->batches[0];
    const size_t most = batch > INFER_BATCH ? batch : INFER_BATCH;

    run->options = o;
    PASS(open_set(device, o->data, "train", o->train_images, batch, &run->training));
    PASS(open_set(device, o->data, "t10k", 0, most, &run->testing));
    if (run->training.count < batch) {
        return fail("--batch %u is more than the %zu training images", batch, run->training.count);
    }
    run->state = (struct checkpoint){(uint32_t)o->norm, o->groups, batch,   (uint32_t)run->training.count,
                                     o->epochs,         0,         o->seed, o->rate};
    PASS(parameters_create(device, &run->parameters));
    PASS(load_or_initialise(run));
    return create_networks(run);
}

static void run_release(struct run *run)
{
    network_release(&run->learner);
    network_release(&run->judge);
    network_release(&run->batch_judge);
    parameters_release(&run->parameters);
    data_close(&run->training);
    data_close(&run->testing);
}

/* Half a cosine from the rate of the start to 0, over all steps of the run. */
static double rate_at(const struct run *run, size_t step, size_t steps)
{
    const double all = (double)steps * run->state.epochs;
    const double done = (double)steps * run->state.done + (double)step;

    return 0.5 * (double)run->state.rate * (1.0 + cos(3.14159265358979 * done / all));
}

static size_t steps_in_flight(size_t steps)
{
    const size_t part = steps / READS;

    return part < 1 ? 1 : part < STEPS_IN_FLIGHT ? part : STEPS_IN_FLIGHT;
}

static int train_steps(struct run *run, struct epoch *epoch)
{
    const uint32_t batch = run->state.batch;
    const size_t steps = run->training.count / batch; /* what is left over waits for another order */
    const size_t in_flight = steps_in_flight(steps);
    struct meter *meter = &run->learner.meter;
    struct progress progress;
    double sums[2] = {0.0, 0.0};

    progress_begin(&progress, run->state.done + 1, run->state.epochs);
    memset(meter->seconds, 0, sizeof(meter->seconds));
    epoch->rate = rate_at(run, 0, steps);
    for (size_t step = 0; step < steps && !interrupt_came(); ++step) {
        PASS(meter_begin(meter, step % SAMPLE == SAMPLE / 8));
        PASS(network_train(&run->learner, &run->training, step * batch, (float)rate_at(run, step, steps)));
        PASS(meter_end(meter));
        if ((step + 1) % in_flight == 0 || step + 1 == steps) {
            const double images = (double)(step + 1) * batch;
            double loss, errors;
            PASS(network_take_sums(&run->learner, &loss, &errors));
            sums[0] += loss;
            sums[1] += errors;
            progress_show(&progress, step + 1, steps, sums[0] / images, sums[1] / images);
        }
    }
    progress_end(&progress);
    epoch->stopped = interrupt_came();
    epoch->seconds = meter_now() - progress.start;
    epoch->loss = sums[0] / (double)(steps * batch);
    epoch->error = sums[1] / (double)(steps * batch);
    meter_shares(meter, epoch->shares);
    return 0;
}

static int validate(struct run *run, struct epoch *epoch)
{
    double loss;

    PASS(evaluate(&run->judge, &run->testing, &loss, &epoch->test_error));
    if (run->options->norm == NORM_BATCH) {
        PASS(evaluate(&run->batch_judge, &run->testing, &loss, &epoch->test_error_batch));
        PASS(evaluate_noise(&run->batch_judge, &run->testing, NOISE_BATCHES, &epoch->noise));
    }
    return 0;
}

static void print_epoch(const struct run *run, const struct epoch *e)
{
    const double images = (double)(run->training.count / run->state.batch * run->state.batch);

    printf("epoch %u/%u  loss %.4f  error %5.2f %%  test error %5.2f %%  %.1f s, %.0f images/s, %.3f ms a step; conv "
           "%.0f %%, norm %.0f %%, rest %.0f %%\n",
           run->state.done, run->state.epochs, e->loss, 100.0 * e->error, 100.0 * e->test_error, e->seconds,
           images / e->seconds, 1e3 * e->seconds * run->state.batch / images, 100.0 * e->shares[PART_CONV],
           100.0 * e->shares[PART_NORM], 100.0 * e->shares[PART_REST]);
    if (run->options->norm == NORM_BATCH) {
        printf(
            "  with batch statistics: test error %.2f %%; batch mean is %.3f running deviations off, batch deviation "
            "by a factor e^%.3f\n",
            100.0 * e->test_error_batch, e->noise.mean, e->noise.scale);
    }
    fflush(stdout);
}

static void write_columns(FILE *file, const struct run *run, const struct epoch *e)
{
    const struct checkpoint *s = &run->state;

    fprintf(file, "%s,%u,%u,%u,%u,%u,%u,%.6g,%.6f,%.6f,%.4f,", norm_names[s->norm], s->groups, s->batch, s->seed,
            s->images, s->epochs, s->done, e->rate, e->loss, e->error, e->test_error);
    if (s->norm == NORM_BATCH) {
        fprintf(file, "%.4f,%.5f,%.5f,", e->test_error_batch, e->noise.mean, e->noise.scale);
    } else {
        fputs(",,,", file);
    }
    fprintf(file, "%.3f,%.4f,%.4f,%.4f\n", e->seconds, e->shares[PART_CONV], e->shares[PART_NORM],
            e->shares[PART_REST]);
}

static int append_row(const struct run *run, const struct epoch *e)
{
    const char *path = run->options->csv;
    FILE *file = path ? fopen(path, "a") : NULL;

    if (!path) {
        return 0;
    }
    if (!file) {
        return fail("%s: %s", path, strerror(errno));
    }
    if (fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0) {
        fputs("norm,groups,batch,seed,images,epochs,epoch,lr,train_loss,train_error,val_error,val_error_batch_stats,"
              "mean_noise,scale_noise,seconds,conv_share,norm_share,rest_share\n",
              file);
    }
    write_columns(file, run, e);
    return fclose(file) == 0 ? 0 : fail("%s: cannot be written", path);
}

static int save(struct run *run)
{
    struct parameters_image image;
    int result;

    if (!run->options->checkpoint) {
        return 0;
    }
    PASS(parameters_image_create(&image));
    result = parameters_read(&run->parameters, &image);
    if (result == 0) {
        result = checkpoint_write(run->options->checkpoint, &run->state, &image);
    }
    free(image.value);
    return result;
}

static int run_epoch(struct run *run)
{
    struct epoch epoch = {0};

    PASS(data_shuffle(&run->training, (uint64_t)run->state.seed << 32 | (run->state.done + 1)));
    PASS(train_steps(run, &epoch));
    if (epoch.stopped) {
        return 0;
    }
    PASS(validate(run, &epoch));
    ++run->state.done;
    print_epoch(run, &epoch);
    PASS(append_row(run, &epoch));
    return save(run);
}

/* That the files can be written shows now, not after an epoch. */
static int try_outputs(struct run *run)
{
    const char *csv = run->options->csv;
    FILE *file = csv ? fopen(csv, "a") : NULL;

    if (csv && !file) {
        return fail("%s: %s", csv, strerror(errno));
    }
    if (file) {
        fclose(file);
    }
    return save(run);
}

static void print_start(const struct run *run)
{
    const struct checkpoint *s = &run->state;

    printf("%s: %u images, %s, batch %u, learning rate %g, seed %u", run->learner.device->name, s->images,
           norm_names[s->norm], s->batch, (double)s->rate, s->seed);
    if (s->done == s->epochs) {
        printf("; all %u epochs are done", s->epochs);
    } else if (s->done > 0) {
        printf("; goes on after epoch %u", s->done);
    }
    putchar('\n');
    fflush(stdout);
}

static void print_stop(const struct run *run)
{
    if (run->options->checkpoint) {
        printf("stopped; %u of %u epochs are in %s, and the same command goes on from there\n", run->state.done,
               run->state.epochs, run->options->checkpoint);
    } else {
        puts("stopped; without --checkpoint nothing is kept");
    }
    fflush(stdout); /* the signal is yet to end the program */
}

static int run_epochs(struct run *run)
{
    print_start(run);
    interrupt_catch();
    if (run->state.done < run->state.epochs) {
        PASS(try_outputs(run));
    }
    while (run->state.done < run->state.epochs && !interrupt_came()) {
        PASS(run_epoch(run));
    }
    if (run->state.done < run->state.epochs) {
        print_stop(run);
    }
    return 0;
}

int train(const struct device *device, const struct options *o)
{
    static struct run run; /* zeros */
    int result = run_create(device, o, &run);

    if (result == 0) {
        result = run_epochs(&run);
    }
    run_release(&run);
    return result;
}
