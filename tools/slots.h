/* SPDX-License-Identifier: Apache-2.0 */
/* The tensors of clgn_args as an enumeration. */
#ifndef CLGN_TOOLS_SLOTS_H
#define CLGN_TOOLS_SLOTS_H

#include <clgn/clgn.h>

enum slot {
    SLOT_X,
    SLOT_Y,
    SLOT_SKIP,
    SLOT_BIAS,
    SLOT_SUM,
    SLOT_GAMMA,
    SLOT_BETA,
    SLOT_SCALE,
    SLOT_SHIFT,
    SLOT_RESIDUAL,
    SLOT_MEAN,
    SLOT_RSTD,
    SLOT_MEAN_LO,
    SLOT_RUNNING_MEAN,
    SLOT_RUNNING_VAR,
    SLOT_DY,
    SLOT_DX,
    SLOT_DSKIP,
    SLOT_DRESIDUAL,
    SLOT_DGAMMA,
    SLOT_DBETA,
    SLOT_DSCALE,
    SLOT_DSHIFT,
    SLOT_DBIAS,
    SLOT_DMEAN,
    SLOT_DRSTD,
    SLOT_WORKSPACE,
    SLOTS
};

/** The name of its field, such as "gamma". */
const char *slot_name(enum slot slot);

/** Its field in the arguments of an enqueue. */
clgn_tensor *slot_argument(clgn_args *args, enum slot slot);

#endif
