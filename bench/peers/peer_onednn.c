/* SPDX-License-Identifier: Apache-2.0 */
/* oneDNN's group normalisation on the CPU, forward with its activation as a post-op, and backward. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>

#include "worker.h"

enum { MOST_PAIRS = 4096, COLD_BYTES = 256 << 20 };

/* The memories of an execution; SRC to the last one that rotates first. */
enum slot {
    SRC,
    DST,
    DIFF_DST,
    DIFF_SRC,
    ROTATING,
    MEAN = ROTATING,
    VARIANCE,
    SCALE,
    SHIFT,
    DIFF_SCALE,
    DIFF_SHIFT,
    SLOTS
};

static const int slot_args[SLOTS] = {DNNL_ARG_SRC,        DNNL_ARG_DST,       DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC,
                                     DNNL_ARG_MEAN,       DNNL_ARG_VARIANCE,  DNNL_ARG_SCALE,    DNNL_ARG_SHIFT,
                                     DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT};

struct onednn {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_desc_t data;     /* of x, y and their gradients */
    dnnl_memory_desc_t stats;    /* [n][g] */
    dnnl_memory_desc_t channels; /* [c] */
    dnnl_primitive_t forward;
    dnnl_primitive_t backward; /* NULL in forward */
    dnnl_memory_t (*memory)[SLOTS];
    size_t pairs;
    size_t turn;
    size_t last;
    size_t bytes;
};

static int failed(dnnl_status_t status, const char *what, char *error)
{
    if (status != dnnl_success) {
        snprintf(error, WORKER_ERROR_BYTES, "%s: oneDNN status %d", what, (int)status);
    }
    return status != dnnl_success;
}

static int open_peer(const char *spec, void **state, char *version, size_t version_bytes, char *error)
{
    struct onednn *o = calloc(1, sizeof(*o));
    const dnnl_version_t *v = dnnl_version();

    (void)spec; /* always the CPU */
    *state = o;
    if (!o) {
        snprintf(error, WORKER_ERROR_BYTES, "out of memory");
        return -1;
    }
    snprintf(version, version_bytes, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
    return failed(dnnl_engine_create(&o->engine, dnnl_cpu, 0), "engine", error) ||
                   failed(dnnl_stream_create(&o->stream, o->engine, dnnl_stream_default_flags), "stream", error)
               ? -1
               : 0;
}

static int describe(struct onednn *o, const struct worker_problem *p, char *error)
{
    const dnnl_data_type_t type = p->dtype == CLGN_DTYPE_F16    ? dnnl_f16
                                  : p->dtype == CLGN_DTYPE_BF16 ? dnnl_bf16
                                                                : dnnl_f32;
    const dnnl_dims_t sizes = {(dnnl_dim_t)p->n, (dnnl_dim_t)p->c, (dnnl_dim_t)p->s};
    const dnnl_dims_t stats = {(dnnl_dim_t)p->n, (dnnl_dim_t)p->groups};
    const dnnl_dims_t channels = {(dnnl_dim_t)p->c};

    return failed(dnnl_memory_desc_create_with_tag(&o->data, 3, sizes, type,
                                                   p->layout == CLGN_LAYOUT_LAST ? dnnl_acb : dnnl_abc),
                  "x", error) ||
           failed(dnnl_memory_desc_create_with_tag(&o->stats, 2, stats, dnnl_f32, dnnl_ab), "statistics", error) ||
           failed(dnnl_memory_desc_create_with_tag(&o->channels, 1, channels, dnnl_f32, dnnl_a), "gamma", error);
}

static int make_attributes(const struct worker_problem *p, dnnl_primitive_attr_t *attributes, char *error)
{
    dnnl_post_ops_t ops = NULL;
    int result = failed(dnnl_primitive_attr_create(attributes), "attributes", error) ||
                 failed(dnnl_post_ops_create(&ops), "post-ops", error);

    if (result == 0 && p->act == CLGN_ACT_RELU) {
        result = failed(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0.0f, 0.0f), "relu", error);
    } else if (result == 0 && p->act == CLGN_ACT_SILU) {
        result = failed(dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_swish, 1.0f, 0.0f), "swish", error);
    } else if (result == 0 && p->act != CLGN_ACT_NONE) {
        snprintf(error, WORKER_ERROR_BYTES, "none, relu, silu only");
        result = 1;
    }
    result = result || failed(dnnl_primitive_attr_set_post_ops(*attributes, ops), "post-ops", error);
    dnnl_post_ops_destroy(ops);
    return result;
}

