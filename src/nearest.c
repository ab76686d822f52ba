/* SPDX-License-Identifier: Apache-2.0 */
/* Compares a problem with measured ones. */
#include "nearest.h"

#include <math.h>
#include <stdlib.h>

#include "kind.h"

/* Beyond this distance another problem's choice says nothing; channels per group count less than the other sizes. */
#define CUT_OFF 2.0
#define CHANNELS_WEIGHT 0.25
/* Channels-first or last, this much of the last-level cache is what a result may take before it is stored past it. */
#define STORE_SHARE 8
#define MOST_PER (1L << 30)

static const char *const layer_names[CLGN_LAYER_COUNT] = {
    [CLGN_LAYER_USER_EXACT] = "user-db",
    [CLGN_LAYER_SHIPPED_EXACT] = "shipped-db",
    [CLGN_LAYER_USER_NEAREST] = "user-nearest",
    [CLGN_LAYER_SHIPPED_NEAREST] = "shipped-nearest",
    [CLGN_LAYER_ARCH] = "same-arch",
    [CLGN_LAYER_GENERIC] = "generic",
};

const char *clgn_layer_name(enum clgn_layer layer)
{
    return layer_names[layer];
}

static double octaves(uint64_t a, uint64_t b)
{
    return log2((double)a) - log2((double)b);
}

static double distance_of(const struct clgn_tuned *t, const struct clgn_geometry *g)
{
    const double groups = octaves(t->n * t->g, g->n * g->g);
    const double elements = octaves(t->c / t->g * t->s, g->cg * g->s);
    const double channels = octaves(t->c / t->g, g->cg);
    return sqrt(groups * groups + elements * elements + CHANNELS_WEIGHT * channels * channels);
}

static int is_exact(const struct clgn_tuned *t, const struct clgn_geometry *g)
{
    return t->n == g->n && t->c == g->c && t->g == g->g && t->s == g->s;
}

/* Bytes of one element in all tensors of x's or y's shape. */
static uint64_t element_bytes(const struct clgn_geometry *g)
{
    uint64_t bytes = 0;
    for (int i = 0; i < CLGN_ROLE_COUNT; i++)
        if (g->operand[i].strided)
            bytes += clgn_dtype_bytes(g->operand[i].dtype);
    return bytes;
}

/* Where the tensors stay: 0 in a part of the cache, 1 in the cache, 2 outside. */
static int cache_class(uint64_t bytes, const struct clgn_device *d)
{
    return d->cache_bytes == 0 ? 0 : bytes > d->cache_bytes ? 2 : bytes > d->cache_bytes / STORE_SHARE ? 1 : 0;
}

/* NULL, or the class in which the two differ. */
static const char *other_class(const struct clgn_tuned_row *row, const struct clgn_geometry *g,
                               const struct clgn_device *d)
{
    const struct clgn_tuned *t = &row->tuned;
    const long vec = t->pin.params.value[CLGN_P_VEC];
    const uint64_t width = vec != CLGN_UNSET ? (uint64_t)vec : 1;
    const uint64_t theirs = g->x_last ? t->c : g->point ? t->c / t->g : t->s;
    const uint64_t ours = g->x_last ? g->c : g->point ? g->cg : g->s;
    const uint64_t bytes = element_bytes(g);
    if ((t->n * t->g >= row->compute_units) != (g->n * g->g >= d->compute_units))
        return "groups for every compute unit, or not";
    if ((theirs % width == 0) != (ours % width == 0))
        return "rows of whole vectors, or not";
    if (cache_class(t->n * t->c * t->s * bytes, d) != cache_class(g->n * g->c * g->s * bytes, d))
        return "what fits the last-level cache";
    return NULL;
}

static enum clgn_layer layer_of(const struct clgn_tuned_row *row, const struct clgn_geometry *g)
{
    const int shipped = row->origin == CLGN_ORIGIN_SHIPPED;
    if (row->kinship == CLGN_KIN_SAME && is_exact(&row->tuned, g))
        return shipped ? CLGN_LAYER_SHIPPED_EXACT : CLGN_LAYER_USER_EXACT;
    if (row->kinship == CLGN_KIN_SAME)
        return shipped ? CLGN_LAYER_SHIPPED_NEAREST : CLGN_LAYER_USER_NEAREST;
    return row->kinship == CLGN_KIN_ARCH ? CLGN_LAYER_ARCH : CLGN_LAYER_GENERIC;
}

static int is_better(const struct clgn_match *a, const struct clgn_match *b)
{
    if (a->layer != b->layer)
        return a->layer < b->layer;
    if (a->distance < b->distance || a->distance > b->distance)
        return a->distance < b->distance;
    return a->row->tuned.median_ns < b->row->tuned.median_ns;
}

static void keep_best(const struct clgn_match *match, struct clgn_match *matches, size_t *count)
{
    size_t at = *count < CLGN_MOST_MATCHES ? (*count)++ : CLGN_MOST_MATCHES;
    for (; at > 0 && is_better(match, &matches[at - 1]); at--)
        if (at < CLGN_MOST_MATCHES)
            matches[at] = matches[at - 1];
    if (at < CLGN_MOST_MATCHES)
        matches[at] = *match;
}

static void tell_rejected(const struct clgn_trace *trace, const struct clgn_match *match, const char *why)
{
    const struct clgn_tuned *t = &match->row->tuned;
    clgn_trace_step(trace, clgn_layer_name(match->layer), t->pin.variant,
                    "measured for n=%llu c=%llu g=%llu s=%llu, %.2f octaves away: %s", (unsigned long long)t->n,
                    (unsigned long long)t->c, (unsigned long long)t->g, (unsigned long long)t->s, match->distance, why);
}

