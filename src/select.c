/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of choice: pin, measured choices, heuristic. */
#include "select.h"

#include <string.h>

#include "units.h"

#define WHY_BYTES 1024

static const struct clgn_variant *const variants[] = {
#define CLGN_FORWARD_VARIANT(name) &clgn_##name,
#define CLGN_BATCH_VARIANT(name) CLGN_FORWARD_VARIANT(name)
#define CLGN_BACKWARD_VARIANT(name) CLGN_FORWARD_VARIANT(name)
#include "variants.inc"
#undef CLGN_FORWARD_VARIANT
#undef CLGN_BATCH_VARIANT
#undef CLGN_BACKWARD_VARIANT
};

#define VARIANT_COUNT (sizeof variants / sizeof variants[0])

/* Work-groups per compute unit from which one launch with a work-group per unit keeps a GPU busy. */
#define BUSY_GROUPS 2
/* Bytes of inputs up to which, on a CPU, one launch is sooner done than two that share its units among cores. */
#define LONE_BYTES ((uint64_t)1 << 20)

/* Higher is tried first; 0 is the last resort. */
static int preference(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_choice *choice)
{
    const uint64_t units = clgn_units(g, &choice->params);
    if (choice->variant == &clgn_bwd_given) /* reads once what others read twice */
        return 4;
    if (choice->variant == &clgn_fwd_rows || choice->variant == &clgn_bwd_rows)
        return !d->is_cpu ? 0 : units >= d->compute_units || clgn_bytes_in(g) <= LONE_BYTES ? 3 : 1;
    if (choice->variant == &clgn_fwd_onepass || choice->variant == &clgn_bwd_onepass)
        return d->is_cpu ? 0 : choice->params.value[CLGN_P_RPI] > 0 || units >= BUSY_GROUPS * d->compute_units ? 3 : 1;
    return 2;
}

/* The wish completed, with at most wgs work-items where the wish leaves that open; adds why it is not legal. */
static int complete_legally(const struct clgn_geometry *g, const struct clgn_device *d, long wgs,
                            struct clgn_choice *choice, struct clgn_text *why)
{
    choice->params = choice->wish;
    if (wgs != CLGN_UNSET)
        choice->params.value[CLGN_P_WGS] = wgs;
    choice->variant->complete(g, d, &choice->params);
    return clgn_params_legal(choice->variant, g, d, &choice->params, why);
}

/* Completes and checks one variant, with smaller work-groups where the first does not fit; adds why not. */
static int try_variant(const struct clgn_geometry *g, const struct clgn_device *d, struct clgn_choice *choice,
                       struct clgn_text *why)
{
    const char *refused = choice->variant->refuse(g);
    if (refused != NULL) {
        clgn_text_add(why, "%s", refused);
        return 0;
    }
    return complete_legally(g, d, CLGN_UNSET, choice, why) ||
           clgn_select_smaller(g, d, (uint64_t)choice->params.value[CLGN_P_WGS] / 2, choice);
}

static clgn_status check_f64(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_sink *sink)
{
    const clgn_dtype x = g->problem.x.dtype;
    const clgn_dtype y = g->problem.y.dtype;
    if (!d->has_f64 && (x == CLGN_DTYPE_F64 || y == CLGN_DTYPE_F64))
        return clgn_fail(sink, CLGN_ERR_UNSUPPORTED, "%s.dtype: f64, but device %s has no double precision",
                         x == CLGN_DTYPE_F64 ? "x" : "y", d->identity.name);
    return CLGN_OK;
}

static const struct clgn_variant *find_variant(const char *name)
{
    for (size_t i = 0; i < VARIANT_COUNT; i++)
        if (strcmp(variants[i]->name, name) == 0)
            return variants[i];
    return NULL;
}

void clgn_choice_print(const struct clgn_choice *choice, struct clgn_text *text)
{
    clgn_text_add(text, "%s", choice->variant->name);
    clgn_params_print(&choice->params, choice->variant->uses, text);
}

static void trace_choice(const struct clgn_trace *trace, const struct clgn_choice *choice, const char *outcome)
{
    char buffer[WHY_BYTES];
    struct clgn_text config = clgn_text_in(buffer, sizeof buffer);
    if (trace->step == NULL)
        return;
    clgn_choice_print(choice, &config);
    clgn_trace_step(trace, choice->from, buffer, "%s", outcome);
}

/* Variant and params as they were asked for by name; adds why they cannot be. */
static int apply_pin(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_pin *pin,
                     struct clgn_choice *choice, struct clgn_text *why)
{
    choice->variant = find_variant(pin->variant);
    if (choice->variant == NULL) {
        clgn_text_add(why, "no variant is called \"%s\"", pin->variant);
        return 0;
    }
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        if (pin->params.value[i] != CLGN_UNSET && !(choice->variant->uses & 1u << i)) {
            clgn_text_add(why, "%s has no param %s", pin->variant, clgn_param_name(i));
            return 0;
        }
    choice->wish = pin->params;
    clgn_text_add(why, "%s is not applicable: ", pin->variant);
    return try_variant(g, d, choice, why);
}

