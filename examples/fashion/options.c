/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of the command line. */
#define _POSIX_C_SOURCE 200809L

#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_NORM = 256,
    OPT_GROUPS,
    OPT_BATCH,
    OPT_EPOCHS,
    OPT_RATE,
    OPT_SEED,
    OPT_IMAGES,
    OPT_LABELS,
    OPT_DATA,
    OPT_CHECKPOINT,
    OPT_CSV,
    OPT_DEVICE,
    OPT_HELP
};

enum { MAX_BATCH = 10000, MAX_EPOCHS = 10000 };

/* In the order of the values. */
static const struct option long_options[] = {
    {"norm", required_argument, NULL, OPT_NORM},     {"groups", required_argument, NULL, OPT_GROUPS},
    {"batch", required_argument, NULL, OPT_BATCH},   {"epochs", required_argument, NULL, OPT_EPOCHS},
    {"lr", required_argument, NULL, OPT_RATE},       {"seed", required_argument, NULL, OPT_SEED},
    {"images", required_argument, NULL, OPT_IMAGES}, {"labels", required_argument, NULL, OPT_LABELS},
    {"data", required_argument, NULL, OPT_DATA},     {"checkpoint", required_argument, NULL, OPT_CHECKPOINT},
    {"csv", required_argument, NULL, OPT_CSV},       {"device", required_argument, NULL, OPT_DEVICE},
    {"help", no_argument, NULL, OPT_HELP},           {NULL, 0, NULL, 0},
};

void options_help(void)
{
    puts("fashion train [options]      train the network on Fashion-MNIST\n"
         "  --norm bn|gn|ln|in|none    normalisation (gn)\n"
         "  --groups G                 of gn: 1, 2, 4, 8 or 16 (8)\n"
         "  --batch B                  images in a step (32)\n"
         "  --epochs E                 (8)\n"
         "  --lr X                     learning rate at the start (0.1 * B / 32)\n"
         "  --seed N                   of the initial weights and the order of images (1)\n"
         "  --images N                 use only the first N training images\n"
         "  --checkpoint FILE          written after each epoch; a run goes on from it when it is there\n"
         "  --csv FILE                 a row is added after each epoch\n"
         "fashion classify [options]   classify the test set, or other files, with a trained network\n"
         "  --checkpoint FILE          the network\n"
         "  --images FILE --labels FILE   IDX files, plain or gzip\n"
         "  --batch B                  may be given several times (1, 32)\n"
         "both:\n"
         "  --data DIR                 folder of the data set (/usr/share/datasets/fashion-mnist)\n"
         "  --device P:D               OpenCL platform and device, from 0");
}

static int parse_count(const char *name, const char *text, uint32_t least, uint32_t most, uint32_t *value)
{
    unsigned long parsed;
    char *end;

    errno = 0;
    parsed = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || parsed < least || parsed > most) {
        return fail("--%s %s: a number from %u to %u is needed", name, text, least, most);
    }
    *value = (uint32_t)parsed;
    return 0;
}

static int parse_norm(const char *text, enum norm_kind *kind)
{
    for (int i = 0; i < NORM_KINDS; ++i) {
        if (strcmp(text, norm_names[i]) == 0) {
            *kind = (enum norm_kind)i;
            return 0;
        }
    }
    return fail("--norm %s: bn, gn, ln, in and none are known", text);
}

static int parse_groups(const char *text, uint32_t *groups)
{
    PASS(parse_count("groups", text, 1, 16, groups));
    return 16 % *groups == 0 ? 0 : fail("--groups %u: 1, 2, 4, 8 and 16 divide all layers' channels", *groups);
}

static int parse_rate(const char *text, float *rate)
{
    char *end;

    *rate = strtof(text, &end);
    return end != text && *end == '\0' && isfinite(*rate) && *rate > 0.0f
               ? 0
               : fail("--lr %s: a positive number is needed", text);
}

static int add_batch(const char *text, struct options *o)
{
    if (o->batch_count == MAX_BATCHES) {
        return fail("--batch %s: at most %d are taken", text, MAX_BATCHES);
    }
    return parse_count("batch", text, 1, MAX_BATCH, &o->batches[o->batch_count++]);
}

