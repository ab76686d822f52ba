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

static const char *long_name(int option)
{
    const struct option *o = long_options;

    while (o->name && o->val != option) {
        ++o;
    }
    return o->name ? o->name : "?";
}

int norm_options_parse(int argc, char **argv, struct norm_options *options)
{
    const clgn_layout unset = (clgn_layout)-1;
    struct norm_options o = {.out_layout = unset, .eps = 1e-5, .act_text = "none", .seconds = 0.5};
    int option;

    while ((option = getopt_long(argc, argv, "d:G:o:", long_options, NULL)) != -1) {
        if (option == '?') {
            return norm_rules_fail("that was not understood");
        }
        if (parse_plain(option, optarg, &o) != 0 && parse_value(option, optarg, &o) != 0) {
            return norm_rules_fail("--%s: the value '%s' is not understood", long_name(option), optarg);
        }
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

void norm_options_help(void)
{
    printf("usage: clgn-norm [OPTION...] X.npy\n"
           "Normalises a NumPy array on an OpenCL device, checks and times it.\n\n"
           "  -d P:D                     device as numbered by --list; default CLGN_DEVICE, else the first GPU, else\n"
           "                             the first device\n"
           "  --norm group|layer|instance|batch  default group; batch: training, statistics of this X\n"
           "  -G N                       number of groups, for --norm group\n"
           "  --rms                      no mean is taken; for --norm group and layer\n"
           "  --layout nchw|nhwc         how X's axes are read: n, c, spatial... (default) or n, spatial..., c\n"
           "  --out-layout nchw|nhwc     of the output, and of its gradient; default as X\n"
           "  --eps E                    added to the variance; default 1e-5\n"
           "  --gamma F --beta F --bias F    files of shape (c,)\n"
           "  --scale F --shift F        files of shape (n, c)\n"
           "  --skip F                   added to x: a file of X's shape, or (n, c)\n"
           "  --residual F               added before the activation: a file of the output's shape\n"
           "  --given-mean F --given-rstd F  use these statistics, shape (n, groups), of batch (c,)\n"
           "  --running-mean F --running-var F  use these, shape (c,): inference with --norm batch or instance\n"
           "  --act NAME                 %s\n"
           "  --dtype f32|f16|bf16|f64   x on the device; default the file's, f32 for an f8 file\n"
           "  --out-dtype TYPE           y on the device, and its gradient; default x's\n"
           "  --config VARIANT,K=V...    pin the kernel variant and its parameters; with --backward those of backward\n"
           "  -o OUT, --sum OUT, --mean OUT, --rstd OUT  files to write: y, x + skip + bias, statistics (n, groups),\n"
           "                             of batch (c,); f4, or f8 for f64\n"
           "  --backward                 gradients instead of y; statistics come from a forward run, or are given\n"
           "  --dy DY.npy                the gradient that reached y: a file of the output's shape\n"
           "  --dx OUT, --dgamma OUT, --dbeta OUT, --dscale OUT, --dshift OUT, --dresidual OUT, --dskip OUT,\n"
           "  --dbias OUT                files to write: gradients, each of the shape of what it is the gradient of;\n"
           "                             f4, or f8 for f64\n"
           "  --verify                   compare with a reference in extended precision; exit 3 outside the bound\n"
           "  --expect Y.npy             compare y with a given result; exit 3 outside the bound\n"
           "  --copy                     measure the fastest copy of the same bytes, too; backward reads two tensors\n"
           "                             and writes one\n"
           "  --seconds S                how long to measure; default 0.5, 0 for the least\n"
           "  --json                     print the result as JSON\n"
           "  --list, --help, --version\n\n"
           "Exit status: 0 done, 1 bad options or files, 2 device, 3 outside the bound.\n",
           names_all_acts());
}
