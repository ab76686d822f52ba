/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of choice: pin, then heuristic. */
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

/* Higher is tried first; 0 is the last resort. */
static int preference(const struct clgn_geometry *g, const struct clgn_device *d, const struct clgn_choice *choice)
{
    const uint64_t units = clgn_units(g, &choice->params);
    if (choice->variant == &clgn_bwd_given) /* reads once what others read twice */
        return 4;
    if (choice->variant == &clgn_fwd_rows || choice->variant == &clgn_bwd_rows)
        return d->is_cpu ? units >= d->compute_units ? 3 : 1 : 0;
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

static clgn_status select_pin(const struct clgn_geometry *g, const struct clgn_device *d, const char *text,
                              const struct clgn_sink *sink, struct clgn_choice *choice)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    struct clgn_pin pin;
    const clgn_status status = clgn_pin_parse(text, sink, &pin);
    if (status != CLGN_OK)
        return status;
    choice->variant = NULL;
    for (size_t i = 0; i < VARIANT_COUNT; i++)
        if (strcmp(variants[i]->name, pin.variant) == 0)
            choice->variant = variants[i];
    if (choice->variant == NULL)
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: no variant is called \"%s\"", pin.variant);
    for (int i = 0; i < CLGN_PARAM_COUNT; i++)
        if (pin.params.value[i] != CLGN_UNSET && !(choice->variant->uses & 1u << i))
            return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: %s has no param %s", pin.variant, clgn_param_name(i));
    choice->wish = pin.params;
    choice->from = "pin";
    if (!try_variant(g, d, choice, &why))
        return clgn_fail(sink, CLGN_ERR_ARGUMENT, "config: %s is not applicable: %s", pin.variant, buffer);
    return CLGN_OK;
}

static clgn_status select_heuristic(const struct clgn_geometry *g, const struct clgn_device *d,
                                    const struct clgn_sink *sink, struct clgn_choice *choices, size_t *count)
{
    char buffer[WHY_BYTES];
    struct clgn_text why = clgn_text_in(buffer, sizeof buffer);
    *count = 0;
    for (size_t i = 0; i < VARIANT_COUNT; i++) {
        struct clgn_choice choice = {variants[i], clgn_params_unset(), clgn_params_unset(), "heuristic"};
        size_t at = *count;
        clgn_text_add(&why, "%s%s: ", i > 0 ? "; " : "", choice.variant->name);
        if (!try_variant(g, d, &choice, &why))
            continue;
        for (; at > 0 && preference(g, d, &choices[at - 1]) < preference(g, d, &choice); at--)
            choices[at] = choices[at - 1];
        choices[at] = choice;
        ++*count;
    }
    if (*count == 0)
        return clgn_fail(sink, CLGN_ERR_UNSUPPORTED, "no variant can compute this on device %s: %s", d->identity.name,
                         buffer);
    return CLGN_OK;
}

clgn_status clgn_select(const struct clgn_geometry *geometry, const struct clgn_device *device, const char *pin,
                        const struct clgn_sink *sink, struct clgn_choice *choices, size_t *count)
{
    const clgn_status status = check_f64(geometry, device, sink);
    if (status != CLGN_OK)
        return status;
    if (pin == NULL)
        return select_heuristic(geometry, device, sink, choices, count);
    *count = 1;
    return select_pin(geometry, device, pin, sink, &choices[0]);
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
