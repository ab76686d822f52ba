/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of clgn-norm's command line. */
#include "norm_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "device_pick.h"
#include "names.h"
#include "norm_rules.h"

/* Options that only name a file are numbered OPT_FILE + enum norm_file. */
enum {
    OPT_NORM = 256,
    OPT_LAYOUT,
    OPT_OUT_LAYOUT,
    OPT_EPS,
    OPT_ACT,
    OPT_RMS,
    OPT_BACKWARD,
    OPT_DTYPE,
    OPT_OUT_DTYPE,
    OPT_CONFIG,
    OPT_VERIFY,
    OPT_JSON,
    OPT_COPY,
    OPT_SECONDS,
    OPT_LIST,
    OPT_HELP,
    OPT_VERSION,
    OPT_FILE = 512
};

static const struct option long_options[] = {
    {"device", required_argument, NULL, 'd'},
    {"norm", required_argument, NULL, OPT_NORM},
    {"groups", required_argument, NULL, 'G'},
    {"layout", required_argument, NULL, OPT_LAYOUT},
    {"out-layout", required_argument, NULL, OPT_OUT_LAYOUT},
    {"eps", required_argument, NULL, OPT_EPS},
    {"act", required_argument, NULL, OPT_ACT},
    {"rms", no_argument, NULL, OPT_RMS},
    {"backward", no_argument, NULL, OPT_BACKWARD},
    {"dtype", required_argument, NULL, OPT_DTYPE},
    {"out-dtype", required_argument, NULL, OPT_OUT_DTYPE},
    {"config", required_argument, NULL, OPT_CONFIG},
    {"verify", no_argument, NULL, OPT_VERIFY},
    {"json", no_argument, NULL, OPT_JSON},
    {"copy", no_argument, NULL, OPT_COPY},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"list", no_argument, NULL, OPT_LIST},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"skip", required_argument, NULL, OPT_FILE + NORM_SKIP},
    {"bias", required_argument, NULL, OPT_FILE + NORM_BIAS},
    {"gamma", required_argument, NULL, OPT_FILE + NORM_GAMMA},
    {"beta", required_argument, NULL, OPT_FILE + NORM_BETA},
    {"scale", required_argument, NULL, OPT_FILE + NORM_SCALE},
    {"shift", required_argument, NULL, OPT_FILE + NORM_SHIFT},
    {"residual", required_argument, NULL, OPT_FILE + NORM_RESIDUAL},
    {"given-mean", required_argument, NULL, OPT_FILE + NORM_GIVEN_MEAN},
    {"given-rstd", required_argument, NULL, OPT_FILE + NORM_GIVEN_RSTD},
    {"running-mean", required_argument, NULL, OPT_FILE + NORM_RUNNING_MEAN},
    {"running-var", required_argument, NULL, OPT_FILE + NORM_RUNNING_VAR},
    {"dy", required_argument, NULL, OPT_FILE + NORM_DY},
    {"expect", required_argument, NULL, OPT_FILE + NORM_EXPECT},
    {"output", required_argument, NULL, OPT_FILE + NORM_Y},
    {"sum", required_argument, NULL, OPT_FILE + NORM_SUM},
    {"mean", required_argument, NULL, OPT_FILE + NORM_MEAN},
    {"rstd", required_argument, NULL, OPT_FILE + NORM_RSTD},
    {"dx", required_argument, NULL, OPT_FILE + NORM_DX},
    {"dgamma", required_argument, NULL, OPT_FILE + NORM_DGAMMA},
    {"dbeta", required_argument, NULL, OPT_FILE + NORM_DBETA},
    {"dscale", required_argument, NULL, OPT_FILE + NORM_DSCALE},
    {"dshift", required_argument, NULL, OPT_FILE + NORM_DSHIFT},
    {"dresidual", required_argument, NULL, OPT_FILE + NORM_DRESIDUAL},
    {"dskip", required_argument, NULL, OPT_FILE + NORM_DSKIP},
    {"dbias", required_argument, NULL, OPT_FILE + NORM_DBIAS},
    {NULL, 0, NULL, 0},
};

static int parse_number(const char *text, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value >= 0.0 ? 0 : -1;
}

static int parse_groups(const char *text, size_t *groups)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || value == 0 || value > SIZE_MAX) {
        return -1;
    }
    *groups = (size_t)value;
    return 0;
}

