/* SPDX-License-Identifier: Apache-2.0 */
/* Combining lists into problems. */
#include "axes.h"

#include <stdio.h>
#include <string.h>

#include "epilogue.h"
#include "names.h"
#include "problem_text.h"

enum { ITEM_BYTES = 64 };

static const struct {
    const char *name;
    const char *usual;
} axes[AXIS_COUNT] = {
    [AXIS_NORM] = {"--norm", "group"},        [AXIS_DT] = {"--dt", "f32"},
    [AXIS_LAYOUT] = {"--layout", "nchw"},     [AXIS_OUT_DT] = {"--out-dt", ""},
    [AXIS_OUT_LAYOUT] = {"--out-layout", ""}, [AXIS_FLAGS] = {"--flags", "CH"},
    [AXIS_ACT] = {"--act", "none"},           [AXIS_OP] = {"--op", "fwd"},
};

static const char *const op_names[4] = {"fwd", "fwd_stats", "bwd", "bwd_data"};

/* ITEM, for both, or ITEM:ITEM. */
static void split_pair(const char *item, char first[ITEM_BYTES], char second[ITEM_BYTES])
{
    const char *colon = strchr(item, ':');
    const size_t length = colon ? (size_t)(colon - item) : strlen(item);

    snprintf(first, ITEM_BYTES, "%.*s", (int)(length < ITEM_BYTES ? length : ITEM_BYTES - 1), item);
    snprintf(second, ITEM_BYTES, "%.*s", ITEM_BYTES - 1, colon ? colon + 1 : item);
}

static int apply_norm(const char *item, clgn_problem *p)
{
    p->rms = strcmp(item, "rms") == 0;
    if (!p->rms && names_parse_norm(item, &p->norm) != 0) {
        return -1;
    }
    if (p->norm == CLGN_NORM_LAYER) {
        p->groups = 1;
    } else if (p->norm == CLGN_NORM_INSTANCE || p->norm == CLGN_NORM_BATCH) {
        p->groups = p->c;
    }
    return 0;
}

static int apply_flags(const char *item, clgn_problem *p)
{
    p->gamma = p->beta = CLGN_DTYPE_NONE;
    p->stats = CLGN_STATS_COMPUTE;
    for (; *item; ++item) {
        switch (*item) {
        case 'C':
            p->gamma = CLGN_DTYPE_F32;
            break;
        case 'H':
            p->beta = CLGN_DTYPE_F32;
            break;
        case 'G':
            p->stats = CLGN_STATS_GIVEN;
            break;
        default:
            return -1;
        }
    }
    return 0;
}

static void want_gradients(clgn_problem *p)
{
    p->dgamma = p->gamma != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p->dbeta = p->beta != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p->dscale = p->scale != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p->dshift = p->shift != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
    p->dbias = p->bias != CLGN_DTYPE_NONE ? CLGN_GRADIENT_WRITE : CLGN_GRADIENT_NONE;
}

/* The gradient into a skip is dx itself, so that nothing is written for it. */
static int apply_op(const char *item, clgn_problem *p)
{
    size_t op = 0;

    while (op < 4 && strcmp(item, op_names[op]) != 0) {
        ++op;
    }
    p->direction = op >= 2 ? CLGN_BACKWARD : CLGN_FORWARD;
    if (op == 1 && p->stats == CLGN_STATS_COMPUTE) {
        p->write_mean = !p->rms;
        p->write_rstd = 1;
    } else if (op == 2) {
        want_gradients(p);
    }
    p->dresidual = op >= 2 && p->residual;
    return op < 4 ? 0 : -1;
}

static int apply_pair(enum axes_axis axis, const char *item, clgn_problem *p)
{
    char x[ITEM_BYTES];
    char y[ITEM_BYTES];

    split_pair(item, x, y);
    if (axis == AXIS_DT) {
        return names_parse_dtype(x, &p->x.dtype) != 0 ? -1 : names_parse_dtype(y, &p->y.dtype);
    }
    return names_parse_layout(x, &p->x.layout) != 0 ? -1 : names_parse_layout(y, &p->y.layout);
}

