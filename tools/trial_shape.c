/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of a trial's tensors, and the choice of the groups that are judged. */
#include "trial.h"

#include <stdlib.h>

static void shape(struct trial_tensor *t, clgn_dtype dtype, size_t n, size_t c, size_t s)
{
    *t = (struct trial_tensor){.dtype = dtype, .all = {n, c, s}, .stride = {c * s, s, 1}};
}

static void finish_shape(const struct trial *trial, struct trial_tensor *t)
{
    const clgn_problem *p = &trial->problem;

    t->extent = t->all[0] * t->all[1] * t->all[2] == 0 ? 0 : 1;
    for (size_t i = 0; i < 3; i++) {
        t->extent += t->extent == 0 ? 0 : (t->all[i] - 1) * t->stride[i];
        t->count[i] = t->all[i];
    }
    if (trial->picks.n != NULL && t->all[0] == p->n) { /* more than one, so that this is no tensor per channel */
        t->picks[0] = trial->picks.n;
        t->count[0] = trial->part.n;
    }
    if (trial->picks.groups != NULL) {
        const int per_channel = t->all[1] == p->c;

        t->picks[1] = per_channel ? trial->picks.c : trial->picks.groups;
        t->count[1] = per_channel ? trial->part.c : reference_groups(&trial->part);
    }
    t->elements = t->extent == 0 ? 0 : t->count[0] * t->count[1] * t->count[2];
}

/* A tensor of x's shape; strides of 0 are dense. */
static void shape_full(struct trial_tensor *t, const clgn_problem *p, clgn_dtype dtype, clgn_layout layout,
                       size_t batch, size_t row)
{
    const size_t s = reference_spatial(p);
    const int last = layout == CLGN_LAYOUT_LAST;

    shape(t, dtype, p->n, p->c, s);
    row = row != 0 ? row : last ? p->c : s;
    t->stride[0] = batch != 0 ? batch : row * (last ? s : p->c);
    t->stride[1] = last ? 1 : row;
    t->stride[2] = last ? row : 1;
}

/* Statistics are (n, groups), those over the batch (c). */
static void shape_statistics(struct trial *trial, clgn_dtype statistic)
{
    const clgn_problem *p = &trial->problem;
    const int given = p->stats == CLGN_STATS_GIVEN;
    const int saved = p->direction == CLGN_BACKWARD && p->stats == CLGN_STATS_COMPUTE;
    const int running = p->running || p->stats == CLGN_STATS_RUNNING;
    const size_t n = p->norm == CLGN_NORM_BATCH ? 1 : p->n, groups = reference_groups(p);
    struct trial_tensor *t = trial->tensor;

    shape(&t[SLOT_MEAN], given || p->write_mean || (saved && !p->rms) ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[SLOT_RSTD], given || p->write_rstd || saved ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[SLOT_MEAN_LO], p->mean_lo ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[SLOT_DMEAN], p->dmean ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[SLOT_DRSTD], p->drstd ? statistic : CLGN_DTYPE_NONE, n, groups, 1);
    shape(&t[SLOT_RUNNING_MEAN], running ? statistic : CLGN_DTYPE_NONE, 1, p->c, 1);
    shape(&t[SLOT_RUNNING_VAR], running ? statistic : CLGN_DTYPE_NONE, 1, p->c, 1);
    t[SLOT_RUNNING_MEAN].output = t[SLOT_RUNNING_MEAN].updated = p->running;
    t[SLOT_RUNNING_VAR].output = t[SLOT_RUNNING_VAR].updated = p->running;
}

static void shape_gradients(struct trial *trial, clgn_dtype statistic)
{
    const clgn_problem *p = &trial->problem;
    struct trial_tensor *t = trial->tensor;
    const struct {
        enum slot slot;
        clgn_gradient gradient;
        int per_sample;
    } sums[] = {{SLOT_DGAMMA, p->dgamma, 0}, {SLOT_DBETA, p->dbeta, 0}, {SLOT_DSCALE, p->dscale, 1},
                {SLOT_DSHIFT, p->dshift, 1}, {SLOT_DBIAS, p->dbias, 0}, {SLOT_DSKIP, p->dskip, 1}};

    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        shape(&t[sums[i].slot], sums[i].gradient ? statistic : CLGN_DTYPE_NONE, sums[i].per_sample ? p->n : 1, p->c, 1);
        t[sums[i].slot].output = 1;
        t[sums[i].slot].updated = sums[i].gradient == CLGN_GRADIENT_ADD;
    }
    if (p->skip == CLGN_SKIP_FULL) {
        shape_full(&t[SLOT_DSKIP], p, p->dskip ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout,
                   p->dskip_strides.batch_stride, p->dskip_strides.row_stride);
    }
    shape_full(&t[SLOT_DX], p, p->x.dtype, p->x.layout, p->dx_strides.batch_stride, p->dx_strides.row_stride);
    shape_full(&t[SLOT_DRESIDUAL], p, p->dresidual ? reference_y_dtype(p) : CLGN_DTYPE_NONE, p->y.layout,
               p->dresidual_strides.batch_stride, p->dresidual_strides.row_stride);
    t[SLOT_DSKIP].output = t[SLOT_DX].output = t[SLOT_DRESIDUAL].output = 1;
}

