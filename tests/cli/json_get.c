/* SPDX-License-Identifier: Apache-2.0 */
/* json_get KEY... < JSON: prints the values of keys such as device.name or results.0, one a line; 1 when one is
 * missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static const json_t *find(const json_t *object, const char *key)
{
    char name[64];

    while (object != NULL && *key != '\0') {
        const size_t length = strcspn(key, ".");

        snprintf(name, sizeof name, "%.*s", (int)length, key);
        object = json_is_array(object) ? json_array_get(object, strtoul(name, NULL, 10))
                                       : json_object_get(object, name);
        key += length + (key[length] == '.');
    }
    return object;
}

static int print(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    if (text != NULL) {
        puts(json_is_string(value) ? json_string_value(value) : text);
    }
    free(text);
    return text != NULL ? 0 : 1;
}

int main(int argc, char **argv)
{
    json_error_t error;
    json_t *all = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
    int result = 0;

    if (all == NULL) {
        fprintf(stderr, "json_get: line %d: %s\n", error.line, error.text);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        const json_t *value = find(all, argv[i]);

        if (value == NULL) {
            fprintf(stderr, "json_get: no %s\n", argv[i]);
            result = 1;
        } else {
            result |= print(value);
        }
    }
    json_decref(all);
    return result;
}
