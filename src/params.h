/* SPDX-License-Identifier: Apache-2.0 */
/* The tunable numbers of a variant, by name: ranges, parsing of a pin, printing. */
#ifndef CLGN_PARAMS_H
#define CLGN_PARAMS_H

#include "message.h"

enum clgn_rule { CLGN_RULE_ANY, CLGN_RULE_POWER /* of two */ };

enum clgn_param {
#define CLGN_PARAM(name, upper, least, most, rule, macro) CLGN_P_##upper,
#include "params.inc"
#undef CLGN_PARAM
    CLGN_PARAM_COUNT
};

/* value[i] is CLGN_UNSET until somebody says. */
#define CLGN_UNSET (-1L)
struct clgn_params {
    long value[CLGN_PARAM_COUNT];
};

/* A pin: the variant's name and what was said of its params. */
#define CLGN_VARIANT_NAME_BYTES 32
struct clgn_pin {
    char variant[CLGN_VARIANT_NAME_BYTES];
    struct clgn_params params;
};

struct clgn_params clgn_params_unset(void);

/* Sets a param that nobody has set. */
void clgn_params_default(struct clgn_params *params, enum clgn_param which, long value);

const char *clgn_param_name(int which);

/* "variant,name=value,..." to *pin; else adds what is wrong with it and returns 0. */
int clgn_pin_parse(const char *text, struct clgn_pin *pin, struct clgn_text *why);

/* Adds ",name=value" for each param of the set uses (bit i: param i). */
void clgn_params_print(const struct clgn_params *params, unsigned uses, struct clgn_text *text);

/* Adds " -DCLGN_NAME=value" for each param that is compiled in. */
void clgn_params_print_macros(const struct clgn_params *params, struct clgn_text *text);

#endif
