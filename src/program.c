/* SPDX-License-Identifier: Apache-2.0 */
/* Builds programs and keeps them. */
#include "program.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "mutex.h"
#include "source.h"

struct entry {
    XXH128_hash_t key; /* of file names and options: sources are fixed at build time */
    cl_program program;
    char *unkept; /* under what it has to be kept on disk when it has been run; NULL: nothing is left to do */
    struct entry *next;
};

struct clgn_program_table {
    cl_context cl;
    cl_device_id id;
    struct clgn_cache *cache; /* NULL: none */
    struct clgn_mutex *mutex;
    unsigned holders;
    struct entry *entries;
};

static void add_macros(const char *const *names, const int *values, size_t count, struct clgn_text *text)
{
    for (size_t i = 0; i < count; i++)
        clgn_text_add(text, " -DCLGN_%s=%d", names[i], values[i]);
}

static void add_problem_macros(const struct clgn_geometry *g, int linear, int workspace, struct clgn_text *text)
{
    const clgn_problem *p = &g->problem;
    const struct clgn_operand *o = g->operand;
    static const char *const names[] = {
        "X",     "Y",       "BIAS",      "GAMMA",   "BETA",  "SCALE",  "SHIFT",    "X_LAST",  "Y_LAST",
        "SKIP",  "SUM",     "RESIDUAL",  "ACT",     "GIVEN", "MEAN",   "RSTD",     "MEAN_LO", "RMS",
        "BATCH", "RUNNING", "WORKSPACE", "INDEX64", "POINT", "LINEAR", "BACKWARD",
    };
    const int given = p->stats == CLGN_STATS_GIVEN ? 1 : p->stats == CLGN_STATS_RUNNING ? 2 : 0;
    const int running = !p->running ? 0 : p->running_biased ? 2 : 1;
    const int values[] = {
        (int)p->x.dtype,
        (int)p->y.dtype,
        (int)o[CLGN_T_BIAS].dtype,
        (int)p->gamma,
        (int)p->beta,
        (int)p->scale,
        (int)p->shift,
        g->x_last,
        g->y_last,
        o[CLGN_T_SKIP].dtype != CLGN_DTYPE_NONE ? (int)p->skip : 0,
        p->sum != 0,
        o[CLGN_T_RESIDUAL].dtype != CLGN_DTYPE_NONE,
        (int)p->act,
        given,
        o[CLGN_T_MEAN].dtype != CLGN_DTYPE_NONE,
        o[CLGN_T_RSTD].dtype != CLGN_DTYPE_NONE,
        p->mean_lo != 0,
        p->rms != 0,
        g->batch,
        running,
        workspace,
        g->index64,
        g->point,
        linear,
        g->backward,
    };
    add_macros(names, values, sizeof names / sizeof names[0], text);
}

static void add_gradient_macros(const struct clgn_geometry *g, struct clgn_text *text)
{
    const clgn_problem *p = &g->problem;
    static const char *const names[] = {
        "DGAMMA", "DBETA", "DSCALE", "DSHIFT", "DBIAS", "DSKIP", "DSKIP_FULL", "DRESIDUAL", "DMEAN", "DRSTD",
    };
    const int full = p->skip == CLGN_SKIP_FULL;
    const int values[] = {
        (int)p->dgamma,
        (int)p->dbeta,
        (int)p->dscale,
        (int)p->dshift,
        (int)p->dbias,
        full ? 0 : (int)p->dskip,
        full && p->dskip != CLGN_GRADIENT_NONE,
        p->dresidual != 0,
        p->dmean != 0,
        p->drstd != 0,
    };
    if (g->backward)
        add_macros(names, values, sizeof names / sizeof names[0], text);
}

/* The files of the walks over one layout, in order; returns how many. */
static size_t list_walk(const struct clgn_geometry *g, const struct clgn_params *params, const char **files)
{
    size_t count = 0;
    files[count++] = g->x_last ? "block.clh" : "region.clh";
    if (g->backward) {
        files[count++] = "derivative.clh";
        files[count++] = "gradient.clh";
        files[count++] = g->x_last ? "pull_last.clh" : g->point ? "pull_point.clh" : "pull_first.clh";
        if (params->value[CLGN_P_RPI] > 0)
            files[count++] = "pull_registers.clh";
        return count;
    }
    files[count++] = g->x_last ? "walk_last.clh" : "walk_first.clh";
    if (params->value[CLGN_P_RPI] > 0)
        files[count++] = "walk_registers.clh";
    if (params->value[CLGN_P_AHEAD] > 0)
        files[count++] = "walk_ahead.clh";
    if (params->value[CLGN_P_GANG])
        files[count++] = "walk_gang.clh";
    return count;
}

