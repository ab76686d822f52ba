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

static clgn_status prepare_programs(clgn_context *context)
{
    struct clgn_cache *cache = clgn_cache_create(context->id, &context->device.identity, &context->settings,
                                                 &context->sink);
    const clgn_status status = clgn_program_table_create(context->cl, context->id, cache, &context->sink,
                                                         &context->programs);
    if (status != CLGN_OK)
        clgn_cache_release(cache);
    return status;
}

static clgn_status prepare_tuned(clgn_context *context)
{
    context->tuned_mutex = clgn_mutex_create();
    if (context->tuned_mutex == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_MEMORY, "no memory for a mutex");
    return clgn_context_load_tuned(context);
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
    status = clgn_settings_resolve(options, &sink, &made->settings);
    if (status == CLGN_OK)
        status = prepare_programs(made);
    if (status == CLGN_OK)
        status = prepare_tuned(made);
    if (status != CLGN_OK) {
        clgn_context_release(made);
        return status;
    }
    *context = made;
    return CLGN_OK;
}

clgn_status clgn_context_load_tuned(clgn_context *context)
{
    struct clgn_tunedb *loaded = clgn_tunedb_load(context->settings.tuning_dir, &context->device, &context->sink);
    if (loaded == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_MEMORY, "no memory for measured choices");
    clgn_mutex_lock(context->tuned_mutex);
    clgn_tunedb_release(context->tuned);
    context->tuned = loaded;
    clgn_mutex_unlock(context->tuned_mutex);
    return CLGN_OK;
}

clgn_status clgn_context_select(clgn_context *context, const struct clgn_geometry *geometry, const char *pin,
                                const struct clgn_trace *trace, struct clgn_choice *choices, size_t *count)
{
    struct clgn_advice advice = {.pin = pin, .environment_pin = context->settings.config};
    struct clgn_tunedb *tuned;
    clgn_status status;
    if (trace != NULL)
        advice.trace = *trace;
    clgn_mutex_lock(context->tuned_mutex);
    tuned = context->tuned;
    clgn_tunedb_hold(tuned);
    clgn_mutex_unlock(context->tuned_mutex);
    advice.tunedb = tuned;
    status = clgn_select(geometry, &context->device, &advice, &context->sink, choices, count);
    clgn_mutex_lock(context->tuned_mutex);
    clgn_tunedb_release(tuned);
    clgn_mutex_unlock(context->tuned_mutex);
    return status;
}

void clgn_context_release(clgn_context *context)
{
    if (context != NULL) {
        clgn_program_table_release(context->programs);
        clgn_tunedb_release(context->tuned);
        clgn_mutex_release(context->tuned_mutex);
        clgn_settings_release(&context->settings);
        free(context);
    }
}
