/* SPDX-License-Identifier: Apache-2.0 */
/* Printing results. */
#include "bench_output.h"

#include <stdio.h>
#include <string.h>

#include <clgn/tune.h>

void bench_output_device_line(const struct device_open *device)
{
    const struct device_entry *e = &device->entry;

    printf("%u:%u %s (%s), %s driver %s\n", e->platform_index, e->device_index, e->name, device_pick_type(e->type),
           e->platform_name, e->driver);
}

static void table_head(const struct device_open *device)
{
    bench_output_device_line(device);
    printf("%-28s %-9s %-8s %-8s %-9s %-14s %-5s %10s %8s %8s %-13s %6s %5s %5s %10s %8s  %s\n", "problem", "op",
           "norm", "type", "layout", "act", "flags", "median us", "GB/s", "copy", "copy kind", "eff.", "cache", "clock",
           "latency us", "empty us", "configuration");
}

static const char *cache_name(const struct bench_result *r)
{
    return r->cold ? "cold" : "warm";
}

static const char *clock_name(const struct bench_result *r)
{
    return r->by_events ? "event" : "wall";
}

static void table_row(const struct bench_result *r)
{
    const struct tune_problem *t = r->problem;
    char latency[32] = "-";
    char empty[32] = "-";

    if (r->latency_ns > 0.0) {
        snprintf(latency, sizeof(latency), "%.1f", r->latency_ns / 1e3);
        snprintf(empty, sizeof(empty), "%.1f", r->empty_ns / 1e3);
    }
    printf("%-28s %-9s %-8s %-8s %-9s %-14s %-5s %10.1f %8.2f %8.2f %-13s %6.3f %5s %5s %10s %8s  %s from=%s\n",
           t->text, t->op, t->norm, t->dtype, t->layout, t->act, t->flags, r->ns.median / 1e3,
           bench_rate(r->bytes_min, r->ns.median), bench_rate(r->copy_bytes, r->copy_ns.median), r->copy_kind,
           bench_efficiency(r), cache_name(r), clock_name(r), latency, empty, r->config, r->from);
}

static void csv_row(const struct bench_result *r)
{
    const struct tune_problem *t = r->problem;

    printf("%s,%s,%s,%s,%s,%s,%s,\"%s\",\"%s\",%s,%.1f,%.1f,%.1f,%zu,%zu,%.4f,%.4f,%s,%.4f,%s,%s,%.1f,%.1f\n", t->text,
           t->op, t->norm, t->dtype, t->layout, t->act, t->flags, r->device, r->config, r->from, r->ns.median, r->ns.lo,
           r->ns.hi, r->ns.samples, r->bytes_min, bench_rate(r->bytes_min, r->ns.median),
           bench_rate(r->copy_bytes, r->copy_ns.median), r->copy_kind, bench_efficiency(r), cache_name(r),
           clock_name(r), r->latency_ns, r->empty_ns);
}

void bench_output_head(enum bench_format format, const struct device_open *device, int first)
{
    if (format == BENCH_TABLE) {
        table_head(device);
    } else if (format == BENCH_CSV && first) {
        printf("problem,op,norm,dtype,layout,act,flags,device,config,from,ns,ns_lo,ns_hi,samples,bytes_min,gbps,"
               "copy_gbps,copy_kind,efficiency,cache,clock,latency_ns,empty_ns\n");
    }
    fflush(stdout);
}

void bench_output_row(enum bench_format format, const struct bench_result *result)
{
    if (format == BENCH_TABLE) {
        table_row(result);
    } else if (format == BENCH_CSV) {
        csv_row(result);
    }
    fflush(stdout);
}

static json_t *interval_json(const struct timing_interval *i)
{
    return json_pack("{s:f, s:f, s:f, s:I}", "median", i->median, "lo", i->lo, "hi", i->hi, "samples",
                     (json_int_t)i->samples);
}

json_t *bench_output_json(const struct bench_result *r)
{
    const struct tune_problem *t = r->problem;
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o*, s:I, s:I, s:f, s:f, s:s, s:f, s:s, s:s}",
                  "problem", t->text, "op", t->op, "norm", t->norm, "dtype", t->dtype, "layout", t->layout, "act",
                  t->act, "flags", t->flags, "device", r->device, "config", r->config, "from", r->from, "ns",
                  interval_json(&r->ns), "bytes_min", (json_int_t)r->bytes_min, "bytes_moved",
                  (json_int_t)r->bytes_moved, "gbps", bench_rate(r->bytes_min, r->ns.median), "copy_gbps",
                  bench_rate(r->copy_bytes, r->copy_ns.median), "copy_kind", r->copy_kind, "efficiency",
                  bench_efficiency(r), "cache", cache_name(r), "clock", clock_name(r));

    if (row && r->copy_ns.samples > 0) {
        json_object_set_new(row, "copy_ns", interval_json(&r->copy_ns));
    }
    if (row && r->latency_ns > 0.0) {
        json_object_set_new(row, "latency_ns", json_real(r->latency_ns));
        json_object_set_new(row, "empty_ns", json_real(r->empty_ns));
    }
    return row;
}

json_t *bench_output_device(const struct device_open *device)
{
    char text[2048];

    if (clgn_tuning_device(device->clgn, text, sizeof(text)) != CLGN_OK) {
        return NULL;
    }
    return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}
