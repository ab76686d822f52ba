/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of bench_norm's command line. */
#include "bench_options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_pick.h"
#include "names.h"

enum { OPT_OP = 256, OPT_DT, OPT_OUT_DT, OPT_LAYOUT, OPT_OUT_LAYOUT, OPT_ACT, OPT_CONFIG, OPT_SECONDS, OPT_JSON };

static const struct option long_options[] = {
    {"device", required_argument, NULL, 'd'},
    {"op", required_argument, NULL, OPT_OP},
    {"dt", required_argument, NULL, OPT_DT},
    {"out-dt", required_argument, NULL, OPT_OUT_DT},
    {"layout", required_argument, NULL, OPT_LAYOUT},
    {"out-layout", required_argument, NULL, OPT_OUT_LAYOUT},
    {"act", required_argument, NULL, OPT_ACT},
    {"config", required_argument, NULL, OPT_CONFIG},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_help(FILE *out)
{
    fprintf(out,
            "usage: bench_norm [-d P:D] [--op fwd|bwd] [--dt TYPE] [--out-dt TYPE] [--layout nchw|nhwc]\n"
            "                  [--out-layout nchw|nhwc] [--act NAME] [--config PIN] [--seconds S] [--json] PROBLEM...\n"
            "Median time of GroupNorm with gamma and beta, and of the fastest copy of the same bytes, measured in one\n"
            "interleaved run over buffers that do not fit the caches. Backward (bwd) reads x and dy, and writes dx, "
            "dgamma\n"
            "and dbeta; its copy reads two tensors and writes one.\n"
            "  PROBLEM   benchdnn's grammar: g groups, mb batch (2), ic channels, id, ih, iw; g32mb2ic320ih64iw64\n"
            "  TYPE      f32 (default), f16, bf16, f64; --out-dt is y's, default x's\n"
            "  NAME      %s\n"
            "  PIN       VARIANT,param=value,... instead of the library's choice\n"
            "  -d P:D    device as numbered by clinfo -l; default CLGN_DEVICE, else the first GPU, else the first\n"
            "  S         seconds of measuring per problem (2)\n",
            names_all_acts());
}

static int parse_seconds(const char *text, double *seconds)
{
    char *end;

    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*seconds) && *seconds >= 0.0 ? 0 : -1;
}

/* 0, or -1 when the argument is not understood; an unknown option is one as well. */
static int parse_one(int option, const char *argument, struct bench_options *o)
{
    unsigned unused;

    switch (option) {
    case 'd':
        o->device = argument;
        return device_pick_parse(argument, &unused, &unused);
    case OPT_OP:
        o->direction = strcmp(argument, "bwd") == 0 ? CLGN_BACKWARD : CLGN_FORWARD;
        return strcmp(argument, "bwd") == 0 || strcmp(argument, "fwd") == 0 ? 0 : -1;
    case OPT_DT:
        return names_parse_dtype(argument, &o->dtype);
    case OPT_OUT_DT:
        return names_parse_dtype(argument, &o->out_dtype);
    case OPT_LAYOUT:
        return names_parse_layout(argument, &o->layout);
    case OPT_OUT_LAYOUT:
        return names_parse_layout(argument, &o->out_layout);
    case OPT_ACT:
        o->act_text = argument;
        return names_parse_act(argument, &o->act, &o->act_alpha);
    case OPT_CONFIG:
        o->config = argument;
        return 0;
    case OPT_SECONDS:
        return parse_seconds(argument, &o->seconds);
    case OPT_JSON:
        o->json = 1;
        return 0;
    default:
        return -1;
    }
}

int bench_options_parse(int argc, char **argv, struct bench_options *options)
{
    const clgn_layout unset = (clgn_layout)-1;
    int option;

    *options = (struct bench_options){.dtype = CLGN_DTYPE_F32, .out_layout = unset, .act_text = "none", .seconds = 2.0};
    while ((option = getopt_long(argc, argv, "d:h", long_options, NULL)) != -1) {
        if (option == 'h') {
            print_help(stdout);
            return 1;
        }
        if (parse_one(option, optarg, options) != 0) {
            if (option != '?') {
                fprintf(stderr, "bench_norm: '%s' is not understood\n", optarg);
            }
            print_help(stderr);
            return -1;
        }
    }
    if (options->out_dtype == CLGN_DTYPE_NONE) {
        options->out_dtype = options->dtype;
    }
    if (options->out_layout == unset) {
        options->out_layout = options->layout;
    }
    options->problems = argv + optind;
    options->problem_count = argc - optind;
    if (options->problem_count == 0) {
        fprintf(stderr, "bench_norm: no PROBLEM given\n");
        print_help(stderr);
        return -1;
    }
    return 0;
}
