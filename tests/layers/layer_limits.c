/* SPDX-License-Identifier: Apache-2.0 */
/* A layer of the OpenCL loader that makes every device look like another: smaller limits, reported and enforced. */
#include "layer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What a test calls, by dlsym(); tests/layers.h describes it. */
LAYER_EXPORT int layer_set_limit(const char *name, long value);

enum limit {
    MAX_WORK_GROUP,
    KERNEL_WORK_GROUP,
    PREFERRED_MULTIPLE,
    LOCAL_MEMORY,
    LOCAL_MEMORY_TYPE,
    COMPUTE_UNITS,
    DEVICE_TYPE,
    DOUBLE,
    AVAILABLE,
    COMPILER,
    STRICT_GLOBAL_SIZE,
    LIMIT_COUNT
};

static const char *const limit_names[LIMIT_COUNT] = {"max_work_group",     "kernel_work_group",
                                                     "preferred_multiple", "local_memory",
                                                     "local_memory_type",  "compute_units",
                                                     "device_type",        "double",
                                                     "available",          "compiler",
                                                     "strict_global_size"};

static const struct _cl_icd_dispatch *next;
static struct _cl_icd_dispatch own;

/* A limit is stored plus 1, so that the zero of static storage means "not set". */
static atomic_long limits[LIMIT_COUNT];

static int is_set(enum limit which)
{
    return atomic_load(&limits[which]) != 0;
}

static long get(enum limit which)
{
    return atomic_load(&limits[which]) - 1;
}

int layer_set_limit(const char *name, long value)
{
    for (int i = 0; i < LIMIT_COUNT; i++) {
        if (strcmp(name, limit_names[i]) == 0) {
            atomic_store(&limits[i], value + 1);
            return 1;
        }
    }
    return 0;
}

/* Reads "name=value,name=value". A word that makes no sense ends the program: a test that asked for a device that it
 * does not get would prove nothing. */
static void read_limits(const char *text)
{
    while (text != NULL && *text != '\0') {
        char name[32];
        char *end = NULL;
        size_t length = strcspn(text, "=");
        if (length >= sizeof name || text[length] != '=') {
            abort();
        }
        memcpy(name, text, length);
        name[length] = '\0';
        if (!layer_set_limit(name, strtol(text + length + 1, &end, 10)) || (*end != '\0' && *end != ',')) {
            abort();
        }
        text = *end == ',' ? end + 1 : end;
    }
}

/* Spaces out a word in a list of words that are separated by single spaces. */
static void hide_word(char *text, const char *word)
{
    char *at = strstr(text, word);
    if (at != NULL) {
        memset(at, ' ', strlen(word));
    }
}

static cl_int CL_API_CALL limited_device_info(cl_device_id device, cl_device_info name, size_t bytes, void *value,
                                              size_t *ret)
{
    cl_int code = next->clGetDeviceInfo(device, name, bytes, value, ret);
    if (code != CL_SUCCESS || value == NULL) {
        return code;
    }
    if (name == CL_DEVICE_MAX_WORK_GROUP_SIZE && is_set(MAX_WORK_GROUP)) {
        *(size_t *)value = (size_t)get(MAX_WORK_GROUP);
    } else if (name == CL_DEVICE_MAX_WORK_ITEM_SIZES && is_set(MAX_WORK_GROUP)) {
        for (size_t i = 0; i < bytes / sizeof(size_t); i++) {
            ((size_t *)value)[i] = (size_t)get(MAX_WORK_GROUP);
        }
    } else if (name == CL_DEVICE_LOCAL_MEM_SIZE && is_set(LOCAL_MEMORY)) {
        *(cl_ulong *)value = (cl_ulong)get(LOCAL_MEMORY);
    } else if (name == CL_DEVICE_LOCAL_MEM_TYPE && is_set(LOCAL_MEMORY_TYPE)) {
        *(cl_device_local_mem_type *)value = (cl_device_local_mem_type)get(LOCAL_MEMORY_TYPE);
    } else if (name == CL_DEVICE_MAX_COMPUTE_UNITS && is_set(COMPUTE_UNITS)) {
        *(cl_uint *)value = (cl_uint)get(COMPUTE_UNITS);
    } else if (name == CL_DEVICE_TYPE && is_set(DEVICE_TYPE)) {
        *(cl_device_type *)value = (cl_device_type)get(DEVICE_TYPE);
    } else if (name == CL_DEVICE_EXTENSIONS && get(DOUBLE) == 0) {
        hide_word(value, "cl_khr_fp64");
    } else if (name == CL_DEVICE_DOUBLE_FP_CONFIG && get(DOUBLE) == 0) {
        *(cl_device_fp_config *)value = 0;
    } else if (name == CL_DEVICE_AVAILABLE && is_set(AVAILABLE)) {
        *(cl_bool *)value = (cl_bool)get(AVAILABLE);
    } else if (name == CL_DEVICE_COMPILER_AVAILABLE && is_set(COMPILER)) {
        *(cl_bool *)value = (cl_bool)get(COMPILER);
    }
    return code;
}

