/* SPDX-License-Identifier: Apache-2.0 */
/* dump-programs DIR: writes the programs of typical problems as NAME.cl, with their options as NAME.opts. */
#include <stdio.h>
#include <string.h>

#include "program.h"
#include "select.h"
#include "source.h"
#include "units.h"

struct named_problem {
    const char *name;
    clgn_problem problem;
};

struct named_device {
    const char *name;
    struct clgn_device device;
};

/* The first problems, plain ones, are enough for sub-group reductions. */
enum { MOST_PROBLEMS = 32, WITH_SUBGROUPS = 2 };

/* A GPU as the vendors make them, as far as choices depend on it, a CPU, and GPUs with sub-groups, for which programs
 * with sub-group reductions are written. The names begin those of the files, by which the gates know what is meant for
 * whom. */
static const struct named_device devices[] = {
    {"gpu",
     {.has_f64 = 1,
      .compute_units = 60,
      .max_work_group = 256,
      .local_bytes = 49152,
      .cache_bytes = 4u << 20,
      .vector_bytes = 16}},
    {"cpu",
     {.is_cpu = 1,
      .has_f64 = 1,
      .compute_units = 8,
      .max_work_group = 4096,
      .local_bytes = 262144,
      .cache_bytes = 1u << 20,
      .vector_bytes = 32}},
    {"sg-khronos",
     {.subgroups = CLGN_SUBGROUPS_KHRONOS,
      .c_version_20 = 1,
      .compute_units = 60,
      .max_work_group = 256,
      .local_bytes = 49152,
      .vector_bytes = 16}},
    {"sg-intel",
     {.subgroups = CLGN_SUBGROUPS_INTEL,
      .compute_units = 60,
      .max_work_group = 256,
      .local_bytes = 49152,
      .vector_bytes = 16}},
};

static clgn_problem problem_of(clgn_dtype dtype, clgn_layout layout, size_t c, size_t groups, size_t s)
{
    clgn_problem p = CLGN_PROBLEM_INIT;
    p.n = 2;
    p.c = c;
    p.groups = groups;
    p.spatial_dims = 1;
    p.spatial[0] = s;
    p.x.dtype = dtype;
    p.x.layout = layout;
    p.y.layout = layout;
    p.gamma = CLGN_DTYPE_F32;
    p.beta = CLGN_DTYPE_F32;
    return p;
}

/* Everything before and after the normalisation, and every output. */
static clgn_problem with_all(clgn_problem p)
{
    p.skip = CLGN_SKIP_FULL;
    p.bias = CLGN_DTYPE_F32;
    p.sum = 1;
    p.scale = CLGN_DTYPE_F32;
    p.shift = CLGN_DTYPE_F32;
    p.residual = 1;
    p.act = CLGN_ACT_GELU_TANH;
    p.write_mean = 1;
    p.write_rstd = 1;
    return p;
}

static clgn_problem with_act(clgn_problem p, clgn_act act)
{
    p.act = act;
    return p;
}

static clgn_problem given(clgn_problem p)
{
    p.stats = CLGN_STATS_GIVEN;
    return p;
}

static clgn_problem batch(clgn_problem p)
{
    p.norm = CLGN_NORM_BATCH;
    p.groups = 0;
    p.running = 1;
    return p;
}

static clgn_problem rms(clgn_problem p)
{
    p.rms = 1;
    return p;
}

/* The gradients of all that the problem has. */
static clgn_problem backward(clgn_problem p)
{
    p.direction = CLGN_BACKWARD;
    p.write_mean = p.write_rstd = p.running = 0;
    p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
    p.dbias = p.bias != CLGN_DTYPE_NONE ? CLGN_GRADIENT_ADD : CLGN_GRADIENT_NONE;
    p.dscale = p.dshift = p.scale != CLGN_DTYPE_NONE ? CLGN_GRADIENT_ADD : CLGN_GRADIENT_NONE;
    p.dskip = p.skip != CLGN_SKIP_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p.dresidual = p.residual;
    return p;
}

static clgn_problem statistics_too(clgn_problem p)
{
    p.mean_lo = p.dmean = p.drstd = 1;
    return p;
}

