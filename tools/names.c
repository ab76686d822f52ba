/* SPDX-License-Identifier: Apache-2.0 */
/* Translation between command-line names and the library's enumerations, by tables. */
#include "names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct name {
    const char *text;
    int value;
};

static const struct name dtypes[] = {
    {"f32", CLGN_DTYPE_F32}, {"f16", CLGN_DTYPE_F16}, {"bf16", CLGN_DTYPE_BF16}, {"f64", CLGN_DTYPE_F64}, {NULL, 0}};
static const struct name layouts[] = {{"nchw", CLGN_LAYOUT_FIRST}, {"nhwc", CLGN_LAYOUT_LAST}, {NULL, 0}};
static const struct name norms[] = {{"group", CLGN_NORM_GROUP},
                                    {"layer", CLGN_NORM_LAYER},
                                    {"instance", CLGN_NORM_INSTANCE},
                                    {"batch", CLGN_NORM_BATCH},
                                    {NULL, 0}};
static const struct name acts[] = {{"none", CLGN_ACT_NONE},
                                   {"relu", CLGN_ACT_RELU},
                                   {"leaky_relu", CLGN_ACT_LEAKY_RELU},
                                   {"silu", CLGN_ACT_SILU},
                                   {"gelu", CLGN_ACT_GELU},
                                   {"gelu_tanh", CLGN_ACT_GELU_TANH},
                                   {"quick_gelu", CLGN_ACT_QUICK_GELU},
                                   {"sigmoid", CLGN_ACT_SIGMOID},
                                   {"tanh", CLGN_ACT_TANH},
                                   {"mish", CLGN_ACT_MISH},
                                   {"hardswish", CLGN_ACT_HARDSWISH},
                                   {"elu", CLGN_ACT_ELU},
                                   {NULL, 0}};

static int find_value(const struct name *names, const char *text, size_t length, int *value)
{
    for (; names->text; ++names) {
        if (strlen(names->text) == length && strncmp(names->text, text, length) == 0) {
            *value = names->value;
            return 0;
        }
    }
    return -1;
}

static const char *find_text(const struct name *names, int value)
{
    for (; names->text; ++names) {
        if (names->value == value) {
            return names->text;
        }
    }
    return "?";
}

int names_parse_dtype(const char *text, clgn_dtype *dtype)
{
    int value;

    if (find_value(dtypes, text, strlen(text), &value) != 0) {
        return -1;
    }
    *dtype = (clgn_dtype)value;
    return 0;
}

int names_parse_layout(const char *text, clgn_layout *layout)
{
    int value;

    if (find_value(layouts, text, strlen(text), &value) != 0) {
        return -1;
    }
    *layout = (clgn_layout)value;
    return 0;
}

int names_parse_norm(const char *text, clgn_norm *norm)
{
    int value;

    if (find_value(norms, text, strlen(text), &value) != 0) {
        return -1;
    }
    *norm = (clgn_norm)value;
    return 0;
}

int names_parse_act(const char *text, clgn_act *act, double *alpha)
{
    size_t length = strcspn(text, "=");
    double a = 0.0;
    char *end;
    int value;

    if (find_value(acts, text, length, &value) != 0) {
        return -1;
    }
    if (value == CLGN_ACT_LEAKY_RELU) {
        a = 0.01;
    } else if (value == CLGN_ACT_ELU) {
        a = 1.0;
    } else if (text[length] != '\0') {
        return -1;
    }
    if (text[length] == '=') {
        a = strtod(text + length + 1, &end);
        if (end == text + length + 1 || *end != '\0' || !isfinite(a)) {
            return -1;
        }
    }
    *act = (clgn_act)value;
    *alpha = a;
    return 0;
}

const char *names_dtype(clgn_dtype dtype)
{
    return find_text(dtypes, (int)dtype);
}

const char *names_layout(clgn_layout layout)
{
    return find_text(layouts, (int)layout);
}

const char *names_norm(clgn_norm norm)
{
    return find_text(norms, (int)norm);
}

const char *names_act(clgn_act act)
{
    return find_text(acts, (int)act);
}

size_t names_dtype_bytes(clgn_dtype dtype)
{
    switch (dtype) {
    case CLGN_DTYPE_F64:
        return 8;
    case CLGN_DTYPE_F32:
        return 4;
    case CLGN_DTYPE_F16:
    case CLGN_DTYPE_BF16:
        return 2;
    case CLGN_DTYPE_NONE:
        break;
    }
    return 0;
}

const char *names_all_acts(void)
{
    return "none relu leaky_relu[=SLOPE] silu gelu gelu_tanh quick_gelu sigmoid tanh mish hardswish elu[=ALPHA]";
}
