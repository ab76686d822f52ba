/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a call of clgn-norm: what each is called, where the library takes it, what it is the gradient of. */
#ifndef CLGN_TOOLS_NORM_FILES_H
#define CLGN_TOOLS_NORM_FILES_H

#include <clgn/clgn.h>

/* Inputs first, then outputs, of these gradients last. */
enum norm_file {
    NORM_X,
    NORM_SKIP,
    NORM_BIAS,
    NORM_GAMMA,
    NORM_BETA,
    NORM_SCALE,
    NORM_SHIFT,
    NORM_RESIDUAL,
    NORM_GIVEN_MEAN,
    NORM_GIVEN_RSTD,
    NORM_RUNNING_MEAN,
    NORM_RUNNING_VAR,
    NORM_DY,
    NORM_EXPECT,
    NORM_INPUTS,
    NORM_Y = NORM_INPUTS,
    NORM_SUM,
    NORM_MEAN,
    NORM_RSTD,
    NORM_GRADIENTS,
    NORM_DX = NORM_GRADIENTS,
    NORM_DGAMMA,
    NORM_DBETA,
    NORM_DSCALE,
    NORM_DSHIFT,
    NORM_DRESIDUAL,
    NORM_DSKIP,
    NORM_DBIAS,
    NORM_FILES
};

/** The name in results, such as "dgamma" or "given mean". */
const char *norm_file_name(enum norm_file file);

/** The option that names the file, such as "--dgamma" or "-o". */
const char *norm_file_option(enum norm_file file);

/** The input that an output is the gradient of; NORM_X, which is always there, for all other files. */
enum norm_file norm_file_source(enum norm_file file);

/** Its tensor in the arguments of an enqueue; NULL when the library does not see the file. */
clgn_tensor *norm_file_argument(clgn_args *args, enum norm_file file);

#endif
