/* SPDX-License-Identifier: Apache-2.0 */
/* Which options of clgn-norm go together. */
#ifndef CLGN_TOOLS_NORM_RULES_H
#define CLGN_TOOLS_NORM_RULES_H

#include "norm_options.h"

/**
 * Check what no single option can know.
 *
 * @return 0, or -1 after an error text on stderr
 */
int norm_rules_check(const struct norm_options *options);

/** Print on stderr "clgn-norm: ", the text as printf does, and where the help is. Returns -1. */
int norm_rules_fail(const char *format, ...);

#endif
