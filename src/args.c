/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the tensors of an enqueue: presence, offset, size, certain overlap. */
#include "args.h"

/* Records in the workspace begin at a multiple of this. */
#define WORKSPACE_ALIGN 64

uint64_t clgn_workspace_with_slack(uint64_t bytes)
{
    return bytes > 0 ? bytes + WORKSPACE_ALIGN : 0;
}

static const clgn_tensor *tensor_of(const clgn_args *args, enum clgn_role role)
{
    const clgn_tensor *const tensors[CLGN_ROLE_COUNT] = {
        [CLGN_T_X] = &args->x,
        [CLGN_T_Y] = &args->y,
        [CLGN_T_SKIP] = &args->skip,
        [CLGN_T_BIAS] = &args->bias,
        [CLGN_T_SUM] = &args->sum,
        [CLGN_T_GAMMA] = &args->gamma,
        [CLGN_T_BETA] = &args->beta,
        [CLGN_T_SCALE] = &args->scale,
        [CLGN_T_SHIFT] = &args->shift,
        [CLGN_T_RESIDUAL] = &args->residual,
        [CLGN_T_MEAN] = &args->mean,
        [CLGN_T_RSTD] = &args->rstd,
        [CLGN_T_MEAN_LO] = &args->mean_lo,
        [CLGN_T_RUNNING_MEAN] = &args->running_mean,
        [CLGN_T_RUNNING_VAR] = &args->running_var,
        [CLGN_T_DY] = &args->dy,
        [CLGN_T_DX] = &args->dx,
        [CLGN_T_DSKIP] = &args->dskip,
        [CLGN_T_DRESIDUAL] = &args->dresidual,
        [CLGN_T_DGAMMA] = &args->dgamma,
        [CLGN_T_DBETA] = &args->dbeta,
        [CLGN_T_DSCALE] = &args->dscale,
        [CLGN_T_DSHIFT] = &args->dshift,
        [CLGN_T_DBIAS] = &args->dbias,
        [CLGN_T_DMEAN] = &args->dmean,
        [CLGN_T_DRSTD] = &args->drstd,
        [CLGN_T_WORKSPACE] = &args->workspace,
    };
    return tensors[role];
}

static clgn_status buffer_size(const char *name, cl_mem mem, const struct clgn_sink *sink, size_t *size)
{
    const cl_int code = clGetMemObjectInfo(mem, CL_MEM_SIZE, sizeof *size, size, NULL);
    if (code != CL_SUCCESS)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.mem: %p is no buffer (OpenCL code %d)", name, (void *)mem,
                         (int)code);
    return CLGN_OK;
}

/* What the forward problem has and this backward does not read; it may be given. */
static int is_unread(const struct clgn_geometry *g, enum clgn_role role)
{
    const clgn_problem *p = &g->problem;
    if (!g->backward)
        return 0;
    return (role == CLGN_T_RESIDUAL && p->residual) || (role == CLGN_T_X && p->sum) ||
           (role == CLGN_T_SKIP && p->sum && p->skip != CLGN_SKIP_NONE) ||
           (role == CLGN_T_BIAS && p->sum && p->bias != CLGN_DTYPE_NONE);
}

static clgn_status check_tensor(const struct clgn_geometry *g, enum clgn_role role, const clgn_tensor *tensor,
                                const struct clgn_sink *sink, struct clgn_binding *binding)
{
    const struct clgn_operand *o = &g->operand[role];
    const char *name = clgn_role_name(role);
    const size_t element = clgn_dtype_bytes(o->dtype);
    size_t size = 0;
    clgn_status status;
    if (tensor->reserved != NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.reserved: %p is not NULL", name, tensor->reserved);
    if (o->dtype == CLGN_DTYPE_NONE && tensor->mem != NULL && !is_unread(g, role))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.mem: %p, but the problem has no %s", name, (void *)tensor->mem,
                         name);
    if (o->dtype == CLGN_DTYPE_NONE || o->elements == 0)
        return CLGN_OK;
    if (tensor->mem == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.mem: NULL, but the problem has a %s of %llu elements", name, name,
                         (unsigned long long)o->elements);
    if (tensor->offset % element != 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.offset: %zu is not a multiple of %zu bytes", name, tensor->offset,
                         element);
    status = buffer_size(name, tensor->mem, sink, &size);
    if (status != CLGN_OK)
        return status;
    if (tensor->offset > size || (size - tensor->offset) / element < o->elements)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s.mem: %zu bytes, but offset %zu and %llu elements need %llu", name,
                         size, tensor->offset, (unsigned long long)o->elements,
                         (unsigned long long)(tensor->offset + o->elements * element));
    binding->mem = tensor->mem;
    binding->at = tensor->offset / element;
    return CLGN_OK;
}

