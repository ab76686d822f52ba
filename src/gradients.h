/* SPDX-License-Identifier: Apache-2.0 */
/* Which gradients a problem asks for. */
#ifndef CLGN_GRADIENTS_H
#define CLGN_GRADIENTS_H

#include "geometry.h"

/* Whether any gradient is wanted that is a sum over elements. */
int clgn_sums_wanted(const clgn_problem *problem);

/* The fields of backward: which gradients, of what, where. The rest of the problem has been checked. */
clgn_status clgn_check_gradients(const clgn_problem *problem, const struct clgn_sink *sink,
                                 struct clgn_geometry *geometry);

#endif
