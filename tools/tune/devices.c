/* SPDX-License-Identifier: Apache-2.0 */
/* clgn-tune devices: the OpenCL devices of this computer. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>
#include <jansson.h>

#include <clgn/tune.h>

#include "device_open.h"
#include "timer_check.h"

enum { OPT_JSON = 256, ERROR_BYTES = 512, IDENTITY_BYTES = 2048 };

static const struct argp_option options[] = {
    {"json", OPT_JSON, NULL, 0, "JSON", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* What is found out by opening a device. */
struct facts {
    json_t *identity; /* NULL: it could not be opened */
    int f16, f64, sub_groups;
    enum timer_verdict events;
    char error[ERROR_BYTES];
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    if (key == OPT_JSON) {
        *(int *)state->input = 1;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        argp_error(state, "\"%s\": no argument is taken", argument);
    }
    return ARGP_ERR_UNKNOWN;
}

/* A whole word of a list that is separated by blanks. */
static int has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word)) {
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
            return 1;
        }
    }
    return 0;
}

static void read_extensions(cl_device_id device, struct facts *facts)
{
    size_t bytes = 0;
    char *list;

    if (clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, 0, NULL, &bytes) != CL_SUCCESS) {
        return;
    }
    list = calloc(bytes + 1, 1);
    if (list && clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, bytes, list, NULL) == CL_SUCCESS) {
        facts->f16 = has_word(list, "cl_khr_fp16");
        facts->f64 = has_word(list, "cl_khr_fp64");
        facts->sub_groups = has_word(list, "cl_khr_subgroups") || has_word(list, "cl_intel_subgroups");
    }
    free(list);
}

static struct facts find_facts(const char *name, const struct device_entry *entry)
{
    struct facts facts = {.events = TIMER_UNKNOWN};
    struct device_open device;
    char text[IDENTITY_BYTES];
    char spec[32];

    snprintf(spec, sizeof(spec), "%u:%u", entry->platform_index, entry->device_index);
    read_extensions(entry->device, &facts);
    if (device_open(spec, name, &device, facts.error, sizeof(facts.error)) != 0) {
        return facts;
    }
    if (clgn_tuning_device(device.clgn, text, sizeof(text)) == CLGN_OK) {
        facts.identity = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    }
    facts.events = timer_check(&device);
    device_close(&device);
    return facts;
}

static const char *arch_of(const struct facts *facts)
{
    const char *arch = json_string_value(json_object_get(facts->identity, "arch"));

    return arch && *arch ? arch : "?";
}

static void print_line(const struct device_entry *e, const struct facts *facts)
{
    printf("%u:%u  %-11s  %s  (%s, driver %s)", e->platform_index, e->device_index, device_pick_type(e->type), e->name,
           e->platform_name, e->driver);
    if (!facts->identity) {
        printf("; not usable: %s\n", facts->error);
        return;
    }
    printf("; arch %s, %lld compute units, f16 %s, f64 %s, sub-groups %s, event timer %s\n", arch_of(facts),
           (long long)json_integer_value(json_object_get(facts->identity, "compute_units")), facts->f16 ? "yes" : "no",
           facts->f64 ? "yes" : "no", facts->sub_groups ? "yes" : "no", timer_verdict_name(facts->events));
}

static json_t *as_json(const struct device_entry *e, const struct facts *facts)
{
    char spec[32];
    json_t *object;

    snprintf(spec, sizeof(spec), "%u:%u", e->platform_index, e->device_index);
    object = json_pack("{s:s, s:b, s:b, s:b, s:s}", "id", spec, "f16", facts->f16, "f64", facts->f64, "sub_groups",
                       facts->sub_groups, "event_timer", timer_verdict_name(facts->events));
    if (facts->identity) {
        json_object_update(object, facts->identity);
    } else {
        json_object_set_new(object, "name", json_string(e->name));
        json_object_set_new(object, "error", json_string(facts->error));
    }
    return object;
}

static void print_json(json_t *devices)
{
    json_t *all = json_pack("{s:s, s:O}", "format", "clgn-devices", "devices", devices);

    json_dumpf(all, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(all);
}

int tune_devices(int argc, char **argv)
{
    const struct argp argp = {options, parse, NULL, "List the OpenCL devices, numbered as clinfo numbers them.",
                              NULL,    NULL,  NULL};
    struct device_entry *entries = NULL;
    json_t *devices = json_array();
    int json = 0;
    int count;

    if (argp_parse(&argp, argc, argv, 0, NULL, &json) != 0) {
        return TUNE_USAGE;
    }
    count = device_pick_list(&entries);
    for (int i = 0; i < count; ++i) {
        struct facts facts = find_facts(argv[0], &entries[i]);
        if (json) {
            json_array_append_new(devices, as_json(&entries[i], &facts));
        } else {
            print_line(&entries[i], &facts);
        }
        json_decref(facts.identity);
    }
    if (json) {
        print_json(devices);
    }
    json_decref(devices);
    free(entries);
    if (count <= 0) {
        fprintf(stderr, "%s: %s\n", argv[0], count < 0 ? "out of memory" : "no OpenCL device");
        return TUNE_DEVICE;
    }
    return TUNE_OK;
}