static cl_int CL_API_CALL limited_kernel_info(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name,
                                              size_t bytes, void *value, size_t *ret)
{
    cl_int code = next->clGetKernelWorkGroupInfo(kernel, device, name, bytes, value, ret);
    if (code != CL_SUCCESS || value == NULL) {
        return code;
    }
    if (name == CL_KERNEL_WORK_GROUP_SIZE && is_set(KERNEL_WORK_GROUP)) {
        *(size_t *)value = (size_t)get(KERNEL_WORK_GROUP);
    } else if (name == CL_KERNEL_WORK_GROUP_SIZE && is_set(MAX_WORK_GROUP) &&
               *(size_t *)value > (size_t)get(MAX_WORK_GROUP)) {
        *(size_t *)value = (size_t)get(MAX_WORK_GROUP);
    } else if (name == CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE && is_set(PREFERRED_MULTIPLE)) {
        *(size_t *)value = (size_t)get(PREFERRED_MULTIPLE);
    }
    return code;
}

/* The local memory of a kernel, the arguments that were set included. */
static cl_ulong kernel_local_memory(cl_command_queue queue, cl_kernel kernel)
{
    cl_device_id device = NULL;
    cl_ulong bytes = 0;
    (void)next->clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof device, &device, NULL);
    (void)next->clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_LOCAL_MEM_SIZE, sizeof bytes, &bytes, NULL);
    return bytes;
}

static cl_int CL_API_CALL limited_launch(cl_command_queue queue, cl_kernel kernel, cl_uint dims, const size_t *offset,
                                         const size_t *global, const size_t *local, cl_uint n_wait,
                                         const cl_event *wait, cl_event *event)
{
    size_t items = 1;
    for (cl_uint i = 0; i < dims; i++) {
        if (get(STRICT_GLOBAL_SIZE) == 1 && (global == NULL || global[i] == 0)) {
            return CL_INVALID_GLOBAL_WORK_SIZE;
        }
        items *= local == NULL ? 1 : local[i];
        if (local != NULL && is_set(MAX_WORK_GROUP) && local[i] > (size_t)get(MAX_WORK_GROUP)) {
            return CL_INVALID_WORK_ITEM_SIZE;
        }
    }
    if ((is_set(MAX_WORK_GROUP) && items > (size_t)get(MAX_WORK_GROUP)) ||
        (is_set(KERNEL_WORK_GROUP) && items > (size_t)get(KERNEL_WORK_GROUP))) {
        return CL_INVALID_WORK_GROUP_SIZE;
    }
    if (is_set(LOCAL_MEMORY) && kernel_local_memory(queue, kernel) > (cl_ulong)get(LOCAL_MEMORY)) {
        return CL_OUT_OF_RESOURCES;
    }
    return next->clEnqueueNDRangeKernel(queue, kernel, dims, offset, global, local, n_wait, wait, event);
}

LAYER_EXPORT cl_int CL_API_CALL clInitLayer(cl_uint entries, const struct _cl_icd_dispatch *below, cl_uint *entries_ret,
                                            const struct _cl_icd_dispatch **dispatch_ret)
{
    const cl_uint known = (cl_uint)(sizeof own / sizeof(void *));
    read_limits(getenv("CLGN_TEST_LIMITS"));
    next = below;
    own.clGetDeviceInfo = limited_device_info;
    own.clGetKernelWorkGroupInfo = limited_kernel_info;
    own.clEnqueueNDRangeKernel = limited_launch;
    *entries_ret = entries < known ? entries : known;
    *dispatch_ret = &own;
    return CL_SUCCESS;
}
