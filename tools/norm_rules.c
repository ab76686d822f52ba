/* SPDX-License-Identifier: Apache-2.0 */
/* Rules between the options of clgn-norm. */
#include "norm_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

int norm_rules_fail(const char *format, ...)
{
    va_list args;

    fputs("clgn-norm: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("; clgn-norm --help lists the options\n", stderr);
    return -1;
}

static int check_norm(const struct norm_options *o)
{
    const int has_channels = o->norm == CLGN_NORM_BATCH || o->norm == CLGN_NORM_INSTANCE;

    if (o->norm == CLGN_NORM_GROUP && o->groups == 0) {
        return norm_rules_fail("--norm group needs -G N");
    }
    if (o->norm != CLGN_NORM_GROUP && o->groups != 0) {
        return norm_rules_fail("-G is for --norm group, not for %s", names_norm(o->norm));
    }
    if (o->rms && has_channels) {
        return norm_rules_fail("--rms is for --norm group and layer, not for %s", names_norm(o->norm));
    }
    if (o->path[NORM_RUNNING_MEAN] && !has_channels) {
        return norm_rules_fail("--running-mean is for --norm batch and instance, not for %s", names_norm(o->norm));
    }
    return 0;
}

/* Two files of which one is of no use without the other. */
static int check_pair(const struct norm_options *o, enum norm_file a, enum norm_file b)
{
    if ((o->path[a] == NULL) == (o->path[b] == NULL)) {
        return 0;
    }
    return norm_rules_fail("%s needs %s", norm_file_option(o->path[a] ? a : b), norm_file_option(o->path[a] ? b : a));
}

/* Statistics come from one place, and only those that are computed can be written. */
static int check_statistics(const struct norm_options *o)
{
    const char *given = o->path[NORM_GIVEN_MEAN]     ? "--given-mean"
                        : o->path[NORM_RUNNING_MEAN] ? "--running-mean"
                                                     : NULL;

    if (o->path[NORM_GIVEN_MEAN] && o->path[NORM_RUNNING_MEAN]) {
        return norm_rules_fail("--given-mean and --running-mean exclude each other");
    }
    if (o->rms && given) {
        return norm_rules_fail("--rms and %s exclude each other", given);
    }
    if (o->rms && o->path[NORM_MEAN]) {
        return norm_rules_fail("--rms takes no mean that --mean could write");
    }
    if (given && (o->path[NORM_MEAN] || o->path[NORM_RSTD])) {
        return norm_rules_fail("%s writes statistics that are computed, but %s gives them",
                               o->path[NORM_MEAN] ? "--mean" : "--rstd", given);
    }
    return 0;
}

static int is_backward(enum norm_file file)
{
    return file == NORM_DY || file >= NORM_GRADIENTS;
}

static int is_forward(enum norm_file file)
{
    return file == NORM_EXPECT || (file >= NORM_INPUTS && file < NORM_GRADIENTS);
}

static int check_direction(const struct norm_options *o)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        const enum norm_file file = (enum norm_file)i;
        const enum norm_file source = norm_file_source(file);
        if (!o->path[i]) {
            continue;
        }
        if (!o->backward && is_backward(file)) {
            return norm_rules_fail("%s needs --backward", norm_file_option(file));
        }
        if (o->backward && is_forward(file)) {
            return norm_rules_fail("%s is for forward, not for --backward", norm_file_option(file));
        }
        if (source != NORM_X && !o->path[source]) {
            return norm_rules_fail("%s needs %s", norm_file_option(file), norm_file_option(source));
        }
    }
    return o->backward && !o->path[NORM_DY] ? norm_rules_fail("--backward needs --dy DY.npy") : 0;
}

static int check_names(const struct norm_options *o)
{
    for (int i = 0; i < NORM_FILES; ++i) {
        if (o->path[i] && o->path[i][0] == '\0') {
            return norm_rules_fail("%s: the name of the file is empty", norm_file_option((enum norm_file)i));
        }
    }
    return 0;
}

static int check_outputs(const struct norm_options *o)
{
    for (int i = NORM_INPUTS; i < NORM_FILES; ++i) {
        for (int j = i + 1; j < NORM_FILES; ++j) {
            if (o->path[i] && o->path[j] && strcmp(o->path[i], o->path[j]) == 0) {
                return norm_rules_fail("%s: two outputs would go to %s", norm_file_option((enum norm_file)j),
                                       o->path[i]);
            }
        }
    }
    return 0;
}

int norm_rules_check(const struct norm_options *options)
{
    int result = check_norm(options);

    if (result == 0) {
        result = check_names(options);
    }
    if (result == 0) {
        result = check_pair(options, NORM_GIVEN_MEAN, NORM_GIVEN_RSTD);
    }
    if (result == 0) {
        result = check_pair(options, NORM_RUNNING_MEAN, NORM_RUNNING_VAR);
    }
    if (result == 0) {
        result = check_statistics(options);
    }
    if (result == 0) {
        result = check_direction(options);
    }
    return result == 0 ? check_outputs(options) : result;
}
