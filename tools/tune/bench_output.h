/* SPDX-License-Identifier: Apache-2.0 */
/* The results of clgn-tune bench as a table, as CSV and as JSON. */
#ifndef CLGN_TUNE_BENCH_OUTPUT_H
#define CLGN_TUNE_BENCH_OUTPUT_H

#include <jansson.h>

#include "bench_result.h"
#include "device_open.h"
#include "host_time.h"

enum bench_format { BENCH_TABLE, BENCH_CSV, BENCH_JSON };

/** The line of a table that says which device it is. */
void bench_output_device_line(const struct device_open *device);

/** What stands above a device's rows: of a table what the device is and the columns, of CSV the columns once. */
void bench_output_head(enum bench_format format, const struct device_open *device, int first);

/** One row of a table or of CSV; nothing of JSON. */
void bench_output_row(enum bench_format format, const struct bench_result *result);

/** The same for --host. */
void bench_output_host_head(enum bench_format format, const struct device_open *device, int first);
void bench_output_host_row(enum bench_format format, const struct tune_problem *problem, const struct host_time *time);
json_t *bench_output_host_json(const char *device, const struct tune_problem *problem, const struct host_time *time);

/** One member of "results"; NULL when memory ran out. */
json_t *bench_output_json(const struct bench_result *result);

/** What clgn_tuning_device says, as an object; NULL when it fails. */
json_t *bench_output_device(const struct device_open *device);

#endif
