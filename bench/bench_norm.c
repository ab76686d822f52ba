/* SPDX-License-Identifier: Apache-2.0 */
/* bench_norm: speed of forward or backward on given problems, next to the fastest copy of the same bytes. */
#include <clgn/clgn.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bench_options.h"
#include "convert.h"
#include "copy.h"
#include "device_open.h"
#include "measure.h"
#include "names.h"
#include "problem_text.h"
#include "rotation.h"

enum { ERROR_BYTES = 512, PATTERN = 1 << 20 };

struct bench {
    struct bench_options options;
    struct device_open device;
    struct copy_set *copies;
};

/* What one problem needs besides the rotating buffers. */
struct job {
    clgn_problem problem;
    clgn_plan *plan;
    clgn_args args;
    cl_mem gamma;
    cl_mem beta;
    cl_mem stats; /* of backward: mean and rstd, made up; then dgamma and dbeta */
    cl_mem workspace;
    struct rotation rotation;
};

struct row {
    const char *text;
    char plan[256];
    size_t bytes;
    struct measure_result result;
};

/* Uniform in [-1, 1): xorshift64*, the same on every computer. */
static double next_random(cl_ulong *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 4503599627370496.0 - 1.0;
}

/* One block of random numbers, repeated: the memory system cannot tell, and large tensors are filled quickly. */
static void *random_data(clgn_dtype dtype, size_t elements)
{
    const size_t size = names_dtype_bytes(dtype);
    const size_t block = elements < PATTERN ? elements : PATTERN;
    double *values = malloc((block + 1) * sizeof(*values));
    unsigned char *data = malloc(elements * size + 1);
    cl_ulong state = 88172645463325252u;

    if (values && data) {
        for (size_t i = 0; i < block; ++i) {
            values[i] = 0.25 + 2.0 * next_random(&state);
        }
        convert_store(dtype, data, values, block);
        for (size_t done = block; done < elements; done += block) {
            const size_t count = elements - done < block ? elements - done : block;
            memcpy(data + done * size, data, count * size);
        }
        free(values);
        return data;
    }
    free(values);
    free(data);
    return NULL;
}

static cl_mem random_buffer(const struct bench *b, size_t elements)
{
    void *data = random_data(CLGN_DTYPE_F32, elements);
    cl_mem buffer = NULL;
    cl_int err;

    if (data) {
        buffer = clCreateBuffer(b->device.context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, 4 * elements, data, &err);
        buffer = err == CL_SUCCESS ? buffer : NULL;
    }
    free(data);
    return buffer;
}

static void release_job(struct job *job)
{
    cl_mem buffers[4] = {job->gamma, job->beta, job->stats, job->workspace};

    for (int i = 0; i < 4; ++i) {
        if (buffers[i]) {
            clReleaseMemObject(buffers[i]);
        }
    }
    rotation_release(&job->rotation);
    clgn_plan_release(job->plan);
}

static int describe_problem(const struct bench *b, const char *text, clgn_problem *p, char *error)
{
    p->x.dtype = b->options.dtype;
    p->x.layout = b->options.layout;
    p->y.dtype = b->options.out_dtype;
    p->y.layout = b->options.out_layout;
    p->gamma = CLGN_DTYPE_F32;
    p->beta = CLGN_DTYPE_F32;
    p->act = b->options.act;
    p->act_alpha = b->options.act_alpha;
    p->config = b->options.config;
    p->direction = b->options.direction;
    if (p->direction == CLGN_BACKWARD) {
        p->dgamma = p->dbeta = CLGN_GRADIENT_WRITE;
    }
    return problem_text_parse(text, p, error, ERROR_BYTES);
}

/* Statistics for backward: any numbers do, they are not what its time depends on. */
static int make_stats(const struct bench *b, struct job *job)
{
    const size_t wide = b->options.dtype == CLGN_DTYPE_F64 ? 8 : 4;
    const size_t stats = job->problem.n * job->problem.groups * wide;
    const size_t channels = job->problem.c * wide;

    job->stats = random_buffer(b, (2 * stats + 2 * channels) / 4);
    job->args.mean = (clgn_tensor){job->stats, 0, NULL};
    job->args.rstd = (clgn_tensor){job->stats, stats, NULL};
    job->args.dgamma = (clgn_tensor){job->stats, 2 * stats, NULL};
    job->args.dbeta = (clgn_tensor){job->stats, 2 * stats + channels, NULL};
    return job->stats != NULL ? 0 : -1;
}

