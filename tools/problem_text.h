/* SPDX-License-Identifier: Apache-2.0 */
/* Problems in benchdnn's grammar, such as g32mb2ic320ih64iw64. */
#ifndef CLGN_TOOLS_PROBLEM_TEXT_H
#define CLGN_TOOLS_PROBLEM_TEXT_H

#include <stddef.h>

#include <clgn/clgn.h>

/**
 * Read g, mb, ic, id, ih, iw (any order, each once) into n, c, spatial and groups of a problem. g and ic are required
 * and at least 1; mb defaults to 2 as in benchdnn; spatial axes are the named ones. x's elements must fit a size_t
 * with 8 bytes each.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int problem_text_parse(const char *text, clgn_problem *problem, char *error, size_t error_bytes);

/** The number of elements of x. */
size_t problem_text_elements(const clgn_problem *problem);

#endif
