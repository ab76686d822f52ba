/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, loads and stores built programs. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "guard.h"
#include "processor.h"
#include "source.h"
#include "store.h"
#include "trim.h"

/* Room for a device's part of a key, for all of it, and for one text of the device. */
enum { DEVICE_BYTES = 4096, KEY_BYTES = 8192, TEXT_BYTES = 1024, SHORT_NAME = 12 };

/* cl_khr_device_uuid: the driver's changes with every build of it. */
#define DRIVER_UUID 0x106B
enum { UUID_BYTES = 16 };

struct clgn_cache {
    cl_device_id id;
    struct clgn_sink sink;
    int verbose;
    enum clgn_cache_moment moment;
    char *folder;
    char *device; /* the device's part of every key */
};

/* What was measured stands in docs/cache.md. */
enum clgn_cache_moment clgn_cache_moment_of(const struct clgn_identity *identity, int folder_named)
{
    if (strcmp(identity->platform, "Portable Computing Language") == 0)
        return CLGN_CACHE_AFTER_RUN;
    /* NVIDIA's binary is PTX, and what the driver makes of it lies in a cache of its own. */
    if (strcmp(identity->platform, "NVIDIA CUDA") == 0 && !folder_named)
        return CLGN_CACHE_NEVER;
    return CLGN_CACHE_AFTER_BUILD;
}

enum clgn_cache_moment clgn_cache_moment(const struct clgn_cache *cache)
{
    return cache != NULL ? cache->moment : CLGN_CACHE_NEVER;
}

/* A line of the key. The length says where a value ends, whatever is in it. */
static void add_field(struct clgn_text *text, const char *name, const char *value)
{
    clgn_text_add(text, "%s %zu %s\n", name, strlen(value), value);
}

static void add_device_text(struct clgn_text *text, const char *name, cl_device_id id, cl_device_info what)
{
    char value[TEXT_BYTES] = "";
    if (clGetDeviceInfo(id, what, sizeof value - 1, value, NULL) != CL_SUCCESS)
        value[0] = '\0';
    add_field(text, name, value);
}

static void add_platform_text(struct clgn_text *text, const char *name, cl_device_id id, cl_platform_info what)
{
    char value[TEXT_BYTES] = "";
    cl_platform_id platform = NULL;
    if (clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL) != CL_SUCCESS ||
        clGetPlatformInfo(platform, what, sizeof value - 1, value, NULL) != CL_SUCCESS)
        value[0] = '\0';
    add_field(text, name, value);
}

static void add_uuid(struct clgn_text *text, cl_device_id id)
{
    unsigned char uuid[UUID_BYTES] = {0};
    if (clGetDeviceInfo(id, DRIVER_UUID, sizeof uuid, uuid, NULL) != CL_SUCCESS)
        memset(uuid, 0, sizeof uuid);
    clgn_text_add(text, "uuid ");
    for (int i = 0; i < UUID_BYTES; i++)
        clgn_text_add(text, "%02x", uuid[i]);
    clgn_text_add(text, "\n");
}

static void describe_device(cl_device_id id, const struct clgn_identity *identity, struct clgn_text *text)
{
    char processor[TEXT_BYTES];
    struct clgn_text features = clgn_text_in(processor, sizeof processor);
    cl_uint bits = 0;
    (void)clGetDeviceInfo(id, CL_DEVICE_ADDRESS_BITS, sizeof bits, &bits, NULL);
    add_field(text, "clgn", clgn_version());
    add_device_text(text, "device", id, CL_DEVICE_NAME);
    add_device_text(text, "vendor", id, CL_DEVICE_VENDOR);
    add_device_text(text, "version", id, CL_DEVICE_VERSION);
    add_device_text(text, "driver", id, CL_DRIVER_VERSION);
    add_field(text, "arch", identity->arch);
    add_platform_text(text, "platform", id, CL_PLATFORM_NAME);
    add_platform_text(text, "platform-version", id, CL_PLATFORM_VERSION);
    add_uuid(text, id);
    /* A device that computes on the host does not always call itself a CPU, so that this stands in every key. */
    clgn_processor_print("/proc/cpuinfo", &features);
    add_field(text, "processor", processor);
    clgn_text_add(text, "bits %u\n", (unsigned)bits);
}

