/* SPDX-License-Identifier: Apache-2.0 */
/* Listing a problem's tensors. */
#include "tensors.h"

#include <string.h>

#include "names.h"
#include "problem_text.h"

enum { ALIGNMENT = 256 };

static void add(struct tensors *t, size_t argument, enum tensors_buffer buffer, clgn_dtype dtype, size_t elements)
{
    const size_t bytes = elements * names_dtype_bytes(dtype);
    struct tensors_entry *entry = &t->entries[t->count];

    if (dtype == CLGN_DTYPE_NONE) {
        return;
    }
    *entry = (struct tensors_entry){argument, buffer, dtype, elements, t->buffer_bytes[buffer]};
    t->count++;
    t->buffer_bytes[buffer] += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    t->element_bytes[buffer] += names_dtype_bytes(dtype);
}

#define ADD(field, buffer, dtype, elements) add(t, offsetof(clgn_args, field), TENSORS_##buffer, dtype, elements)

static clgn_dtype when(int condition, clgn_dtype dtype)
{
    return condition ? dtype : CLGN_DTYPE_NONE;
}

static void add_large(const clgn_problem *p, struct tensors *t)
{
    const size_t elements = problem_text_elements(p);
    const clgn_dtype x = p->x.dtype;
    const clgn_dtype y = p->y.dtype != CLGN_DTYPE_NONE ? p->y.dtype : x;
    const int backward = p->direction == CLGN_BACKWARD;

    ADD(x, READ, x, elements);
    ADD(skip, READ, when(p->skip == CLGN_SKIP_FULL, x), elements);
    ADD(residual, READ, when(p->residual, y), elements);
    if (backward) {
        ADD(dy, READ, y, elements);
        ADD(dx, WRITTEN, x, elements);
        ADD(dresidual, WRITTEN, when(p->dresidual, y), elements);
    } else {
        ADD(y, WRITTEN, y, elements);
    }
}

static void add_parameters(const clgn_problem *p, struct tensors *t)
{
    ADD(bias, PARAMETERS, p->bias, p->c);
    ADD(gamma, PARAMETERS, p->gamma, p->c);
    ADD(beta, PARAMETERS, p->beta, p->c);
    ADD(scale, PARAMETERS, p->scale, p->n * p->c);
    ADD(shift, PARAMETERS, p->shift, p->n * p->c);
}

static void add_statistics(const clgn_problem *p, struct tensors *t)
{
    const clgn_dtype wide = p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    const size_t count = p->norm == CLGN_NORM_BATCH ? p->c : p->n * p->groups;
    const int read = p->direction == CLGN_BACKWARD || p->stats == CLGN_STATS_GIVEN;

    ADD(mean, PARAMETERS, when((read && !p->rms) || p->write_mean, wide), count);
    ADD(rstd, PARAMETERS, when(read || p->write_rstd, wide), count);
}

static void add_gradients(const clgn_problem *p, struct tensors *t)
{
    const clgn_dtype wide = p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;

    ADD(dgamma, PARAMETERS, when(p->dgamma != CLGN_GRADIENT_NONE, wide), p->c);
    ADD(dbeta, PARAMETERS, when(p->dbeta != CLGN_GRADIENT_NONE, wide), p->c);
    ADD(dbias, PARAMETERS, when(p->dbias != CLGN_GRADIENT_NONE, wide), p->c);
    ADD(dscale, PARAMETERS, when(p->dscale != CLGN_GRADIENT_NONE, wide), p->n * p->c);
    ADD(dshift, PARAMETERS, when(p->dshift != CLGN_GRADIENT_NONE, wide), p->n * p->c);
}

void tensors_list(const clgn_problem *problem, struct tensors *tensors)
{
    memset(tensors, 0, sizeof(*tensors));
    add_large(problem, tensors);
    add_parameters(problem, tensors);
    add_statistics(problem, tensors);
    add_gradients(problem, tensors);
}

clgn_tensor *tensors_of(clgn_args *args, const struct tensors_entry *entry)
{
    return (clgn_tensor *)(void *)((unsigned char *)args + entry->argument);
}
