/* SPDX-License-Identifier: Apache-2.0 */
/* Text and JSON about a run. */
#include "norm_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "names.h"
#include "npy.h"

static double bytes_moved(const struct norm_data *d)
{
    return (double)d->elements *
           (double)(names_dtype_bytes(d->problem.x.dtype) + names_dtype_bytes(d->problem.y.dtype));
}

/* "group 8 of (32, 32, 7, 7) f32 nchw -> f16 nhwc, gamma, beta, silu". */
static void problem_text(const struct norm_report *r, char *text, size_t bytes)
{
    static const char *const parts[] = {"",      "skip",  "bias",     "gamma",      "beta",
                                        "scale", "shift", "residual", "given mean", "given rstd"};
    const clgn_problem *p = &r->data->problem;
    const struct norm_tensor *x = &r->data->input[NORM_X];
    char shape[256];
    int n = snprintf(text, bytes, "%s %zu of %s %s %s -> %s %s", names_norm(p->norm), r->data->groups,
                     npy_shape_text(x->rank, x->shape, shape, sizeof(shape)), names_dtype(p->x.dtype),
                     names_layout(p->x.layout), names_dtype(p->y.dtype), names_layout(p->y.layout));
    size_t used = n > 0 && (size_t)n < bytes ? (size_t)n : bytes - 1;

    for (int i = NORM_SKIP; i < NORM_EXPECT; ++i) {
        if (r->data->input[i].dtype != CLGN_DTYPE_NONE && used + 1 < bytes) {
            snprintf(text + used, bytes - used, ", %s", parts[i]);
            used += strlen(text + used);
        }
    }
    if (p->act != CLGN_ACT_NONE && used + 1 < bytes) {
        snprintf(text + used, bytes - used, ", %s", r->options->act_text);
    }
}

static void error_text(const char *against, const struct norm_error *e)
{
    char index[256];

    if (!e->output) {
        return;
    }
    printf("; against the %s: %s, largest error %.3g of the bound (%s at %s: %.9g for %.9g)", against,
           norm_check_failed(e) ? "WRONG" : "right", e->error, e->output,
           npy_shape_text(e->rank, e->index, index, sizeof(index)), e->found, e->wanted);
}

static void print_text(const struct norm_report *r)
{
    const struct measure_result *m = &r->run->measured;
    char problem[1024];

    problem_text(r, problem, sizeof(problem));
    printf("%s (%s): %s: %s", r->device->name, device_pick_type(r->device->type), r->run->plan, problem);
    if (m->rounds > 0) {
        printf(": median %.1f us, %.2f GB/s", m->norm_ns / 1e3, bytes_moved(r->data) / m->norm_ns);
    }
    if (m->copy_ns > 0.0) {
        printf(", %.2f of the speed of a copy (%s, %.2f GB/s)", m->copy_ns / m->norm_ns, r->run->copy_kind,
               bytes_moved(r->data) / m->copy_ns);
    }
    error_text("reference", &r->check->verify);
    error_text("expected file", &r->check->expect);
    putchar('\n');
}

static json_t *shape_json(size_t rank, const size_t *shape)
{
    json_t *array = json_array();

    for (size_t i = 0; i < rank; ++i) {
        json_array_append_new(array, json_integer((json_int_t)shape[i]));
    }
    return array;
}

/* JSON has no infinity and no NaN: a text stands for them. */
static json_t *number_json(double value)
{
    if (isnan(value)) {
        return json_string("nan");
    }
    return isinf(value) ? json_string(value < 0.0 ? "-inf" : "inf") : json_real(value);
}

static json_t *error_json(const struct norm_error *e)
{
    if (!e->output) {
        return json_null();
    }
    return json_pack("{s:b, s:o, s:s, s:o, s:o, s:o}", "right", !norm_check_failed(e), "error", number_json(e->error),
                     "output", e->output, "index", shape_json(e->rank, e->index), "found", number_json(e->found),
                     "wanted", number_json(e->wanted));
}

static json_t *problem_json(const struct norm_report *r)
{
    const clgn_problem *p = &r->data->problem;
    const struct norm_tensor *x = &r->data->input[NORM_X];
    char text[1024];

    problem_text(r, text, sizeof(text));
    return json_pack("{s:s, s:s, s:I, s:o, s:s, s:s, s:s, s:s, s:s}", "text", text, "norm", names_norm(p->norm),
                     "groups", (json_int_t)r->data->groups, "shape", shape_json(x->rank, x->shape), "dtype",
                     names_dtype(p->x.dtype), "layout", names_layout(p->x.layout), "out_dtype", names_dtype(p->y.dtype),
                     "out_layout", names_layout(p->y.layout), "act", r->options->act_text);
}

static json_t *speed_json(const struct norm_report *r)
{
    const struct measure_result *m = &r->run->measured;
    json_t *speed;

    if (m->rounds == 0) {
        return json_null();
    }
    speed = json_pack("{s:f, s:f, s:s, s:I}", "median_us", m->norm_ns / 1e3, "gbps", bytes_moved(r->data) / m->norm_ns,
                      "clock", m->by_events ? "event" : "wall", "rounds", (json_int_t)m->rounds);
    if (speed && m->copy_ns > 0.0) {
        json_object_set_new(speed, "copy_gbps", json_real(bytes_moved(r->data) / m->copy_ns));
        json_object_set_new(speed, "copy_kind", json_string(r->run->copy_kind));
        json_object_set_new(speed, "copy_ratio", json_real(m->copy_ns / m->norm_ns));
    }
    return speed;
}

static int print_json(const struct norm_report *r)
{
    json_t *all = json_pack("{s:{s:s, s:s, s:s, s:s}, s:s, s:o, s:o, s:o, s:o}", "device", "name", r->device->name,
                            "type", device_pick_type(r->device->type), "platform", r->device->platform_name, "driver",
                            r->device->driver, "plan", r->run->plan, "problem", problem_json(r), "speed", speed_json(r),
                            "verify", error_json(&r->check->verify), "expect", error_json(&r->check->expect));
    int result;

    if (!all) {
        return -1;
    }
    result = json_dumpf(all, stdout, JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(all);
    return result;
}

int norm_report_print(const struct norm_report *report)
{
    if (!report->options->json) {
        print_text(report);
    } else if (print_json(report) != 0) {
        return -1;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

int norm_report_list(void)
{
    struct device_entry *entries;
    const int count = device_pick_list(&entries);

    for (int i = 0; i < count; ++i) {
        printf("%u:%u  %-11s  %s  (%s, driver %s)\n", entries[i].platform_index, entries[i].device_index,
               device_pick_type(entries[i].type), entries[i].name, entries[i].platform_name, entries[i].driver);
    }
    free(entries);
    return count > 0 ? 0 : -1;
}
