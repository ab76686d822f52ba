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

/* The number of a setting, which ends at end; 0 with the reason in why. */
static int parse_value(const char *number, const char *stop, int row, long *value, struct clgn_text *why)
{
    char *end;
    errno = 0;
    *value = strtol(number, &end, 10);
    if (end == number || end != stop || errno != 0)
        clgn_text_add(why, "\"%.*s\" is not a number for %s", (int)(stop - number), number, rows[row].name);
    else if (*value < rows[row].least || *value > rows[row].most)
        clgn_text_add(why, "%s=%ld is not in %ld to %ld", rows[row].name, *value, rows[row].least, rows[row].most);
    else if (rows[row].rule == CLGN_RULE_POWER && (*value & (*value - 1)) != 0)
        clgn_text_add(why, "%s=%ld is not a power of two", rows[row].name, *value);
    else
        return 1;
    return 0;
}

static int parse_setting(const char *setting, size_t length, struct clgn_params *params, struct clgn_text *why)
{
    const char *equals = memchr(setting, '=', length);
    const size_t name_length = equals == NULL ? length : (size_t)(equals - setting);
    const int i = row_by_name(setting, name_length);
    if (equals == NULL)
        clgn_text_add(why, "\"%.*s\" is not name=value", (int)length, setting);
    else if (i < 0)
        clgn_text_add(why, "unknown param \"%.*s\"", (int)name_length, setting);
    else if (params->value[i] != CLGN_UNSET)
        clgn_text_add(why, "%s is given twice", rows[i].name);
    else
        return parse_value(equals + 1, setting + length, i, &params->value[i], why);
    return 0;
}

int clgn_pin_parse(const char *text, struct clgn_pin *pin, struct clgn_text *why)
{
    size_t length = strcspn(text, ",");
    if (length == 0 || length >= sizeof pin->variant) {
        clgn_text_add(why, "\"%s\" does not begin with the name of a variant", text);
        return 0;
    }
    memcpy(pin->variant, text, length);
    pin->variant[length] = '\0';
    pin->params = clgn_params_unset();
    while (text[length] == ',') {
        text += length + 1;
        length = strcspn(text, ",");
        if (!parse_setting(text, length, &pin->params, why))
            return 0;
    }
    return 1;
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