int axes_apply(enum axes_axis axis, const char *item, clgn_problem *problem)
{
    switch (axis) {
    case AXIS_NORM:
        return apply_norm(item, problem);
    case AXIS_DT:
    case AXIS_LAYOUT:
        return apply_pair(axis, item, problem);
    case AXIS_OUT_DT:
        return *item ? names_parse_dtype(item, &problem->y.dtype) : 0;
    case AXIS_OUT_LAYOUT:
        return *item ? names_parse_layout(item, &problem->y.layout) : 0;
    case AXIS_FLAGS:
        return apply_flags(item, problem);
    case AXIS_ACT:
        return epilogue_parse(item, problem);
    case AXIS_OP:
        return apply_op(item, problem);
    case AXIS_COUNT:
        break;
    }
    return -1;
}

static void write_pair(const char *x, const char *y, char *text, size_t bytes)
{
    snprintf(text, bytes, strcmp(x, y) == 0 ? "%s" : "%s:%s", x, y);
}

static void write_words(struct tune_problem *t)
{
    const clgn_problem *p = &t->problem;
    const int statistics = p->write_mean || p->write_rstd;
    const int data = p->direction == CLGN_BACKWARD && p->dgamma == CLGN_GRADIENT_NONE &&
                     p->dbeta == CLGN_GRADIENT_NONE && p->dscale == CLGN_GRADIENT_NONE &&
                     p->dbias == CLGN_GRADIENT_NONE;

    problem_text_format(p, t->text, sizeof(t->text));
    snprintf(t->op, sizeof(t->op), "%s", op_names[p->direction == CLGN_BACKWARD ? 2 + data : statistics]);
    snprintf(t->norm, sizeof(t->norm), "%s", p->rms ? "rms" : names_norm(p->norm));
    write_pair(names_dtype(p->x.dtype), names_dtype(p->y.dtype), t->dtype, sizeof(t->dtype));
    write_pair(names_layout(p->x.layout), names_layout(p->y.layout), t->layout, sizeof(t->layout));
    epilogue_format(p, t->act, sizeof(t->act));
    snprintf(t->flags, sizeof(t->flags), "%s%s%s", p->stats == CLGN_STATS_GIVEN ? "G" : "",
             p->gamma != CLGN_DTYPE_NONE ? "C" : "", p->beta != CLGN_DTYPE_NONE ? "H" : "");
}

struct expansion {
    const char *const *lists;
    int (*each)(const struct tune_problem *problem, void *user);
    void *user;
    char *error;
    size_t error_bytes;
};

static int expand(const struct expansion *e, int axis, const clgn_problem *so_far)
{
    const char *list = axis < AXIS_COUNT && e->lists[axis] ? e->lists[axis] : axis < AXIS_COUNT ? axes[axis].usual : "";
    int result = 0;

    if (axis == AXIS_COUNT) {
        struct tune_problem done;
        memset(&done, 0, sizeof(done));
        done.problem = *so_far;
        write_words(&done);
        return e->each(&done, e->user);
    }
    for (const char *at = list; at && result == 0; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        clgn_problem p = *so_far;
        char item[ITEM_BYTES];
        const size_t length = strcspn(at, ",");
        snprintf(item, sizeof(item), "%.*s", (int)(length < ITEM_BYTES ? length : ITEM_BYTES), at);
        if (length >= sizeof(item) || axes_apply((enum axes_axis)axis, item, &p) != 0) {
            snprintf(e->error, e->error_bytes, "%s: \"%.*s\" is not understood", axes[axis].name, (int)length, at);
            return -1;
        }
        result = expand(e, axis + 1, &p);
    }
    return result;
}

int axes_expand(const char *text, const char *const lists[AXIS_COUNT],
                int (*each)(const struct tune_problem *problem, void *user), void *user, char *error,
                size_t error_bytes)
{
    const struct expansion e = {lists, each, user, error, error_bytes};
    clgn_problem p = CLGN_PROBLEM_INIT;

    return problem_text_parse(text, &p, error, error_bytes) != 0 ? -1 : expand(&e, 0, &p);
}
