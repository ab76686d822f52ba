/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of a peer: "prepare {...}", "run SECONDS", "release", a line each; every answer is one line of JSON. */
#include "worker.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "convert.h"
#include "names.h"
#include "problem_text.h"
#include "timing.h"

enum { PERIOD = 1000003, DY_START = 500009, LEAST_BATCH_NS = 2000000, MOST_CALLS = 100000, LINE_BYTES = 1 << 16 };

struct worker {
    const struct worker_peer *peer;
    void *state;
    struct worker_problem problem;
    void *x;
    void *dy;
    void *result;
    float *gamma;
    float *beta;
    json_t *probe; /* indices into the result */
};

/* The numbers that every peer gets: a hash of the index, repeated; worker.py makes the same. */
static double pattern(size_t index)
{
    uint32_t h = (uint32_t)(index % PERIOD) * 2654435761u;

    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    return 0.25 + 2.0 * ((double)(h >> 8) / 8388608.0 - 1.0);
}

static void *make_data(clgn_dtype dtype, size_t count, size_t start)
{
    const size_t size = names_dtype_bytes(dtype);
    unsigned char *data = malloc(count * size + 1);
    double value;

    for (size_t i = 0; data && i < count && i < PERIOD; ++i) {
        value = pattern(start + i);
        convert_store(dtype, data + i * size, &value, 1);
    }
    for (size_t done = PERIOD; data && done < count; done += PERIOD) {
        memcpy(data + done * size, data, (count - done < PERIOD ? count - done : PERIOD) * size);
    }
    return data;
}

static void answer(json_t *value)
{
    json_dumpf(value, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(value);
}

static void refuse(const char *why)
{
    answer(json_pack("{s:s}", "error", why));
}

static void forget(struct worker *w)
{
    w->peer->release(w->state);
    free(w->x);
    free(w->dy);
    free(w->result);
    free(w->gamma);
    free(w->beta);
    json_decref(w->probe);
    memset(&w->problem, 0, sizeof(w->problem));
    w->x = w->dy = w->result = NULL;
    w->gamma = w->beta = NULL;
    w->probe = NULL;
}

/* {"problem": "g32mb2ic320ih64iw64", "dtype": "f32", "layout": "nchw", "act": "silu", "op": "fwd", "probe": [0, 7]} */
static int read_problem(struct worker *w, const char *text, char *error)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    struct worker_problem *p = &w->problem;
    const char *size, *dtype, *layout, *act, *op;
    json_error_t bad;
    json_t *order = json_loads(text, JSON_REJECT_DUPLICATES, &bad);
    int result = -1;

    if (!order || json_unpack_ex(order, &bad, 0, "{s:s, s:s, s:s, s:s, s:s, s:O}", "problem", &size, "dtype", &dtype,
                                 "layout", &layout, "act", &act, "op", &op, "probe", &w->probe) != 0) {
        snprintf(error, WORKER_ERROR_BYTES, "prepare: %s", bad.text);
    } else if (problem_text_parse(size, &problem, error, WORKER_ERROR_BYTES) == 0) {
        p->n = problem.n;
        p->c = problem.c;
        p->groups = problem.groups;
        p->s = problem_text_elements(&problem) / problem.n / problem.c;
        p->eps = problem.eps;
        p->backward = strcmp(op, "bwd") == 0;
        result = names_parse_dtype(dtype, &p->dtype) || names_parse_layout(layout, &p->layout) ||
                 names_parse_act(act, &p->act, &problem.act_alpha);
        snprintf(error, WORKER_ERROR_BYTES, "%s %s %s: not understood", dtype, layout, act);
    }
    json_decref(order);
    return result;
}

static int make_tensors(struct worker *w)
{
    struct worker_problem *p = &w->problem;
    const size_t count = p->n * p->c * p->s;

    p->bytes = count * names_dtype_bytes(p->dtype);
    p->x = w->x = make_data(p->dtype, count, 0);
    p->dy = w->dy = p->backward ? make_data(p->dtype, count, DY_START) : NULL;
    w->result = malloc(p->bytes + 1);
    p->gamma = w->gamma = malloc(p->c * sizeof(*w->gamma));
    p->beta = w->beta = malloc(p->c * sizeof(*w->beta));
    if (!w->x || (p->backward && !w->dy) || !w->result || !w->gamma || !w->beta) {
        return -1;
    }
    for (size_t i = 0; i < p->c; ++i) {
        w->gamma[i] = 1.0f + (float)(i % 7) / 16.0f;
        w->beta[i] = (float)(i % 5) / 8.0f - 0.25f;
    }
    return 0;
}