static void shape_all(struct trial *trial)
{
    const clgn_problem *p = &trial->problem;
    const clgn_dtype statistic = p->x.dtype == CLGN_DTYPE_F64 ? CLGN_DTYPE_F64 : CLGN_DTYPE_F32;
    const int backward = p->direction == CLGN_BACKWARD;
    struct trial_tensor *t = trial->tensor;

    shape_full(&t[SLOT_X], p, p->x.dtype, p->x.layout, p->x.batch_stride, p->x.row_stride);
    shape_full(&t[backward ? SLOT_DY : SLOT_Y], p, reference_y_dtype(p), p->y.layout, p->y.batch_stride,
               p->y.row_stride);
    shape_full(&t[SLOT_SUM], p, p->sum ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout, p->sum_strides.batch_stride,
               p->sum_strides.row_stride);
    shape_full(&t[SLOT_RESIDUAL], p, p->residual ? reference_y_dtype(p) : CLGN_DTYPE_NONE, p->y.layout,
               p->residual_strides.batch_stride, p->residual_strides.row_stride);
    if (p->skip == CLGN_SKIP_PER_CHANNEL) {
        shape(&t[SLOT_SKIP], p->x.dtype, p->n, p->c, 1);
    } else {
        shape_full(&t[SLOT_SKIP], p, p->skip == CLGN_SKIP_FULL ? p->x.dtype : CLGN_DTYPE_NONE, p->x.layout,
                   p->skip_strides.batch_stride, p->skip_strides.row_stride);
    }
    shape(&t[SLOT_BIAS], p->bias, 1, p->c, 1);
    shape(&t[SLOT_GAMMA], p->gamma, 1, p->c, 1);
    shape(&t[SLOT_BETA], p->beta, 1, p->c, 1);
    shape(&t[SLOT_SCALE], p->scale, p->n, p->c, 1);
    shape(&t[SLOT_SHIFT], p->shift, p->n, p->c, 1);
    shape_statistics(trial, statistic);
    if (backward) {
        shape_gradients(trial, statistic);
    }
    shape(&t[SLOT_WORKSPACE], CLGN_DTYPE_NONE, 0, 0, 0);
    t[SLOT_Y].output = 1;
    t[SLOT_SUM].output = !backward;
    t[SLOT_MEAN].output = t[SLOT_RSTD].output = t[SLOT_MEAN_LO].output = p->stats == CLGN_STATS_COMPUTE && !backward;
    for (int i = 0; i < SLOTS; i++) {
        finish_shape(trial, &t[i]);
    }
}

/* Count numbers below all, ascending: of more than one the first, the last, and others by chance. NULL when memory ran
 * out. */
static size_t *pick(size_t count, size_t all, struct rng *rng)
{
    size_t *picks = malloc((count + 1) * sizeof *picks);

    for (size_t i = 0; i < count && picks != NULL; i++) {
        const size_t from = all * i / count, behind = all * (i + 1) / count;

        picks[i] = from + rng_below(rng, behind - from);
    }
    if (count > 1 && picks != NULL) {
        picks[0] = 0;
        picks[count - 1] = all - 1;
    }
    return picks;
}

/* Whether a sample can be judged without the others. */
static int samples_stand_alone(const clgn_problem *p)
{
    return p->norm != CLGN_NORM_BATCH && !p->running && !p->dgamma && !p->dbeta && !p->dbias;
}

static int pick_groups(struct trial *trial, size_t count, struct rng *rng)
{
    const size_t groups = reference_groups(&trial->problem), cg = trial->problem.c / groups;
    struct trial_picks *picks = &trial->picks;

    if (count >= groups) {
        return 0;
    }
    picks->groups = pick(count, groups, rng);
    picks->c = malloc((count * cg + 1) * sizeof *picks->c);
    if (picks->groups == NULL || picks->c == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count * cg; i++) {
        picks->c[i] = picks->groups[i / cg] * cg + i % cg;
    }
    trial->part.c = count * cg;
    if (trial->part.norm == CLGN_NORM_GROUP || trial->part.groups != 0) {
        trial->part.groups = count;
    }
    return 0;
}

/* First fewer groups, down to the square root so that samples keep some; then fewer samples where these stand alone. */
static int pick_part(struct trial *trial, size_t most)
{
    const clgn_problem *p = &trial->problem;
    const size_t groups = reference_groups(p), per_group = p->c / groups * reference_spatial(p);
    struct rng rng = rng_of(trial->text, trial->device.seed);
    const size_t wanted = most / per_group > 0 ? most / per_group : 1; /* groups, of all samples together */
    size_t n = p->n;

    trial->part = *p;
    if (most == 0 || p->n * groups <= wanted) {
        return 0;
    }
    if (samples_stand_alone(p) && n > 2 && n * 2 > wanted) {
        n = wanted > 4 ? wanted / 2 : 2;
        trial->picks.n = pick(n, p->n, &rng);
        trial->part.n = n;
        if (trial->picks.n == NULL) {
            return -1;
        }
    }
    return pick_groups(trial, wanted / n > 0 ? wanted / n : 1, &rng);
}

int trial_shape(const struct trial_case *tc, struct trial *trial)
{
    if (pick_part(trial, tc->judge_most) != 0) {
        return -1;
    }
    shape_all(trial);
    return 0;
}
