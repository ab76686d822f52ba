/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file of measured choices. */
#include "tunefile.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geometry.h"
#include "source.h"

#define WHY_BYTES 512

/* ---- members of an object; what is wrong goes to why ---- */

static int text_of(const json_t *object, const char *name, char *to, size_t bytes, struct clgn_text *why)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    if (text == NULL)
        clgn_text_add(why, "%s is %s", name, value == NULL ? "missing" : "no text");
    else if (json_string_length(value) >= bytes || strlen(text) != json_string_length(value))
        clgn_text_add(why, "%s is no text of less than %zu bytes", name, bytes);
    else
        memcpy(to, text, json_string_length(value) + 1);
    return why->used == 0;
}

static int size_of(const json_t *object, const char *name, uint64_t least, uint64_t *to, struct clgn_text *why)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value))
        clgn_text_add(why, "%s is %s", name, value == NULL ? "missing" : "no whole number");
    else if (json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) < least)
        clgn_text_add(why, "%s: %lld is less than %llu", name, (long long)json_integer_value(value),
                      (unsigned long long)least);
    else
        *to = (uint64_t)json_integer_value(value);
    return why->used == 0;
}

static int positive_of(const json_t *object, const char *name, double *to, struct clgn_text *why)
{
    const json_t *value = json_object_get(object, name);
    *to = json_number_value(value);
    if (!json_is_number(value))
        clgn_text_add(why, "%s is %s", name, value == NULL ? "missing" : "no number");
    else if (!(*to > 0 && isfinite(*to)))
        clgn_text_add(why, "%s: %g is not positive", name, *to);
    return why->used == 0;
}

static int object_of(const json_t *object, const char *name, const json_t **to, struct clgn_text *why)
{
    *to = json_object_get(object, name);
    if (!json_is_object(*to))
        clgn_text_add(why, "%s is %s", name, *to == NULL ? "missing" : "no object");
    return why->used == 0;
}

static int pin_of(const json_t *object, struct clgn_pin *pin, struct clgn_text *why)
{
    const json_t *value = json_object_get(object, "config");
    const char *text = json_string_value(value);
    if (text == NULL || strlen(text) != json_string_length(value))
        clgn_text_add(why, "config is %s", value == NULL ? "missing" : "no text");
    else
        return clgn_pin_parse(text, pin, why);
    return 0;
}

/* ---- the parts of a file ---- */

static int check_sizes(const json_t *object, struct clgn_tuned *entry, struct clgn_text *why)
{
    uint64_t all = 0;
    if (!size_of(object, "n", 1, &entry->n, why) || !size_of(object, "c", 1, &entry->c, why) ||
        !size_of(object, "g", 1, &entry->g, why) || !size_of(object, "s", 1, &entry->s, why))
        return 0;
    if (entry->c % entry->g != 0)
        clgn_text_add(why, "g: %llu does not divide c: %llu", (unsigned long long)entry->g,
                      (unsigned long long)entry->c);
    else if (!clgn_multiply(entry->n, entry->c, &all) || !clgn_multiply(all, entry->s, &all))
        clgn_text_add(why, "n, c, s: %llu * %llu * %llu elements overflow", (unsigned long long)entry->n,
                      (unsigned long long)entry->c, (unsigned long long)entry->s);
    return why->used == 0;
}

static int check_kind(struct clgn_tuned *entry, struct clgn_text *why)
{
    for (const char *at = entry->kind; *at != '\0'; at++)
        if (*at < ' ' || *at > '~') {
            clgn_text_add(why, "kind holds a byte %d", (int)(unsigned char)*at);
            return 0;
        }
    if (entry->kind[0] == '\0')
        clgn_text_add(why, "kind is empty");
    return why->used == 0;
}

