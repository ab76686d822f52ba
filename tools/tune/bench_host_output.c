/* SPDX-License-Identifier: Apache-2.0 */
/* Printing what plans and enqueues cost the host. */
#include "bench_output.h"

#include <stdio.h>

void bench_output_host_head(enum bench_format format, const struct device_open *device, int first)
{
    if (format == BENCH_TABLE) {
        bench_output_device_line(device);
        printf("%-28s %-9s %-8s %-8s %-9s %-14s %-5s %12s %8s %10s %9s %9s %8s  %s\n", "problem", "op", "norm", "type",
               "layout", "act", "flags", "1st plan us", "plan us", "enqueue us", "driver us", "beyond us", "launches",
               "configuration");
    } else if (format == BENCH_CSV && first) {
        printf("problem,op,norm,dtype,layout,act,flags,first_plan_ns,plan_ns,enqueue_ns,driver_ns,launches,config\n");
    }
    fflush(stdout);
}

void bench_output_host_row(enum bench_format format, const struct tune_problem *t, const struct host_time *h)
{
    if (format == BENCH_TABLE) {
        printf("%-28s %-9s %-8s %-8s %-9s %-14s %-5s %12.1f %8.2f %10.2f %9.2f %9.2f %8zu  %s\n", t->text, t->op,
               t->norm, t->dtype, t->layout, t->act, t->flags, h->first_plan / 1e3, h->plan / 1e3, h->enqueue / 1e3,
               h->driver / 1e3, (h->enqueue - h->driver) / 1e3, h->launches, h->config);
    } else if (format == BENCH_CSV) {
        printf("%s,%s,%s,%s,%s,%s,%s,%.0f,%.0f,%.0f,%.0f,%zu,\"%s\"\n", t->text, t->op, t->norm, t->dtype, t->layout,
               t->act, t->flags, h->first_plan, h->plan, h->enqueue, h->driver, h->launches, h->config);
    }
    fflush(stdout);
}

json_t *bench_output_host_json(const char *device, const struct tune_problem *t, const struct host_time *h)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:I}", "problem", t->text, "op",
                     t->op, "norm", t->norm, "dtype", t->dtype, "layout", t->layout, "act", t->act, "flags", t->flags,
                     "device", device, "config", h->config, "first_plan_ns", h->first_plan, "plan_ns", h->plan,
                     "enqueue_ns", h->enqueue, "driver_ns", h->driver, "launches", (json_int_t)h->launches);
}
