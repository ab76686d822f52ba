/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of benchdnn's values. */
#include "batch_values.h"

#include <stdio.h>
#include <string.h>

struct pair {
    const char *theirs;
    const char *ours;
};

static const struct pair tags[] = {{"abx", "nchw"},   {"ab", "nchw"},   {"abc", "nchw"},   {"abcd", "nchw"},
                                   {"abcde", "nchw"}, {"nchw", "nchw"}, {"ncdhw", "nchw"}, {"ncw", "nchw"},
                                   {"axb", "nhwc"},   {"acb", "nhwc"},  {"acdb", "nhwc"},  {"acdeb", "nhwc"},
                                   {"nhwc", "nhwc"},  {"nwc", "nhwc"},  {"ndhwc", "nhwc"}, {NULL, NULL}};
static const struct pair directions[] = {
    {"FWD_D", "fwd_stats"}, {"FWD_I", "fwd"}, {"BWD_D", "bwd_data"}, {"BWD_DW", "bwd"}, {NULL, NULL}};
static const struct pair post_ops[] = {{"", "none"},
                                       {"relu", "relu"},
                                       {"swish", "silu"},
                                       {"swish:1", "silu"},
                                       {"gelu_erf", "gelu"},
                                       {"gelu_tanh", "gelu_tanh"},
                                       {"logistic", "sigmoid"},
                                       {"tanh", "tanh"},
                                       {"mish", "mish"},
                                       {"elu", "elu"},
                                       {NULL, NULL}};

static const char *find(const struct pair *pairs, const char *value, size_t length)
{
    for (; pairs->theirs; ++pairs) {
        if (strlen(pairs->theirs) == length && strncmp(pairs->theirs, value, length) == 0) {
            return pairs->ours;
        }
    }
    return NULL;
}

/* TAG or TAG:TAG; y's may be "any", then it follows x's. */
static int translate_tag(const char *value, char *item, size_t bytes)
{
    const size_t length = strcspn(value, ":");
    const char *x = find(tags, value, length);
    const char *y_tag = value[length] ? value + length + 1 : "any";
    const char *y = strcmp(y_tag, "any") == 0 ? x : find(tags, y_tag, strlen(y_tag));

    if (!x || !y) {
        return -1;
    }
    snprintf(item, bytes, "%s:%s", x, y);
    return 0;
}

static int copy_known(enum axes_axis axis, const char *value, char *item, size_t bytes)
{
    clgn_problem scratch = CLGN_PROBLEM_INIT;

    snprintf(item, bytes, "%s", value);
    return strlen(value) < bytes ? axes_apply(axis, value, &scratch) : -1;
}

int batch_value(enum axes_axis axis, const char *value, char *item, size_t bytes)
{
    const char *ours;

    if (axis == AXIS_DT || axis == AXIS_FLAGS) {
        return copy_known(axis, value, item, bytes);
    }
    if (axis == AXIS_LAYOUT) {
        return translate_tag(value, item, bytes);
    }
    ours = find(axis == AXIS_OP ? directions : post_ops, value, strlen(value));
    snprintf(item, bytes, "%s", ours ? ours : "");
    return ours ? 0 : -1;
}
