/* SPDX-License-Identifier: Apache-2.0 */
/* Running a problem on a device. */
#include "norm_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "norm_backward.h"
#include "norm_launch.h"

/* Everything on the device that one call owns. */
struct work {
    struct norm_place place;
    const struct norm_options *options;
    const struct norm_data *data;
    struct norm_launch launch;
    struct norm_statistics statistics;
    cl_mem buffer[NORM_FILES];
    size_t bytes[NORM_FILES];
};

static void release_work(struct work *w)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        if (w->buffer[i]) {
            clReleaseMemObject(w->buffer[i]);
        }
    }
    norm_statistics_release(&w->statistics);
    norm_launch_release(&w->launch);
}

static int make_input(struct work *w, enum norm_file at)
{
    const struct norm_tensor *t = &w->data->input[at];
    char what[64];

    snprintf(what, sizeof(what), "a buffer for %s", norm_file_name(at));
    w->bytes[at] = t->count * names_dtype_bytes(t->dtype);
    return norm_place_buffer(&w->place, what, w->bytes[at], t->stored, &w->buffer[at]);
}

static int make_output(struct work *w, enum norm_file at)
{
    char what[64];

    snprintf(what, sizeof(what), "a buffer for %s", norm_file_name(at));
    w->bytes[at] = norm_shapes_bytes(&w->data->problem, at);
    return norm_place_buffer(&w->place, what, w->bytes[at], NULL, &w->buffer[at]);
}

/* y of forward and dx of backward are always computed. */
static int make_buffers(struct work *w)
{
    const enum norm_file always = w->options->backward ? NORM_DX : NORM_Y;
    int result = 0;

    for (int i = 0; i < NORM_FILES && result == 0; ++i) {
        const enum norm_file at = (enum norm_file)i;
        clgn_tensor *argument = norm_file_argument(&w->launch.args, at);
        if (!argument) {
            continue;
        }
        if (i < NORM_INPUTS && w->data->input[i].dtype != CLGN_DTYPE_NONE) {
            result = make_input(w, at);
        } else if (i >= NORM_INPUTS && (at == always || w->options->path[i])) {
            result = make_output(w, at);
        }
        if (w->buffer[i]) {
            argument->mem = w->buffer[i];
        }
    }
    return result;
}

static int read_outputs(struct work *w, struct norm_run *run)
{
    cl_int err = CL_SUCCESS;

    for (int i = NORM_INPUTS; i < NORM_FILES && err == CL_SUCCESS; ++i) {
        if (!w->buffer[i]) {
            continue;
        }
        run->output[i] = malloc(w->bytes[i] + 1);
        if (!run->output[i]) {
            snprintf(w->place.error, w->place.error_bytes, "out of memory");
            return 2;
        }
        if (w->bytes[i] > 0) {
            err = clEnqueueReadBuffer(w->place.device->queue, w->buffer[i], CL_TRUE, 0, w->bytes[i], run->output[i], 0,
                                      NULL, NULL);
        }
    }
    return err == CL_SUCCESS ? 0 : norm_place_fail(&w->place, "reading the results", err);
}

static int compute(struct work *w, struct norm_run *run)
{
    int result = make_buffers(w);

    if (result == 0 && w->options->backward) {
        result = norm_backward_prepare(&w->place, w->data, &w->launch.args, &w->statistics);
    }
    if (result == 0) {
        result = norm_launch_run(&w->place, &w->launch);
    }
    return result == 0 ? read_outputs(w, run) : result;
}

int norm_run(const struct device_open *device, const struct norm_options *options, const struct norm_data *data,
             struct norm_run *run, char *error, size_t error_bytes)
{
    struct work w = {.place = {device, error, error_bytes}, .options = options, .data = data};
    int result;

    memset(run, 0, sizeof(*run));
    result = norm_launch_create(&w.place, &data->problem, &w.launch);
    if (result == 0 && clgn_plan_describe(w.launch.plan, run->plan, sizeof(run->plan)) != CLGN_OK) {
        snprintf(error, error_bytes, "the plan cannot be described");
        result = 2;
    }
    if (result == 0) {
        result = compute(&w, run);
    }
    if (result == 0) {
        result = norm_speed_measure(&w.place, options, data, &w.launch, &run->speed);
    }
    release_work(&w);
    if (result != 0) {
        norm_run_release(run);
    }
    return result;
}

void norm_run_release(struct norm_run *run)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        free(run->output[i]);
    }
    memset(run, 0, sizeof(*run));
}
