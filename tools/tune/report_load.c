/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the files of a report, each recognised by its "format", and checking what the sections need of them. */
#include <math.h>
#include <string.h>

#include "journal.h"
#include "record.h"
#include "report.h"

/* A member of every item of a list: "ns.median" is a member of a member. */
struct field {
    const char *path;
    json_type type; /* JSON_STRING, JSON_OBJECT, or JSON_REAL for a positive number */
};

static const struct field bench_fields[] = {
    {"problem", JSON_STRING}, {"op", JSON_STRING},      {"norm", JSON_STRING},   {"dtype", JSON_STRING},
    {"layout", JSON_STRING},  {"act", JSON_STRING},     {"config", JSON_STRING}, {"from", JSON_STRING},
    {"ns.median", JSON_REAL}, {"bytes_min", JSON_REAL}, {NULL, JSON_NULL},
};
static const struct field tuning_fields[] = {
    {"kind", JSON_STRING}, {"n", JSON_REAL},        {"c", JSON_REAL},         {"g", JSON_REAL},
    {"s", JSON_REAL},      {"config", JSON_STRING}, {"ns.median", JSON_REAL}, {NULL, JSON_NULL},
};
static const struct field peers_fields[] = {
    {"problem", JSON_STRING}, {"op", JSON_STRING}, {"dtype", JSON_STRING}, {"layout", JSON_STRING},
    {"act", JSON_STRING},     {"ns", JSON_REAL},   {"peers", JSON_OBJECT}, {NULL, JSON_NULL},
};

struct format {
    const char *name;
    const char *list;
    const struct field *fields;
    size_t place; /* of the array in struct report_data */
};

static const struct format formats[] = {
    {"clgn-bench", "results", bench_fields, offsetof(struct report_data, bench)},
    {"clgn-tuning", "entries", tuning_fields, offsetof(struct report_data, tuning)},
    {"clgn-peers", "results", peers_fields, offsetof(struct report_data, peers)},
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

static const json_t *find(const json_t *item, const char *path)
{
    char name[32];

    while (item && *path != '\0') {
        const size_t length = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int)length, path);
        item = json_object_get(item, name);
        path += length + (path[length] == '.');
    }
    return item;
}

static int fits(const json_t *value, json_type type)
{
    if (type == JSON_REAL) {
        return json_is_number(value) && json_number_value(value) > 0.0 && isfinite(json_number_value(value));
    }
    return value && json_typeof(value) == type;
}

static const char *wanted(json_type type)
{
    return type == JSON_REAL ? "a positive number" : type == JSON_OBJECT ? "an object" : "a text";
}

static int check(const char *path, const json_t *document, const struct format *format, char *error, size_t bytes)
{
    const json_t *list = json_object_get(document, format->list);
    const json_t *item;
    size_t i;

    if (!json_is_array(list)) {
        snprintf(error, bytes, "%s: %s: missing, or not an array", path, format->list);
        return -1;
    }
    json_array_foreach(list, i, item)
    {
        for (const struct field *f = format->fields; f->path; ++f) {
            if (!fits(find(item, f->path), f->type)) {
                snprintf(error, bytes, "%s: %s[%zu].%s: missing, or not %s", path, format->list, i, f->path,
                         wanted(f->type));
                return -1;
            }
        }
    }
    return 0;
}

static const struct format *format_of(const char *name)
{
    for (size_t i = 0; name && i < FORMAT_COUNT; ++i) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static int put(json_t *document, const struct format *format, struct report_data *data)
{
    json_t **list = (json_t **)(void *)((char *)data + format->place);

    if (!*list) {
        *list = json_array();
    }
    return json_array_append(*list, document);
}

static int load_document(const char *path, struct report_data *data, char *error, size_t error_bytes)
{
    json_error_t at;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &at);
    const char *name = json_string_value(json_object_get(document, "format"));
    const struct format *format = format_of(name);
    int result = -1;

    if (!document && at.line > 0) {
        snprintf(error, error_bytes, "%s:%d:%d: %s", path, at.line, at.column, at.text);
    } else if (!document) {
        snprintf(error, error_bytes, "%s", at.text);
    } else if (!format) {
        snprintf(error, error_bytes, "%s: format: %s%s%s, not clgn-bench, clgn-tuning, clgn-journal or clgn-peers",
                 path, name ? "\"" : "", name ? name : "missing", name ? "\"" : "");
    } else if (check(path, document, format, error, error_bytes) == 0) {
        result = put(document, format, data);
        snprintf(error, error_bytes, "out of memory");
    }
    json_decref(document);
    return result;
}

/* Lines of JSON: a journal. */
static int load_lines(const char *path, struct report_data *data, char *error, size_t bytes)
{
    json_t *record = json_object();
    json_t *header = journal_read(path, record_take, record, error, bytes);
    int result = -1;

    if (header) {
        if (!data->journals) {
            data->journals = json_array();
        }
        result = json_array_append_new(data->journals, json_pack("{s:O?, s:O}", "device",
                                                                 json_object_get(header, "device"), "record", record));
        snprintf(error, bytes, "out of memory");
    }
    json_decref(header);
    json_decref(record);
    return result;
}

/* What the first line says. */
static int is_journal(const char *path)
{
    FILE *file = fopen(path, "r");
    json_t *first = file ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const char *name = json_string_value(json_object_get(first, "format"));
    const int result = name && strcmp(name, "clgn-journal") == 0;

    json_decref(first);
    if (file) {
        fclose(file);
    }
    return result;
}

int report_load(const char *path, struct report_data *data, char *error, size_t error_bytes)
{
    return is_journal(path) ? load_lines(path, data, error, error_bytes)
                            : load_document(path, data, error, error_bytes);
}

void report_data_release(struct report_data *data)
{
    json_decref(data->bench);
    json_decref(data->tuning);
    json_decref(data->journals);
    json_decref(data->peers);
}
