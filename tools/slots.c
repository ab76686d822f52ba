/* SPDX-License-Identifier: Apache-2.0 */
/* The tensors of clgn_args as an enumeration. */
#include "slots.h"

#include <stddef.h>

struct field {
    const char *name;
    size_t offset;
};

static const struct field fields[SLOTS] = {
    [SLOT_X] = {"x", offsetof(clgn_args, x)},
    [SLOT_Y] = {"y", offsetof(clgn_args, y)},
    [SLOT_SKIP] = {"skip", offsetof(clgn_args, skip)},
    [SLOT_BIAS] = {"bias", offsetof(clgn_args, bias)},
    [SLOT_SUM] = {"sum", offsetof(clgn_args, sum)},
    [SLOT_GAMMA] = {"gamma", offsetof(clgn_args, gamma)},
    [SLOT_BETA] = {"beta", offsetof(clgn_args, beta)},
    [SLOT_SCALE] = {"scale", offsetof(clgn_args, scale)},
    [SLOT_SHIFT] = {"shift", offsetof(clgn_args, shift)},
    [SLOT_RESIDUAL] = {"residual", offsetof(clgn_args, residual)},
    [SLOT_MEAN] = {"mean", offsetof(clgn_args, mean)},
    [SLOT_RSTD] = {"rstd", offsetof(clgn_args, rstd)},
    [SLOT_MEAN_LO] = {"mean_lo", offsetof(clgn_args, mean_lo)},
    [SLOT_RUNNING_MEAN] = {"running_mean", offsetof(clgn_args, running_mean)},
    [SLOT_RUNNING_VAR] = {"running_var", offsetof(clgn_args, running_var)},
    [SLOT_DY] = {"dy", offsetof(clgn_args, dy)},
    [SLOT_DX] = {"dx", offsetof(clgn_args, dx)},
    [SLOT_DSKIP] = {"dskip", offsetof(clgn_args, dskip)},
    [SLOT_DRESIDUAL] = {"dresidual", offsetof(clgn_args, dresidual)},
    [SLOT_DGAMMA] = {"dgamma", offsetof(clgn_args, dgamma)},
    [SLOT_DBETA] = {"dbeta", offsetof(clgn_args, dbeta)},
    [SLOT_DSCALE] = {"dscale", offsetof(clgn_args, dscale)},
    [SLOT_DSHIFT] = {"dshift", offsetof(clgn_args, dshift)},
    [SLOT_DBIAS] = {"dbias", offsetof(clgn_args, dbias)},
    [SLOT_DMEAN] = {"dmean", offsetof(clgn_args, dmean)},
    [SLOT_DRSTD] = {"drstd", offsetof(clgn_args, drstd)},
    [SLOT_WORKSPACE] = {"workspace", offsetof(clgn_args, workspace)},
};

const char *slot_name(enum slot slot)
{
    return fields[slot].name;
}

clgn_tensor *slot_argument(clgn_args *args, enum slot slot)
{
    return (clgn_tensor *)(void *)((char *)args + fields[slot].offset);
}
