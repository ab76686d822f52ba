/* SPDX-License-Identifier: Apache-2.0 */
/* A problem, checked once. */
#ifndef CLGN_PROBLEM_H
#define CLGN_PROBLEM_H

#include "geometry.h"

/* Checks every field; CLGN_ERR_ARGUMENT names the field and the values. */
clgn_status clgn_problem_check(const clgn_problem *problem, const struct clgn_sink *sink,
                               struct clgn_geometry *geometry);

#endif
