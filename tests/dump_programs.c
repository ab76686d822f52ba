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
enum { PROBLEMS = 12, WITH_SUBGROUPS = 2 };

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

/* Every type, layout, addend and output at least once; the activations that need most registers. */
static void fill(struct named_problem *list)
{
    const clgn_layout first = CLGN_LAYOUT_FIRST, last = CLGN_LAYOUT_LAST;
    int i = 0;
    list[i++] = (struct named_problem){"f32_first", problem_of(CLGN_DTYPE_F32, first, 320, 32, 4096)};
    list[i++] = (struct named_problem){"f32_last", problem_of(CLGN_DTYPE_F32, last, 320, 32, 4096)};
    list[i++] = (struct named_problem){"f16_first_silu", problem_of(CLGN_DTYPE_F16, first, 320, 32, 1024)};
    list[i - 1].problem.act = CLGN_ACT_SILU;
    list[i++] = (struct named_problem){"f16_last_gelu", problem_of(CLGN_DTYPE_F16, last, 320, 32, 1024)};
    list[i - 1].problem.act = CLGN_ACT_GELU;
    list[i++] = (struct named_problem){"bf16_first_mish", problem_of(CLGN_DTYPE_BF16, first, 64, 8, 256)};
    list[i - 1].problem.act = CLGN_ACT_MISH;
    list[i++] = (struct named_problem){"f32_first_all", problem_of(CLGN_DTYPE_F32, first, 64, 8, 225)};
    list[i++] = (struct named_problem){"bf16_last_all", problem_of(CLGN_DTYPE_BF16, last, 60, 6, 225)};
    for (int k = i - 2; k < i; k++) {
        clgn_problem *p = &list[k].problem;
        p->skip = CLGN_SKIP_FULL;
        p->bias = CLGN_DTYPE_F32;
        p->sum = 1;
        p->scale = CLGN_DTYPE_F32;
        p->shift = CLGN_DTYPE_F32;
        p->residual = 1;
        p->act = CLGN_ACT_GELU_TANH;
        p->write_mean = 1;
        p->write_rstd = 1;
    }
    list[i++] = (struct named_problem){"f16_to_f32_last", problem_of(CLGN_DTYPE_F16, first, 96, 3, 100)};
    list[i - 1].problem.y.dtype = CLGN_DTYPE_F32;
    list[i - 1].problem.y.layout = last;
    list[i - 1].problem.skip = CLGN_SKIP_PER_CHANNEL;
    list[i++] = (struct named_problem){"f32_layer", problem_of(CLGN_DTYPE_F32, last, 768, 1, 1)};
    list[i++] = (struct named_problem){"f32_first_given", problem_of(CLGN_DTYPE_F32, first, 64, 8, 256)};
    list[i++] = (struct named_problem){"f16_last_given", problem_of(CLGN_DTYPE_F16, last, 64, 8, 256)};
    list[i - 1].problem.stats = CLGN_STATS_GIVEN;
    list[i - 2].problem.stats = CLGN_STATS_GIVEN;
    list[i] = (struct named_problem){"f64_first_tanh", problem_of(CLGN_DTYPE_F64, first, 64, 8, 256)};
    list[i].problem.act = CLGN_ACT_TANH;
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
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;
    int ok = clgn_problem_check(&problem->problem, &sink, &geometry) == CLGN_OK &&
             clgn_select(&geometry, &device->device, NULL, &sink, choices, &count) == CLGN_OK;
    for (size_t i = 0; ok && i < count; i++) {
        struct clgn_choice *c = &choices[i];
        struct clgn_program_spec spec;
        char name[256];
        if (device->device.subgroups != CLGN_SUBGROUPS_NONE && !(c->variant->uses & CLGN_USES(SG)))
            continue;
        c->params.value[CLGN_P_SG] = device->device.subgroups;
        clgn_program_describe(&geometry, &c->params, c->variant->files, clgn_unit_linear(&geometry, &c->params),
                              clgn_workspace_bytes(c->variant, &geometry, &c->params) > 0, &spec);
        (void)snprintf(name, sizeof name, "%s-%s-%s", device->name, c->variant->name, problem->name);
        /* fwd_rows is what a GPU gets only when it can run no work-group of more than one. */
        if (device->device.is_cpu || c->variant != &clgn_fwd_rows) {
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
    struct named_problem problems[PROBLEMS];
    if (argc != 2) {
        fprintf(stderr, "usage: dump-programs DIR\n");
        return 2;
    }
    fill(problems);
    for (size_t d = 0; d < sizeof devices / sizeof devices[0]; d++) {
        const int few = devices[d].device.subgroups != CLGN_SUBGROUPS_NONE;
        for (int i = 0; i < (few ? WITH_SUBGROUPS : PROBLEMS); i++) {
            if (!dump(argv[1], &devices[d], &problems[i])) {
                return 1;
            }
        }
    }
    return 0;
}
