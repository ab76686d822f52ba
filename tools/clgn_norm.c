/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-norm: normalises a NumPy array on an OpenCL device, checks the result, times it. */
#include <clgn/clgn.h>

#include <stdio.h>
#include <stdlib.h>

#include "convert.h"
#include "device_open.h"
#include "names.h"
#include "norm_check.h"
#include "norm_data.h"
#include "norm_help.h"
#include "norm_options.h"
#include "norm_report.h"
#include "norm_run.h"
#include "npy.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_DEVICE = 2, EXIT_WRONG = 3, ERROR_BYTES = 1024 };

static int complain(const char *error, int result)
{
    fprintf(stderr, "clgn-norm: %s\n", error);
    return result;
}

/* 16-bit types are widened, so that every reader understands the file and no value changes. */
static int write_output(const struct norm_options *o, const struct norm_data *d, const struct norm_run *run,
                        enum norm_file file, char *error)
{
    struct npy array = {.type = NPY_F4};
    clgn_dtype dtype;
    const size_t count = norm_data_output(d, file, &array.rank, array.shape, &dtype);
    int result;

    if (dtype == CLGN_DTYPE_F64 || dtype == CLGN_DTYPE_F32) {
        array.type = dtype == CLGN_DTYPE_F64 ? NPY_F8 : NPY_F4;
        array.data = run->output[file];
        return npy_write(o->path[file], &array, error, ERROR_BYTES);
    }
    array.data = malloc(count * 4 + 1);
    if (!array.data) {
        snprintf(error, ERROR_BYTES, "%s: out of memory", o->path[file]);
        return -1;
    }
    for (size_t i = 0; i < count; ++i) {
        double value;
        convert_load(dtype, &value, (const unsigned char *)run->output[file] + i * names_dtype_bytes(dtype), 1);
        convert_store(CLGN_DTYPE_F32, (unsigned char *)array.data + 4 * i, &value, 1);
    }
    result = npy_write(o->path[file], &array, error, ERROR_BYTES);
    free(array.data);
    return result;
}

static int finish(const struct device_open *device, const struct norm_options *o, const struct norm_data *d,
                  const struct norm_run *run)
{
    struct norm_check check;
    const struct norm_report report = {&device->entry, o, d, run, &check};
    char error[ERROR_BYTES] = "";

    for (int i = NORM_INPUTS; i < NORM_FILES; ++i) {
        if (o->path[i] && write_output(o, d, run, (enum norm_file)i, error) != 0) {
            return complain(error, EXIT_USAGE);
        }
    }
    if (norm_check_run(o, d, run, &check) != 0) {
        return complain("out of memory for the reference", EXIT_DEVICE);
    }
    if (norm_report_print(&report) != 0) {
        return complain("the result cannot be printed", EXIT_USAGE);
    }
    return norm_check_failed(norm_check_worst(&check)) || norm_check_failed(&check.expect) ? EXIT_WRONG : EXIT_DONE;
}

static int run(const struct norm_options *options)
{
    struct device_open device = {.context = NULL};
    struct norm_data data;
    struct norm_run results;
    char error[ERROR_BYTES] = "";
    int result;

    if (norm_data_read(options, &data, error, sizeof(error)) != 0) {
        return complain(error, EXIT_USAGE);
    }
    if (device_open(options->device, "clgn-norm", &device, error, sizeof(error)) != 0) {
        result = complain(error, EXIT_DEVICE);
    } else {
        result = norm_run(&device, options, &data, &results, error, sizeof(error));
        if (result != 0) {
            complain(error, result);
        } else {
            result = finish(&device, options, &data, &results);
            norm_run_release(&results);
        }
    }
    device_close(&device);
    norm_data_release(&data);
    return result;
}

int main(int argc, char **argv)
{
    struct norm_options options;

    if (norm_options_parse(argc, argv, &options) != 0) {
        return EXIT_USAGE;
    }
    switch (options.command) {
    case NORM_COMMAND_HELP:
        norm_help_print();
        return EXIT_DONE;
    case NORM_COMMAND_VERSION:
        printf("clgn-norm %s\n", clgn_version());
        return EXIT_DONE;
    case NORM_COMMAND_LIST:
        return norm_report_list() == 0 ? EXIT_DONE : complain("no OpenCL device is present", EXIT_DEVICE);
    case NORM_COMMAND_RUN:
        break;
    }
    return run(&options);
}
