/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles a choice and sets the kernels' arguments, in the order of cl/task.clh. */
#include "compiled.h"

#include <stdlib.h>
#include <string.h>

#include "units.h"

/* Columns of a row in the warm shape; more than the widest vector. */
#define WARM_COLUMNS 64

/* The arguments that every launch sets come first. */
enum { ARG_FIRST, ARG_UNITS, ARG_PER, ARG_SLICES, ARG_RECORDS, ARG_ROW_CUTS, ARG_COL_CUT, ARG_TENSORS };

static cl_int set(cl_kernel kernel, cl_uint *index, size_t bytes, const void *value)
{
    return clSetKernelArg(kernel, (*index)++, bytes, value);
}

/* An index argument: int or long, as the program was built. */
static cl_int set_index(cl_kernel kernel, cl_uint *index, int index64, int64_t value)
{
    const cl_int narrow = (cl_int)value;
    const cl_long wide = value;
    return index64 ? set(kernel, index, sizeof wide, &wide) : set(kernel, index, sizeof narrow, &narrow);
}

static cl_int set_real(cl_kernel kernel, cl_uint *index, int is_wide, double value)
{
    const cl_float narrow = (cl_float)value;
    const cl_double wide = value;
    return is_wide ? set(kernel, index, sizeof wide, &wide) : set(kernel, index, sizeof narrow, &narrow);
}

static cl_int set_ulong(cl_kernel kernel, cl_uint *index, uint64_t value)
{
    const cl_ulong wide = value;
    return set(kernel, index, sizeof wide, &wide);
}

static cl_int set_int(cl_kernel kernel, cl_uint *index, int64_t value)
{
    const cl_int narrow = (cl_int)value;
    return set(kernel, index, sizeof narrow, &narrow);
}

static int is_present(const struct clgn_compiled *c, int role)
{
    return role == CLGN_T_WORKSPACE ? c->workspace_bytes > 0 : c->geometry.operand[role].dtype != CLGN_DTYPE_NONE;
}

uint64_t clgn_compiled_warm_bytes(const struct clgn_compiled *compiled)
{
    const struct clgn_geometry *g = &compiled->geometry;
    const uint64_t row = g->c * WARM_COLUMNS;
    const uint64_t per_channel = g->n * g->c;
    const uint64_t elements = row > per_channel ? row : per_channel;
    const uint64_t bytes = elements * sizeof(double);
    return bytes > compiled->workspace_bytes ? bytes : compiled->workspace_bytes;
}

/* Walks the argument list once: tensors' places are noted, the rest is set. */
static cl_int set_shape_of(struct clgn_compiled *c, cl_kernel kernel, int warm)
{
    const struct clgn_geometry *g = &c->geometry;
    const struct clgn_params *p = &c->choice.params;
    const uint64_t s = warm && g->s > WARM_COLUMNS ? WARM_COLUMNS : g->s;
    cl_uint index = ARG_TENSORS;
    cl_int code = CL_SUCCESS;
    for (int role = 0; role < CLGN_ROLE_COUNT && code == CL_SUCCESS; role++) {
        const struct clgn_operand *o = &g->operand[role];
        if (!is_present(c, role))
            continue;
        c->tensor_argument[role] = index;
        index += 2;
        if (o->strided || role == CLGN_T_SKIP) /* a skip per channel has stride arguments too, unused */
            code = set_ulong(kernel, &index, warm ? 0 : o->bs);
        if (code == CL_SUCCESS && (o->strided || role == CLGN_T_SKIP))
            code = set_ulong(kernel, &index, warm ? 0 : o->rs);
    }
    if (code == CL_SUCCESS)
        code = set_ulong(kernel, &index, g->n);
    if (code == CL_SUCCESS)
        code = set_int(kernel, &index, (int64_t)g->c);
    if (code == CL_SUCCESS)
        code = set_int(kernel, &index, (int64_t)g->g);
    if (code == CL_SUCCESS)
        code = set_int(kernel, &index, (int64_t)g->cg);
    if (code == CL_SUCCESS)
        code = set_int(kernel, &index, p->value[CLGN_P_BLOCK]);
    if (code == CL_SUCCESS)
        code = set_int(kernel, &index, clgn_unit_team(g, p));
    if (code == CL_SUCCESS)
        code = set_index(kernel, &index, g->index64, (int64_t)s);
    if (code == CL_SUCCESS)
        code = set_real(kernel, &index, g->wide, g->problem.eps);
    if (code == CL_SUCCESS)
        code = set_real(kernel, &index, g->wide, g->problem.act_alpha);
    if (code == CL_SUCCESS)
        code = set_real(kernel, &index, g->wide, (double)g->count);
    if (code == CL_SUCCESS)
        code = set_real(kernel, &index, g->wide, g->problem.momentum);
    if (code == CL_SUCCESS)
        code = set(kernel, &index, c->local_bytes, NULL);
    return code;
}

clgn_status clgn_compiled_set_shape(struct clgn_compiled *compiled, int warm, const struct clgn_sink *sink)
{
    for (int i = 0; i < CLGN_KERNEL_SETS; i++)
        for (int k = 0; k < CLGN_VARIANT_KERNELS; k++)
            if (compiled->kernels[i][k] != NULL) {
                const cl_int code = set_shape_of(compiled, compiled->kernels[i][k], warm);
                if (code != CL_SUCCESS)
                    return clgn_fail_cl(sink, "clSetKernelArg", code);
            }
    return CLGN_OK;
}

