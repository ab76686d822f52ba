/* SPDX-License-Identifier: Apache-2.0 */
/* The problem that a worker has in hand: its plans, its verification, its tensors for timing. */
#ifndef CLGN_TUNE_SERVE_JOB_H
#define CLGN_TUNE_SERVE_JOB_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "axes.h"
#include "copies.h"
#include "device_open.h"
#include "verify_job.h"
#include "workload.h"

enum { SERVE_CONFIG_BYTES = 256 };

struct serve_plan {
    char config[SERVE_CONFIG_BYTES];
    clgn_plan *plan;
    size_t runs; /* of a sample; 0: not warmed up */
};

struct serve_job {
    struct device_open *device;
    uint64_t seed;
    clgn_problem problem;
    struct verify_job *verify; /* NULL until the first verification, and once times are taken */
    struct workload workload;
    int loaded;    /* whether there is a workload */
    int by_events; /* which clock; kept by a reset */
    struct serve_plan *plans;
    size_t count, room;
    struct copies copies;
    const struct copy_set *set; /* NULL: no copy */
    size_t copy, copy_runs;     /* the fastest kind */
};

/** Each gives a new object, the outcome that rig.h describes; NULL when memory ran out. */
json_t *serve_job_build(struct serve_job *job, const char *config);
json_t *serve_job_verify(struct serve_job *job, const char *config);
json_t *serve_job_sample(struct serve_job *job, const char *config);
json_t *serve_job_copy(struct serve_job *job);

/** Release the problem, and begin anew. */
void serve_job_reset(struct serve_job *job);

#endif