/* The result at the probed indices. */
static json_t *probed(const struct worker *w)
{
    const size_t size = names_dtype_bytes(w->problem.dtype);
    json_t *values = json_array();
    json_t *index;
    size_t i;

    json_array_foreach(w->probe, i, index)
    {
        const size_t at = (size_t)json_integer_value(index) * size;
        double value = 0.0;
        if (at < w->problem.bytes) {
            convert_load(w->problem.dtype, &value, (const unsigned char *)w->result + at, 1);
        }
        json_array_append_new(values, json_real(value));
    }
    return values;
}

static void prepare(struct worker *w, const char *text)
{
    char error[WORKER_ERROR_BYTES] = "out of memory";

    forget(w);
    if (read_problem(w, text, error) == 0 && snprintf(error, sizeof(error), "out of memory") > 0 &&
        make_tensors(w) == 0 && w->peer->prepare(w->state, &w->problem, error) == 0 &&
        w->peer->call(w->state, error) == 0 && w->peer->finish(w->state, error) == 0 &&
        w->peer->read(w->state, w->result, error) == 0) {
        answer(json_pack("{s:o}", "probe", probed(w)));
        return;
    }
    forget(w);
    refuse(error);
}

/* One batch; returns ns, or a negative number. */
static double batch(struct worker *w, size_t calls, char *error)
{
    const double start = timing_now_ns();

    for (size_t i = 0; i < calls; ++i) {
        if (w->peer->call(w->state, error) != 0) {
            return -1.0;
        }
    }
    return w->peer->finish(w->state, error) == 0 ? timing_now_ns() - start : -1.0;
}

static void run(struct worker *w, double seconds)
{
    char error[WORKER_ERROR_BYTES] = "nothing is prepared";
    json_t *samples = json_array();
    const double end = timing_now_ns() + seconds * 1e9;
    size_t calls = 1;
    double ns = w->problem.bytes > 0 ? batch(w, 1, error) : -1.0; /* warms up */

    while (ns >= 0.0 && ns < LEAST_BATCH_NS && calls < MOST_CALLS) {
        calls *= 2;
        ns = batch(w, calls, error);
    }
    do {
        ns = ns >= 0.0 ? batch(w, calls, error) : ns;
        json_array_append_new(samples, json_real(ns / (double)calls));
    } while (ns >= 0.0 && timing_now_ns() < end);
    if (ns < 0.0) {
        json_decref(samples);
        refuse(error);
        return;
    }
    answer(json_pack("{s:o}", "ns", samples));
}

static void serve(struct worker *w)
{
    char *line = malloc(LINE_BYTES);

    while (line && fgets(line, LINE_BYTES, stdin)) {
        if (strncmp(line, "prepare ", 8) == 0) {
            prepare(w, line + 8);
        } else if (strncmp(line, "run ", 4) == 0) {
            run(w, strtod(line + 4, NULL));
        } else if (strcmp(line, "release\n") == 0) {
            forget(w);
            answer(json_object());
        } else {
            refuse("prepare, run or release");
        }
    }
    free(line);
}

int worker_main(const struct worker_peer *peer, int argc, char **argv)
{
    struct worker w = {.peer = peer};
    char error[WORKER_ERROR_BYTES] = "";
    char version[256] = "";

    if (argc > 2) {
        fprintf(stderr, "usage: %s [P:D] < ORDERS\n", argv[0]);
        return 1;
    }
    if (peer->open(argc == 2 ? argv[1] : "", &w.state, version, sizeof(version), error) != 0) {
        refuse(error);
        return 2;
    }
    answer(json_pack("{s:s, s:s}", "peer", peer->name, "version", version));
    serve(&w);
    forget(&w);
    return 0;
}