cl_int clgn_compiled_set_tensor(struct clgn_compiled *compiled, int set_number, enum clgn_role role, cl_mem mem,
                                uint64_t offset)
{
    cl_int code = CL_SUCCESS;
    for (int k = 0; k < CLGN_VARIANT_KERNELS && code == CL_SUCCESS; k++) {
        cl_kernel kernel = compiled->kernels[set_number][k];
        cl_uint index = compiled->tensor_argument[role];
        if (kernel == NULL)
            continue;
        code = set(kernel, &index, sizeof mem, &mem);
        if (code == CL_SUCCESS)
            code = set_ulong(kernel, &index, offset);
    }
    return code;
}

cl_int clgn_compiled_set_launch(struct clgn_compiled *compiled, int set_number, const struct clgn_launch *launch,
                                cl_kernel *kernel)
{
    cl_kernel k = compiled->kernels[set_number][launch->kernel];
    cl_uint index = ARG_FIRST;
    cl_int code = set(k, &index, sizeof launch->first, &launch->first);
    if (code == CL_SUCCESS)
        code = set(k, &index, sizeof launch->units, &launch->units);
    if (code == CL_SUCCESS)
        code = set(k, &index, sizeof launch->per, &launch->per);
    if (code == CL_SUCCESS)
        code = set(k, &index, sizeof launch->slices, &launch->slices);
    if (code == CL_SUCCESS)
        code = set(k, &index, sizeof launch->records, &launch->records);
    if (code == CL_SUCCESS)
        code = set(k, &index, sizeof launch->row_cuts, &launch->row_cuts);
    if (code == CL_SUCCESS)
        code = set_index(k, &index, compiled->geometry.index64, launch->col_cut);
    *kernel = k;
    return code;
}

/* Refuses a work-group above the compiled kernel's own limit, which goes to *limit. */
static clgn_status check_limit(cl_kernel kernel, cl_device_id id, const struct clgn_compiled *c,
                               const struct clgn_sink *sink, size_t *limit)
{
    size_t most = 0;
    const size_t wanted = (size_t)c->choice.params.value[CLGN_P_WGS];
    const cl_int code = clGetKernelWorkGroupInfo(kernel, id, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, NULL);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clGetKernelWorkGroupInfo", code);
    if (most >= wanted)
        return CLGN_OK;
    *limit = most;
    return clgn_fail(sink, CLGN_ERR_UNSUPPORTED, "%s: wgs=%zu, but the compiled kernel allows %zu",
                     c->choice.variant->name, wanted, most);
}

static clgn_status make_kernels(struct clgn_program_table *programs, cl_device_id id, const struct clgn_device *device,
                                int set_number, struct clgn_compiled *c, const struct clgn_sink *sink, size_t *limit)
{
    const struct clgn_variant *variant = c->choice.variant;
    struct clgn_params params = c->choice.params;
    struct clgn_program_spec spec;
    cl_program program = NULL;
    clgn_status status;
    params.value[CLGN_P_ALIGN] = set_number == CLGN_ALIGNED;
    clgn_program_describe(&c->geometry, device, &params, variant->files, clgn_unit_linear(&c->geometry, &params),
                          c->workspace_bytes > 0, &spec);
    status = clgn_program_get(programs, &spec, sink, &program);
    for (int k = 0; status == CLGN_OK && variant->kernels[k] != NULL; k++) {
        cl_int code;
        cl_kernel kernel = clCreateKernel(program, variant->kernels[k], &code);
        if (code != CL_SUCCESS) {
            status = clgn_fail_cl(sink, "clCreateKernel", code);
        } else {
            c->kernels[set_number][k] = kernel;
            status = check_limit(kernel, id, c, sink, limit);
        }
    }
    c->programs[set_number] = program;
    return status;
}

static clgn_status list_launches(struct clgn_compiled *c, const struct clgn_sink *sink)
{
    const struct clgn_variant *variant = c->choice.variant;
    c->launch_count = variant->launches(&c->geometry, &c->choice.params, NULL, 0);
    c->launches = calloc(c->launch_count + 1, sizeof *c->launches);
    if (c->launches == NULL)
        return clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for %zu launches", c->launch_count);
    if (c->launch_count > 0)
        variant->launches(&c->geometry, &c->choice.params, c->launches, c->launch_count);
    return CLGN_OK;
}

clgn_status clgn_compile(struct clgn_program_table *programs, cl_device_id id, const struct clgn_device *device,
                         const struct clgn_geometry *geometry, const struct clgn_choice *choice,
                         const struct clgn_sink *sink, struct clgn_compiled *compiled, size_t *limit)
{
    struct clgn_compiled c;
    clgn_status status;
    memset(&c, 0, sizeof c);
    c.geometry = *geometry;
    c.choice = *choice;
    c.workspace_bytes = clgn_workspace_bytes(choice->variant, geometry, &choice->params);
    c.local_bytes = clgn_unit_local_bytes(geometry, &choice->params);
    *limit = 0;
    status = list_launches(&c, sink);
    if (c.launch_count > 0) {
        for (int i = 0; i <= (int)choice->params.value[CLGN_P_ALIGN] && status == CLGN_OK; i++)
            status = make_kernels(programs, id, device, i, &c, sink, limit);
        if (status == CLGN_OK)
            status = clgn_compiled_set_shape(&c, 0, sink);
    }
    if (status != CLGN_OK) {
        clgn_compiled_release(&c);
        memset(&c, 0, sizeof c);
    }
    *compiled = c;
    return status;
}

void clgn_compiled_release(struct clgn_compiled *compiled)
{
    for (int i = 0; i < CLGN_KERNEL_SETS; i++) {
        for (int k = 0; k < CLGN_VARIANT_KERNELS; k++)
            if (compiled->kernels[i][k] != NULL)
                clReleaseKernel(compiled->kernels[i][k]);
        if (compiled->programs[i] != NULL)
            clReleaseProgram(compiled->programs[i]);
    }
    free(compiled->launches);
}
