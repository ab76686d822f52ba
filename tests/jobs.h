/* SPDX-License-Identifier: Apache-2.0 */
/* A plan with its data: what the suites of an enqueue's promises do with it. */
#ifndef CLGN_TESTS_JOBS_H
#define CLGN_TESTS_JOBS_H

#include "testing_case.h"

struct job {
    clgn_plan *plan;
    struct trial data;
};

/* The problem must have a plan on every device. */
void job_begin(const clgn_problem *problem, struct job *job);
void job_end(struct job *job);

void job_enqueue(struct job *job, cl_command_queue queue, cl_uint n_wait, const cl_event *wait, cl_event *done);

/* Asserts that what the device holds is right. */
void job_check(struct job *job);

/* What a tensor holds on the device; to be freed. */
double *job_fetch(struct job *job, enum slot slot);

/* A user event holds the work back on any queue; done is not complete before it, and completes after it. */
void job_hold_back(struct job *job, cl_command_queue queue);

/* NULL, and a line that says so, where the device has none. */
cl_command_queue job_out_of_order_queue(void);

/* Plans, holds the work back and asserts that what is behind it is right. */
void job_expect_waiting(const clgn_problem *problem, cl_command_queue queue);

/* Runs there and back between the buffers of x and y, or dy and dx, many times: the bits must be those of single runs,
 * and only the queue's order, or the events, keep them so. */
void job_expect_chained(const clgn_problem *problem, cl_command_queue queue, int with_events);

/* 0, and a line that says so, where the OpenCL loader has no layers; the three that follow need them. */
int job_has_layers(const char *test);

/* Asserts that a second plan builds no program when only what is an argument differs. Where the shape is compiled in,
 * because the library chooses or the pin holds it in registers, it stays. */
void job_expect_shared_program(const clgn_problem *problem);

/* Plans, enqueues and waits; asserts that an enqueue makes no call that could wait, allocate on the device or compile,
 * that it allocates nothing on the host, and that what it gives is right. */
void job_expect_no_calls(const clgn_problem *problem);

/* Plans and enqueues several times, with an event and without; asserts that as many handles live after as before. */
void job_expect_no_handles(const clgn_problem *problem);

/* Asserts that a plan's description is a pin that gives the same plan. */
void job_expect_description(const clgn_problem *problem);

/* Asserts that a warm-up touches nothing of the caller's and that the plan is right behind it. */
void job_expect_warm(const clgn_problem *problem);

#endif
