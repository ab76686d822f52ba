/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: the only module that enqueues. */
#include <stdlib.h>

#include <clgn/tune.h>

#include "args.h"
#include "compiled.h"
#include "context.h"
#include "kind.h"
#include "mutex.h"
#include "repeat.h"
#include "traffic.h"

/* Room for the reasons why no variant could be built. */
#define REASONS_BYTES 900

struct clgn_plan {
    cl_context cl;
    cl_device_id id;
    struct clgn_sink sink;
    struct clgn_program_table *programs;
    struct clgn_compiled compiled;
    struct clgn_mutex *mutex; /* held from the first argument to the last launch */
    int warm;                 /* not 0 while the kernels have the shape of the warm-up; under the mutex */
};

/* Keeps errors for later, because another variant may do; the rest, build logs, goes on at once. */
struct reasons {
    const struct clgn_sink *sink;
    struct clgn_text text;
};

static void keep_reason(void *user, clgn_severity severity, const char *text)
{
    struct reasons *reasons = user;
    if (severity == CLGN_SEVERITY_ERROR)
        clgn_text_add(&reasons->text, "%s%s", reasons->text.used > 0 ? "; " : "", text);
    else
        clgn_sink_send(reasons->sink, severity, text);
}

/* The best choice that builds; when none does, the first status, with the reasons of all. */
static clgn_status compile_best(clgn_context *context, const struct clgn_geometry *geometry,
                                const struct clgn_choice *choices, size_t count, struct clgn_compiled *compiled)
{
    char buffer[REASONS_BYTES];
    struct reasons reasons = {&context->sink, clgn_text_in(buffer, sizeof buffer)};
    const struct clgn_sink keeper = {keep_reason, &reasons};
    clgn_status first = CLGN_OK;
    for (size_t i = 0; i < count; i++) {
        struct clgn_choice choice = choices[i];
        clgn_status status;
        size_t limit;
        do
            status = clgn_compile(context->programs, context->id, &context->device, geometry, &choice, &keeper,
                                  compiled, &limit);
        while (status != CLGN_OK && limit > 0 && clgn_select_smaller(geometry, &context->device, limit, &choice));
        if (status == CLGN_OK)
            return CLGN_OK;
        if (first == CLGN_OK || status == CLGN_ERR_MEMORY)
            first = status;
        if (status == CLGN_ERR_MEMORY)
            break;
    }
    return clgn_fail(&context->sink, first, "%s", buffer);
}

/* What CLGN_VERBOSE=dispatch asks for: the choice, what it was made for, and how to measure that. */
static void tell_choice(const clgn_context *context, const struct clgn_compiled *compiled)
{
    const struct clgn_geometry *g = &compiled->geometry;
    char buffer[CLGN_MESSAGE_BYTES];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);
    if (!(context->settings.verbose & CLGN_VERBOSE_DISPATCH))
        return;
    clgn_choice_print(&compiled->choice, &text);
    clgn_text_add(&text, " from=%s; ", compiled->choice.from);
    clgn_kind_print(g, &text);
    clgn_text_add(&text, " n=%llu c=%llu g=%llu s=%llu; ", (unsigned long long)g->n, (unsigned long long)g->c,
                  (unsigned long long)g->g, (unsigned long long)g->s);
    clgn_repeat_print(g, &text);
    clgn_note(&context->sink, CLGN_SEVERITY_INFO, "dispatch: %s", buffer);
}