void clgn_program_describe(const struct clgn_geometry *geometry, const struct clgn_device *device,
                           const struct clgn_params *params, const char *const *kernels, int linear, int workspace,
                           struct clgn_program_spec *spec)
{
    struct clgn_text text = clgn_text_in(spec->options, sizeof spec->options);
    const char *const shared[] = {
        "params.clh", "dtype.clh",      "span.clh",  "moments.clh", "task.clh",
        "math.clh",   "activation.clh", "value.clh", "output.clh",  "records.clh",
    };
    size_t count = 0;
    memset(spec->files, 0, sizeof spec->files);
    for (; count < sizeof shared / sizeof shared[0]; count++)
        spec->files[count] = shared[count];
    count += list_walk(geometry, params, spec->files + count);
    for (; *kernels != NULL; kernels++)
        spec->files[count++] = *kernels;
    assert(count < CLGN_PROGRAM_FILES);
    /* Always an explicit version: without one some implementations take the newest. */
    clgn_text_add(&text, "%s", params->value[CLGN_P_SG] == CLGN_SUBGROUPS_KHRONOS ? "-cl-std=CL2.0" : "-cl-std=CL1.2");
    add_problem_macros(geometry, linear, workspace, &text);
    clgn_text_add(&text, " -DCLGN_ROUNDS_BF16=%d", device->rounds_bf16);
    add_gradient_macros(geometry, &text);
    clgn_params_print_macros(params, &text);
    assert(!text.cut);
}

clgn_status clgn_program_table_create(cl_context cl, cl_device_id id, struct clgn_cache *cache,
                                      const struct clgn_sink *sink, struct clgn_program_table **table)
{
    cl_int code;
    struct clgn_program_table *made = calloc(1, sizeof *made);
    if (made != NULL)
        made->mutex = clgn_mutex_create();
    if (made == NULL || made->mutex == NULL) {
        free(made);
        return clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for a table of programs");
    }
    code = clRetainContext(cl);
    if (code != CL_SUCCESS) {
        clgn_mutex_release(made->mutex);
        free(made);
        return clgn_fail_cl(sink, "clRetainContext", code);
    }
    made->cl = cl;
    made->id = id;
    made->cache = cache;
    made->holders = 1;
    *table = made;
    return CLGN_OK;
}

void clgn_program_table_hold(struct clgn_program_table *table)
{
    clgn_mutex_lock(table->mutex);
    table->holders++;
    clgn_mutex_unlock(table->mutex);
}

void clgn_program_table_release(struct clgn_program_table *table)
{
    unsigned holders;
    if (table == NULL)
        return;
    clgn_mutex_lock(table->mutex);
    holders = --table->holders;
    clgn_mutex_unlock(table->mutex);
    if (holders > 0)
        return;
    while (table->entries != NULL) {
        struct entry *entry = table->entries;
        table->entries = entry->next;
        clReleaseProgram(entry->program);
        free(entry->unkept);
        free(entry);
    }
    clgn_cache_release(table->cache);
    clgn_mutex_release(table->mutex);
    clReleaseContext(table->cl);
    free(table);
}

static XXH128_hash_t key_of(const struct clgn_program_spec *spec)
{
    XXH128_hash_t key = XXH3_128bits(spec->options, strlen(spec->options));
    for (size_t i = 0; spec->files[i] != NULL; i++)
        key = XXH3_128bits_withSeed(spec->files[i], strlen(spec->files[i]), key.low64 ^ (key.high64 << 1));
    return key;
}

static clgn_status build_failed(const struct clgn_program_table *table, cl_program program,
                                const struct clgn_program_spec *spec, const struct clgn_sink *sink, cl_int code)
{
    size_t bytes = 0;
    char *log = NULL;
    const char *last = spec->files[0]; /* the kernel's file */
    for (size_t i = 0; spec->files[i] != NULL; i++)
        last = spec->files[i];
    if (code == CL_OUT_OF_HOST_MEMORY)
        return clgn_fail_cl(sink, "clBuildProgram", code);
    clgn_sink_send(sink, CLGN_SEVERITY_INFO, spec->options);
    if (clGetProgramBuildInfo(program, table->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes) == CL_SUCCESS)
        log = calloc(bytes + 1, 1);
    if (log != NULL && clGetProgramBuildInfo(program, table->id, CL_PROGRAM_BUILD_LOG, bytes, log, NULL) == CL_SUCCESS)
        clgn_sink_send(sink, CLGN_SEVERITY_INFO, log);
    free(log);
    return clgn_fail(sink, CLGN_ERR_BUILD, "%s does not build: clBuildProgram gave OpenCL code %d", last, (int)code);
}

