/* SPDX-License-Identifier: Apache-2.0 */
/* A problem on data of a pattern, in guarded buffers, all of whose outputs are judged by the reference. */
#ifndef CLGN_TOOLS_TRIAL_H
#define CLGN_TOOLS_TRIAL_H

#include <stdint.h>

#include "expected.h"
#include "rng.h"
#include "slots.h"

/* What x looks like. */
enum trial_pattern {
    TRIAL_NORMAL,
    TRIAL_LARGE_MEAN,    /* mean 10^4 standard deviations; 10^3 for f16, 10^2 for bf16 */
    TRIAL_CONSTANT,      /* one value per tensor */
    TRIAL_OUTLIER_FIRST, /* the first element of each group is 10^4 away */
    TRIAL_NAN,           /* one NaN, in the last group but one */
    TRIAL_INF,           /* one infinity, likewise */
    TRIAL_ALTERNATING,   /* large values of alternating sign */
    TRIAL_WIDE,          /* a standard deviation of 25: where activations have their tails */
    TRIAL_MAGNITUDES,    /* evenly from -900 to 900: sums of squares leave the range of f16 at once */
    TRIAL_PATTERNS
};

struct trial_case {
    clgn_problem problem; /* with the pin in config, or NULL */
    enum trial_pattern pattern;
    size_t offset;     /* elements between the guard and every tensor's first element */
    int guarded;       /* guards on both sides of every tensor; else some begin or end where their buffer does */
    size_t judge_most; /* about how many elements of y or dx are judged, whole groups at least; 0: all */
    int y_is_x;        /* in place */
    int residual_is_y; /* the residual lies where y goes */
    int dx_is_dy;      /* in place */
    int dskip_is_dx;   /* a full dskip and dx are one tensor */
    int twice;         /* run a second time on the same data and compare the bits */
};

/* Where trials are made. */
struct trial_device {
    cl_context cl;
    cl_command_queue queue; /* in order */
    uint64_t seed;          /* of all random numbers */
};

/* A tensor on the host: indices along n, c (or group) and s, each at a stride in elements. */
struct trial_tensor {
    clgn_dtype dtype; /* NONE: absent */
    int output;
    int updated; /* an output that begins with values: it is added to, or averaged */
    size_t all[3], stride[3];
    size_t count[3];        /* of these, the ones that are judged */
    const size_t *picks[2]; /* which along n and c; NULL: all */
    size_t elements;        /* how many are judged */
    size_t extent;          /* elements from the first to behind the last, gaps included */
    double *values;         /* of the judged ones, dense (n, c, s), as stored; NULL for outputs */
};

struct trial_buffer {
    cl_mem mem;
    size_t offset, bytes;
    unsigned char *image; /* what it held at first */
    unsigned char *after; /* what it held when it was read last */
};

/* The samples, channels and groups that are judged where these are not all. */
struct trial_picks {
    size_t *n, *c, *groups; /* NULL: all */
};

/* A problem with its data on the device. */
struct trial {
    struct trial_device device;
    clgn_problem problem;
    clgn_problem part; /* what is judged of it, as a problem of its own; problem itself when all is */
    struct trial_picks picks;
    struct trial_tensor tensor[SLOTS];
    struct trial_buffer buffer[SLOTS];
    enum slot home[SLOTS];    /* whose buffer a tensor lies in; its own but for aliases */
    int computed;             /* whether expected is there */
    struct expected expected; /* of the part; made by the first check */
    double error[SLOTS];      /* the largest of each output at the last check, in units of the bound */
    clgn_args args;
    char text[640]; /* the case in a line; also the seed */
};

/**
 * Fill the tensors by the case's pattern and make the buffers; outputs, gaps and guards hold NaNs. Release in any case.
 *
 * @return CLGN_OK; CLGN_ERR_MEMORY; CLGN_ERR_OPENCL
 */
clgn_status trial_create(const struct trial_device *device, const struct trial_case *tc, struct trial *trial);
void trial_release(struct trial *trial);

/** Add the workspace that a plan wants, in place of an earlier plan's. */
clgn_status trial_add_workspace(struct trial *trial, const clgn_plan *plan);

/** One line that tells everything about a case. */
void trial_case_text(const struct trial_case *tc, char *text, size_t bytes);

/** Where the judged element number i, counted densely, lies in its buffer. */
size_t trial_byte_of(const struct trial_tensor *t, const struct trial_buffer *b, size_t i);

/** Give a tensor other values, dense (n, c, s), rounded to its type; the buffer is written too. */
clgn_status trial_set(struct trial *trial, enum slot slot, const double *values);

/** What a tensor held when it was read last, dense. Not after a check, which uses that up. */
void trial_get(const struct trial *trial, enum slot slot, double *values);

/** Put back what the buffers held at first. */
clgn_status trial_reset(struct trial *trial);

/** The statistics that backward reads, as forward would have written them; 0, or -1 when memory ran out. */
int trial_fill_statistics(struct trial *trial);

/** Read all buffers into .after: 0, or -1 with the reason in text. */
int trial_read(struct trial *trial, char *text, size_t bytes);

/** Read all back and compare it with the reference: 0 when right, 1 when not, -1 when the device or memory failed; then
 * with an explanation in text. */
int trial_check(struct trial *trial, char *text, size_t bytes);

/** Add the workspace, enqueue, wait, check, and again when twice is not 0; returns as trial_check. */
int trial_run(struct trial *trial, clgn_plan *plan, int twice, char *text, size_t bytes);

/* The steps of trial_create. Shapes, with the part that is judged; 0, or -1 when memory ran out. */
int trial_shape(const struct trial_case *tc, struct trial *trial);

/* Values of a tensor by the pattern, into its buffer's image. */
void trial_fill(const struct trial_case *tc, struct trial *trial, enum slot slot);

/* What forward left for backward: statistics, and v in place of what it is the sum of. */
clgn_status trial_give_forwards(struct trial *trial);

/* The part's tensors as the reference takes them. */
struct reference_tensors trial_tensors(const struct trial *trial);

/* Store a tensor's values in its buffer's image; write the image to the device. */
void trial_put_values(struct trial *trial, enum slot slot);
clgn_status trial_write(const struct trial *trial, enum slot slot);

#endif
