/* SPDX-License-Identifier: Apache-2.0 */
/* Holding configurations of a problem to the extended-precision reference on hard inputs. */
#ifndef CLGN_TUNE_VERIFY_JOB_H
#define CLGN_TUNE_VERIFY_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "device_open.h"

/** A problem's inputs and references, which all its configurations share. */
struct verify_job;

enum verify_outcome {
    VERIFY_RIGHT,
    VERIFY_WRONG,   /**< an output is wrong, or what is no output was written */
    VERIFY_REFUSED, /**< the configuration is not legal for the problem or the device */
    VERIFY_FAILED   /**< the kernels do not build, the device failed, or memory ran out: nothing is known */
};

struct verify_result {
    enum verify_outcome outcome;
    int whole;        /* 0: memory does not hold the problem, and a smaller one was run */
    unsigned cases;   /* that were right */
    double worst;     /* the largest error of an output, in units of its bound */
    char output[16];  /* which output that was */
    char config[256]; /* complete, as a pin; "" when refused */
    char from[32];    /* the layer that chose it */
    char text[1792];  /* unless right: which case, what is wrong where, and by how much */
};

/**
 * Make a job. Slow: values and buffers of all cases; the references come with the first configuration.
 *
 * @param device stays open, and where it is, until the job is released
 * @param seed   of the inputs
 * @param error  receives the reason for a failure, always terminated
 * @return NULL when there is no memory on the host or the device
 */
struct verify_job *verify_job_create(struct device_open *device, const clgn_problem *problem, uint64_t seed,
                                     char *error, size_t error_bytes);

/** NULL is legal. */
void verify_job_release(struct verify_job *job);

/**
 * Run a configuration on all cases, until one is wrong.
 *
 * @param config a pin; NULL: what the library chooses for the problem
 */
void verify_job_run(struct verify_job *job, const char *config, struct verify_result *result);

#endif
