/* SPDX-License-Identifier: Apache-2.0 */
/* Lists such as "f32,f16" and "nchw,nhwc", and the problems that their combinations make of one size. */
#ifndef CLGN_TUNE_AXES_H
#define CLGN_TUNE_AXES_H

#include <stddef.h>

#include <clgn/clgn.h>

/** What may be listed; a later one may depend on those before. */
enum axes_axis {
    AXIS_NORM,       /**< group, layer, instance, batch, rms; of all but group and rms the norm says what g is */
    AXIS_DT,         /**< TYPE of x and y, or TYPE:TYPE */
    AXIS_LAYOUT,     /**< nchw, nhwc, or one of x and one of y with a colon */
    AXIS_OUT_DT,     /**< of y, over what AXIS_DT says */
    AXIS_OUT_LAYOUT, /**< of y, over what AXIS_LAYOUT says */
    AXIS_FLAGS,      /**< C gamma, H beta, G given statistics, as benchdnn has them; may be empty */
    AXIS_ACT,        /**< as epilogue.h reads it */
    AXIS_OP,         /**< fwd, fwd_stats, bwd, bwd_data */
    AXIS_COUNT
};

/** A problem with the words for what it is: each is what the option of that name accepts. */
struct tune_problem {
    clgn_problem problem;
    char text[160]; /* benchdnn's grammar */
    char op[16];
    char norm[16];
    char dtype[16];  /* "f16", or "bf16:f32" */
    char layout[16]; /* "nhwc", or "nchw:nhwc" */
    char act[64];
    char flags[8];
};

/** Read one item of an axis into a problem that has the items of the axes before it. Returns 0, or -1. */
int axes_apply(enum axes_axis axis, const char *item, clgn_problem *problem);

/**
 * Make the problems of one size: every item of every list with every other.
 *
 * @param lists  items separated by commas; NULL: the default (group; f32; nchw; none of AXIS_OUT_...; CH; none; fwd)
 * @param each   returns 0 to go on; anything else ends the walk and is returned
 * @param error  receives the reason for a failure, always terminated
 * @return 0; -1 for a text or an item that is not understood
 */
int axes_expand(const char *text, const char *const lists[AXIS_COUNT],
                int (*each)(const struct tune_problem *problem, void *user), void *user, char *error,
                size_t error_bytes);

#endif