static clgn_status select_pin(const struct clgn_geometry *g, const struct clgn_device *d, const char *text,
                              const char *name, const struct clgn_sink *sink, struct clgn_choice *choice)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    struct clgn_pin pin;
    if (clgn_pin_parse(text, &pin, &why) && apply_pin(g, d, &pin, choice, &why))
        return CLGN_OK;
    return clgn_fail(sink, CLGN_ERR_ARGUMENT, "%s: %s", name, buffer);
}

/* The measured choices that are legal here. */
static void select_tuned(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_advice *advice,
                         struct clgn_choice *choices, size_t *count)
{
    struct clgn_match matches[CLGN_MOST_MATCHES];
    const size_t found = clgn_nearest(advice->tunedb, g, d, &advice->trace, matches);
    for (size_t i = 0; i < found && *count < CLGN_MOST_TUNED; i++) {
        char buffer[WHY_BYTES];
        struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
        struct clgn_choice *choice = &choices[*count];
        struct clgn_pin pin = matches[i].row->tuned.pin;
        pin.params = clgn_match_params(&matches[i], g, d);
        choice->from = clgn_layer_name(matches[i].layer);
        if (!apply_pin(g, d, &pin, choice, &why)) {
            clgn_trace_step(&advice->trace, choice->from, pin.variant, "%s", buffer);
            continue;
        }
        trace_choice(&advice->trace, choice, *count == 0 ? "chosen" : "legal; next, should one before it not build");
        ++*count;
    }
}

/* All variants that can do it, behind the choices that there are. */
static clgn_status select_heuristic(const struct clgn_geometry *g, const struct clgn_device *d,
                                    const struct clgn_sink *sink, struct clgn_choice *choices, size_t *count)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    const size_t first = *count;
    for (size_t i = 0; i < VARIANT_COUNT; i++) {
        struct clgn_choice choice = {variants[i], clgn_params_unset(), clgn_params_unset(), "heuristic"};
        size_t at = *count;
        clgn_text_add(&why, "%s%s: ", i > 0 ? "; " : "", choice.variant->name);
        if (!try_variant(g, d, &choice, &why))
            continue;
        for (; at > first && preference(g, d, &choices[at - 1]) < preference(g, d, &choice); at--)
            choices[at] = choices[at - 1];
        choices[at] = choice;
        ++*count;
    }
    if (*count == 0)
        return clgn_fail(sink, CLGN_ERR_UNSUPPORTED, "no variant can compute this on device %s: %s", d->identity.name,
                         buffer);
    return CLGN_OK;
}

clgn_status clgn_select(const struct clgn_geometry *geometry, const struct clgn_device *device,
                        const struct clgn_advice *advice, const struct clgn_sink *sink, struct clgn_choice *choices,
                        size_t *count)
{
    const char *pin = advice->pin != NULL ? advice->pin : advice->environment_pin;
    size_t tuned;
    clgn_status status = check_f64(geometry, device, sink);
    *count = 0;
    if (status != CLGN_OK)
        return status;
    if (pin != NULL) {
        const int is_problems = pin == advice->pin;
        choices[0].from = is_problems ? "pin" : "CLGN_CONFIG";
        status = select_pin(geometry, device, pin, is_problems ? "config" : "CLGN_CONFIG", sink, &choices[0]);
        *count = status == CLGN_OK;
        if (status == CLGN_OK)
            trace_choice(&advice->trace, &choices[0], "chosen");
        return status;
    }
    clgn_trace_step(&advice->trace, "pin", "", "neither the problem nor CLGN_CONFIG has one");
    if (advice->tunedb != NULL)
        select_tuned(geometry, device, advice, choices, count);
    tuned = *count;
    status = select_heuristic(geometry, device, sink, choices, count);
    for (size_t i = tuned; i < *count; i++)
        trace_choice(&advice->trace, &choices[i], i == 0 ? "chosen" : "legal; next, should one before it not build");
    return status;
}

int clgn_select_smaller(const struct clgn_geometry *geometry, const struct clgn_device *device, uint64_t most,
                        struct clgn_choice *choice)
{
    char buffer[WHY_BYTES];
    if (most < 1 || choice->wish.value[CLGN_P_WGS] != CLGN_UNSET)
        return 0;
    for (long wgs = clgn_power_below(most); wgs >= 1; wgs /= 2) {
        struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
        if (complete_legally(geometry, device, wgs, choice, &why))
            return 1;
    }
    return 0;
}