clgn_status clgn_plan_create(clgn_context *context, const clgn_problem *problem, clgn_plan **plan)
{
    struct clgn_geometry geometry;
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct clgn_compiled compiled;
    size_t count = 0;
    clgn_plan *made;
    clgn_status status;
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (problem == NULL || plan == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "%s: NULL", problem == NULL ? "problem" : "plan");
    status = clgn_problem_check(problem, &context->sink, &geometry);
    if (status == CLGN_OK)
        status = clgn_context_select(context, &geometry, problem->config, NULL, choices, &count);
    if (status == CLGN_OK)
        status = compile_best(context, &geometry, choices, count, &compiled);
    if (status != CLGN_OK)
        return status;
    made = calloc(1, sizeof *made);
    if (made != NULL)
        made->mutex = clgn_mutex_create();
    if (made == NULL || made->mutex == NULL) {
        status = clgn_fail(&context->sink, CLGN_ERR_MEMORY, "no memory for a plan");
    } else {
        const cl_int code = clRetainContext(context->cl);
        if (code != CL_SUCCESS)
            status = clgn_fail_cl(&context->sink, "clRetainContext", code);
    }
    if (status != CLGN_OK) {
        if (made != NULL)
            clgn_mutex_release(made->mutex);
        free(made);
        clgn_compiled_release(&compiled);
        return status;
    }
    made->cl = context->cl;
    made->id = context->id;
    made->sink = context->sink;
    made->compiled = compiled;
    made->programs = context->programs;
    clgn_program_table_hold(made->programs);
    tell_choice(context, &made->compiled);
    *plan = made;
    return CLGN_OK;
}

void clgn_plan_release(clgn_plan *plan)
{
    if (plan != NULL) {
        clgn_compiled_release(&plan->compiled);
        clgn_program_table_release(plan->programs);
        clgn_mutex_release(plan->mutex);
        clReleaseContext(plan->cl);
        free(plan);
    }
}

clgn_status clgn_plan_workspace_bytes(const clgn_plan *plan, size_t *bytes)
{
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (bytes == NULL)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "bytes: NULL");
    *bytes = (size_t)clgn_workspace_with_slack(plan->compiled.workspace_bytes);
    return CLGN_OK;
}

clgn_status clgn_plan_launches(const clgn_plan *plan, size_t *launches)
{
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (launches == NULL)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "launches: NULL");
    *launches = plan->compiled.launch_count;
    return CLGN_OK;
}

clgn_status clgn_plan_traffic(const clgn_plan *plan, size_t *least, size_t *moved)
{
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (least == NULL || moved == NULL)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "%s: NULL", least == NULL ? "least" : "moved");
    *least = (size_t)clgn_traffic_least(&plan->compiled.geometry);
    *moved = (size_t)clgn_traffic_of(plan->compiled.choice.variant, &plan->compiled.geometry,
                                     &plan->compiled.choice.params);
    return CLGN_OK;
}

clgn_status clgn_plan_describe(const clgn_plan *plan, char *text, size_t bytes)
{
    struct clgn_text out;
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (text == NULL || bytes == 0)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "text: %p of %zu bytes", (void *)text, bytes);
    out = clgn_text_in(text, bytes);
    clgn_choice_print(&plan->compiled.choice, &out);
    clgn_text_add(&out, " from=%s", plan->compiled.choice.from);
    if (out.cut)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "bytes: %zu are too few for the description", bytes);
    return CLGN_OK;
}

static clgn_status check_queue(const clgn_plan *plan, cl_command_queue queue, int *in_order)
{
    cl_context context = NULL;
    cl_device_id device = NULL;
    cl_command_queue_properties properties = 0;
    cl_int code = clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL);
    if (code == CL_SUCCESS)
        code = clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof device, &device, NULL);
    if (code == CL_SUCCESS)
        code = clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(&plan->sink, "clGetCommandQueueInfo", code);
    if (context != plan->cl || device != plan->id)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT,
                         "queue: made for context %p and device %p, but the plan for %p and %p", (void *)context,
                         (void *)device, (void *)plan->cl, (void *)plan->id);
    *in_order = !(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    return CLGN_OK;
}