static char *copy(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *made = malloc(bytes);
    if (made != NULL)
        memcpy(made, text, bytes);
    return made;
}

struct clgn_cache *clgn_cache_create(cl_device_id id, const struct clgn_identity *identity,
                                     const struct clgn_settings *settings, const struct clgn_sink *sink)
{
    const enum clgn_cache_moment moment = clgn_cache_moment_of(identity, settings->cache_dir_named);
    char buffer[DEVICE_BYTES];
    struct clgn_text device = clgn_text_in(buffer, sizeof buffer);
    struct clgn_cache *cache;
    if (settings->cache_dir == NULL || moment == CLGN_CACHE_NEVER)
        return NULL;
    describe_device(id, identity, &device);
    if (device.cut)
        return NULL;
    cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    cache->id = id;
    cache->sink = *sink;
    cache->verbose = (settings->verbose & CLGN_VERBOSE_CACHE) != 0;
    cache->moment = moment;
    cache->folder = copy(settings->cache_dir);
    cache->device = copy(buffer);
    if (cache->folder == NULL || cache->device == NULL) {
        clgn_cache_release(cache);
        return NULL;
    }
    return cache;
}

void clgn_cache_release(struct clgn_cache *cache)
{
    if (cache != NULL) {
        free(cache->folder);
        free(cache->device);
        free(cache);
    }
}

char *clgn_cache_key(const struct clgn_cache *cache, const struct clgn_cache_source *source)
{
    char buffer[KEY_BYTES];
    struct clgn_text key = clgn_text_in(buffer, sizeof buffer);
    XXH128_hash_t hash = {0, 0};
    if (cache == NULL)
        return NULL;
    for (size_t i = 0; i < source->count; i++)
        hash = XXH3_128bits_withSeed(source->texts[i], source->sizes[i], hash.low64 ^ (hash.high64 << 1));
    clgn_text_add(&key, "%s", cache->device);
    clgn_text_add(&key, "source %016llx%016llx\n", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
    add_field(&key, "options", source->options);
    return key.cut ? NULL : copy(buffer);
}

static void tell(const struct clgn_cache *cache, const char *what, const char *key, const char *detail)
{
    char name[CLGN_STORE_NAME_BYTES];
    if (!cache->verbose)
        return;
    clgn_store_name(key, strlen(key), name);
    clgn_note(&cache->sink, CLGN_SEVERITY_INFO, "cache: %s %.*s%s%s", what, SHORT_NAME, name,
              detail[0] != '\0' ? ": " : "", detail);
}

/* Some drivers look into a binary only when they are asked for its kernels. None is made here: rusticl compiles each
 * time that one is made. */
static cl_int ask_kernels(cl_program program)
{
    char names[TEXT_BYTES];
    return clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, sizeof names, names, NULL);
}

static cl_program build(const struct clgn_cache *cache, cl_context cl, const struct clgn_blob *blob,
                        const char *options, cl_int *code)
{
    const unsigned char *payload = blob->payload;
    cl_int loaded = CL_SUCCESS;
    cl_program program = clCreateProgramWithBinary(cl, 1, &cache->id, &blob->payload_bytes, &payload, &loaded, code);
    if (*code == CL_SUCCESS)
        *code = loaded;
    if (*code == CL_SUCCESS)
        *code = clBuildProgram(program, 1, &cache->id, options, NULL, NULL);
    if (*code == CL_SUCCESS)
        *code = ask_kernels(program);
    if (*code != CL_SUCCESS && program != NULL) {
        clReleaseProgram(program);
        program = NULL;
    }
    return program;
}