/* A workspace that is not needed may be given. */
static clgn_status check_workspace(const struct clgn_geometry *g, uint64_t need, const clgn_tensor *tensor,
                                   const struct clgn_sink *sink, struct clgn_binding *binding)
{
    const uint64_t begin = ((uint64_t)tensor->offset + WORKSPACE_ALIGN - 1) / WORKSPACE_ALIGN * WORKSPACE_ALIGN;
    const unsigned long long wanted = clgn_workspace_with_slack(need);
    size_t size = 0;
    clgn_status status;
    if (need == 0)
        return CLGN_OK;
    if (tensor->reserved != NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "workspace.reserved: %p is not NULL", tensor->reserved);
    if (tensor->mem == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "workspace.mem: NULL, but %llu bytes are needed", wanted);
    status = buffer_size("workspace", tensor->mem, sink, &size);
    if (status != CLGN_OK)
        return status;
    if (tensor->offset > size || begin > size || size - begin < need)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "workspace.mem: %zu bytes at offset %zu, but %llu are needed", size,
                         tensor->offset, wanted);
    binding->mem = tensor->mem;
    binding->at = begin / clgn_dtype_bytes(clgn_acc_dtype(g));
    return CLGN_OK;
}

/* Outputs that may be an input, when type, layout and strides agree. */
static int may_alias(enum clgn_role output, enum clgn_role other)
{
    switch (output) {
    case CLGN_T_Y:
        return other == CLGN_T_X || other == CLGN_T_RESIDUAL;
    case CLGN_T_DX:
        return other == CLGN_T_DY || other == CLGN_T_DSKIP;
    case CLGN_T_DSKIP:
        return other == CLGN_T_DX || other == CLGN_T_DY;
    default:
        return 0;
    }
}

static int is_last(const struct clgn_geometry *g, enum clgn_role role)
{
    return clgn_follows_y(role) ? g->y_last : g->x_last;
}

/* Where a tensor begins in its buffer. */
static uint64_t first_byte(const struct clgn_geometry *g, enum clgn_role role, const struct clgn_binding *binding)
{
    const clgn_dtype dtype = role == CLGN_T_WORKSPACE ? clgn_acc_dtype(g) : g->operand[role].dtype;
    return binding->at * clgn_dtype_bytes(dtype);
}

/* An output that begins where another tensor begins overlaps it for certain. */
static clgn_status check_overlap(const struct clgn_geometry *g, enum clgn_role output, enum clgn_role other,
                                 const struct clgn_binding *bindings, const struct clgn_sink *sink)
{
    const struct clgn_operand *a = &g->operand[output];
    const struct clgn_operand *b = &g->operand[other];
    const uint64_t a_byte = first_byte(g, output, &bindings[output]);
    const uint64_t b_byte = first_byte(g, other, &bindings[other]);
    const int may = may_alias(output, other) && a->strided && b->strided;
    if (bindings[output].mem == NULL || bindings[output].mem != bindings[other].mem || a_byte != b_byte)
        return CLGN_OK;
    if (!may)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s, %s: the same memory at offset %llu", clgn_role_name(output),
                         clgn_role_name(other), (unsigned long long)a_byte);
    if (a->dtype != b->dtype || is_last(g, output) != is_last(g, other) || (g->n > 1 && a->bs != b->bs) ||
        a->rs != b->rs)
        return clgn_fail(
            sink, CLGN_ERR_ARGUMENT,
            "%s, %s: the same memory at offset %llu, but types %s and %s, layouts %d and %d, batch strides "
            "%llu and %llu, row strides %llu and %llu",
            clgn_role_name(output), clgn_role_name(other), (unsigned long long)a_byte, clgn_dtype_name(a->dtype),
            clgn_dtype_name(b->dtype), is_last(g, output), is_last(g, other), (unsigned long long)a->bs,
            (unsigned long long)b->bs, (unsigned long long)a->rs, (unsigned long long)b->rs);
    return CLGN_OK;
}

static int is_output(const struct clgn_geometry *g, enum clgn_role role)
{
    if (role == CLGN_T_WORKSPACE || role == CLGN_T_Y || (role >= CLGN_T_DX && role <= CLGN_T_DBIAS))
        return 1;
    if (g->backward)
        return 0;
    return role == CLGN_T_SUM ||
           (g->problem.stats == CLGN_STATS_COMPUTE && role >= CLGN_T_MEAN && role <= CLGN_T_RUNNING_VAR);
}

clgn_status clgn_args_check(const struct clgn_geometry *geometry, uint64_t workspace_bytes, const clgn_args *args,
                            const struct clgn_sink *sink, struct clgn_binding *bindings)
{
    clgn_status status = CLGN_OK;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const struct clgn_binding none = {NULL, 0};
        bindings[i] = none;
    }
    for (int i = 0; i < CLGN_T_WORKSPACE && status == CLGN_OK; i++)
        status = check_tensor(geometry, (enum clgn_role)i, tensor_of(args, (enum clgn_role)i), sink, &bindings[i]);
    if (status == CLGN_OK)
        status = check_workspace(geometry, workspace_bytes, &args->workspace, sink, &bindings[CLGN_T_WORKSPACE]);
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        for (int k = 0; k < CLGN_ROLE_COUNT && status == CLGN_OK; k++)
            if (k != i && is_output(geometry, (enum clgn_role)i))
                status = check_overlap(geometry, (enum clgn_role)i, (enum clgn_role)k, bindings, sink);
    return status;
}
