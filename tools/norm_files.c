/* SPDX-License-Identifier: Apache-2.0 */
/* The table of clgn-norm's files. */
#include "norm_files.h"

#include <stddef.h>

struct facts {
    const char *name;
    const char *option;
    size_t argument; /* offset in clgn_args; 0, where struct_size is: none */
    enum norm_file source;
};

static const struct facts table[NORM_FILES] = {
    [NORM_X] = {"x", "X.npy", offsetof(clgn_args, x), NORM_X},
    [NORM_SKIP] = {"skip", "--skip", offsetof(clgn_args, skip), NORM_X},
    [NORM_BIAS] = {"bias", "--bias", offsetof(clgn_args, bias), NORM_X},
    [NORM_GAMMA] = {"gamma", "--gamma", offsetof(clgn_args, gamma), NORM_X},
    [NORM_BETA] = {"beta", "--beta", offsetof(clgn_args, beta), NORM_X},
    [NORM_SCALE] = {"scale", "--scale", offsetof(clgn_args, scale), NORM_X},
    [NORM_SHIFT] = {"shift", "--shift", offsetof(clgn_args, shift), NORM_X},
    [NORM_RESIDUAL] = {"residual", "--residual", offsetof(clgn_args, residual), NORM_X},
    [NORM_GIVEN_MEAN] = {"given mean", "--given-mean", offsetof(clgn_args, mean), NORM_X},
    [NORM_GIVEN_RSTD] = {"given rstd", "--given-rstd", offsetof(clgn_args, rstd), NORM_X},
    [NORM_RUNNING_MEAN] = {"running mean", "--running-mean", offsetof(clgn_args, running_mean), NORM_X},
    [NORM_RUNNING_VAR] = {"running var", "--running-var", offsetof(clgn_args, running_var), NORM_X},
    [NORM_DY] = {"dy", "--dy", offsetof(clgn_args, dy), NORM_X},
    [NORM_EXPECT] = {"expected y", "--expect", 0, NORM_X},
    [NORM_Y] = {"y", "-o", offsetof(clgn_args, y), NORM_X},
    [NORM_SUM] = {"sum", "--sum", offsetof(clgn_args, sum), NORM_X},
    [NORM_MEAN] = {"mean", "--mean", offsetof(clgn_args, mean), NORM_X},
    [NORM_RSTD] = {"rstd", "--rstd", offsetof(clgn_args, rstd), NORM_X},
    [NORM_DX] = {"dx", "--dx", offsetof(clgn_args, dx), NORM_X},
    [NORM_DGAMMA] = {"dgamma", "--dgamma", offsetof(clgn_args, dgamma), NORM_GAMMA},
    [NORM_DBETA] = {"dbeta", "--dbeta", offsetof(clgn_args, dbeta), NORM_BETA},
    [NORM_DSCALE] = {"dscale", "--dscale", offsetof(clgn_args, dscale), NORM_SCALE},
    [NORM_DSHIFT] = {"dshift", "--dshift", offsetof(clgn_args, dshift), NORM_SHIFT},
    [NORM_DRESIDUAL] = {"dresidual", "--dresidual", offsetof(clgn_args, dresidual), NORM_RESIDUAL},
    [NORM_DSKIP] = {"dskip", "--dskip", offsetof(clgn_args, dskip), NORM_SKIP},
    [NORM_DBIAS] = {"dbias", "--dbias", offsetof(clgn_args, dbias), NORM_BIAS},
};

const char *norm_file_name(enum norm_file file)
{
    return table[file].name;
}

const char *norm_file_option(enum norm_file file)
{
    return table[file].option;
}

enum norm_file norm_file_source(enum norm_file file)
{
    return table[file].source;
}

clgn_tensor *norm_file_argument(clgn_args *args, enum norm_file file)
{
    return table[file].argument > 0 ? (clgn_tensor *)(void *)((char *)args + table[file].argument) : NULL;
}