/* Options with a value from a list or a number; -1 when the value is not understood. */
static int parse_value(int option, const char *text, struct norm_options *o)
{
    unsigned unused;

    switch (option) {
    case 'd':
        o->device = text;
        return device_pick_parse(text, &unused, &unused);
    case OPT_NORM:
        return names_parse_norm(text, &o->norm);
    case 'G':
        return parse_groups(text, &o->groups);
    case OPT_LAYOUT:
        return names_parse_layout(text, &o->layout);
    case OPT_OUT_LAYOUT:
        return names_parse_layout(text, &o->out_layout);
    case OPT_EPS:
        return parse_number(text, &o->eps);
    case OPT_ACT:
        o->act_text = text;
        return names_parse_act(text, &o->act, &o->act_alpha);
    case OPT_DTYPE:
        return names_parse_dtype(text, &o->dtype);
    case OPT_OUT_DTYPE:
        return names_parse_dtype(text, &o->out_dtype);
    case OPT_SECONDS:
        return parse_number(text, &o->seconds);
    default:
        return -1;
    }
}

/* Options whose value, if any, is always understood; -1 when the option is none of them. */
static int parse_plain(int option, const char *text, struct norm_options *o)
{
    if (option >= OPT_FILE) {
        o->path[option - OPT_FILE] = text;
        return 0;
    }
    switch (option) {
    case 'o':
        o->path[NORM_Y] = text;
        return 0;
    case OPT_CONFIG:
        o->config = text;
        return 0;
    case OPT_RMS:
        o->rms = 1;
        return 0;
    case OPT_BACKWARD:
        o->backward = 1;
        return 0;
    case OPT_VERIFY:
        o->verify = 1;
        return 0;
    case OPT_JSON:
        o->json = 1;
        return 0;
    case OPT_COPY:
        o->copy = 1;
        return 0;
    case OPT_LIST:
        o->command = NORM_COMMAND_LIST;
        return 0;
    case OPT_HELP:
        o->command = NORM_COMMAND_HELP;
        return 0;
    case OPT_VERSION:
        o->command = NORM_COMMAND_VERSION;
        return 0;
    default:
        return -1;
    }
}

/* What a value has to be. */
static const char *expected_of(int option)
{
    switch (option) {
    case 'd':
        return "P:D, such as 0:0,";
    case 'G':
        return "a whole number of 1 or more";
    case OPT_NORM:
        return "group, layer, instance or batch";
    case OPT_LAYOUT:
    case OPT_OUT_LAYOUT:
        return "nchw or nhwc";
    case OPT_ACT:
        return names_all_acts();
    case OPT_DTYPE:
    case OPT_OUT_DTYPE:
        return "f32, f16, bf16 or f64";
    default:
        return "a finite number of 0 or more";
    }
}

/* The option as users know it: -G, not --groups. */
static int fail_value(int option, const char *text)
{
    const char letter[2] = {(char)option, '\0'};
    const struct option *o = long_options;

    while (o->val != option) {
        ++o;
    }
    return norm_rules_fail("%s%s: '%s' where %s is expected", option < OPT_NORM ? "-" : "--",
                           option < OPT_NORM ? letter : o->name, text, expected_of(option));
}

static int parse_all(int argc, char **argv, struct norm_options *o)
{
    int option;

    while ((option = getopt_long(argc, argv, "d:G:o:", long_options, NULL)) != -1) {
        if (option == '?') {
            return norm_rules_fail("an option is wrong"); /* getopt has said which */
        }
        if (parse_plain(option, optarg, o) != 0 && parse_value(option, optarg, o) != 0) {
            return fail_value(option, optarg);
        }
    }
    return 0;
}

int norm_options_parse(int argc, char **argv, struct norm_options *options)
{
    const clgn_layout unset = (clgn_layout)-1;
    struct norm_options o = {.out_layout = unset, .eps = 1e-5, .act_text = "none", .seconds = 0.5};

    if (parse_all(argc, argv, &o) != 0) {
        return -1;
    }
    if (o.out_layout == unset) {
        o.out_layout = o.layout;
    }
    if (o.command == NORM_COMMAND_RUN) {
        if (optind == argc) {
            return norm_rules_fail("X.npy is missing");
        }
        if (optind + 1 != argc) {
            return norm_rules_fail("'%s' is one file too many", argv[optind + 1]);
        }
        o.path[NORM_X] = argv[optind];
        if (norm_rules_check(&o) != 0) {
            return -1;
        }
    }
    *options = o;
    return 0;
}
