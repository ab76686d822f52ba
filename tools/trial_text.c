/* SPDX-License-Identifier: Apache-2.0 */
/* A case in one line, from which it can be repeated. */
#include <stdio.h>

#include "names.h"
#include "trial.h"

static const char *const pattern_name[TRIAL_PATTERNS] = {"normal", "large-mean",  "constant", "outlier-first", "nan",
                                                         "inf",    "alternating", "wide",     "magnitudes"};

static size_t append(char *text, size_t bytes, size_t at, const char *word)
{
    const int n = at < bytes ? snprintf(text + at, bytes - at, "%s", word) : 0;

    return at + (size_t)(n > 0 ? n : 0);
}

static size_t append_number(char *text, size_t bytes, size_t at, const char *name, size_t value)
{
    char word[64];

    snprintf(word, sizeof word, "%s%zu", name, value);
    return append(text, bytes, at, word);
}

static size_t append_dtype(char *text, size_t bytes, size_t at, const char *name, clgn_dtype dtype)
{
    if (dtype != CLGN_DTYPE_NONE) {
        at = append(text, bytes, at, name);
        at = append(text, bytes, at, names_dtype(dtype));
    }
    return at;
}

static size_t append_strides(char *text, size_t bytes, size_t at, size_t batch, size_t row)
{
    if (batch != 0 || row != 0) {
        at = append_number(text, bytes, at, "[batch ", batch);
        at = append_number(text, bytes, at, " row ", row);
        at = append(text, bytes, at, "]");
    }
    return at;
}

static size_t append_tensor(char *text, size_t bytes, size_t at, const char *name, clgn_dtype dtype,
                            const clgn_tensor_desc *d)
{
    at = append_dtype(text, bytes, at, name, dtype);
    at = append(text, bytes, at, d->layout == CLGN_LAYOUT_LAST ? "/last" : "/first");
    return append_strides(text, bytes, at, d->batch_stride, d->row_stride);
}

/* A gradient that is wanted; + when it is added. */
static size_t append_gradient(char *text, size_t bytes, size_t at, const char *name, clgn_gradient gradient)
{
    at = append(text, bytes, at, gradient != CLGN_GRADIENT_NONE ? name : "");
    return append(text, bytes, at, gradient == CLGN_GRADIENT_ADD ? "+" : "");
}

static size_t append_training(char *text, size_t bytes, size_t at, const clgn_problem *p)
{
    at = append(text, bytes, at, p->stats == CLGN_STATS_RUNNING ? " from-running" : "");
    at = append(text, bytes, at, p->rms ? " rms" : "");
    at = append(text, bytes, at, p->mean_lo ? " mean_lo" : "");
    at = append(text, bytes, at, p->running ? " running" : "");
    at = append(text, bytes, at, p->running_biased ? " biased" : "");
    at = append(text, bytes, at, p->direction == CLGN_BACKWARD ? " backward" : "");
    at = append_gradient(text, bytes, at, " dgamma", p->dgamma);
    at = append_gradient(text, bytes, at, " dbeta", p->dbeta);
    at = append_gradient(text, bytes, at, " dscale", p->dscale);
    at = append_gradient(text, bytes, at, " dshift", p->dshift);
    at = append_gradient(text, bytes, at, " dbias", p->dbias);
    at = append_gradient(text, bytes, at, " dskip", p->dskip);
    at = append(text, bytes, at, p->dresidual ? " dresidual" : "");
    at = append(text, bytes, at, p->dmean ? " dmean" : "");
    at = append(text, bytes, at, p->drstd ? " drstd" : "");
    at = append_strides(text, bytes, at, p->dx_strides.batch_stride, p->dx_strides.row_stride);
    return append_strides(text, bytes, at, p->dresidual_strides.batch_stride, p->dresidual_strides.row_stride);
}

void trial_case_text(const struct trial_case *tc, char *text, size_t bytes)
{
    const clgn_problem *p = &tc->problem;
    size_t at = append(text, bytes, 0, p->config != NULL ? p->config : "unpinned");

    at = append(text, bytes, at, ": ");
    at = append(text, bytes, at, names_norm(p->norm));
    at = append_number(text, bytes, at, " n=", p->n);
    at = append_number(text, bytes, at, " c=", p->c);
    at = append(text, bytes, at, " s=");
    for (size_t i = 0; i < p->spatial_dims; i++) {
        at = append_number(text, bytes, at, i == 0 ? "" : "x", p->spatial[i]);
    }
    at = append_number(text, bytes, at, p->spatial_dims == 0 ? "- g=" : " g=", reference_groups(p));
    at = append_tensor(text, bytes, at, " x=", p->x.dtype, &p->x);
    at = append_tensor(text, bytes, at, " y=", reference_y_dtype(p), &p->y);
    at = append(text, bytes, at, p->skip == CLGN_SKIP_FULL ? " skip=full" : "");
    at = append_strides(text, bytes, at, p->skip_strides.batch_stride, p->skip_strides.row_stride);
    at = append(text, bytes, at, p->skip == CLGN_SKIP_PER_CHANNEL ? " skip=channel" : "");
    at = append_dtype(text, bytes, at, " bias=", p->bias);
    at = append(text, bytes, at, p->sum ? " sum" : "");
    at = append_strides(text, bytes, at, p->sum_strides.batch_stride, p->sum_strides.row_stride);
    at = append_dtype(text, bytes, at, " gamma=", p->gamma);
    at = append_dtype(text, bytes, at, " beta=", p->beta);
    at = append_dtype(text, bytes, at, " scale=", p->scale);
    at = append_dtype(text, bytes, at, " shift=", p->shift);
    at = append(text, bytes, at, p->residual ? " residual" : "");
    at = append_strides(text, bytes, at, p->residual_strides.batch_stride, p->residual_strides.row_stride);
    at = append(text, bytes, at, p->act != CLGN_ACT_NONE ? " act=" : "");
    at = append(text, bytes, at, p->act != CLGN_ACT_NONE ? names_act(p->act) : "");
    at = append(text, bytes, at, p->stats == CLGN_STATS_GIVEN ? " given" : "");
    at = append(text, bytes, at, p->write_mean ? " mean" : "");
    at = append(text, bytes, at, p->write_rstd ? " rstd" : "");
    at = append_training(text, bytes, at, p);
    at = append(text, bytes, at, tc->dx_is_dy ? " dx=dy" : "");
    at = append(text, bytes, at, tc->dskip_is_dx ? " dskip=dx" : "");
    at = append(text, bytes, at, tc->y_is_x ? " y=x" : tc->residual_is_y ? " residual=y" : "");
    at = append_number(text, bytes, at, " offset=", tc->offset);
    at = append(text, bytes, at, " ");
    (void)append(text, bytes, at, pattern_name[tc->pattern]);
}
