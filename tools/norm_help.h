/* SPDX-License-Identifier: Apache-2.0 */
/* The help text of clgn-norm. */
#ifndef CLGN_TOOLS_NORM_HELP_H
#define CLGN_TOOLS_NORM_HELP_H

/** Print it on stdout. */
void norm_help_print(void);

#endif