/* Hands a binary to the driver, which may end the process. */
static cl_program build_guarded(const struct clgn_cache *cache, const char *key, cl_context cl,
                                const struct clgn_found *found, const char *options)
{
    struct clgn_guard guard;
    const enum clgn_guard_result set = clgn_guard_begin(found->path, &guard);
    cl_program program;
    cl_int code = CL_SUCCESS;
    if (set == CLGN_GUARD_CRASHED) {
        clgn_store_remove(found->path);
        tell(cache, "REJECT", key, "a process ended while its driver read the file");
        return NULL;
    }
    program = build(cache, cl, &found->blob, options, &code);
    if (program == NULL && code != CL_OUT_OF_HOST_MEMORY && code != CL_OUT_OF_RESOURCES)
        clgn_store_remove(found->path);
    clgn_guard_end(&guard);
    tell(cache, program != NULL ? "HIT" : "REJECT", key, program != NULL ? "" : "the driver refuses it");
    return program;
}

cl_program clgn_cache_load(const struct clgn_cache *cache, const char *key, cl_context cl, const char *options)
{
    struct clgn_found found;
    cl_program program = NULL;
    if (cache == NULL || key == NULL)
        return NULL;
    switch (clgn_store_find(cache->folder, key, strlen(key), &found)) {
    case CLGN_STORE_HIT:
        program = build_guarded(cache, key, cl, &found, options);
        break;
    case CLGN_STORE_MISS:
        tell(cache, "MISS", key, "");
        break;
    case CLGN_STORE_REJECT:
        tell(cache, "REJECT", key, found.reason);
        break;
    }
    clgn_found_release(&found);
    return program;
}

/* The binary for the cache's device, which the caller frees; NULL when the driver has none. A context may have more
 * devices, which the program was not built for: theirs have no bytes. */
static unsigned char *ask_binary(const struct clgn_cache *cache, cl_program program, size_t *bytes)
{
    enum { MOST_DEVICES = 16 };
    cl_device_id ids[MOST_DEVICES];
    size_t sizes[MOST_DEVICES] = {0};
    unsigned char *binaries[MOST_DEVICES] = {NULL};
    size_t listed = 0;
    size_t at = 0;
    if (clGetProgramInfo(program, CL_PROGRAM_DEVICES, sizeof ids, ids, &listed) != CL_SUCCESS ||
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof sizes, sizes, NULL) != CL_SUCCESS)
        return NULL;
    while (at < listed / sizeof ids[0] && ids[at] != cache->id)
        at++;
    if (at == listed / sizeof ids[0] || sizes[at] == 0 || sizes[at] > CLGN_BLOB_MOST)
        return NULL;
    binaries[at] = malloc(sizes[at]);
    if (binaries[at] != NULL &&
        clGetProgramInfo(program, CL_PROGRAM_BINARIES, listed / sizeof ids[0] * sizeof binaries[0], binaries, NULL) !=
            CL_SUCCESS) {
        free(binaries[at]);
        return NULL;
    }
    *bytes = sizes[at];
    return binaries[at];
}

void clgn_cache_store(const struct clgn_cache *cache, const char *key, cl_program program)
{
    struct clgn_blob blob = {key, 0, NULL, 0, (uint64_t)time(NULL)};
    enum clgn_file_result result;
    unsigned char *binary;
    if (cache == NULL || key == NULL)
        return;
    binary = ask_binary(cache, program, &blob.payload_bytes);
    if (binary == NULL) {
        tell(cache, "REJECT", key, "the driver gives no binary");
        return;
    }
    blob.key_bytes = strlen(key);
    blob.payload = binary;
    result = clgn_store_put(cache->folder, &blob);
    free(binary);
    if (result == CLGN_FILE_OK)
        (void)clgn_trim(cache->folder, CLGN_CACHE_MOST, CLGN_CACHE_MOST / 10 * 9);
    tell(cache, result == CLGN_FILE_OK ? "STORE" : "REJECT", key, result == CLGN_FILE_OK ? "" : clgn_file_text(result));
}