static int parse_images(const char *text, struct options *o)
{
    if (o->command == COMMAND_TRAIN) {
        return parse_count("images", text, 1, UINT32_MAX, &o->train_images);
    }
    o->images = text;
    return 0;
}

/* What one command has and the other does not is not passed over in silence. */
static int check_command(int option, enum command command)
{
    switch (option) {
    case OPT_NORM:
    case OPT_GROUPS:
    case OPT_EPOCHS:
    case OPT_RATE:
    case OPT_SEED:
    case OPT_CSV:
        return command != COMMAND_CLASSIFY ? 0
                                           : fail("--%s is an option of train", long_options[option - OPT_NORM].name);
    case OPT_LABELS:
        return command != COMMAND_TRAIN ? 0 : fail("--labels is an option of classify");
    default:
        return 0;
    }
}

static int parse_option(int option, const char *text, struct options *o)
{
    PASS(check_command(option, o->command));
    switch (option) {
    case OPT_NORM:
        return parse_norm(text, &o->norm);
    case OPT_GROUPS:
        return parse_groups(text, &o->groups);
    case OPT_BATCH:
        return add_batch(text, o);
    case OPT_EPOCHS:
        return parse_count("epochs", text, 1, MAX_EPOCHS, &o->epochs);
    case OPT_RATE:
        return parse_rate(text, &o->rate);
    case OPT_SEED:
        return parse_count("seed", text, 0, UINT32_MAX, &o->seed);
    case OPT_IMAGES:
        return parse_images(text, o);
    case OPT_LABELS:
        o->labels = text;
        return 0;
    case OPT_DATA:
        o->data = text;
        return 0;
    case OPT_CHECKPOINT:
        o->checkpoint = text;
        return 0;
    case OPT_CSV:
        o->csv = text;
        return 0;
    case OPT_DEVICE:
        o->device = text;
        return 0;
    case OPT_HELP:
        o->command = COMMAND_HELP;
        return 0;
    default:
        return fail("fashion --help lists the options"); /* getopt has said what is wrong */
    }
}

static int parse_command(int argc, char **argv, struct options *o)
{
    if (argc < 2) {
        return fail("train or classify? fashion --help lists the options");
    }
    if (strcmp(argv[1], "train") == 0) {
        o->command = COMMAND_TRAIN;
    } else if (strcmp(argv[1], "classify") == 0) {
        o->command = COMMAND_CLASSIFY;
    } else if (strcmp(argv[1], "--help") == 0) {
        o->command = COMMAND_HELP;
    } else {
        return fail("%s: train and classify are known", argv[1]);
    }
    return 0;
}

/* What follows from the options together. */
static int complete(struct options *o)
{
    if (o->command == COMMAND_CLASSIFY) {
        if (!o->checkpoint) {
            return fail("classify needs --checkpoint");
        }
        if (!o->images != !o->labels) {
            return fail("--images and --labels belong together");
        }
        if (o->batch_count == 0) {
            o->batches[o->batch_count++] = 1;
            o->batches[o->batch_count++] = 32;
        }
        return 0;
    }
    if (o->batch_count > 1) {
        return fail("train takes one --batch");
    }
    if (o->batch_count == 0) {
        o->batches[o->batch_count++] = 32;
    }
    if (o->rate == 0.0f) {
        o->rate = 0.1f * (float)o->batches[0] / 32.0f;
    }
    if (o->norm != NORM_GROUP && o->groups != 0) {
        return fail("--groups belongs to --norm gn");
    }
    if (o->norm == NORM_GROUP && o->groups == 0) {
        o->groups = 8;
    }
    return 0;
}

int options_parse(int argc, char **argv, struct options *o)
{
    int option;

    memset(o, 0, sizeof(*o));
    o->data = "/usr/share/datasets/fashion-mnist";
    o->norm = NORM_GROUP;
    o->epochs = 8;
    o->seed = 1;
    PASS(parse_command(argc, argv, o));
    optind = 2;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        PASS(parse_option(option, optarg, o));
    }
    if (optind < argc && o->command != COMMAND_HELP) {
        return fail("%s: not an option; fashion --help lists them", argv[optind]);
    }
    return complete(o);
}
