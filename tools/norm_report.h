/* SPDX-License-Identifier: Apache-2.0 */
/* The one result line of clgn-norm, for people or as JSON. */
#ifndef CLGN_TOOLS_NORM_REPORT_H
#define CLGN_TOOLS_NORM_REPORT_H

#include "device_open.h"
#include "norm_check.h"
#include "norm_data.h"
#include "norm_options.h"
#include "norm_run.h"

/* All that there is to say about one call. */
struct norm_report {
    const struct device_entry *device;
    const struct norm_options *options;
    const struct norm_data *data;
    const struct norm_run *run;
    const struct norm_check *check;
};

/** Print the result on stdout. Returns 0, or -1 when memory ran out. */
int norm_report_print(const struct norm_report *report);

/** Print the devices on stdout. Returns 0, or -1 when there is none or memory ran out. */
int norm_report_list(void);

#endif
