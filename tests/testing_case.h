/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a problem on data of a pattern, in guarded buffers, and compares all that it wrote with the reference. */
#ifndef CLGN_TESTING_CASE_H
#define CLGN_TESTING_CASE_H

#include "reference_backward.h"
#include "testing.h"

/* What x looks like. */
enum testing_pattern {
    TESTING_NORMAL,
    TESTING_LARGE_MEAN,    /* mean 10^4 standard deviations; 10^3 for f16, 10^2 for bf16 */
    TESTING_CONSTANT,      /* one value per tensor */
    TESTING_OUTLIER_FIRST, /* the first element of each group is 10^4 away */
    TESTING_NAN,           /* one NaN, in the last group but one */
    TESTING_INF,           /* one infinity, likewise */
    TESTING_ALTERNATING,   /* large values of alternating sign */
    TESTING_WIDE,          /* a standard deviation of 25: where activations have their tails */
    TESTING_PATTERNS
};

/* The tensors of clgn_args, in their order. */
enum testing_slot {
    TESTING_X,
    TESTING_Y,
    TESTING_SKIP_TENSOR,
    TESTING_BIAS,
    TESTING_SUM,
    TESTING_GAMMA,
    TESTING_BETA,
    TESTING_SCALE,
    TESTING_SHIFT,
    TESTING_RESIDUAL,
    TESTING_MEAN,
    TESTING_RSTD,
    TESTING_MEAN_LO,
    TESTING_RUNNING_MEAN,
    TESTING_RUNNING_VAR,
    TESTING_DY,
    TESTING_DX,
    TESTING_DSKIP,
    TESTING_DRESIDUAL,
    TESTING_DGAMMA,
    TESTING_DBETA,
    TESTING_DSCALE,
    TESTING_DSHIFT,
    TESTING_DBIAS,
    TESTING_DMEAN,
    TESTING_DRSTD,
    TESTING_WORKSPACE,
    TESTING_SLOTS
};

struct testing_case {
    clgn_problem problem; /* with the pin in config, or NULL */
    enum testing_pattern pattern;
    size_t offset;          /* elements between the guard and every tensor's first element */
    int y_is_x;             /* in place */
    int residual_is_y;      /* the residual lies where y goes */
    int dx_is_dy;           /* in place */
    int dskip_is_dx;        /* a full dskip and dx are one tensor */
    int twice;              /* run a second time on the same data and compare the bits */
    int pin_may_be_illegal; /* an argument error for the pin counts as refused */
};

/* A tensor on the host: indices along n, c (or group) and s, each at a stride in elements; values dense. */
struct testing_tensor {
    clgn_dtype dtype; /* NONE: absent */
    int output;
    int updated; /* an output that begins with values: it is added to, or averaged */
    size_t count[3], stride[3];
    size_t elements; /* how many values */
    size_t extent;   /* elements from the first to behind the last, gaps included */
    double *values;  /* dense (n, c, s), as stored; NULL for outputs */
};

struct testing_buffer {
    cl_mem mem;
    size_t offset, bytes;
    unsigned char *image; /* what it held at first */
    unsigned char *after; /* what it held when it was read last */
};

/* A problem with its data on the device. */
struct testing_data {
    clgn_problem problem;
    struct testing_tensor tensor[TESTING_SLOTS];
    struct testing_buffer buffer[TESTING_SLOTS];
    enum testing_slot home[TESTING_SLOTS];           /* whose buffer a tensor lies in; its own but for aliases */
    double *v, *y, *bound, *mean, *mean_rest, *rstd; /* from the reference; made by the first check */
    double *running_mean, *running_var;              /* likewise */
    struct reference_gradients gradients;            /* likewise, of backward */
    struct reference_gradients off;                  /* their bounds */
    clgn_args args;
    char text[640]; /* the case in a line; also the seed */
};

/* Fills the tensors by the case's pattern and makes the buffers; outputs, gaps and guards hold NaNs. */
clgn_status testing_data_create(const struct testing_case *tc, struct testing_data *data);
void testing_data_release(struct testing_data *data);

/* Adds the workspace that a plan wants. */
clgn_status testing_data_add_workspace(struct testing_data *data, const clgn_plan *plan);

/* One line that tells everything about a case. */
void testing_case_text(const struct testing_case *tc, char *text, size_t bytes);

/* The name of a tensor in clgn_args; where its element number i, counted densely, lies in its buffer. */
const char *testing_slot_name(enum testing_slot slot);
size_t testing_byte_of(const struct testing_tensor *t, const struct testing_buffer *b, size_t i);

/* Gives a tensor other values, dense (n, c, s), rounded to its type; the buffer is written too. */
clgn_status testing_data_set(struct testing_data *data, enum testing_slot slot, const double *values);

/* What a tensor held when it was read last, dense. Not after a check, which uses that up. */
void testing_data_get(const struct testing_data *data, enum testing_slot slot, double *values);

/* Puts back what the buffers held at first. */
clgn_status testing_data_reset(struct testing_data *data);

/* What the reference takes from a case: its tensors, and what comes from behind. */
struct reference_tensors testing_data_tensors(const struct testing_data *data);

/* An output of backward: what the reference says, and how far the device may be; NULL for other slots. */
const double *testing_gradient(const struct testing_data *data, enum testing_slot slot, const double **off);

/* The statistics that backward reads, as forward would have written them. */
int testing_data_fill_statistics(struct testing_data *data);

/* Reads all buffers into .after: 0, or 1 with the reason in text. */
int testing_data_read(struct testing_data *data, char *text, size_t bytes);

/* Reads all back and compares it with the reference: 0 when right, else 1 with an explanation in text. */
int testing_data_check(struct testing_data *data, char *text, size_t bytes);

enum testing_outcome { TESTING_RIGHT, TESTING_WRONG, TESTING_REFUSED, TESTING_OMITTED };

/* Plans, runs and judges; explains a failure on stderr. REFUSED: the pinned variant cannot compute the problem.
 * OMITTED: the run's device is too small or too slow for it. */
enum testing_outcome testing_case_run(const struct testing_case *tc);

/* Count outcomes from here on; end prints them and fails the running test on any wrong case, or when fewer than
 * at_least cases were right. */
void testing_tally_begin(void);
void testing_tally_end(const char *what, unsigned at_least);

/* The largest errors so far, in units of the bound; for testing_run_device_suite. */
void testing_report_errors(void);

#endif
