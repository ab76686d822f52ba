/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the lines of a journal together. */
#include "record.h"

#include <string.h>

/* The member of an object, made when it is missing. */
static json_t *member(json_t *object, const char *name, json_t *(*make)(void))
{
    json_t *found = json_object_get(object, name);

    if (!found) {
        json_object_set_new(object, name, make());
        found = json_object_get(object, name);
    }
    return found;
}

static void take_config(json_t *problem, const char *name, const json_t *line)
{
    static const char *const kept[] = {"status", "cases", "worst", "text"};
    json_t *config = member(member(problem, "configs", json_object), name, json_object);
    json_t *ns = json_object_get(line, "ns");

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); ++i) {
        json_t *value = json_object_get(line, kept[i]);
        if (value) {
            json_object_set(config, kept[i], value);
        }
    }
    if (ns) {
        json_array_append(member(config, json_is_true(json_object_get(line, "confirm")) ? "confirm" : "ns", json_array),
                          ns);
    }
}

void record_take(void *record, const json_t *line)
{
    const char *name = json_string_value(json_object_get(line, "problem"));
    const char *config = json_string_value(json_object_get(line, "config"));
    json_t *answer = json_object_get(line, "answer");
    json_t *copy = json_object_get(line, "copy_ns");
    json_t *result = json_object_get(line, "result");
    json_t *problem;

    if (!name) {
        return;
    }
    problem = member(record, name, json_object);
    if (answer) {
        json_object_set(problem, "problem", answer);
    }
    if (config) {
        take_config(problem, config, line);
    }
    if (copy) {
        json_array_append(member(problem, "copy", json_array), copy);
    }
    if (result) {
        json_object_set(problem, "result", result);
    }
}

const json_t *record_problem(const json_t *record, const char *problem)
{
    return json_object_get(record, problem);
}

const json_t *record_config(const json_t *record, const char *problem, const char *config)
{
    return json_object_get(json_object_get(record_problem(record, problem), "configs"), config);
}

const char *record_status(const json_t *config)
{
    return json_string_value(json_object_get(config, "status"));
}

int record_samples(const json_t *config, struct search_series *series)
{
    size_t i;
    json_t *ns;

    json_array_foreach(json_object_get(config, "ns"), i, ns)
    {
        if (json_number_value(ns) > 0.0 && search_add(series, json_number_value(ns)) != 0) {
            return -1;
        }
    }
    return 0;
}

json_t *record_counts(const json_t *record, const char *problem)
{
    json_t *counts = json_object();
    const char *name;
    json_t *config;

    json_object_foreach(json_object_get(record_problem(record, problem), "configs"), name, config)
    {
        const char *status = record_status(config);
        if (status) {
            json_object_set_new(counts, status, json_integer(json_integer_value(json_object_get(counts, status)) + 1));
        }
    }
    return counts;
}
