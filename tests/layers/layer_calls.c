/* SPDX-License-Identifier: Apache-2.0 */
/* A layer of the OpenCL loader that counts calls, counts the references held, and makes a chosen call fail. */
#include "layer.h"

#include <stdatomic.h>
#include <string.h>

/* What a test calls, by dlsym(); tests/layers.h describes them. */
LAYER_EXPORT void layer_arm_fault(long k, cl_int code, const char *function);
LAYER_EXPORT int layer_fault_struck(void);
LAYER_EXPORT const char *layer_fault_name(void);
LAYER_EXPORT long layer_calls(const char *function);
LAYER_EXPORT void layer_reset_calls(void);
LAYER_EXPORT long layer_live(const char *type);

enum type { TYPE_context, TYPE_queue, TYPE_mem, TYPE_program, TYPE_kernel, TYPE_event, TYPE_COUNT };

static const char *const type_names[TYPE_COUNT] = {"context", "queue", "mem", "program", "kernel", "event"};

enum function {
#define STATUS(name, parameters, arguments) F_##name,
#define ENQUEUE(name, parameters, arguments) F_##name,
#define CREATE(name, type, handle, parameters, arguments) F_##name,
#define RETAIN(name, type, handle) F_##name,
#define RELEASE(name, type, handle) F_##name,
#include "calls.inc"
    FUNCTION_COUNT
};

static const char *const function_names[FUNCTION_COUNT] = {
#define STATUS(name, parameters, arguments) #name,
#define ENQUEUE(name, parameters, arguments) #name,
#define CREATE(name, type, handle, parameters, arguments) #name,
#define RETAIN(name, type, handle) #name,
#define RELEASE(name, type, handle) #name,
#include "calls.inc"
};

static const struct _cl_icd_dispatch *next; /* what this layer calls: the layer below, or the driver */
static struct _cl_icd_dispatch own;

static atomic_long calls[FUNCTION_COUNT];
static atomic_long live[TYPE_COUNT];

/* fault_in counts down to the call that fails. The rest is written only while nothing is armed. */
static atomic_long fault_in;
static atomic_int fault_at; /* the function that was struck, plus 1 */
static cl_int fault_code;
static char fault_pattern[64];

static int matches(const char *pattern, const char *name)
{
    size_t length = pattern == NULL ? 0 : strlen(pattern);
    if (length == 0) {
        return 1;
    }
    return pattern[length - 1] == '*' ? strncmp(pattern, name, length - 1) == 0 : strcmp(pattern, name) == 0;
}

/* Takes note of a call; returns 1 when it has to fail. */
static int call_fails(enum function f)
{
    atomic_fetch_add(&calls[f], 1);
    if (atomic_load(&fault_in) <= 0 || !matches(fault_pattern, function_names[f]) ||
        atomic_fetch_sub(&fault_in, 1) != 1) {
        return 0;
    }
    atomic_store(&fault_at, (int)f + 1);
    return 1;
}

#define STATUS(name, parameters, arguments)                              \
    static cl_int CL_API_CALL wrap_##name parameters                     \
    {                                                                    \
        return call_fails(F_##name) ? fault_code : next->name arguments; \
    }
#define ENQUEUE(name, parameters, arguments)                                    \
    static cl_int CL_API_CALL wrap_##name parameters                            \
    {                                                                           \
        cl_int code = call_fails(F_##name) ? fault_code : next->name arguments; \
        if (code == CL_SUCCESS && event != NULL) {                              \
            atomic_fetch_add(&live[TYPE_event], 1);                             \
        }                                                                       \
        return code;                                                            \
    }
#define CREATE(name, type, handle, parameters, arguments) \
    static handle CL_API_CALL wrap_##name parameters      \
    {                                                     \
        handle made;                                      \
        if (call_fails(F_##name)) {                       \
            if (errcode_ret != NULL) {                    \
                *errcode_ret = fault_code;                \
            }                                             \
            return NULL;                                  \
        }                                                 \
        made = next->name arguments;                      \
        if (made != NULL) {                               \
            atomic_fetch_add(&live[TYPE_##type], 1);      \
        }                                                 \
        return made;                                      \
    }
#define RETAIN(name, type, handle)                                            \
    static cl_int CL_API_CALL wrap_##name(handle object)                      \
    {                                                                         \
        cl_int code = call_fails(F_##name) ? fault_code : next->name(object); \
        if (code == CL_SUCCESS) {                                             \
            atomic_fetch_add(&live[TYPE_##type], 1);                          \
        }                                                                     \
        return code;                                                          \
    }
#define RELEASE(name, type, handle)                      \
    static cl_int CL_API_CALL wrap_##name(handle object) \
    {                                                    \
        cl_int code = next->name(object);                \
        atomic_fetch_add(&calls[F_##name], 1);           \
        if (code == CL_SUCCESS) {                        \
            atomic_fetch_sub(&live[TYPE_##type], 1);     \
        }                                                \
        return code;                                     \
    }
#include "calls.inc"

LAYER_EXPORT cl_int CL_API_CALL clInitLayer(cl_uint entries, const struct _cl_icd_dispatch *below, cl_uint *entries_ret,
                                            const struct _cl_icd_dispatch **dispatch_ret)
{
    const cl_uint known = (cl_uint)(sizeof own / sizeof(void *));
    next = below;
#define STATUS(name, parameters, arguments) own.name = wrap_##name;
#define ENQUEUE(name, parameters, arguments) own.name = wrap_##name;
#define CREATE(name, type, handle, parameters, arguments) own.name = wrap_##name;
#define RETAIN(name, type, handle) own.name = wrap_##name;
#define RELEASE(name, type, handle) own.name = wrap_##name;
#include "calls.inc"
    *entries_ret = entries < known ? entries : known;
    *dispatch_ret = &own;
    return CL_SUCCESS;
}

void layer_arm_fault(long k, cl_int code, const char *function)
{
    atomic_store(&fault_in, 0);
    atomic_store(&fault_at, 0);
    fault_code = code;
    fault_pattern[0] = '\0';
    if (function != NULL) {
        strncpy(fault_pattern, function, sizeof fault_pattern - 1);
    }
    atomic_store(&fault_in, k);
}

int layer_fault_struck(void)
{
    return atomic_load(&fault_at) != 0;
}

const char *layer_fault_name(void)
{
    int at = atomic_load(&fault_at);
    return at == 0 ? "" : function_names[at - 1];
}

long layer_calls(const char *function)
{
    long sum = -1;
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        if (matches(function, function_names[f])) {
            sum = (sum < 0 ? 0 : sum) + atomic_load(&calls[f]);
        }
    }
    return sum;
}

void layer_reset_calls(void)
{
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        atomic_store(&calls[f], 0);
    }
}

long layer_live(const char *type)
{
    long sum = -1;
    for (int t = 0; t < TYPE_COUNT; t++) {
        if (type == NULL || strcmp(type, type_names[t]) == 0) {
            sum = (sum < 0 ? 0 : sum) + atomic_load(&live[t]);
        }
    }
    return sum;
}
