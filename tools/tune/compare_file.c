/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking what clgn-tune bench --json wrote. */
#include "compare.h"

#include <string.h>

static int complain(const char *path, size_t index, const char *field, const char *what, char *error, size_t bytes)
{
    snprintf(error, bytes, "%s: results[%zu].%s: %s", path, index, field, what);
    return -1;
}

static int check_interval(const char *path, size_t index, const json_t *interval, const char *name, char *error,
                          size_t bytes)
{
    static const char *const fields[3] = {"lo", "median", "hi"};
    double last = 0.0;

    for (int i = 0; i < 3; ++i) {
        const json_t *value = json_object_get(interval, fields[i]);
        char field[32];
        snprintf(field, sizeof(field), "%s.%s", name, fields[i]);
        if (!json_is_number(value) || !(json_number_value(value) > 0.0)) {
            return complain(path, index, field, "missing, or not a positive number", error, bytes);
        }
        if (json_number_value(value) < last) {
            return complain(path, index, field, "less than what it may not be less than", error, bytes);
        }
        last = json_number_value(value);
    }
    return 0;
}

static int check_result(const char *path, size_t index, const json_t *result, char *error, size_t bytes)
{
    static const char *const texts[8] = {"problem", "op", "norm", "dtype", "layout", "act", "config", "from"};
    const json_t *efficiency = json_object_get(result, "efficiency");
    const json_t *copy = json_object_get(result, "copy_ns");

    for (int i = 0; i < 8; ++i) {
        if (!json_is_string(json_object_get(result, texts[i]))) {
            return complain(path, index, texts[i], "missing, or not a text", error, bytes);
        }
    }
    if (efficiency && !(json_is_number(efficiency) && json_number_value(efficiency) >= 0.0)) {
        return complain(path, index, "efficiency", "not a number from 0 on", error, bytes);
    }
    if (copy && check_interval(path, index, copy, "copy_ns", error, bytes) != 0) {
        return -1;
    }
    return check_interval(path, index, json_object_get(result, "ns"), "ns", error, bytes);
}

static int check_all(const char *path, const json_t *all, char *error, size_t bytes)
{
    const char *format = json_string_value(json_object_get(all, "format"));
    const json_t *results = json_object_get(all, "results");

    if (!format || strcmp(format, "clgn-bench") != 0) {
        snprintf(error, bytes, "%s: format: %s where \"clgn-bench\" is wanted", path, format ? format : "missing");
        return -1;
    }
    if (!json_is_array(results)) {
        snprintf(error, bytes, "%s: results: missing, or not an array", path);
        return -1;
    }
    for (size_t i = 0; i < json_array_size(results); ++i) {
        if (check_result(path, i, json_array_get(results, i), error, bytes) != 0) {
            return -1;
        }
    }
    return 0;
}

json_t *compare_load(const char *path, char *error, size_t error_bytes)
{
    json_error_t at;
    json_t *all = json_load_file(path, JSON_REJECT_DUPLICATES, &at);

    if (!all) {
        if (at.line > 0) {
            snprintf(error, error_bytes, "%s:%d:%d: %s", path, at.line, at.column, at.text);
        } else {
            snprintf(error, error_bytes, "%s", at.text);
        }
        return NULL;
    }
    if (check_all(path, all, error, error_bytes) != 0) {
        json_decref(all);
        return NULL;
    }
    return all;
}
