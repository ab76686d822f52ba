/* SPDX-License-Identifier: Apache-2.0 */
/* A plan with its data: what the suites of an enqueue's promises do with it. */
#ifndef CLGN_TESTS_JOBS_H
#define CLGN_TESTS_JOBS_H

#include "testing_case.h"

struct job {
    clgn_plan *plan;
    struct testing_data data;
};

/* The problem must have a plan on every device. */
void job_begin(const clgn_problem *problem, struct job *job);
void job_end(struct job *job);

void job_enqueue(struct job *job, cl_command_queue queue, cl_uint n_wait, const cl_event *wait, cl_event *done);

/* Asserts that what the device holds is right. */
void job_check(struct job *job);

/* What a tensor holds on the device; to be freed. */
double *job_fetch(struct job *job, enum testing_slot slot);

/* A user event holds the work back on any queue; done is not complete before it, and completes after it. */
void job_hold_back(struct job *job, cl_command_queue queue);

/* NULL, and a line that says so, where the device has none. */
cl_command_queue job_out_of_order_queue(void);

/* 0, and a line that says so, where the OpenCL loader has no layers; the two that follow need them. */
int job_has_layers(const char *test);

/* Enqueues and waits; asserts that meanwhile no call could wait, allocate on the device or compile, and that nothing
 * was allocated on the host. */
void job_enqueue_without_calls(struct job *job);

/* Enqueues several times, with an event and without; asserts that as many handles live after as before. */
void job_enqueue_without_handles(struct job *job);

/* Asserts that a plan's description is a pin that gives the same plan. */
void job_expect_description(const clgn_problem *problem);

/* Asserts that a warm-up touches nothing of the caller's and that the plan is right behind it. */
void job_expect_warm(const clgn_problem *problem);

#endif
