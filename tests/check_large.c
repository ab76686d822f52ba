/* SPDX-License-Identifier: Apache-2.0 */
/* Strides beyond what 32 bits count: a buffer of more than 4 GiB, of which a few rows are used. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "reference.h"
#include "testing.h"
#include "variants.h"

/* Rows of 33 in place; samples, or rows, lie far apart. Around each row a window of the buffer is watched. */
enum { ROW = 33, WATCH = 64, WINDOW = WATCH + 2 * ROW + WATCH };
static const uint64_t far_apart = ((uint64_t)1 << 31) + 48;

static cl_mem buffer;

static clgn_problem problem_of(int far_samples, const char *pin)
{
    clgn_problem p = testing_problem(far_samples ? 2 : 1, 2, ROW, 1);

    p.gamma = p.beta = CLGN_DTYPE_NONE;
    p.x.dtype = CLGN_DTYPE_F16;
    p.x.batch_stride = far_samples ? (size_t)far_apart : 0;
    p.x.row_stride = far_samples ? 0 : (size_t)far_apart;
    p.y = p.x;
    p.config = pin;
    return p;
}

/* The two windows: [0] around what begins at offset WATCH, [1] around what begins far_apart behind it. */
static size_t window_offset(int which)
{
    return (size_t)which * (size_t)far_apart * sizeof(uint16_t);
}

static void transfer(uint16_t window[2][WINDOW], int write)
{
    for (int i = 0; i < 2; i++) {
        const size_t at = window_offset(i), bytes = sizeof window[i];
        const cl_int err =
            write ? clEnqueueWriteBuffer(testing.queue, buffer, CL_TRUE, at, bytes, window[i], 0, NULL, NULL)
                  : clEnqueueReadBuffer(testing.queue, buffer, CL_TRUE, at, bytes, window[i], 0, NULL, NULL);

        ck_assert_int_eq(err, CL_SUCCESS);
    }
}

/* Rows in each window: both channels of a sample, or one channel. */
static size_t rows_of(int far_samples)
{
    return far_samples ? 2 : 1;
}

static void compare(const clgn_problem *p, uint16_t before[2][WINDOW], uint16_t after[2][WINDOW], int far_samples)
{
    const size_t used = rows_of(far_samples) * ROW;
    double x[4 * ROW], y[4 * ROW], bound[4 * ROW];
    const struct reference_tensors in = {.x = x};
    const struct reference_result out = {.y = y, .bound = bound};

    for (size_t i = 0; i < 2 * used; i++) {
        x[i] = convert_from_f16(before[i / used][WATCH + i % used]);
    }
    ck_assert_int_eq(reference_forward(p, &in, &out), 0);
    for (size_t i = 0; i < 2 * used; i++) {
        const double device = convert_from_f16(after[i / used][WATCH + i % used]);

        ck_assert_msg(reference_error(CLGN_DTYPE_F16, device, y[i], bound[i]) <= 1.0,
                      "%s: element %zu is %g instead of %g", p->config != NULL ? p->config : "unpinned", i, device,
                      y[i]);
        after[i / used][WATCH + i % used] = before[i / used][WATCH + i % used];
    }
    ck_assert_mem_eq(after, before, 2 * sizeof before[0]);
}

static int make_buffer(void)
{
    const uint64_t bytes = (far_apart + WINDOW) * sizeof(uint16_t);
    cl_int err = CL_SUCCESS;

    if (bytes > testing.max_alloc || bytes > SIZE_MAX) {
        testing_skip("strides beyond 32 bits", "the device has no buffers of 4 GiB");
        return 0;
    }
    buffer = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, (size_t)bytes, NULL, &err);
    ck_assert_msg(err == CL_SUCCESS, "a buffer of %llu bytes: %d", (unsigned long long)bytes, (int)err);
    return 1;
}

static void run(const char *pin, int far_samples, unsigned *runs)
{
    const clgn_problem p = problem_of(far_samples, pin);
    struct rng rng = testing_rng_of("large");
    uint16_t before[2][WINDOW], after[2][WINDOW];
    clgn_args args = CLGN_ARGS_INIT;
    clgn_plan *plan = NULL;
    size_t bytes = 0;
    clgn_status st;

    testing_forget();
    st = clgn_plan_create(testing.context, &p, &plan);
    if (testing_is_refusal(st, pin)) {
        return;
    }
    ck_assert_msg(st == CLGN_OK, "%s", testing.message);
    for (int i = 0; i < 2 * WINDOW; i++) {
        before[i / WINDOW][i % WINDOW] = convert_to_f16(3.0 + rng_normal(&rng));
    }
    transfer(before, 1);
    args.x = args.y = (clgn_tensor){buffer, WATCH * sizeof(uint16_t), NULL};
    ck_assert_int_eq(clgn_plan_workspace_bytes(plan, &bytes), CLGN_OK);
    args.workspace.mem = bytes > 0 ? clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, bytes, NULL, NULL) : NULL;
    st = clgn_plan_enqueue(plan, testing.queue, &args, 0, NULL, NULL);
    ck_assert_msg(st == CLGN_OK, "%s", testing.message);
    transfer(after, 0);
    compare(&p, before, after, far_samples);
    if (args.workspace.mem != NULL) {
        (void)clReleaseMemObject(args.workspace.mem);
    }
    clgn_plan_release(plan);
    ++*runs;
}

START_TEST(test_large_strides_reach_beyond_32_bits)
{
    unsigned runs = 0;

    if (!make_buffer()) {
        return;
    }
    for (int i = 0; i < VARIANT_PINS; i++) {
        if (!variant_is_given(variant_pin[i])) {
            run(variant_pin[i], _i, &runs);
        }
    }
    (void)clReleaseMemObject(buffer);
    ck_assert_uint_ge(runs, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("large");
    TCase *tc = tcase_create("strides");

    tcase_add_loop_test(tc, test_large_strides_reach_beyond_32_bits, 0, 2);
    suite_add_tcase(suite, tc);
    return testing_run_device_suite(suite, NULL);
}