/* The sources of a program, in order. */
struct pieces {
    const char *texts[CLGN_PROGRAM_FILES];
    size_t sizes[CLGN_PROGRAM_FILES];
    cl_uint count;
};

static struct pieces collect(const struct clgn_program_spec *spec)
{
    struct pieces pieces = {.count = 0};
    for (; spec->files[pieces.count] != NULL; pieces.count++) {
        const struct clgn_source_file *file = clgn_source_find(spec->files[pieces.count]);
        assert(file != NULL);
        pieces.texts[pieces.count] = (const char *)file->text;
        pieces.sizes[pieces.count] = file->size;
    }
    return pieces;
}

static clgn_status build(const struct clgn_program_table *table, const struct clgn_program_spec *spec,
                         struct pieces *pieces, const struct clgn_sink *sink, cl_program *program)
{
    cl_int code;
    cl_program made = clCreateProgramWithSource(table->cl, pieces->count, pieces->texts, pieces->sizes, &code);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clCreateProgramWithSource", code);
    code = clBuildProgram(made, 1, &table->id, spec->options, NULL, NULL);
    if (code != CL_SUCCESS) {
        const clgn_status status = build_failed(table, made, spec, sink, code);
        clReleaseProgram(made);
        return status;
    }
    *program = made;
    return CLGN_OK;
}

/* From disk, or from source and then on disk. */
static clgn_status load_or_build(const struct clgn_program_table *table, const struct clgn_program_spec *spec,
                                 const struct clgn_sink *sink, struct entry *entry)
{
    struct pieces pieces = collect(spec);
    const struct clgn_cache_source source = {pieces.texts, pieces.sizes, pieces.count, spec->options};
    char *key = clgn_cache_key(table->cache, &source);
    clgn_status status = CLGN_OK;
    entry->program = clgn_cache_load(table->cache, key, table->cl, spec->options);
    if (entry->program == NULL) {
        status = build(table, spec, &pieces, sink, &entry->program);
        if (status == CLGN_OK && clgn_cache_moment(table->cache) == CLGN_CACHE_AFTER_BUILD) {
            clgn_cache_store(table->cache, key, entry->program);
        } else if (status == CLGN_OK) {
            entry->unkept = key;
            return CLGN_OK;
        }
    }
    free(key);
    return status;
}

static clgn_status get_locked(struct clgn_program_table *table, const struct clgn_program_spec *spec,
                              const struct clgn_sink *sink, cl_program *program)
{
    const XXH128_hash_t key = key_of(spec);
    struct entry *entry = table->entries;
    cl_int code;
    while (entry != NULL && !XXH128_isEqual(entry->key, key))
        entry = entry->next;
    if (entry == NULL) {
        clgn_status status;
        entry = calloc(1, sizeof *entry);
        if (entry == NULL)
            return clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for a program's entry");
        status = load_or_build(table, spec, sink, entry);
        if (status != CLGN_OK) {
            free(entry);
            return status;
        }
        entry->key = key;
        entry->next = table->entries;
        table->entries = entry;
    }
    code = clRetainProgram(entry->program);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clRetainProgram", code);
    *program = entry->program;
    return CLGN_OK;
}

clgn_status clgn_program_get(struct clgn_program_table *table, const struct clgn_program_spec *spec,
                             const struct clgn_sink *sink, cl_program *program)
{
    clgn_status status;
    clgn_mutex_lock(table->mutex);
    status = get_locked(table, spec, sink, program);
    clgn_mutex_unlock(table->mutex);
    return status;
}

void clgn_program_ran(struct clgn_program_table *table, cl_program program)
{
    clgn_mutex_lock(table->mutex);
    for (struct entry *entry = table->entries; entry != NULL; entry = entry->next)
        if (entry->program == program && entry->unkept != NULL) {
            clgn_cache_store(table->cache, entry->unkept, program);
            free(entry->unkept);
            entry->unkept = NULL;
        }
    clgn_mutex_unlock(table->mutex);
}
