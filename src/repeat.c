/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a problem as options of clgn-tune. */
#include "repeat.h"

#include "gradients.h"
#include "kind.h"

static void add_norm(const clgn_problem *p, struct clgn_text *text)
{
    static const char *const names[] = {"group", "layer", "instance", "batch"};
    if (p->rms)
        clgn_text_add(text, " --norm rms");
    else if (p->norm != CLGN_NORM_GROUP)
        clgn_text_add(text, " --norm %s", names[p->norm]);
}

static void add_types(const clgn_problem *p, struct clgn_text *text)
{
    static const char *const layouts[] = {"nchw", "nhwc"};
    if (p->x.dtype != p->y.dtype)
        clgn_text_add(text, " --dt %s:%s", clgn_dtype_name(p->x.dtype), clgn_dtype_name(p->y.dtype));
    else if (p->x.dtype != CLGN_DTYPE_F32)
        clgn_text_add(text, " --dt %s", clgn_dtype_name(p->x.dtype));
    if (p->x.layout != p->y.layout)
        clgn_text_add(text, " --layout %s:%s", layouts[p->x.layout], layouts[p->y.layout]);
    else if (p->x.layout != CLGN_LAYOUT_FIRST)
        clgn_text_add(text, " --layout %s", layouts[p->x.layout]);
}

static void add_flags(const clgn_problem *p, struct clgn_text *text)
{
    const int gamma = p->gamma != CLGN_DTYPE_NONE;
    const int beta = p->beta != CLGN_DTYPE_NONE;
    const int given = p->stats != CLGN_STATS_COMPUTE;
    if (!gamma && !beta && !given)
        clgn_text_add(text, " --flags ''");
    else if (!gamma || !beta || given)
        clgn_text_add(text, " --flags %s%s%s", gamma ? "C" : "", beta ? "H" : "", given ? "G" : "");
}

static void add_part(const char *part, int is_there, const char **joint, struct clgn_text *text)
{
    if (is_there) {
        clgn_text_add(text, "%s%s", *joint, part);
        *joint = "+";
    }
}

static void add_epilogue(const clgn_problem *p, struct clgn_text *text)
{
    const char *joint = " --act ";
    add_part("skip", p->skip != CLGN_SKIP_NONE, &joint, text);
    add_part("bias", p->bias != CLGN_DTYPE_NONE, &joint, text);
    add_part("modulate", p->scale != CLGN_DTYPE_NONE || p->shift != CLGN_DTYPE_NONE, &joint, text);
    add_part("add", p->residual, &joint, text);
    add_part(clgn_act_name(p->act), p->act != CLGN_ACT_NONE, &joint, text);
    if (p->act == CLGN_ACT_LEAKY_RELU || p->act == CLGN_ACT_ELU)
        clgn_text_add(text, "=%g", p->act_alpha);
}

static void add_sizes(const struct clgn_geometry *g, struct clgn_text *text)
{
    static const char *const axes[] = {"id", "ih", "iw"};
    const clgn_problem *p = &g->problem;
    clgn_text_add(text, " g%llumb%zuic%zu", (unsigned long long)g->g, p->n, p->c);
    if (p->spatial_dims > 3) /* more axes than the tool names */
        clgn_text_add(text, "iw%llu", (unsigned long long)g->s);
    else
        for (size_t i = 0; i < p->spatial_dims; i++)
            clgn_text_add(text, "%s%zu", axes[3 - p->spatial_dims + i], p->spatial[i]);
}

void clgn_repeat_print(const struct clgn_geometry *g, struct clgn_text *text)
{
    const clgn_problem *p = &g->problem;
    clgn_text_add(text, "clgn-tune bench");
    if (g->backward)
        clgn_text_add(text, " --op %s", clgn_sums_wanted(p) ? "bwd" : "bwd_data");
    else if (p->write_mean || p->write_rstd)
        clgn_text_add(text, " --op fwd_stats");
    add_norm(p, text);
    add_types(p, text);
    add_flags(p, text);
    add_epilogue(p, text);
    add_sizes(g, text);
}