/* Every type, layout, addend and output at least once in both directions; the activations that need most registers. */
static size_t fill(struct named_problem *list)
{
    const clgn_layout first = CLGN_LAYOUT_FIRST, last = CLGN_LAYOUT_LAST;
    const clgn_problem f32_first = problem_of(CLGN_DTYPE_F32, first, 320, 32, 4096);
    const clgn_problem f32_last = problem_of(CLGN_DTYPE_F32, last, 320, 32, 4096);
    const clgn_problem f16_first = problem_of(CLGN_DTYPE_F16, first, 320, 32, 1024);
    const clgn_problem f16_last = problem_of(CLGN_DTYPE_F16, last, 320, 32, 1024);
    const clgn_problem bf16_first = problem_of(CLGN_DTYPE_BF16, first, 64, 8, 256);
    const clgn_problem bf16_last = problem_of(CLGN_DTYPE_BF16, last, 60, 6, 225);
    const clgn_problem f32_small = problem_of(CLGN_DTYPE_F32, first, 64, 8, 225);
    const clgn_problem f64_first = problem_of(CLGN_DTYPE_F64, first, 64, 8, 256);
    const clgn_problem layer = problem_of(CLGN_DTYPE_F32, last, 768, 1, 1);
    clgn_problem mixed = problem_of(CLGN_DTYPE_F16, first, 96, 3, 100);
    clgn_problem points = problem_of(CLGN_DTYPE_F32, last, 64, 4, 1); /* many small groups */
    mixed.y.dtype = CLGN_DTYPE_F32;
    mixed.y.layout = last;
    mixed.skip = CLGN_SKIP_PER_CHANNEL;
    points.n = 4096;
    const struct named_problem all[] = {
        {"f32_first", f32_first},
        {"f32_last", f32_last},
        {"f16_first_silu", with_act(f16_first, CLGN_ACT_SILU)},
        {"f16_last_gelu", with_act(f16_last, CLGN_ACT_GELU)},
        {"bf16_first_mish", with_act(bf16_first, CLGN_ACT_MISH)},
        {"f32_first_all", with_all(f32_small)},
        {"bf16_last_all", with_all(bf16_last)},
        {"f16_to_f32_last", mixed},
        {"f32_layer", layer},
        {"f32_points", points},
        {"f32_layer_rms", rms(layer)},
        {"f32_first_given", given(f32_small)},
        {"f16_last_given", given(f16_last)},
        {"f64_first_tanh", with_act(f64_first, CLGN_ACT_TANH)},
        {"f32_first_batch", batch(f32_small)},
        {"f16_last_batch_silu", with_act(batch(f16_last), CLGN_ACT_SILU)},
        {"b_f32_first", backward(f32_first)},
        {"b_f32_last", backward(f32_last)},
        {"b_f16_first_silu", backward(with_act(f16_first, CLGN_ACT_SILU))},
        {"b_f16_last_gelu", backward(with_act(f16_last, CLGN_ACT_GELU))},
        {"b_bf16_first_mish", statistics_too(backward(with_act(bf16_first, CLGN_ACT_MISH)))},
        {"b_f32_first_all", backward(with_all(f32_small))},
        {"b_bf16_last_all", statistics_too(backward(with_all(bf16_last)))},
        {"b_f16_to_f32_last", backward(mixed)},
        {"b_f32_layer", backward(layer)},
        {"b_f32_layer_rms", backward(rms(layer))},
        {"b_f32_first_given", backward(given(f32_small))},
        {"b_f16_last_given", backward(given(f16_last))},
        {"b_f64_first_tanh", backward(with_act(f64_first, CLGN_ACT_TANH))},
        {"b_f32_first_batch", backward(batch(f32_small))},
        {"b_f16_last_batch_silu", backward(with_act(batch(f16_last), CLGN_ACT_SILU))},
    };
    memcpy(list, all, sizeof all);
    return sizeof all / sizeof all[0];
}

static void print_message(void *user, clgn_severity severity, const char *text)
{
    (void)severity;
    fprintf(stderr, "%s: %s\n", (const char *)user, text);
}

static FILE *open_file(const char *dir, const char *name, const char *extension)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s.%s", dir, name, extension);
    return fopen(path, "wb");
}

static int write_program(const char *dir, const char *name, const struct clgn_program_spec *spec)
{
    FILE *text = open_file(dir, name, "cl"), *options = open_file(dir, name, "opts");
    int ok = text != NULL && options != NULL;
    for (size_t i = 0; ok && spec->files[i] != NULL; i++) {
        const struct clgn_source_file *file = clgn_source_find(spec->files[i]);
        ok = file != NULL && fwrite(file->text, 1, file->size, text) == file->size;
    }
    ok = ok && fprintf(options, "%s\n", spec->options) > 0;
    if (text != NULL) {
        ok = fclose(text) == 0 && ok;
    }
    if (options != NULL) {
        ok = fclose(options) == 0 && ok;
    }
    return ok;
}

/* One program for each variant that can compute the problem. */
static int dump(const char *dir, const struct named_device *device, const struct named_problem *problem)
{
    const struct clgn_sink sink = {print_message, (void *)(uintptr_t)problem->name};
    struct clgn_geometry geometry;
    const struct clgn_advice advice = {.pin = NULL};
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;
    int ok = clgn_problem_check(&problem->problem, &sink, &geometry) == CLGN_OK &&
             clgn_select(&geometry, &device->device, &advice, &sink, choices, &count) == CLGN_OK;
    for (size_t i = 0; ok && i < count; i++) {
        struct clgn_choice *c = &choices[i];
        struct clgn_program_spec spec;
        char name[256];
        if (device->device.subgroups != CLGN_SUBGROUPS_NONE && !(c->variant->uses & CLGN_USES(SG)))
            continue;
        c->params.value[CLGN_P_SG] = device->device.subgroups;
        clgn_program_describe(&geometry, &device->device, &c->params, c->variant->files,
                              clgn_unit_linear(&geometry, &c->params),
                              clgn_workspace_bytes(c->variant, &geometry, &c->params) > 0, &spec);
        (void)snprintf(name, sizeof name, "%s-%s-%s", device->name, c->variant->name, problem->name);
        /* Rows are what a GPU gets only when it can run no work-group of more than one. */
        if (device->device.is_cpu || (c->variant != &clgn_fwd_rows && c->variant != &clgn_bwd_rows)) {
            ok = write_program(dir, name, &spec);
        }
    }
    if (!ok) {
        fprintf(stderr, "dump-programs: no program for %s on %s\n", problem->name, device->name);
    }
    return ok;
}

int main(int argc, char **argv)
{
    struct named_problem problems[MOST_PROBLEMS];
    size_t count;
    if (argc != 2) {
        fprintf(stderr, "usage: dump-programs DIR\n");
        return 2;
    }
    count = fill(problems);
    for (size_t d = 0; d < sizeof devices / sizeof devices[0]; d++) {
        const int few = devices[d].device.subgroups != CLGN_SUBGROUPS_NONE;
        for (size_t i = 0; i < (few ? WITH_SUBGROUPS : count); i++) {
            if (!dump(argv[1], &devices[d], &problems[i])) {
                return 1;
            }
        }
    }
    return 0;
}
