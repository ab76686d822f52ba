/* SPDX-License-Identifier: Apache-2.0 */
/* Asks an OpenCL device for its facts. */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "processor.h"

/* OpenCL 3.0 names that 1.2 headers lack. */
#define DEVICE_OPENCL_C_ALL_VERSIONS 0x1066
#define NAME_VERSION_BYTES 64
struct name_version {
    cl_uint version;
    char name[NAME_VERSION_BYTES];
};
#define MAJOR_OF(version) ((version) >> 22)

static int has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + length, word))
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return 1;
    return 0;
}

static cl_int query_extensions(cl_device_id id, struct clgn_device *device)
{
    size_t bytes = 0;
    char *list;
    cl_int code = clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, 0, NULL, &bytes);
    if (code != CL_SUCCESS)
        return code;
    list = calloc(bytes + 1, 1);
    if (list == NULL)
        return CL_OUT_OF_HOST_MEMORY;
    code = clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, bytes, list, NULL);
    device->has_f64 = has_word(list, "cl_khr_fp64");
    if (has_word(list, "cl_intel_subgroups"))
        device->subgroups = CLGN_SUBGROUPS_INTEL;
    else if (has_word(list, "cl_khr_subgroups"))
        device->subgroups = CLGN_SUBGROUPS_KHRONOS;
    clgn_identity_query(id, list, &device->identity);
    free(list);
    return code;
}

/* Whether -cl-std=CL2.0 is legal: a device of version 2.x, or a later one that lists it. */
static cl_int query_c_versions(cl_device_id id, struct clgn_device *device)
{
    char version[128] = "";
    size_t bytes = 0;
    const cl_int code = clGetDeviceInfo(id, CL_DEVICE_VERSION, sizeof version - 1, version, NULL);
    if (code != CL_SUCCESS)
        return code;
    device->c_version_20 = strncmp(version, "OpenCL 2.", 9) == 0;
    if (strncmp(version, "OpenCL 3.", 9) == 0 &&
        clGetDeviceInfo(id, DEVICE_OPENCL_C_ALL_VERSIONS, 0, NULL, &bytes) == CL_SUCCESS && bytes > 0) {
        struct name_version *list = malloc(bytes);
        if (list == NULL)
            return CL_OUT_OF_HOST_MEMORY;
        if (clGetDeviceInfo(id, DEVICE_OPENCL_C_ALL_VERSIONS, bytes, list, NULL) == CL_SUCCESS)
            for (size_t i = 0; i < bytes / sizeof *list; i++)
                device->c_version_20 |= MAJOR_OF(list[i].version) == 2;
        free(list);
    }
    return CL_SUCCESS;
}

static cl_int query_limits(cl_device_id id, struct clgn_device *device)
{
    size_t items[16] = {0};
    size_t group = 0;
    cl_ulong local = 0;
    cl_ulong cache = 0;
    cl_uint units = 0;
    cl_uint width = 0;
    cl_int code = clGetDeviceInfo(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof group, &group, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof items, items, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local, &local, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof cache, &cache, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL);
    device->max_work_group = group < items[0] ? group : items[0];
    device->local_bytes = local;
    device->cache_bytes = cache;
    device->compute_units = units > 0 ? units : 1;
    device->vector_bytes = 4 * (uint64_t)(width < 4 ? 4 : width > 16 ? 16 : width);
    return code;
}

clgn_status clgn_device_query(cl_device_id id, const struct clgn_sink *sink, struct clgn_device *device)
{
    cl_bool available = CL_FALSE;
    cl_bool compiler = CL_FALSE;
    cl_bool little = CL_FALSE;
    cl_device_type type = 0;
    cl_int code;
    memset(device, 0, sizeof *device);
    code = clGetDeviceInfo(id, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_ENDIAN_LITTLE, sizeof little, &little, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    if (code == CL_SUCCESS)
        code = query_limits(id, device);
    if (code == CL_SUCCESS)
        code = query_extensions(id, device);
    if (code == CL_SUCCESS)
        code = query_c_versions(id, device);
    if (code != CL_SUCCESS)
        return clgn_fail_cl(sink, "clGetDeviceInfo", code);
    device->is_cpu = (type & CL_DEVICE_TYPE_CPU) != 0;
    device->rounds_bf16 = device->is_cpu && clgn_processor_rounds_bf16();
    if (!available || !compiler || !little)
        return clgn_fail(sink, CLGN_ERR_DEVICE,
                         "device %s: available %d, compiler %d, little-endian %d; all are needed",
                         device->identity.name, (int)available, (int)compiler, (int)little);
    if (device->max_work_group < 1 || device->local_bytes < 1024)
        return clgn_fail(sink, CLGN_ERR_DEVICE,
                         "device %s: work-groups of %llu, %llu bytes of local memory are too few",
                         device->identity.name, (unsigned long long)device->max_work_group,
                         (unsigned long long)device->local_bytes);
    return CLGN_OK;
}