static int make_buffers(const struct bench *b, struct job *job, char *error)
{
    const int backward = b->options.direction == CLGN_BACKWARD;
    const size_t elements = problem_text_elements(&job->problem) * (backward ? 2 : 1);
    size_t workspace = 0;
    void *data;
    cl_int err = CL_SUCCESS;
    int result;

    job->gamma = random_buffer(b, job->problem.c);
    job->beta = random_buffer(b, job->problem.c);
    if (clgn_plan_workspace_bytes(job->plan, &workspace) == CLGN_OK && workspace > 0) {
        job->workspace = clCreateBuffer(b->device.context, CL_MEM_READ_WRITE, workspace, NULL, &err);
    }
    if (!job->gamma || !job->beta || err != CL_SUCCESS || (backward && make_stats(b, job) != 0)) {
        snprintf(error, ERROR_BYTES, "cannot allocate parameters and %zu bytes of workspace", workspace);
        return -1;
    }
    job->args.gamma.mem = job->gamma;
    job->args.beta.mem = job->beta;
    job->args.workspace.mem = job->workspace;
    data = random_data(b->options.dtype, elements);
    if (!data) {
        snprintf(error, ERROR_BYTES, "out of memory");
        return -1;
    }
    result = rotation_create(b->device.context, b->device.entry.device, b->device.queue, data,
                             elements * names_dtype_bytes(b->options.dtype),
                             elements / (backward ? 2 : 1) * names_dtype_bytes(b->options.out_dtype), &job->rotation,
                             error, ERROR_BYTES);
    free(data);
    return result;
}

static int run_job(const struct bench *b, struct job *job, struct row *row, char *error)
{
    struct measure_input input = {b->device.queue, NULL,      &job->args,        b->options.direction,
                                  &job->rotation,  b->copies, b->options.seconds};
    clgn_status status;

    if (describe_problem(b, row->text, &job->problem, error) != 0) {
        return -1;
    }
    status = clgn_plan_create(b->device.clgn, &job->problem, &job->plan);
    if (status != CLGN_OK || clgn_plan_describe(job->plan, row->plan, sizeof(row->plan)) != CLGN_OK) {
        snprintf(error, ERROR_BYTES, "clgn_plan_create: %s", clgn_status_name(status));
        return -1;
    }
    if (make_buffers(b, job, error) != 0) {
        return -1;
    }
    row->bytes = job->rotation.x_bytes + job->rotation.y_bytes;
    input.plan = job->plan;
    return measure_run(&input, &row->result, error, ERROR_BYTES);
}

static double efficiency(const struct row *row)
{
    return row->result.norm_ns > 0.0 ? row->result.copy_ns / row->result.norm_ns : 0.0;
}

/* Bytes per ns are GB per s. */
static double rate(size_t bytes, double ns)
{
    return ns > 0.0 ? (double)bytes / ns : 0.0;
}

static void print_head(const struct bench *b)
{
    printf("%s (%s), %s driver %s; %s, %s -> %s, %s -> %s, gamma and beta f32, act %s\n", b->device.entry.name,
           device_pick_type(b->device.entry.type), b->device.entry.platform_name, b->device.entry.driver,
           b->options.direction == CLGN_BACKWARD ? "backward" : "forward", names_dtype(b->options.dtype),
           names_dtype(b->options.out_dtype), names_layout(b->options.layout), names_layout(b->options.out_layout),
           b->options.act_text);
    printf("%-30s %-4s %-4s %-10s %10s %8s %8s %-13s %6s %5s  %s\n", "problem", "type", "lay.", "act", "median us",
           "GB/s", "copy", "copy kind", "eff.", "clock", "plan");
    fflush(stdout);
}

