/* SPDX-License-Identifier: Apache-2.0 */
/* Listing and choosing OpenCL devices. */
#include "device_pick.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device_table {
    struct device_entry *entries;
    size_t count;
};

/* Names come padded with blanks from some drivers. */
static void trim(char *text)
{
    size_t begin = 0;
    size_t length = strlen(text);

    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        text[--length] = '\0';
    }
    while (isspace((unsigned char)text[begin])) {
        ++begin;
    }
    memmove(text, text + begin, length - begin + 1);
}

/* Whole text in a buffer of its own first: with too small a buffer OpenCL writes nothing. */
static void device_text(cl_device_id device, cl_device_info what, char *text, size_t bytes)
{
    char whole[1024] = "";

    if (clGetDeviceInfo(device, what, sizeof(whole) - 1, whole, NULL) != CL_SUCCESS) {
        whole[0] = '\0';
    }
    trim(whole);
    snprintf(text, bytes, "%.*s", (int)bytes - 1, whole);
}

static void fill_entry(struct device_entry *entry, cl_platform_id platform, cl_device_id device)
{
    char whole[1024] = "";

    entry->platform = platform;
    entry->device = device;
    if (clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof(entry->type), &entry->type, NULL) != CL_SUCCESS) {
        entry->type = 0;
    }
    if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof(whole) - 1, whole, NULL) != CL_SUCCESS) {
        whole[0] = '\0';
    }
    trim(whole);
    snprintf(entry->platform_name, sizeof(entry->platform_name), "%.*s", (int)sizeof(entry->platform_name) - 1, whole);
    device_text(device, CL_DEVICE_NAME, entry->name, sizeof(entry->name));
    device_text(device, CL_DRIVER_VERSION, entry->driver, sizeof(entry->driver));
}

static int add_platform(struct device_table *table, cl_platform_id platform, unsigned platform_index)
{
    struct device_entry *grown;
    cl_device_id *ids;
    cl_uint count = 0;

    /* rusticl and Clover without a device answer CL_DEVICE_NOT_FOUND: the scan goes on. */
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count) != CL_SUCCESS || count == 0) {
        return 0;
    }
    ids = calloc(count, sizeof(*ids));
    grown = realloc(table->entries, (table->count + count) * sizeof(*grown));
    if (grown) {
        table->entries = grown;
    }
    if (!ids || !grown) {
        free(ids);
        return -1;
    }
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids, NULL) == CL_SUCCESS) {
        for (cl_uint i = 0; i < count; ++i) {
            struct device_entry *entry = &table->entries[table->count++];
            memset(entry, 0, sizeof(*entry));
            entry->platform_index = platform_index;
            entry->device_index = i;
            fill_entry(entry, platform, ids[i]);
        }
    }
    free(ids);
    return 0;
}

int device_pick_list(struct device_entry **entries)
{
    struct device_table table = {NULL, 0};
    cl_platform_id *platforms;
    cl_uint count = 0;
    int result = 0;

    *entries = NULL;
    if (clGetPlatformIDs(0, NULL, &count) != CL_SUCCESS || count == 0) {
        return 0;
    }
    platforms = calloc(count, sizeof(*platforms));
    if (!platforms) {
        return -1;
    }
    if (clGetPlatformIDs(count, platforms, NULL) == CL_SUCCESS) {
        for (cl_uint i = 0; i < count && result == 0; ++i) {
            result = add_platform(&table, platforms[i], i);
        }
    }
    free(platforms);
    if (result != 0 || table.count > INT_MAX) {
        free(table.entries);
        return -1;
    }
    *entries = table.entries;
    return (int)table.count;
}

static int parse_index(const char **text, unsigned *value)
{
    unsigned long parsed;
    char *end;

    if (!isdigit((unsigned char)**text)) {
        return -1;
    }
    errno = 0;
    parsed = strtoul(*text, &end, 10);
    if (errno != 0 || parsed > UINT_MAX) {
        return -1;
    }
    *text = end;
    *value = (unsigned)parsed;
    return 0;
}

int device_pick_parse(const char *spec, unsigned *platform_index, unsigned *device_index)
{
    const char *at = spec;

    if (parse_index(&at, platform_index) != 0 || *at++ != ':' || parse_index(&at, device_index) != 0) {
        return -1;
    }
    return *at == '\0' ? 0 : -1;
}

static int find_spec(const struct device_entry *entries, int count, const char *spec, char *error, size_t error_bytes)
{
    unsigned platform;
    unsigned device;

    if (device_pick_parse(spec, &platform, &device) != 0) {
        snprintf(error, error_bytes, "device '%s' (-d or CLGN_DEVICE) is not of the form P:D, such as 0:0", spec);
        return -1;
    }
    for (int i = 0; i < count; ++i) {
        if (entries[i].platform_index == platform && entries[i].device_index == device) {
            return i;
        }
    }
    snprintf(error, error_bytes, "there is no OpenCL device %u:%u (%d listed)", platform, device, count);
    return -1;
}

static int find_default(const struct device_entry *entries, int count, char *error, size_t error_bytes)
{
    for (int i = 0; i < count; ++i) {
        if (entries[i].type & CL_DEVICE_TYPE_GPU) {
            return i;
        }
    }
    if (count == 0) {
        snprintf(error, error_bytes, "no OpenCL device is present");
        return -1;
    }
    return 0;
}

int device_pick(const char *spec, struct device_entry *picked, char *error, size_t error_bytes)
{
    struct device_entry *entries;
    int count = device_pick_list(&entries);
    int found;

    if (count < 0) {
        snprintf(error, error_bytes, "out of memory");
        return -1;
    }
    if (!spec) {
        spec = getenv("CLGN_DEVICE");
    }
    if (spec && *spec) {
        found = find_spec(entries, count, spec, error, error_bytes);
    } else {
        found = find_default(entries, count, error, error_bytes);
    }
    if (found >= 0) {
        *picked = entries[found];
    }
    free(entries);
    return found >= 0 ? 0 : -1;
}

const char *device_pick_type(cl_device_type type)
{
    if (type & CL_DEVICE_TYPE_GPU) {
        return "GPU";
    }
    if (type & CL_DEVICE_TYPE_CPU) {
        return "CPU";
    }
    return type & CL_DEVICE_TYPE_ACCELERATOR ? "accelerator" : "device";
}
