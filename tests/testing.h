/* SPDX-License-Identifier: Apache-2.0 */
/* What the suites share: the device, random numbers, messages, and the way a suite is run. */
#ifndef CLGN_TESTING_H
#define CLGN_TESTING_H

#include <stddef.h>
#include <stdint.h>

#include <check.h>

#include <clgn/clgn.h>

#include "rng.h"

/* Exit status by which ctest knows a skipped program. */
#define TESTING_SKIP 77

/* The device of the run; one for the whole process. */
struct testing_device {
    cl_platform_id platform;
    cl_device_id device;
    cl_context cl;
    cl_command_queue queue; /* in order */
    clgn_context *context;
    char name[384];
    cl_ulong max_alloc;
    int has_f64, has_out_of_order;
    int small;          /* CLGN_TEST_SMALL: a slow device, small shapes */
    int tiny;           /* CLGN_TEST_TINY: a checking simulator, at most 4096 elements and work-groups of 64 */
    char message[8192]; /* the last error that the library reported; "" after testing_forget */
    unsigned messages;  /* errors reported since testing_forget */
};

extern struct testing_device testing;

/* Whether the device has a dtype. */
int testing_has(clgn_dtype dtype);

/* Whether its float32 has what a CL_FP_... says. */
int testing_has_single(cl_device_fp_config what);

/* A buffer of the device, which data (unless NULL) is written to; asserts that there is one. */
cl_mem testing_buffer_create(size_t bytes, const void *data);

/* How many of a count of cases must be right: a slow device may leave all but one out. */
unsigned testing_at_least(unsigned count);

/* A test, run for each number in [first, behind). */
struct testing_loop {
    const char *name; /* of the tcase */
    const TTest *test;
    int first, behind;
};

/* Adds loops to a suite, a tcase each. A slow device takes long for a program: of each it is given the first of share
 * parts. */
void testing_add_loops(Suite *suite, const struct testing_loop *loops, size_t count, int share);

/* Opens the device, runs the suite without forking, closes: what main returns. Without a device it says so and returns
 * TESTING_SKIP. report may be NULL; it is called after the tests. */
int testing_run_device_suite(Suite *suite, void (*report)(void));

/* The same for a suite that needs no device. */
int testing_run_host_suite(Suite *suite);

/* Gives options whose messages are kept in testing.message. */
clgn_options testing_options(void);
void testing_forget(void);

/* Whether a plan's failure says no more than that the pinned variant, or a number of the pin, does not fit the problem,
 * or that the device's compiler allows the kernel no work-group of the pinned size. */
int testing_is_refusal(clgn_status status, const char *pin);

/* Asserts the status, that it came with exactly one message, and that each word of the list (which ends with NULL)
 * stands in it, not as a part of a longer one. row says what was tried. */
void testing_expect(clgn_status found, clgn_status expected, const char *const *words, const char *row);

/* A command queue with the given properties, on every OpenCL version; NULL when the device has none such. */
cl_command_queue testing_queue_create(cl_context cl, cl_command_queue_properties properties);

/* Says on stderr why a test does not apply here. */
void testing_skip(const char *test, const char *why);

/* CLGN_TEST_SEED, which shifts all random numbers; and those of a text, shifted by it. */
uint64_t testing_seed(void);
struct rng testing_rng_of(const char *text);

/* A group norm of (n, c, s) as float32 channels-first with gamma and beta; s = 0: no spatial axes. */
clgn_problem testing_problem(size_t n, size_t c, size_t s, size_t groups);

#endif
