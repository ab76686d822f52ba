/* SPDX-License-Identifier: Apache-2.0 */
/* Params by name. */
#include "params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
    const char *name;
    const char *macro;
    long least, most;
    enum clgn_rule rule;
    int compiled;
} rows[CLGN_PARAM_COUNT] = {
#define CLGN_PARAM(name, upper, least, most, rule, compiled) {#name, #upper, least, most, rule, compiled},
#include "params.inc"
#undef CLGN_PARAM
};

struct clgn_params clgn_params_unset(void)
{
    struct clgn_params params;
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        params.value[i] = CLGN_UNSET;
    return params;
}

void clgn_params_default(struct clgn_params *params, enum clgn_param which, long value)
{
    if (params->value[which] == CLGN_UNSET)
        params->value[which] = value;
}

static int row_by_name(const char *name, size_t length)
{
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return i;
    return -1;
}

static clgn_status parse_setting(const char *setting, size_t length, const struct clgn_sink *sink,
                                 struct clgn_params *params)
{
    const char *equals = memchr(setting, '=', length);
    const size_t name_length = equals == NULL ? length : (size_t)(equals - setting);
    const int i = row_by_name(setting, name_length);
    char *end;
    long value;
    if (equals == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: \"%.*s\" is not name=value", (int)length, setting);
    if (i < 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: unknown param \"%.*s\"", (int)name_length, setting);
    if (params->value[i] != CLGN_UNSET)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: %s is given twice", rows[i].name);
    errno = 0;
    value = strtol(equals + 1, &end, 10);
    if (end == equals + 1 || end != setting + length || errno != 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: \"%.*s\" is not a number for %s",
                         (int)(length - name_length - 1), equals + 1, rows[i].name);
    if (value < rows[i].least || value > rows[i].most)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: %s=%ld is not in %ld to %ld", rows[i].name, value,
                         rows[i].least, rows[i].most);
    if (rows[i].rule == CLGN_RULE_POWER && (value & (value - 1)) != 0)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: %s=%ld is not a power of two", rows[i].name, value);
    params->value[i] = value;
    return CLGN_OK;
}

clgn_status clgn_pin_parse(const char *text, const struct clgn_sink *sink, struct clgn_pin *pin)
{
    size_t length = strcspn(text, ",");
    if (length == 0 || length >= sizeof pin->variant)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: \"%s\" does not begin with the name of a variant", text);
    memcpy(pin->variant, text, length);
    pin->variant[length] = '\0';
    pin->params = clgn_params_unset();
    while (text[length] == ',') {
        clgn_status status;
        text += length + 1;
        length = strcspn(text, ",");
        status = parse_setting(text, length, sink, &pin->params);
        if (status != CLGN_OK)
            return status;
    }
    return CLGN_OK;
}

const char *clgn_param_name(int which)
{
    return rows[which].name;
}

void clgn_params_print(const struct clgn_params *params, unsigned uses, struct clgn_text *text)
{
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        if (uses & 1u << i)
            clgn_text_add(text, ",%s=%ld", rows[i].name, params->value[i]);
}

void clgn_params_print_macros(const struct clgn_params *params, struct clgn_text *text)
{
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        if (rows[i].compiled)
            clgn_text_add(text, " -DCLGN_%s=%ld", rows[i].macro, params->value[i]);
}
