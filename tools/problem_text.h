/* SPDX-License-Identifier: Apache-2.0 */
/* Problems in benchdnn's grammar, such as g32mb2ic320ih64iw64, or as 2x320x64x64/32. */
#ifndef CLGN_TOOLS_PROBLEM_TEXT_H
#define CLGN_TOOLS_PROBLEM_TEXT_H

#include <stddef.h>

#include <clgn/clgn.h>

/**
 * Read the sizes of a problem into n, c, spatial and groups, in one of two forms:
 *
 * - g, mb, ic, id, ih, iw (any order, each once; "_" may stand between them), then epsE and n"NAME" if wanted. g and ic
 *   are required; mb defaults to 2 as in benchdnn; spatial axes are the named ones. eps is set where it is given; a
 *   name is passed over.
 * - NxC/G, NxCxW/G, NxCxHxW/G, NxCxDxHxW/G.
 *
 * All but n must be at least 1. x's elements must fit a size_t with 8 bytes each.
 *
 * @param error receives the reason for a failure, always terminated
 * @return 0, or -1
 */
int problem_text_parse(const char *text, clgn_problem *problem, char *error, size_t error_bytes);

/**
 * Write n, c, spatial (three axes at most) and groups in benchdnn's grammar, always terminated; 160 bytes hold every
 * problem.
 */
void problem_text_format(const clgn_problem *problem, char *text, size_t bytes);

/** The number of elements of x. */
size_t problem_text_elements(const clgn_problem *problem);

#endif
