/* SPDX-License-Identifier: Apache-2.0 */
/* Makes and releases contexts. */
#include "context.h"

#include <stdlib.h>

static clgn_status check_device(cl_context cl, cl_device_id id, const struct clgn_sink *sink)
{
    size_t bytes = 0;
    size_t count;
    cl_device_id *ids;
    cl_int code = clGetContextInfo(cl, CL_CONTEXT_DEVICES, 0, NULL, &bytes);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clGetContextInfo", code);
    ids = malloc(bytes + 1);
    if (ids == NULL)
        return clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for %zu bytes of device ids", bytes);
    code = clGetContextInfo(cl, CL_CONTEXT_DEVICES, bytes, ids, NULL);
    count = code == CL_SUCCESS ? bytes / sizeof *ids : 0;
    while (count > 0 && ids[count - 1] != id)
        count--;
    free(ids);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clGetContextInfo", code);
    if (count == 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "device: %p is not one of the %zu devices of the cl_context %p",
                         (void *)id, bytes / sizeof *ids, (void *)cl);
    return CLGN_OK;
}

clgn_status clgn_context_create(cl_context cl, cl_device_id device, const clgn_options *options, clgn_context **context)
{
    struct clgn_sink sink = {NULL, NULL};
    struct clgn_device facts;
    clgn_context *made;
    clgn_status status;
    if (options != NULL && options->struct_size != sizeof *options)
        return CLGN_ERR_ARGUMENT; /* nothing in it can be trusted, the callback neither */
    if (options != NULL) {
        sink.on_message = options->on_message;
        sink.user = options->user;
    }
    if (cl == NULL || device == NULL || context == NULL)
        return clgn_fail(&sink, CLGN_ERR_ARGUMENT, "%s: NULL",
                         cl == NULL       ? "cl"
                         : device == NULL ? "device"
                                          : "context");
    status = check_device(cl, device, &sink);
    if (status == CLGN_OK)
        status = clgn_device_query(device, &sink, &facts);
    if (status != CLGN_OK)
        return status;
    made = calloc(1, sizeof *made);
    if (made == NULL)
        return clgn_fail(&sink, CLGN_ERR_MEMORY, "no memory for a context");
    made->cl = cl;
    made->id = device;
    made->sink = sink;
    made->device = facts;
    status = clgn_program_table_create(cl, device, &sink, &made->programs);
    if (status != CLGN_OK) {
        free(made);
        return status;
    }
    *context = made;
    return CLGN_OK;
}

void clgn_context_release(clgn_context *context)
{
    if (context != NULL) {
        clgn_program_table_release(context->programs);
        free(context);
    }
}
