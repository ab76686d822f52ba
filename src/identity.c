/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a device and its platform for their names. */
#include "identity.h"

#include <string.h>

/* cl_nv_device_attribute_query, cl_intel_device_attribute_query */
#define DEVICE_COMPUTE_CAPABILITY_MAJOR_NV 0x4000
#define DEVICE_COMPUTE_CAPABILITY_MINOR_NV 0x4001
#define DEVICE_IP_VERSION_INTEL 0x4250
#define INTEL_ARCHITECTURE(ip) ((ip) >> 22)
#define INTEL_RELEASE(ip) ((ip) >> 14 & 0xff)
#define INTEL_REVISION(ip) ((ip)&0x3f)

/* Longest text that is asked for; PoCL's platform version is the longest that was seen. */
#define TEXT_BYTES 512

/* Copies up to end (NULL: all) and without blanks around it. */
static void copy_text(char *to, size_t bytes, const char *from, const char *end)
{
    size_t length = end != NULL ? (size_t)(end - from) : strlen(from);
    while (length > 0 && (from[0] == ' ' || from[0] == '\t')) {
        from++;
        length--;
    }
    while (length > 0 && (from[length - 1] == ' ' || from[length - 1] == '\t'))
        length--;
    if (length >= bytes)
        length = bytes - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void query_device(cl_device_id id, cl_device_info what, char *to, size_t bytes)
{
    char text[TEXT_BYTES] = "";
    if (clGetDeviceInfo(id, what, sizeof text - 1, text, NULL) == CL_SUCCESS)
        copy_text(to, bytes, text, NULL);
}

static void query_platform(cl_device_id id, char *to, size_t bytes)
{
    char text[TEXT_BYTES] = "";
    cl_platform_id platform = NULL;
    if (clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL) == CL_SUCCESS &&
        clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof text - 1, text, NULL) == CL_SUCCESS)
        copy_text(to, bytes, text, NULL);
}

static void query_type(cl_device_id id, char *to, size_t bytes)
{
    cl_device_type type = 0;
    if (clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL) == CL_SUCCESS)
        copy_text(to, bytes,
                  type & CL_DEVICE_TYPE_GPU   ? "gpu"
                  : type & CL_DEVICE_TYPE_CPU ? "cpu"
                                              : "accelerator",
                  NULL);
}

static uint32_t query_code(cl_device_id id, cl_device_info what)
{
    cl_uint code = 0;
    return clGetDeviceInfo(id, what, sizeof code, &code, NULL) == CL_SUCCESS ? code : 0;
}

void clgn_identity_query(cl_device_id id, const char *extensions, struct clgn_identity *identity)
{
    struct clgn_identity_codes codes = {0, 0, 0};
    memset(identity, 0, sizeof *identity);
    query_device(id, CL_DEVICE_VENDOR, identity->vendor, sizeof identity->vendor);
    query_device(id, CL_DEVICE_NAME, identity->name, sizeof identity->name);
    query_device(id, CL_DRIVER_VERSION, identity->driver, sizeof identity->driver);
    query_device(id, CL_DEVICE_VERSION, identity->version, sizeof identity->version);
    query_platform(id, identity->platform, sizeof identity->platform);
    query_type(id, identity->type, sizeof identity->type);
    if (strstr(extensions, "cl_nv_device_attribute_query") != NULL) {
        codes.nvidia_major = query_code(id, DEVICE_COMPUTE_CAPABILITY_MAJOR_NV);
        codes.nvidia_minor = query_code(id, DEVICE_COMPUTE_CAPABILITY_MINOR_NV);
    }
    if (strstr(extensions, "cl_intel_device_attribute_query") != NULL)
        codes.intel_ip = query_code(id, DEVICE_IP_VERSION_INTEL);
    clgn_identity_set_arch(&codes, identity);
}

void clgn_identity_set_arch(const struct clgn_identity_codes *codes, struct clgn_identity *identity)
{
    struct clgn_text arch = clgn_text_in(identity->arch, sizeof identity->arch);
    const char *target = strstr(identity->version, "HSTR: "); /* PoCL's device and target */
    const char *adreno = strstr(identity->version, "Adreno(TM) ");
    const char *name = identity->name;
    if (codes->nvidia_major > 0) {
        clgn_text_add(&arch, "sm_%u%u", (unsigned)codes->nvidia_major, (unsigned)codes->nvidia_minor);
    } else if (codes->intel_ip > 0) {
        clgn_text_add(&arch, "ip_%u.%u.%u", (unsigned)INTEL_ARCHITECTURE(codes->intel_ip),
                      (unsigned)INTEL_RELEASE(codes->intel_ip), (unsigned)INTEL_REVISION(codes->intel_ip));
    } else if (strncmp(name, "gfx", 3) == 0) { /* AMD; features follow a colon */
        copy_text(identity->arch, sizeof identity->arch, name, strchr(name, ':'));
    } else if (target != NULL) {
        target += strlen("HSTR: ");
        if (strncmp(target, "pthread-", strlen("pthread-")) == 0 || strncmp(target, "cpu-", strlen("cpu-")) == 0)
            target = strchr(target, '-') + 1;
        copy_text(identity->arch, sizeof identity->arch, target, NULL);
    } else if (adreno != NULL) { /* whose name is the same for all */
        copy_text(identity->arch, sizeof identity->arch, adreno, NULL);
    } else {
        copy_text(identity->arch, sizeof identity->arch, name, NULL);
    }
}