static int check_times(const json_t *object, struct clgn_tuned *entry, struct clgn_text *why)
{
    const json_t *ns = NULL;
    double low = 0;
    double high = 0;
    if (!object_of(object, "ns", &ns, why) || !positive_of(ns, "median", &entry->median_ns, why) ||
        !positive_of(ns, "lo", &low, why) || !positive_of(ns, "hi", &high, why))
        return 0;
    if (!(low <= entry->median_ns && entry->median_ns <= high))
        clgn_text_add(why, "ns: median %g is not in %g to %g", entry->median_ns, low, high);
    return why->used == 0;
}

/* What was not compared with the reference, or differed from it, is never used. */
static int check_verify(const json_t *object, struct clgn_text *why)
{
    const json_t *verify = NULL;
    const json_t *worst;
    uint64_t cases = 0;
    if (!object_of(object, "verify", &verify, why) || !size_of(verify, "cases", 1, &cases, why))
        return 0;
    worst = json_object_get(verify, "worst");
    if (!json_is_number(worst))
        clgn_text_add(why, "verify.worst is %s", worst == NULL ? "missing" : "no number");
    else if (!(json_number_value(worst) >= 0 && json_number_value(worst) <= 1))
        clgn_text_add(why, "verify.worst: %g is not in 0 to 1", json_number_value(worst));
    return why->used == 0;
}

static int check_run(const json_t *object, const json_t *runs, struct clgn_text *why)
{
    const char *id = json_string_value(json_object_get(object, "run"));
    size_t i;
    json_t *run;
    if (id == NULL) {
        clgn_text_add(why, "run is no text");
        return 0;
    }
    json_array_foreach(runs, i, run) if (json_is_string(json_object_get(run, "id")) &&
                                         strcmp(id, json_string_value(json_object_get(run, "id"))) == 0) return 1;
    clgn_text_add(why, "run: no run is called \"%.64s\"", id);
    return 0;
}

static int check_quality(const json_t *object, struct clgn_tuned *entry, struct clgn_text *why)
{
    const json_t *quality = json_object_get(object, "quality");
    const json_t *generic = json_object_get(object, "generic");
    const char *text = json_string_value(quality);
    if (quality != NULL && (text == NULL || (strcmp(text, "ok") != 0 && strcmp(text, "noisy") != 0)))
        clgn_text_add(why, "quality is neither \"ok\" nor \"noisy\"");
    else if (generic != NULL && !json_is_boolean(generic))
        clgn_text_add(why, "generic is neither true nor false");
    entry->generic = json_is_true(generic);
    return why->used == 0;
}

static int read_entry(const json_t *object, const json_t *runs, struct clgn_tuned *entry, struct clgn_text *why)
{
    if (!json_is_object(object)) {
        clgn_text_add(why, "it is no object");
        return 0;
    }
    return text_of(object, "kind", entry->kind, sizeof entry->kind, why) && check_kind(entry, why) &&
           check_sizes(object, entry, why) && pin_of(object, &entry->pin, why) && check_times(object, entry, why) &&
           check_verify(object, why) && check_run(object, runs, why) && check_quality(object, entry, why);
}

static int read_device(const json_t *device, struct clgn_tunefile *file, struct clgn_text *why)
{
    struct clgn_identity *id = &file->identity;
    return text_of(device, "vendor", id->vendor, sizeof id->vendor, why) &&
           text_of(device, "name", id->name, sizeof id->name, why) &&
           text_of(device, "arch", id->arch, sizeof id->arch, why) &&
           text_of(device, "type", id->type, sizeof id->type, why) &&
           size_of(device, "compute_units", 1, &file->compute_units, why) &&
           text_of(device, "platform", id->platform, sizeof id->platform, why) &&
           text_of(device, "driver", id->driver, sizeof id->driver, why) &&
           text_of(device, "version", id->version, sizeof id->version, why);
}

