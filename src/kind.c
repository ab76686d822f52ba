/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the kind of a problem. */
#include "kind.h"

static const char *const acts[] = {
    [CLGN_ACT_NONE] = "none",
    [CLGN_ACT_RELU] = "relu",
    [CLGN_ACT_LEAKY_RELU] = "leaky_relu",
    [CLGN_ACT_SILU] = "silu",
    [CLGN_ACT_GELU] = "gelu",
    [CLGN_ACT_GELU_TANH] = "gelu_tanh",
    [CLGN_ACT_QUICK_GELU] = "quick_gelu",
    [CLGN_ACT_SIGMOID] = "sigmoid",
    [CLGN_ACT_TANH] = "tanh",
    [CLGN_ACT_MISH] = "mish",
    [CLGN_ACT_HARDSWISH] = "hardswish",
    [CLGN_ACT_ELU] = "elu",
};

const char *clgn_act_name(clgn_act act)
{
    return acts[act];
}

static void add_dtype(struct clgn_text *text, const char *name, clgn_dtype dtype)
{
    if (dtype != CLGN_DTYPE_NONE)
        clgn_text_add(text, " %s=%s", name, clgn_dtype_name(dtype));
}

static void add_word(struct clgn_text *text, const char *word, int is_there)
{
    if (is_there)
        clgn_text_add(text, " %s", word);
}

static const char *layout_name(const struct clgn_geometry *g, int last)
{
    return last ? "nhwc" : g->point ? "point" : "nchw";
}

/* Whether some tensor of x's or y's shape has gaps. */
static int is_strided(const struct clgn_geometry *g)
{
    for (int i = 0; i < CLGN_ROLE_COUNT; i++) {
        const struct clgn_operand *o = &g->operand[i];
        if (o->strided && (o->elements != g->n * g->c * g->s || (g->n > 1 && o->bs < o->rs)))
            return 1;
    }
    return 0;
}

static void add_prologue(const clgn_problem *p, struct clgn_text *text)
{
    add_word(text, "skip=full", p->skip == CLGN_SKIP_FULL);
    add_word(text, "skip=channel", p->skip == CLGN_SKIP_PER_CHANNEL);
    add_dtype(text, "bias", p->bias);
    add_word(text, "sum", p->sum);
}

static void add_statistics(const struct clgn_geometry *g, struct clgn_text *text)
{
    const clgn_problem *p = &g->problem;
    add_word(text, "stats=given", p->stats == CLGN_STATS_GIVEN);
    add_word(text, "stats=running", p->stats == CLGN_STATS_RUNNING);
    add_word(text, "mean", p->write_mean);
    add_word(text, "rstd", p->write_rstd);
    add_word(text, "mean_lo", p->mean_lo);
    add_word(text, "running", p->running);
}

static void add_epilogue(const clgn_problem *p, struct clgn_text *text)
{
    add_dtype(text, "gamma", p->gamma);
    add_dtype(text, "beta", p->beta);
    add_dtype(text, "scale", p->scale);
    add_dtype(text, "shift", p->shift);
    add_word(text, "residual", p->residual);
    if (p->act != CLGN_ACT_NONE)
        clgn_text_add(text, " act=%s", clgn_act_name(p->act));
}

static void add_gradients(const clgn_problem *p, struct clgn_text *text)
{
    add_word(text, "dskip", p->dskip != CLGN_GRADIENT_NONE);
    add_word(text, "dbias", p->dbias != CLGN_GRADIENT_NONE);
    add_word(text, "dgamma", p->dgamma != CLGN_GRADIENT_NONE);
    add_word(text, "dbeta", p->dbeta != CLGN_GRADIENT_NONE);
    add_word(text, "dscale", p->dscale != CLGN_GRADIENT_NONE);
    add_word(text, "dshift", p->dshift != CLGN_GRADIENT_NONE);
    add_word(text, "dresidual", p->dresidual);
    add_word(text, "dmean", p->dmean);
    add_word(text, "drstd", p->drstd);
}

void clgn_kind_print(const struct clgn_geometry *g, struct clgn_text *text)
{
    const clgn_problem *p = &g->problem;
    clgn_text_add(text, "%s %s", g->backward ? "bwd" : "fwd", g->batch ? "batch" : p->rms ? "rms" : "group");
    clgn_text_add(text, " x=%s/%s y=%s/%s", clgn_dtype_name(p->x.dtype), layout_name(g, g->x_last),
                  clgn_dtype_name(p->y.dtype), layout_name(g, g->y_last));
    add_word(text, "strided", is_strided(g));
    add_prologue(p, text);
    add_statistics(g, text);
    add_epilogue(p, text);
    if (g->backward)
        add_gradients(p, text);
}
