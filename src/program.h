/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: which sources and options make one, and a locked table of those that a context has built. */
#ifndef CLGN_PROGRAM_H
#define CLGN_PROGRAM_H

#include "cache.h"
#include "device.h"
#include "params.h"
#include "problem.h"

/* Most files of one program, and most bytes of its options. */
#define CLGN_PROGRAM_FILES 20
#define CLGN_OPTIONS_BYTES 2048

/* What identifies a program in its context. */
struct clgn_program_spec {
    const char *files[CLGN_PROGRAM_FILES]; /* embedded files in order; NULL ends */
    char options[CLGN_OPTIONS_BYTES];
};

/* The program of kernel files (kernels[], NULL ends) for a problem and params; linear and workspace are the macros
 * of those names (cl/params.clh). */
void clgn_program_describe(const struct clgn_geometry *geometry, const struct clgn_device *device,
                           const struct clgn_params *params, const char *const *kernels, int linear, int workspace,
                           struct clgn_program_spec *spec);

struct clgn_program_table;

/* Holds cl; takes the cache, which may be NULL, when it succeeds. */
clgn_status clgn_program_table_create(cl_context cl, cl_device_id id, struct clgn_cache *cache,
                                      const struct clgn_sink *sink, struct clgn_program_table **table);
/* One more holder, who releases it, too. */
void clgn_program_table_hold(struct clgn_program_table *table);
/* NULL is legal. */
void clgn_program_table_release(struct clgn_program_table *table);

/* Builds a program, or finds it; *program carries a reference for the caller. One build at a time, because not every
 * driver's compiler is thread-safe. Options and log of a failed build go before, as INFO. */
clgn_status clgn_program_get(struct clgn_program_table *table, const struct clgn_program_spec *spec,
                             const struct clgn_sink *sink, cl_program *program);

/* The kernels of a program have been run: the time to keep it on disk, for drivers where that is best. May take long.
 */
void clgn_program_ran(struct clgn_program_table *table, cl_program program);

#endif
