/* SPDX-License-Identifier: Apache-2.0 */
/* The command line that measures a problem again. */
#ifndef CLGN_REPEAT_H
#define CLGN_REPEAT_H

#include "geometry.h"

/* Adds "clgn-tune bench --dt f16 g32mb2ic320ih64iw64" or the like. Strides, types of parameters and outputs besides y
 * that the tool has no option for are left out; the kind of the problem (kind.h) has them. */
void clgn_repeat_print(const struct clgn_geometry *geometry, struct clgn_text *text);

#endif
