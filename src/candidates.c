/* SPDX-License-Identifier: Apache-2.0 */
/* Lists choices by changing some params of each variant's own completion, as many as the level allows. */
#include "candidates.h"

#include <stdlib.h>

#include <xxhash.h>

#include "units.h"

/* Candidates of the level rapid. */
#define MOST_RAPID 16
/* Bytes of inputs in a slice or a band below which it costs more than it can save. */
#define LEAST_SLICE_BYTES ((uint64_t)4 << 10)
#define LEAST_BAND_BYTES ((uint64_t)1 << 20)
#define MOST_TERMS 128

/* Values that are tried beside the completed one, the most promising params first; CLGN_UNSET ends. */
#define MOST_STEPS 8
struct steps {
    enum clgn_param which;
    long values[MOST_STEPS];
};

static const struct steps cpu_steps[] = {
    {CLGN_P_VEC, {16, 8, 4, CLGN_UNSET}},
    {CLGN_P_UNROLL, {1, 2, 4, 8, CLGN_UNSET}},
    {CLGN_P_NT, {0, 1, CLGN_UNSET}},
    {CLGN_P_AHEAD, {0, 1, 1024, 4096, CLGN_UNSET}},
    {CLGN_P_GANG, {0, 1, CLGN_UNSET}},
    {CLGN_P_STASH, {0, 1, CLGN_UNSET}},
    {CLGN_P_BLOCK, {4, 8, 16, 32, 64, CLGN_UNSET}},
    {CLGN_P_PER, {1, 2, 4, 8, 16, CLGN_UNSET}},
    {CLGN_P_SLICES, {1, 2, 4, 8, 16, CLGN_UNSET}},
    {CLGN_P_BANDS, {2, 4, 8, 16, 32, 64, CLGN_UNSET}},
    {CLGN_P_CHUNK, {256, 1024, 4096, CLGN_UNSET}},
    {CLGN_P_ALIGN, {0, CLGN_UNSET}},
};

static const struct steps gpu_steps[] = {
    {CLGN_P_WGS, {64, 128, 256, 512, 1024, CLGN_UNSET}},
    {CLGN_P_VEC, {8, 4, 2, 1, CLGN_UNSET}},
    {CLGN_P_UNROLL, {1, 2, 4, CLGN_UNSET}},
    {CLGN_P_SG, {1, 2, CLGN_UNSET}},
    {CLGN_P_RPI, {0, CLGN_UNSET}}, /* with cpi: none */
    {CLGN_P_STASH, {1, CLGN_UNSET}},
    {CLGN_P_LX, {8, 32, 128, CLGN_UNSET}},
    {CLGN_P_BLOCK, {1, 4, 16, CLGN_UNSET}},
    {CLGN_P_SLICES, {4, 16, 64, 256, CLGN_UNSET}},
    {CLGN_P_PER, {2, 8, CLGN_UNSET}},
    {CLGN_P_BANDS, {4, 16, CLGN_UNSET}},
    {CLGN_P_ALIGN, {0, CLGN_UNSET}},
};

/* Hashes of what was listed; open addressing, 0 is free. */
struct seen {
    uint64_t *slots;
    size_t count, room; /* room is a power of two */
};

struct listing {
    const struct clgn_geometry *g;
    const struct clgn_device *d;
    const struct steps *steps;
    size_t step_count;
    struct clgn_choice choice; /* its wish grows and shrinks */
    struct clgn_params base;   /* the variant's own completion */
    struct seen seen;
    size_t most;
    void (*each)(void *user, const struct clgn_choice *choice);
    void *user;
};

static void insert(struct seen *seen, uint64_t hash)
{
    size_t at = (size_t)hash & (seen->room - 1);
    while (seen->slots[at] != 0)
        at = (at + 1) & (seen->room - 1);
    seen->slots[at] = hash;
    seen->count++;
}

static int grow(struct seen *seen)
{
    struct seen wider = {NULL, 0, seen->room > 0 ? 2 * seen->room : 256};
    wider.slots = calloc(wider.room, sizeof *wider.slots);
    if (wider.slots == NULL)
        return 0;
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slots[i] != 0)
            insert(&wider, seen->slots[i]);
    free(seen->slots);
    *seen = wider;
    return 1;
}

/* 1 when the choice is new, 0 when it is not, -1 without memory. */
static int remember(struct seen *seen, const struct clgn_choice *choice)
{
    char buffer[CLGN_MESSAGE_BYTES];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);
    uint64_t hash;
    clgn_choice_print(choice, &text);
    hash = XXH3_64bits(buffer, text.used) | 1;
    if (2 * seen->count >= seen->room && !grow(seen))
        return -1;
    for (size_t at = (size_t)hash & (seen->room - 1); seen->slots[at] != 0; at = (at + 1) & (seen->room - 1))
        if (seen->slots[at] == hash)
            return 0;
    insert(seen, hash);
    return 1;
}

/* Whether a param is more than what the variant chooses itself, which is never useless. */
static int exceeds(const struct clgn_params *p, const struct clgn_params *base, enum clgn_param which)
{
    return p->value[which] > base->value[which];
}

/* Terms that one accumulator takes in a row. Their errors add up: with an outlier among them 256 have cost 1.03 of what
 * numerics.md promises, where 64 cost 0.63. */
static long terms(const struct clgn_params *p)
{
    return p->value[CLGN_P_CHUNK] / (p->value[CLGN_P_VEC] * p->value[CLGN_P_UNROLL]);
}

