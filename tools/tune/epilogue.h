/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before and after a normalisation, as one word of the command line: silu, add+relu, modulate+silu. */
#ifndef CLGN_TUNE_EPILOGUE_H
#define CLGN_TUNE_EPILOGUE_H

#include <stddef.h>

#include <clgn/clgn.h>

/** The parts, separated by blanks, for a usage text. */
#define EPILOGUE_PARTS "skip bias modulate add"

/**
 * Read [skip+][bias+][modulate+][add+]ACT[=ALPHA] (any order; ACT may be left out) into skip (of x's shape), bias,
 * scale and shift, residual, act and act_alpha, the others of these off; parameters are F32.
 *
 * @return 0, or -1 for another text
 */
int epilogue_parse(const char *text, clgn_problem *problem);

/** Write it in one form, such as "none" or "add+relu", always terminated; 64 bytes hold every epilogue. */
void epilogue_format(const clgn_problem *problem, char *text, size_t bytes);

#endif
