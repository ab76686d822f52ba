/* SPDX-License-Identifier: Apache-2.0 */
/* fashion: the experiment of the Group Normalization paper, small: a residual network on Fashion-MNIST. */
#include "classify.h"
#include "device.h"
#include "interrupt.h"
#include "options.h"
#include "train.h"

int main(int argc, char **argv)
{
    struct options options;
    struct device device;
    int result;

    if (options_parse(argc, argv, &options) != 0) {
        return 1;
    }
    if (options.command == COMMAND_HELP) {
        options_help();
        return 0;
    }
    result = device_open(options.device, &device);
    if (result == 0) {
        result = options.command == COMMAND_TRAIN ? train(&device, &options) : classify(&device, &options);
    }
    device_close(&device);
    interrupt_pass_on();
    return result == 0 ? 0 : 1;
}