/* Every vector of every strided tensor is aligned? The strides are, when there are aligned kernels at all. */
static int offsets_align(const struct clgn_compiled *c, const struct clgn_binding *bindings)
{
    const uint64_t vec = (uint64_t)c->choice.params.value[CLGN_P_VEC];
    if (!c->choice.params.value[CLGN_P_ALIGN])
        return 0;
    for (int role = 0; role < CLGN_ROLE_COUNT; role++)
        if (c->geometry.operand[role].strided && bindings[role].at % vec != 0)
            return 0;
    return 1;
}

static clgn_status launch_one(clgn_plan *plan, cl_command_queue queue, int set, const struct clgn_launch *launch,
                              cl_uint n_wait, const cl_event *wait, cl_event *done)
{
    const size_t local = (size_t)plan->compiled.choice.params.value[CLGN_P_WGS];
    const size_t global = (size_t)launch->groups * local;
    cl_kernel kernel;
    cl_int code = clgn_compiled_set_launch(&plan->compiled, set, launch, &kernel);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(&plan->sink, "clSetKernelArg", code);
    code = clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &local, n_wait, wait, done);
    return code == CL_SUCCESS ? CLGN_OK : clgn_fail_cl(&plan->sink, "clEnqueueNDRangeKernel", code);
}

/* The chain of launches: the first waits for the caller's events, the last gives its event. */
static clgn_status launch_all(clgn_plan *plan, cl_command_queue queue, int set, int in_order, cl_uint n_wait,
                              const cl_event *wait, cl_event *done)
{
    cl_event before = NULL;
    clgn_status status = CLGN_OK;
    for (size_t i = 0; i < plan->compiled.launch_count && status == CLGN_OK; i++) {
        const int last = i + 1 == plan->compiled.launch_count;
        cl_event after = NULL;
        cl_event *want = last ? done : in_order ? NULL : &after;
        if (i > 0) {
            n_wait = before != NULL ? 1 : 0;
            wait = before != NULL ? &before : NULL;
        }
        status = launch_one(plan, queue, set, &plan->compiled.launches[i], n_wait, wait, want);
        if (before != NULL)
            clReleaseEvent(before);
        before = after;
    }
    return status;
}

static cl_int set_tensors(clgn_plan *plan, int set, const struct clgn_binding *bindings)
{
    cl_int code = CL_SUCCESS;
    for (int role = 0; role < CLGN_ROLE_COUNT && code == CL_SUCCESS; role++)
        if (plan->compiled.tensor_argument[role] != 0)
            code = clgn_compiled_set_tensor(&plan->compiled, set, (enum clgn_role)role, bindings[role].mem,
                                            bindings[role].at);
    return code;
}

/* Arguments and launches of one set of kernels; the mutex is held. */
static clgn_status enqueue_on(clgn_plan *plan, cl_command_queue queue, int set, const struct clgn_binding *bindings,
                              int in_order, cl_uint n_wait, const cl_event *wait, cl_event *done)
{
    cl_event event = NULL;
    clgn_status status;
    const cl_int code = set_tensors(plan, set, bindings);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(&plan->sink, "clSetKernelArg", code);
    status = launch_all(plan, queue, set, in_order, n_wait, wait, done != NULL ? &event : NULL);
    if (status == CLGN_OK && done != NULL)
        *done = event;
    return status;
}

/* Gives the kernels their own shape back after a warm-up; tried again by the next enqueue when it fails. */
static clgn_status cool(clgn_plan *plan)
{
    const clgn_status status = plan->warm ? clgn_compiled_set_shape(&plan->compiled, 0, &plan->sink) : CLGN_OK;
    if (status == CLGN_OK)
        plan->warm = 0;
    return status;
}

/* n = 0: an event that completes after the wait list is all that is left to do. */
static clgn_status enqueue_nothing(const clgn_plan *plan, cl_command_queue queue, cl_uint n_wait, const cl_event *wait,
                                   cl_event *done)
{
    cl_event event = NULL;
    const cl_int code = clEnqueueMarkerWithWaitList(queue, n_wait, wait, done != NULL ? &event : NULL);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(&plan->sink, "clEnqueueMarkerWithWaitList", code);
    if (done != NULL)
        *done = event;
    return CLGN_OK;
}

