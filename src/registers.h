/* SPDX-License-Identifier: Apache-2.0 */
/* Units that a work-group keeps in registers, so that memory is read once. */
#ifndef CLGN_REGISTERS_H
#define CLGN_REGISTERS_H

#include "units.h"

/* Fills all params of a variant with a work-group per unit; most vectors at most are held by a work-item. */
void clgn_complete_held(const struct clgn_geometry *geometry, const struct clgn_device *device, uint64_t most,
                        struct clgn_params *params);

#endif
