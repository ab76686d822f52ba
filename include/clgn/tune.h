/* SPDX-License-Identifier: Apache-2.0 */
/* What a tuner needs beyond clgn.h: measured choices, and the built programs on disk. */
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

/**
 * Receives one step of a choice; the texts live until it returns. layer is as after "from=" in clgn_plan_describe;
 * config is a configuration or a variant, "" when there was none; outcome is "chosen", or says why not.
 */
typedef void (*clgn_tuning_step_fn)(void *user, const char *layer, const char *config, const char *outcome);

/** How much is tried. */
typedef enum clgn_tuning_level {
    CLGN_TUNING_RAPID,     /**< at most 16: the heuristic's choice, other variants, one param changed */
    CLGN_TUNING_NORMAL,    /**< two params of the heuristic's variant changed, one of the others */
    CLGN_TUNING_EXHAUSTIVE /**< every combination of the values that are worth a try */
} clgn_tuning_level;

/** Receives one candidate, a complete configuration; the text lives until it returns. */
typedef void (*clgn_tuning_candidate_fn)(void *user, const char *config);

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

/**
 * Write the path of the user's file of measured choices for the context's device.
 *
 * @param path, bytes  a buffer; 4096 bytes hold every path
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, too few bytes); CLGN_ERR_UNSUPPORTED (the context has no such folder)
 *                                                                                                   @since 0.1
 */
CLGN_API clgn_status clgn_tuning_file(clgn_context *context, char *path, size_t bytes);

/**
 * Write the path of the folder of measured choices that a context without options has.
 *
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (path is NULL, too few bytes); CLGN_ERR_UNSUPPORTED (there is none);
 *           CLGN_ERR_MEMORY                                                                         @since 0.1
 */
CLGN_API clgn_status clgn_tuning_folder(char *path, size_t bytes);

/**
 * Write the name that the file of a device has in the folder.
 *
 * @param device  as clgn_tuning_device writes it
 * @param on_message, user  may be NULL
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, no such device, too few bytes)                      @since 0.1
 */
CLGN_API clgn_status clgn_tuning_file_name(const char *device, char *name, size_t bytes, clgn_message_fn on_message,
                                           void *user);

/**
 * Check a file of measured choices as a context does that loads it. Each complaint goes to on_message: an ERROR when
 * the file would be ignored, a WARNING for each entry that would be.
 *
 * @param on_message, user  may be NULL
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (something is wrong, json is NULL); CLGN_ERR_UNSUPPORTED (another version of the
 *           format or revision of the kernels); CLGN_ERR_MEMORY                                     @since 0.1
 */
CLGN_API clgn_status clgn_tuning_check(const char *json, size_t bytes, clgn_message_fn on_message, void *user);

/**
 * Choose for a problem as clgn_plan_create does, but compile nothing, and tell every step: each layer that is asked,
 * each entry that is looked at, why it was not taken. The first "chosen" is what a plan gets if it builds.
 *
 * Threads   as clgn_plan_create
 * @return   as clgn_plan_create, and CLGN_ERR_ARGUMENT for a NULL                                   @since 0.1
 */
CLGN_API clgn_status clgn_tuning_explain(clgn_context *context, const clgn_problem *problem, clgn_tuning_step_fn step,
                                         void *user);

/**
 * List the configurations for a problem that are worth measuring on the context's device, no two alike: the heuristic's
 * choice first, whatever a pin or measured choices say. All are legal by the device's limits; a kernel may still turn
 * out not to build.
 *
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, an unknown level, a field of problem); CLGN_ERR_UNSUPPORTED;
 *           CLGN_ERR_MEMORY                                                                         @since 0.1
 */
CLGN_API clgn_status clgn_tuning_candidates(clgn_context *context, const clgn_problem *problem, clgn_tuning_level level,
                                            clgn_tuning_candidate_fn each, void *user);

/**
 * Bytes of a plan's problem: what its kernels load and store, a second reading that a cache may serve included, and the
 * least that is possible, every tensor once.
 *
 * @param least, moved  receive bytes
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL)                                                     @since 0.1
 */
CLGN_API clgn_status clgn_plan_traffic(const clgn_plan *plan, size_t *least, size_t *moved);

/**
 * Read the measured choices anew. Plans that exist stay as they are.
 *
 * Threads   may be called while others use the context
 * @return   CLGN_OK, whatever the files hold; CLGN_ERR_ARGUMENT (context is NULL); CLGN_ERR_MEMORY  @since 0.1
 */
CLGN_API clgn_status clgn_tuning_reload(clgn_context *context);

/**
 * How many kernels one enqueue of a plan launches; 0 where there is nothing to compute.
 *
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL)                                                     @since 0.1
 */
CLGN_API clgn_status clgn_plan_launches(const clgn_plan *plan, size_t *launches);

/** A file of built programs. */
typedef struct clgn_cache_file {
    size_t struct_size;
    const char *path;
    size_t bytes;
    long long created; /**< seconds since 1970; 0 when faulty */
    long long used;    /**< likewise, of the last use, noted once a day */
    const char *key;   /**< what the program was built from and for, lines of NAME BYTES VALUE; "" when faulty */
    const char *fault; /**< why it would not be used, such as "is damaged"; NULL: it is good */
} clgn_cache_file;

/** Receives one file; it lives until the call returns. */
typedef void (*clgn_cache_file_fn)(void *user, const clgn_cache_file *file);

/** What clgn_cache_trim did. Files of a process that ended while it wrote count, too. */
typedef struct clgn_cache_trimmed {
    size_t struct_size;
    size_t files, bytes;           /**< removed */
    size_t kept_files, kept_bytes; /**< left */
} clgn_cache_trimmed;

#define CLGN_CACHE_TRIMMED_INIT                \
    {                                          \
        sizeof(clgn_cache_trimmed), 0, 0, 0, 0 \
    }

/**
 * Write the path of the folder of built programs that a context without options has.
 *
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (path is NULL, too few bytes); CLGN_ERR_UNSUPPORTED (there is none);
 *           CLGN_ERR_MEMORY                                                                         @since 0.1
 */
CLGN_API clgn_status clgn_cache_folder(char *path, size_t bytes);

/** The most bytes that a folder of built programs keeps.                                             @since 0.1 */
CLGN_API size_t clgn_cache_limit(void);

/**
 * Check every file of a folder of built programs and hand it to each, in the order of their names. Nothing is changed;
 * a folder that is not there has no files.
 *
 * @return   CLGN_OK, whatever is found; CLGN_ERR_ARGUMENT (a NULL)                                  @since 0.1
 */
CLGN_API clgn_status clgn_cache_list(const char *folder, clgn_cache_file_fn each, void *user);

/**
 * Remove the files that are not good and, until at most most bytes are left, those that were used longest ago: all for
 * 0. Files of other names stay. Contexts may use the folder meanwhile.
 *
 * @param did begins as CLGN_CACHE_TRIMMED_INIT
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, an unknown struct_size)                             @since 0.1
 */
CLGN_API clgn_status clgn_cache_trim(const char *folder, size_t most, clgn_cache_trimmed *did);

#ifdef __cplusplus
}
#endif

#endif
