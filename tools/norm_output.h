/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a call of clgn-norm writes. */
#ifndef CLGN_TOOLS_NORM_OUTPUT_H
#define CLGN_TOOLS_NORM_OUTPUT_H

#include <stddef.h>

#include "norm_data.h"
#include "norm_options.h"
#include "norm_run.h"

/**
 * Try whether every output of the options can be written, without leaving anything, so that no result is computed in
 * vain.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int norm_output_check(const struct norm_options *options, char *error, size_t error_bytes);

/** Write them. Likewise. */
int norm_output_write(const struct norm_options *options, const struct norm_data *data, const struct norm_run *run,
                      char *error, size_t error_bytes);

#endif
