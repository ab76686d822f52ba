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

/* "backward of group 8 of (32, 32, 7, 7) f32 nchw -> f16 nhwc, gamma, beta, silu". */
static void problem_text(const struct norm_report *r, char *text, size_t bytes)
{
    const clgn_problem *p = &r->data->problem;
    const struct norm_tensor *x = &r->data->input[NORM_X];
    char shape[256];
    int n = snprintf(text, bytes, "%s%s%s %zu of %s %s %s -> %s %s", r->options->backward ? "backward of " : "",
                     p->rms ? "rms " : "", names_norm(p->norm), p->groups,
                     npy_shape_text(x->rank, x->shape, shape, sizeof(shape)), names_dtype(p->x.dtype),
                     names_layout(p->x.layout), names_dtype(p->y.dtype), names_layout(p->y.layout));
    size_t used = n > 0 && (size_t)n < bytes ? (size_t)n : bytes - 1;

    for (int i = NORM_SKIP; i < NORM_DY; ++i) {
        if (r->data->input[i].dtype != CLGN_DTYPE_NONE && used + 1 < bytes) {
            snprintf(text + used, bytes - used, ", %s", norm_file_name((enum norm_file)i));
            used += strlen(text + used);
        }
    }
    if (p->act != CLGN_ACT_NONE && used + 1 < bytes) {
        snprintf(text + used, bytes - used, ", %s", r->options->act_text);
    }
}

/* Bytes per ns are GB per s. */
static double rate(const struct norm_speed *s)
{
    return s->bytes / s->measured.norm.median;
}

static double copy_rate(const struct norm_speed *s)
{
    return s->copy_bytes / s->measured.copy.median;
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
    const struct norm_speed *s = &r->run->speed;
    char problem[1024];

    problem_text(r, problem, sizeof(problem));
    printf("%s (%s): %s: %s", r->device->name, device_pick_type(r->device->type), r->run->plan, problem);
    if (s->measured.rounds > 0) {
        printf(": median %.1f us, %.2f GB/s", s->measured.norm.median / 1e3, rate(s));
    }
    if (s->measured.copy.median > 0.0) {
        printf(", %.2f of the speed of a copy (%s, %.2f GB/s)", rate(s) / copy_rate(s), s->copy_kind, copy_rate(s));
    }
    error_text("reference", norm_check_worst(r->check));
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

/* The worst, and "outputs": the largest error of each. */
static json_t *verify_json(const struct norm_check *check)
{
    json_t *verify = error_json(norm_check_worst(check));
    json_t *outputs;

    if (!json_is_object(verify)) {
        return verify;
    }
    outputs = json_object();
    for (int i = NORM_INPUTS; i < NORM_FILES; ++i) {
        if (check->verify[i].output) {
            json_object_set_new(outputs, check->verify[i].output, number_json(check->verify[i].error));
        }
    }
    json_object_set_new(verify, "outputs", outputs);
    return verify;
}

static json_t *problem_json(const struct norm_report *r)
{
    const clgn_problem *p = &r->data->problem;
    const struct norm_tensor *x = &r->data->input[NORM_X];
    char text[1024];

    problem_text(r, text, sizeof(text));
    return json_pack("{s:s, s:s, s:s, s:b, s:I, s:o, s:s, s:s, s:s, s:s, s:s}", "text", text, "direction",
                     r->options->backward ? "backward" : "forward", "norm", names_norm(p->norm), "rms", p->rms,
                     "groups", (json_int_t)p->groups, "shape", shape_json(x->rank, x->shape), "dtype",
                     names_dtype(p->x.dtype), "layout", names_layout(p->x.layout), "out_dtype", names_dtype(p->y.dtype),
                     "out_layout", names_layout(p->y.layout), "act", r->options->act_text);
}

static json_t *speed_json(const struct norm_speed *s)
{
    json_t *speed;

    if (s->measured.rounds == 0) {
        return json_null();
    }
    speed = json_pack("{s:f, s:f, s:s, s:I}", "median_us", s->measured.norm.median / 1e3, "gbps", rate(s), "clock",
                      s->measured.by_events ? "event" : "wall", "rounds", (json_int_t)s->measured.rounds);
    if (speed && s->measured.copy.median > 0.0) {
        json_object_set_new(speed, "copy_gbps", json_real(copy_rate(s)));
        json_object_set_new(speed, "copy_kind", json_string(s->copy_kind));
        json_object_set_new(speed, "copy_ratio", json_real(rate(s) / copy_rate(s)));
    }
    return speed;
}

static int print_json(const struct norm_report *r)
{
    json_t *all = json_pack("{s:{s:s, s:s, s:s, s:s}, s:s, s:o, s:o, s:o, s:o}", "device", "name", r->device->name,
                            "type", device_pick_type(r->device->type), "platform", r->device->platform_name, "driver",
                            r->device->driver, "plan", r->run->plan, "problem", problem_json(r), "speed",
                            speed_json(&r->run->speed), "verify", verify_json(r->check), "expect",
                            error_json(&r->check->expect));
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
    return 0;
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
