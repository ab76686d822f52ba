/* SPDX-License-Identifier: Apache-2.0 */
/* What a tuner needs beyond clgn.h: how measured choices are keyed. */
#ifndef CLGN_TUNE_H
#define CLGN_TUNE_H

#include <clgn/clgn.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most bytes of clgn_tuning_key.kind. */
#define CLGN_TUNING_KIND_BYTES 256

/**
 * Under what a choice is remembered: kind must match as text, sizes may be near. Problems that one program serves in
 * the same way have one key: layer and instance norm are group norms of 1 and c groups, and a batch norm may be one
 * sample of n * s pixels.
 */
typedef struct clgn_tuning_key {
    size_t struct_size;
    char kind[CLGN_TUNING_KIND_BYTES]; /**< such as "fwd group x=f16/nhwc y=f16/nhwc gamma=f32 beta=f32 act=silu" */
    size_t n, c, g, s;                 /**< g groups per sample */
} clgn_tuning_key;

#define CLGN_TUNING_KEY_INIT                    \
    {                                           \
        sizeof(clgn_tuning_key), "", 0, 0, 0, 0 \
    }

/** The revision of kernels and variants: times that were measured with another one say nothing.       @since 0.1 */
CLGN_API int clgn_tuning_revision(void);

/**
 * Write what the context's device is, as a JSON object on one line with the members vendor, name, arch, type (cpu, gpu,
 * accelerator), compute_units, platform, driver and version; a text that the device does not give is "".
 *
 * @param json, bytes  a buffer; 2048 bytes hold every device
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, or too few bytes); CLGN_ERR_MEMORY                  @since 0.1
 */
CLGN_API clgn_status clgn_tuning_device(clgn_context *context, char *json, size_t bytes);

/**
 * Check a problem and give its key.
 *
 * @param key begins as CLGN_TUNING_KEY_INIT
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, an unknown struct_size, a field of problem)         @since 0.1
 */
CLGN_API clgn_status clgn_tuning_key_of(clgn_context *context, const clgn_problem *problem, clgn_tuning_key *key);

#ifdef __cplusplus
}
#endif

#endif