/* Where nothing is looked at, that is told, too. */
static void tell_empty(const struct clgn_trace *trace, const struct clgn_tuned_row *rows, size_t count,
                       const struct clgn_geometry *g)
{
    for (int layer = 0; layer < CLGN_LAYER_COUNT; layer++) {
        size_t there = 0;
        for (size_t i = 0; i < count; i++)
            there += layer_of(&rows[i], g) == (enum clgn_layer)layer;
        if (there == 0)
            clgn_trace_step(trace, layer_names[layer], "", "no entry of this kind%s",
                            layer <= CLGN_LAYER_SHIPPED_EXACT ? " and these sizes" : "");
    }
}

size_t clgn_nearest(const struct clgn_tunedb *db, const struct clgn_geometry *g, const struct clgn_device *d,
                    const struct clgn_trace *trace, struct clgn_match *matches)
{
    char kind[CLGN_KIND_BYTES];
    struct clgn_text text = clgn_text_in(kind, sizeof kind);
    const struct clgn_tuned_row *rows;
    size_t all = 0;
    size_t count = 0;
    if (g->n == 0)
        return 0;
    clgn_kind_print(g, &text);
    rows = clgn_tunedb_find(db, kind, &all);
    if (trace->step != NULL)
        tell_empty(trace, rows, all, g);
    for (size_t i = 0; i < all; i++) {
        const struct clgn_match match = {&rows[i], layer_of(&rows[i], g), distance_of(&rows[i].tuned, g)};
        const char *why = NULL;
        if (match.layer > CLGN_LAYER_SHIPPED_EXACT)
            why = match.distance > CUT_OFF ? "too far" : other_class(&rows[i], g, d);
        if (why == NULL)
            keep_best(&match, matches, &count);
        else
            tell_rejected(trace, &match, why);
    }
    return count;
}

/* value * by, rounded; at least 1 and no more than a param may be. */
static long scaled(long value, double by, long most)
{
    const double wanted = (double)value * by + 0.5;
    return wanted < 1 ? 1 : wanted > (double)most ? most : (long)wanted;
}

/* Groups of a unit whose row is about as wide as theirs; whole pixels stay whole pixels. */
static long block_for(const struct clgn_tuned *t, const struct clgn_geometry *g)
{
    const long block = t->pin.params.value[CLGN_P_BLOCK];
    if ((uint64_t)block >= t->g)
        return (long)g->g;
    return scaled(block, (double)(t->c / t->g) / (double)g->cg, (long)g->g);
}

static double units_of(uint64_t n, uint64_t g, long block, int x_last)
{
    const uint64_t width = x_last && block > 0 ? (uint64_t)block : 1;
    return (double)n * (double)((g + width - 1) / width);
}

/* Units of a work-group when every compute unit has to get one, where all of theirs had. */
static long most_per_group(const struct clgn_match *match, double their_units, double units, uint64_t compute_units)
{
    const long per = match->row->tuned.pin.params.value[CLGN_P_PER];
    const double most = floor(units / (double)compute_units);
    if (ceil(their_units / (double)per) < (double)match->row->compute_units || most > MOST_PER)
        return MOST_PER;
    return most < 1 ? 1 : (long)most;
}

struct clgn_params clgn_match_params(const struct clgn_match *match, const struct clgn_geometry *g,
                                     const struct clgn_device *d)
{
    static const enum clgn_param travelling[] = {CLGN_P_WGS,   CLGN_P_VEC, CLGN_P_UNROLL,
                                                 CLGN_P_CHUNK, CLGN_P_NT,  CLGN_P_SG};
    const struct clgn_tuned *t = &match->row->tuned;
    const long *theirs = t->pin.params.value;
    struct clgn_params params = clgn_params_unset();
    long *ours = params.value;
    double units;
    double their_units;
    double more_units;
    double larger_units;
    if (match->layer <= CLGN_LAYER_SHIPPED_EXACT)
        return t->pin.params;
    for (size_t i = 0; i < sizeof travelling / sizeof travelling[0]; i++)
        ours[travelling[i]] = theirs[travelling[i]];
    if (theirs[CLGN_P_BLOCK] != CLGN_UNSET)
        ours[CLGN_P_BLOCK] = g->x_last ? block_for(t, g) : 1;
    units = units_of(g->n, g->g, ours[CLGN_P_BLOCK], g->x_last);
    their_units = units_of(t->n, t->g, theirs[CLGN_P_BLOCK], g->x_last);
    more_units = units / their_units;
    larger_units = (double)(g->n * g->c * g->s) / (double)(t->n * t->c * t->s) / more_units;
    /* As much work for a work-group as there. */
    if (theirs[CLGN_P_PER] != CLGN_UNSET && !g->point)
        ours[CLGN_P_PER] = scaled(theirs[CLGN_P_PER], 1 / larger_units,
                                  most_per_group(match, their_units, units, d->compute_units));
    /* As many work-groups per compute unit as there; what was not cut is not cut. */
    if (theirs[CLGN_P_SLICES] > 1)
        ours[CLGN_P_SLICES] = scaled(theirs[CLGN_P_SLICES],
                                     (double)d->compute_units / (double)match->row->compute_units / more_units, 65536);
    else
        ours[CLGN_P_SLICES] = theirs[CLGN_P_SLICES];
    /* Bands of as many bytes as there. */
    if (theirs[CLGN_P_BANDS] > 1)
        ours[CLGN_P_BANDS] = scaled(theirs[CLGN_P_BANDS], more_units * larger_units, 65536);
    else
        ours[CLGN_P_BANDS] = theirs[CLGN_P_BANDS];
    return params;
}
