/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune devices: the OpenCL devices of this computer. */
#include "command.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "device_pick.h"

static error_t parse(int key, char *argument, struct argp_state *state)
{
    if (key == ARGP_KEY_ARG) {
        argp_error(state, "\"%s\": no argument is taken", argument);
    }
    return ARGP_ERR_UNKNOWN;
}

int tune_devices(int argc, char **argv)
{
    const struct argp argp = {.parser = parse, .doc = "List the OpenCL devices, numbered as clinfo numbers them."};
    struct device_entry *entries = NULL;
    int count;

    if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0) {
        return TUNE_USAGE;
    }
    count = device_pick_list(&entries);
    for (int i = 0; i < count; ++i) {
        printf("%u:%u  %-11s  %s  (%s, driver %s)\n", entries[i].platform_index, entries[i].device_index,
               device_pick_type(entries[i].type), entries[i].name, entries[i].platform_name, entries[i].driver);
    }
    free(entries);
    if (count <= 0) {
        fprintf(stderr, "%s: %s\n", argv[0], count < 0 ? "out of memory" : "no OpenCL device");
        return TUNE_DEVICE;
    }
    return TUNE_OK;
}