clgn_status clgn_plan_enqueue(clgn_plan *plan, cl_command_queue queue, const clgn_args *args, cl_uint n_wait,
                              const cl_event *wait, cl_event *done)
{
    struct clgn_binding bindings[CLGN_ROLE_COUNT];
    int in_order = 0;
    int set;
    clgn_status status;
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (queue == NULL || args == NULL)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "%s: NULL", queue == NULL ? "queue" : "args");
    if (args->struct_size != sizeof *args)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "args.struct_size: %zu, but this library knows %zu",
                         args->struct_size, sizeof *args);
    if ((n_wait > 0) != (wait != NULL))
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "n_wait: %u, but wait: %p", (unsigned)n_wait,
                         (const void *)wait);
    status = check_queue(plan, queue, &in_order);
    if (status == CLGN_OK)
        status = clgn_args_check(&plan->compiled.geometry, plan->compiled.workspace_bytes, args, &plan->sink, bindings);
    if (status != CLGN_OK)
        return status;
    if (plan->compiled.launch_count == 0)
        return enqueue_nothing(plan, queue, n_wait, wait, done);
    set = offsets_align(&plan->compiled, bindings) ? CLGN_ALIGNED : CLGN_ANY_OFFSET;
    clgn_mutex_lock(plan->mutex);
    status = cool(plan);
    if (status == CLGN_OK)
        status = enqueue_on(plan, queue, set, bindings, in_order, n_wait, wait, done);
    clgn_mutex_unlock(plan->mutex);
    return status;
}

/* Every launch once, on a buffer that all tensors share and a shape that stays inside it. */
static clgn_status warm_locked(clgn_plan *plan, cl_command_queue queue, const struct clgn_binding *bindings,
                               int in_order)
{
    clgn_status status;
    clgn_status restored;
    plan->warm = 1;
    status = clgn_compiled_set_shape(&plan->compiled, 1, &plan->sink);
    for (int set = 0; set <= (int)plan->compiled.choice.params.value[CLGN_P_ALIGN] && status == CLGN_OK; set++) {
        status = enqueue_on(plan, queue, set, bindings, in_order, 0, NULL, NULL);
        if (status == CLGN_OK) {
            const cl_int code = clFinish(queue);
            if (code != CL_SUCCESS)
                status = clgn_fail_cl(&plan->sink, "clFinish", code);
        }
    }
    restored = cool(plan);
    return status != CLGN_OK ? status : restored;
}

clgn_status clgn_plan_warmup(clgn_plan *plan, cl_command_queue queue)
{
    struct clgn_binding bindings[CLGN_ROLE_COUNT];
    uint64_t bytes;
    int in_order = 0;
    cl_int code;
    cl_mem shared;
    clgn_status status;
    if (plan == NULL)
        return CLGN_ERR_ARGUMENT;
    if (queue == NULL)
        return clgn_fail(&plan->sink, CLGN_ERR_ARGUMENT, "queue: NULL");
    status = check_queue(plan, queue, &in_order);
    if (status != CLGN_OK || plan->compiled.launch_count == 0)
        return status;
    bytes = clgn_compiled_warm_bytes(&plan->compiled);
    shared = clCreateBuffer(plan->cl, CL_MEM_READ_WRITE, (size_t)bytes, NULL, &code);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(&plan->sink, "clCreateBuffer", code);
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        bindings[i].mem = shared;
        bindings[i].at = 0;
    }
    clgn_mutex_lock(plan->mutex);
    status = warm_locked(plan, queue, bindings, in_order);
    clgn_mutex_unlock(plan->mutex);
    clReleaseMemObject(shared);
    for (int set = 0; set < CLGN_KERNEL_SETS && status == CLGN_OK; set++)
        if (plan->compiled.programs[set] != NULL)
            clgn_program_ran(plan->programs, plan->compiled.programs[set]);
    return status;
}