static int make_primitives(struct onednn *o, const struct worker_problem *p, char *error)
{
    const unsigned flags = dnnl_use_scale | dnnl_use_shift;
    const dnnl_prop_kind_t kind = p->backward ? dnnl_forward_training : dnnl_forward_inference;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t forward = NULL;
    dnnl_primitive_desc_t backward = NULL;
    int result = make_attributes(p, &attributes, error) ||
                 failed(dnnl_group_normalization_forward_primitive_desc_create(&forward, o->engine, kind, o->data,
                                                                               o->data, (dnnl_dim_t)p->groups,
                                                                               (float)p->eps, flags, attributes),
                        "forward", error) ||
                 failed(dnnl_primitive_create(&o->forward, forward), "forward", error);

    if (result == 0 && p->backward) {
        result = failed(dnnl_group_normalization_backward_primitive_desc_create(&backward, o->engine, dnnl_backward,
                                                                                o->data, o->data, o->data,
                                                                                (dnnl_dim_t)p->groups, (float)p->eps,
                                                                                flags, forward, NULL),
                        "backward", error) ||
                 failed(dnnl_primitive_create(&o->backward, backward), "backward", error);
    }
    dnnl_primitive_desc_destroy(backward);
    dnnl_primitive_desc_destroy(forward);
    dnnl_primitive_attr_destroy(attributes);
    return result;
}

static int fill(dnnl_memory_t memory, const void *data, size_t bytes, char *error)
{
    void *mapped = NULL;

    if (failed(dnnl_memory_map_data(memory, &mapped), "map", error)) {
        return 1;
    }
    if (data) {
        memcpy(mapped, data, bytes);
    } else {
        memset(mapped, 0, bytes);
    }
    return failed(dnnl_memory_unmap_data(memory, mapped), "unmap", error);
}

static int make_memory(struct onednn *o, const_dnnl_memory_desc_t desc, const void *data, size_t bytes,
                       dnnl_memory_t *memory, char *error)
{
    return failed(dnnl_memory_create(memory, desc, o->engine, DNNL_MEMORY_ALLOCATE), "memory", error) ||
           fill(*memory, data, bytes, error);
}

static int make_pair(struct onednn *o, const struct worker_problem *p, dnnl_memory_t *memory, char *error)
{
    const void *data[ROTATING] = {p->x, NULL, p->dy, NULL};

    for (int slot = SRC; slot < ROTATING; ++slot) {
        /* dst is of forward, its gradients of backward, which needs dst once */
        const int wanted = p->backward ? slot != DST : slot <= DST;
        if (wanted && make_memory(o, o->data, data[slot], p->bytes, &memory[slot], error)) {
            return 1;
        }
    }
    return 0;
}

/* What all pairs share. */
static int make_shared(struct onednn *o, const struct worker_problem *p, char *error)
{
    const size_t channels = p->c * sizeof(float);
    const size_t stats = p->n * p->groups * sizeof(float);
    dnnl_memory_t *m = o->memory[0];

    if (make_memory(o, o->channels, p->gamma, channels, &m[SCALE], error) ||
        make_memory(o, o->channels, p->beta, channels, &m[SHIFT], error)) {
        return 1;
    }
    if (p->backward && (make_memory(o, o->data, NULL, p->bytes, &m[DST], error) ||
                        make_memory(o, o->stats, NULL, stats, &m[MEAN], error) ||
                        make_memory(o, o->stats, NULL, stats, &m[VARIANCE], error) ||
                        make_memory(o, o->channels, NULL, channels, &m[DIFF_SCALE], error) ||
                        make_memory(o, o->channels, NULL, channels, &m[DIFF_SHIFT], error))) {
        return 1;
    }
    return 0;
}