static void print_row(const struct bench *b, const struct row *row)
{
    const struct measure_result *r = &row->result;

    printf("%-30s %-4s %-4s %-10s %10.1f %8.2f %8.2f %-13s %6.3f %5s  %s\n", row->text, names_dtype(b->options.dtype),
           names_layout(b->options.layout), b->options.act_text, r->norm_ns / 1e3, rate(row->bytes, r->norm_ns),
           rate(row->bytes, r->copy_ns), r->copy_name ? r->copy_name : "-", efficiency(row),
           r->by_events ? "event" : "wall", row->plan);
    fflush(stdout);
}

static json_t *row_json(const struct row *row)
{
    const struct measure_result *r = &row->result;

    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:s, s:f, s:I, s:s}", "problem", row->text, "plan", row->plan,
                     "median_us", r->norm_ns / 1e3, "gbps", rate(row->bytes, r->norm_ns), "copy_gbps",
                     rate(row->bytes, r->copy_ns), "copy_kind", r->copy_name ? r->copy_name : "", "efficiency",
                     efficiency(row), "rounds", (json_int_t)r->rounds, "clock", r->by_events ? "event" : "wall");
}

static void print_json(const struct bench *b, json_t *rows, int count, double geomean, double least)
{
    json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:f, s:f, s:o}", "op",
                            b->options.direction == CLGN_BACKWARD ? "bwd" : "fwd", "device", b->device.entry.name,
                            "platform", b->device.entry.platform_name, "driver", b->device.entry.driver, "dtype",
                            names_dtype(b->options.dtype), "out_dtype", names_dtype(b->options.out_dtype), "layout",
                            names_layout(b->options.layout), "out_layout", names_layout(b->options.out_layout), "act",
                            b->options.act_text, "measured", count, "geomean", geomean, "minimum", least, "results",
                            rows);

    if (all) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
    }
}

/* All problems in turn; a failed one is reported and passed over. */
static int run_all(const struct bench *b)
{
    json_t *rows = json_array();
    double log_sum = 0.0;
    double least = INFINITY;
    int count = 0;

    if (!b->options.json) {
        print_head(b);
    }
    for (int i = 0; i < b->options.problem_count; ++i) {
        struct job job = {.problem = CLGN_PROBLEM_INIT, .args = CLGN_ARGS_INIT};
        struct row row = {.text = b->options.problems[i]};
        char error[ERROR_BYTES] = "";
        if (run_job(b, &job, &row, error) != 0) {
            fprintf(stderr, "bench_norm: %s: %s\n", row.text, error);
        } else {
            log_sum += log(efficiency(&row));
            least = fmin(least, efficiency(&row));
            ++count;
            if (b->options.json) {
                json_array_append_new(rows, row_json(&row));
            } else {
                print_row(b, &row);
            }
        }
        release_job(&job);
    }
    least = count > 0 ? least : 0.0;
    log_sum = count > 0 ? exp(log_sum / count) : 0.0;
    if (b->options.json) {
        print_json(b, rows, count, log_sum, least);
    } else {
        printf("efficiency = copy time / norm time: geometric mean %.3f, minimum %.3f, %d of %d problems\n", log_sum,
               least, count, b->options.problem_count);
        json_decref(rows);
    }
    return count == b->options.problem_count ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct bench bench = {.copies = NULL};
    char error[ERROR_BYTES] = "";
    int result = bench_options_parse(argc, argv, &bench.options);

    if (result != 0) {
        return result > 0 ? 0 : 1;
    }
    result = device_open(bench.options.device, "bench_norm", &bench.device, error, sizeof(error));
    if (result == 0) {
        const size_t inputs = bench.options.direction == CLGN_BACKWARD ? 2 : 1;
        result = copy_create(bench.device.context, bench.device.entry.device,
                             inputs * names_dtype_bytes(bench.options.dtype),
                             names_dtype_bytes(bench.options.out_dtype), &bench.copies, error, sizeof(error));
    }
    if (result != 0) {
        fprintf(stderr, "bench_norm: %s\n", error);
        result = 2;
    } else {
        result = run_all(&bench);
    }
    copy_release(bench.copies);
    device_close(&bench.device);
    return result;
}