static clgn_status check_head(const json_t *root, struct clgn_text *why)
{
    char format[32] = "";
    uint64_t version = 0;
    uint64_t revision = 0;
    if (!json_is_object(root)) {
        clgn_text_add(why, "the file is no object");
        return CLGN_ERR_ARGUMENT;
    }
    if (!text_of(root, "format", format, sizeof format, why) || !size_of(root, "format_version", 0, &version, why))
        return CLGN_ERR_ARGUMENT;
    if (strcmp(format, "clgn-tuning") != 0) {
        clgn_text_add(why, "format: \"%s\" is not \"clgn-tuning\"", format);
        return CLGN_ERR_ARGUMENT;
    }
    if (version != CLGN_TUNEFILE_VERSION) {
        clgn_text_add(why, "format_version: %llu, but this library reads %d", (unsigned long long)version,
                      CLGN_TUNEFILE_VERSION);
        return CLGN_ERR_UNSUPPORTED;
    }
    if (!size_of(root, "kernel_revision", 0, &revision, why))
        return CLGN_ERR_ARGUMENT;
    if (revision != CLGN_KERNEL_REVISION) {
        clgn_text_add(why, "kernel_revision: measured with %llu, but this library has %d", (unsigned long long)revision,
                      CLGN_KERNEL_REVISION);
        return CLGN_ERR_UNSUPPORTED;
    }
    return CLGN_OK;
}

static clgn_status read_entries(const json_t *root, const struct clgn_sink *sink, struct clgn_tunefile *file,
                                struct clgn_text *why)
{
    const json_t *runs = json_object_get(root, "runs");
    const json_t *entries = json_object_get(root, "entries");
    const size_t count = json_array_size(entries);
    if (!json_is_array(runs) || !json_is_array(entries) || count > CLGN_TUNEFILE_ENTRIES) {
        clgn_text_add(why, !json_is_array(runs)      ? "runs is no array"
                           : !json_is_array(entries) ? "entries is no array"
                                                     : "entries are too many");
        return CLGN_ERR_ARGUMENT;
    }
    file->entries = calloc(count + 1, sizeof *file->entries);
    if (file->entries == NULL)
        return CLGN_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        char buffer[WHY_BYTES];
        char complaint[WHY_BYTES + 64];
        struct clgn_text wrong = clgn_text_in(buffer, sizeof buffer);
        struct clgn_text text = clgn_text_in(complaint, sizeof complaint);
        if (read_entry(json_array_get(entries, i), runs, &file->entries[file->count], &wrong)) {
            file->count++;
            continue;
        }
        file->refused++;
        clgn_text_add(&text, "entries[%zu]: %s", i, buffer);
        clgn_sink_send(sink, CLGN_SEVERITY_WARNING, complaint);
    }
    return CLGN_OK;
}

clgn_status clgn_tunefile_read(const char *json, size_t bytes, const struct clgn_sink *sink, struct clgn_tunefile *file)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    json_error_t error;
    json_t *root;
    const json_t *device = NULL;
    clgn_status status;
    memset(file, 0, sizeof *file);
    if (bytes > CLGN_TUNEFILE_BYTES)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%zu bytes are more than %zu", bytes, CLGN_TUNEFILE_BYTES);
    root = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "line %d: %s", error.line, error.text);
    status = check_head(root, &why);
    if (status == CLGN_OK && !(object_of(root, "device", &device, &why) && read_device(device, file, &why)))
        status = CLGN_ERR_ARGUMENT;
    if (status == CLGN_OK)
        status = read_entries(root, sink, file, &why);
    json_decref(root);
    if (status == CLGN_OK)
        return CLGN_OK;
    clgn_tunefile_release(file);
    return clgn_fail(sink, status, "%s", status == CLGN_ERR_MEMORY ? "no memory for the entries" : buffer);
}

clgn_status clgn_tunefile_read_device(const char *json, const struct clgn_sink *sink, struct clgn_tunefile *file)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    json_error_t error;
    json_t *device = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    int ok;
    if (device == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "device: line %d: %s", error.line, error.text);
    ok = read_device(device, file, &why);
    json_decref(device);
    return ok ? CLGN_OK : clgn_fail(sink, CLGN_ERR_ARGUMENT, "device: %s", buffer);
}

void clgn_tunefile_release(struct clgn_tunefile *file)
{
    free(file->entries);
    memset(file, 0, sizeof *file);
}
