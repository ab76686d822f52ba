/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-norm: normalises a NumPy array on an OpenCL device, checks the result, times it. */
#include <clgn/clgn.h>

#include <stdio.h>

#include "device_open.h"
#include "norm_check.h"
#include "norm_data.h"
#include "norm_help.h"
#include "norm_options.h"
#include "norm_output.h"
#include "norm_report.h"
#include "norm_run.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_DEVICE = 2, EXIT_WRONG = 3, ERROR_BYTES = 1024 };

static int complain(const char *error, int result)
{
    fprintf(stderr, "clgn-norm: %s\n", error);
    return result;
}

static int finish(const struct device_open *device, const struct norm_options *o, const struct norm_data *d,
                  const struct norm_run *run)
{
    struct norm_check check;
    const struct norm_report report = {&device->entry, o, d, run, &check};
    char error[ERROR_BYTES] = "";

    if (norm_output_write(o, d, run, error, sizeof(error)) != 0) {
        return complain(error, EXIT_USAGE);
    }
    if (norm_check_run(o, d, run, &check) != 0) {
        return complain("out of memory for the reference", EXIT_DEVICE);
    }
    if (norm_report_print(&report) != 0) {
        return complain("out of memory for the report", EXIT_DEVICE);
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
    if (norm_output_check(options, error, sizeof(error)) != 0) {
        result = complain(error, EXIT_USAGE);
    } else if (device_open(options->device, "clgn-norm", &device, error, sizeof(error)) != 0) {
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

static int obey(const struct norm_options *options)
{
    switch (options->command) {
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
    return run(options);
}

int main(int argc, char **argv)
{
    struct norm_options options;
    int result = EXIT_USAGE;

    if (norm_options_parse(argc, argv, &options) == 0) {
        result = obey(&options);
    }
    /* A full disk shows only here. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return complain("stdout cannot be written", EXIT_USAGE);
    }
    return result;
}
