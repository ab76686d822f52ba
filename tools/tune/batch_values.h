/* SPDX-License-Identifier: Apache-2.0 */
/* What benchdnn's values are called here. */
#ifndef CLGN_TUNE_BATCH_VALUES_H
#define CLGN_TUNE_BATCH_VALUES_H

#include <stddef.h>

#include "axes.h"

/**
 * Translate one value of --dt, --tag, --dir, --flags or --attr-post-ops into an item of the axis.
 *
 * @return 0, or -1 when clgn has no counterpart
 */
int batch_value(enum axes_axis axis, const char *value, char *item, size_t bytes);

#endif