static int execute(struct onednn *o, dnnl_primitive_t primitive, size_t pair, char *error)
{
    dnnl_exec_arg_t args[SLOTS];
    int count = 0;

    for (int slot = 0; slot < SLOTS; ++slot) {
        dnnl_memory_t memory = o->memory[slot < ROTATING && o->memory[pair][slot] ? pair : 0][slot];
        if (memory) {
            args[count++] = (dnnl_exec_arg_t){slot_args[slot], memory};
        }
    }
    return failed(dnnl_primitive_execute(primitive, o->stream, count, args), "execute", error);
}

static int prepare(void *state, const struct worker_problem *p, char *error)
{
    struct onednn *o = state;
    const size_t tensors = p->backward ? 3 : 2;

    if (p->backward && p->act != CLGN_ACT_NONE) {
        snprintf(error, WORKER_ERROR_BYTES, "backward of the normalisation alone");
        return -1;
    }
    o->pairs = COLD_BYTES / (tensors * p->bytes) + 1;
    o->pairs = o->pairs > MOST_PAIRS ? MOST_PAIRS : o->pairs < 2 ? 2 : o->pairs;
    o->bytes = p->bytes;
    o->memory = calloc(o->pairs, sizeof(*o->memory));
    if (!o->memory) {
        snprintf(error, WORKER_ERROR_BYTES, "out of memory");
        return -1;
    }
    if (describe(o, p, error) || make_primitives(o, p, error) || make_shared(o, p, error)) {
        return -1;
    }
    for (size_t i = 0; i < o->pairs; ++i) {
        if (make_pair(o, p, o->memory[i], error)) {
            return -1;
        }
    }
    /* Backward needs the statistics of forward. */
    return p->backward && (execute(o, o->forward, 0, error) || failed(dnnl_stream_wait(o->stream), "wait", error)) ? -1
                                                                                                                   : 0;
}

static int call(void *state, char *error)
{
    struct onednn *o = state;

    o->last = o->turn;
    o->turn = (o->turn + 1) % o->pairs;
    return execute(o, o->backward ? o->backward : o->forward, o->last, error) ? -1 : 0;
}

static int finish(void *state, char *error)
{
    return failed(dnnl_stream_wait(((struct onednn *)state)->stream), "wait", error) ? -1 : 0;
}

static int read_result(void *state, void *result, char *error)
{
    struct onednn *o = state;
    dnnl_memory_t memory = o->memory[o->last][o->backward ? DIFF_SRC : DST];
    void *mapped = NULL;

    if (failed(dnnl_memory_map_data(memory, &mapped), "map", error)) {
        return -1;
    }
    memcpy(result, mapped, o->bytes);
    return failed(dnnl_memory_unmap_data(memory, mapped), "unmap", error) ? -1 : 0;
}

static void release(void *state)
{
    struct onednn *o = state;

    for (size_t i = 0; o->memory && i < o->pairs; ++i) {
        for (int slot = 0; slot < SLOTS; ++slot) {
            dnnl_memory_destroy(o->memory[i][slot]);
        }
    }
    free(o->memory);
    dnnl_primitive_destroy(o->forward);
    dnnl_primitive_destroy(o->backward);
    dnnl_memory_desc_destroy(o->data);
    dnnl_memory_desc_destroy(o->stats);
    dnnl_memory_desc_destroy(o->channels);
    *o = (struct onednn){.engine = o->engine, .stream = o->stream};
}

int main(int argc, char **argv)
{
    const struct worker_peer peer = {"onednn", open_peer, prepare, call, finish, read_result, release};

    return worker_main(&peer, argc, argv);
}