/* Work-items that find nothing to do, launches too small to pay, and what the bound of sums forbids. */
static int is_useless(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_params *base,
                      const struct clgn_params *p)
{
    const uint64_t wgs = (uint64_t)p->value[CLGN_P_WGS], lx = (uint64_t)p->value[CLGN_P_LX];
    const uint64_t slices = (uint64_t)p->value[CLGN_P_SLICES], bands = (uint64_t)p->value[CLGN_P_BANDS];
    const uint64_t vectors = clgn_ceil_div(clgn_unit_row(g, p), (uint64_t)p->value[CLGN_P_VEC]);
    const uint64_t units = clgn_units(g, p);
    if (exceeds(p, base, CLGN_P_LX) && lx >= 2 * vectors)
        return 1;
    if (exceeds(p, base, CLGN_P_WGS) && wgs / lx >= 2 * clgn_unit_rows(g, p))
        return 1;
    if (exceeds(p, base, CLGN_P_UNROLL) && (uint64_t)p->value[CLGN_P_UNROLL] > vectors)
        return 1;
    if (exceeds(p, base, CLGN_P_PER) && clgn_ceil_div(units, (uint64_t)p->value[CLGN_P_PER]) < d->compute_units)
        return 1;
    if (exceeds(p, base, CLGN_P_SLICES) && clgn_bytes_in(g) < LEAST_SLICE_BYTES * slices * units)
        return 1;
    if (exceeds(p, base, CLGN_P_AHEAD) && p->value[CLGN_P_PER] < 2)
        return 1;
    if (exceeds(p, base, CLGN_P_GANG) && p->value[CLGN_P_PER] < p->value[CLGN_P_VEC])
        return 1;
    if (bands > 1 && (bands > units || clgn_bytes_in(g) < LEAST_BAND_BYTES * bands))
        return 1;
    if (terms(p) > MOST_TERMS && terms(p) > terms(base))
        return 1;
    /* More terms in a row than the bound of backward's sums has room for. */
    return g->backward && exceeds(p, base, CLGN_P_CHUNK);
}

/* Tells the choice if it is new; 0 without memory. */
static int tell(struct listing *l)
{
    const int fresh = l->most > 0 ? remember(&l->seen, &l->choice) : 0;
    if (fresh > 0) {
        l->most--;
        l->each(l->user, &l->choice);
    }
    return fresh >= 0;
}

static int consider(struct listing *l)
{
    char buffer[CLGN_MESSAGE_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    l->choice.params = l->choice.wish;
    l->choice.variant->complete(l->g, l->d, &l->choice.params);
    if (!clgn_params_legal(l->choice.variant, l->g, l->d, &l->choice.params, &why) ||
        is_useless(l->g, l->d, &l->base, &l->choice.params))
        return 1;
    return tell(l);
}

/* Every way to set changes params of those from first on. */
static int combine(struct listing *l, size_t first, size_t changes)
{
    if (changes == 0)
        return consider(l);
    for (size_t i = first; i < l->step_count && l->most > 0; i++) {
        const enum clgn_param which = l->steps[i].which;
        long *wish = l->choice.wish.value;
        if (!(l->choice.variant->uses & 1u << which))
            continue;
        for (const long *value = l->steps[i].values; *value != CLGN_UNSET; value++) {
            wish[which] = *value;
            wish[CLGN_P_CPI] = which == CLGN_P_RPI ? 0 : wish[CLGN_P_CPI];
            if (*value != l->base.value[which] && !combine(l, i + 1, changes - 1))
                return 0;
        }
        wish[which] = CLGN_UNSET;
        wish[CLGN_P_CPI] = which == CLGN_P_RPI ? CLGN_UNSET : wish[CLGN_P_CPI];
    }
    return 1;
}

/* Whether a variant is made for the other kind of device. */
static int is_foreign(const struct clgn_variant *variant, const struct clgn_device *d)
{
    if (d->is_cpu)
        return variant == &clgn_fwd_onepass || variant == &clgn_bwd_onepass;
    return variant == &clgn_fwd_rows || variant == &clgn_bwd_rows;
}

/* How many params of a variant are changed together. */
static size_t most_changes(const struct listing *l, clgn_tuning_level level, int is_heuristics)
{
    if (level == CLGN_TUNING_EXHAUSTIVE)
        return l->step_count;
    return (size_t)(level == CLGN_TUNING_NORMAL) + (is_heuristics ? 1 : 0);
}

static int list(struct listing *l, clgn_tuning_level level, const struct clgn_choice *choices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        l->choice = choices[i];
        if ((i == 0 || !is_foreign(choices[i].variant, l->d)) && !tell(l))
            return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && is_foreign(choices[i].variant, l->d))
            continue;
        l->base = choices[i].params;
        for (size_t changes = 1; changes <= most_changes(l, level, i == 0); changes++) {
            l->choice = choices[i];
            l->choice.wish = clgn_params_unset();
            if (!combine(l, 0, changes))
                return 0;
        }
    }
    return 1;
}

clgn_status clgn_candidates(const struct clgn_geometry *geometry, const struct clgn_device *device,
                            clgn_tuning_level level, const struct clgn_sink *sink,
                            void (*each)(void *user, const struct clgn_choice *choice), void *user)
{
    static const struct clgn_advice none = {0};
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct listing l = {.g = geometry,
                        .d = device,
                        .steps = device->is_cpu ? cpu_steps : gpu_steps,
                        .step_count = device->is_cpu ? sizeof cpu_steps / sizeof cpu_steps[0]
                                                     : sizeof gpu_steps / sizeof gpu_steps[0],
                        .most = level == CLGN_TUNING_RAPID ? MOST_RAPID : SIZE_MAX,
                        .each = each,
                        .user = user};
    size_t count;
    clgn_status status = clgn_select(geometry, device, &none, sink, choices, &count);
    if (status == CLGN_OK && !list(&l, level, choices, count))
        status = clgn_fail(sink, CLGN_ERR_MEMORY, "no memory for a list of candidates");
    free(l.seen.slots);
    return status;
}
