/* SPDX-License-Identifier: Apache-2.0 */
/* Problems to and from JSON. */
#include "words.h"

json_t *words_of(const struct tune_problem *p)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f}", "text", p->text, "op", p->op, "norm", p->norm, "dtype",
                     p->dtype, "layout", p->layout, "flags", p->flags, "act", p->act, "eps", p->problem.eps);
}

static int keep(const struct tune_problem *problem, void *user)
{
    *(struct tune_problem *)user = *problem;
    return 0;
}

int words_parse(const json_t *words, struct tune_problem *problem, char *error, size_t bytes)
{
    static const struct {
        enum axes_axis axis;
        const char *name;
    } axes[] = {{AXIS_NORM, "norm"},   {AXIS_DT, "dtype"}, {AXIS_LAYOUT, "layout"},
                {AXIS_FLAGS, "flags"}, {AXIS_ACT, "act"},  {AXIS_OP, "op"}};
    const char *sizes = json_string_value(json_object_get(words, "text"));
    const char *lists[AXIS_COUNT] = {NULL};

    for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); ++i) {
        lists[axes[i].axis] = json_string_value(json_object_get(words, axes[i].name));
    }
    if (axes_expand(sizes ? sizes : "", lists, keep, problem, error, bytes) != 0) {
        return -1;
    }
    problem->problem.eps = json_number_value(json_object_get(words, "eps"));
    return 0;
}
