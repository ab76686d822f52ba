/* SPDX-License-Identifier: Apache-2.0 */
/* What other tests lean on: the loader's layers and the allocation counter see, count and fail what they should. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "layers.h"

enum { SKIP = 77 };

static cl_device_id device;

static const char *const source = "__kernel void twice(__global int *x, __local int *scratch)\n"
                                  "{\n"
                                  "    scratch[get_local_id(0)] = x[get_global_id(0)];\n"
                                  "    x[get_global_id(0)] = 2 * scratch[get_local_id(0)];\n"
                                  "}\n";

struct session {
    cl_context context;
    cl_command_queue queue;
    cl_mem buffer;
    cl_program program;
    cl_kernel kernel;
};

/* Makes one of everything; returns the code of the first call that failed. */
static cl_int session_open(struct session *s)
{
    cl_int err = CL_SUCCESS;
    size_t local_bytes = 4 * sizeof(cl_int);
    memset(s, 0, sizeof *s);
    s->context = clCreateContext(NULL, 1, &device, NULL, NULL, &err);
    if (err == CL_SUCCESS) {
        s->queue = clCreateCommandQueue(s->context, device, 0, &err);
    }
    if (err == CL_SUCCESS) {
        s->buffer = clCreateBuffer(s->context, CL_MEM_READ_WRITE, 64 * sizeof(cl_int), NULL, &err);
    }
    if (err == CL_SUCCESS) {
        const char *text = source;
        s->program = clCreateProgramWithSource(s->context, 1, &text, NULL, &err);
    }
    if (err == CL_SUCCESS) {
        err = clBuildProgram(s->program, 1, &device, "-cl-std=CL1.2", NULL, NULL);
    }
    if (err == CL_SUCCESS) {
        s->kernel = clCreateKernel(s->program, "twice", &err);
    }
    if (err == CL_SUCCESS) {
        err = clSetKernelArg(s->kernel, 0, sizeof s->buffer, &s->buffer);
    }
    if (err == CL_SUCCESS) {
        err = clSetKernelArg(s->kernel, 1, local_bytes, NULL);
    }
    return err;
}

static void session_close(struct session *s)
{
    if (s->kernel != NULL) {
        (void)clReleaseKernel(s->kernel);
    }
    if (s->program != NULL) {
        (void)clReleaseProgram(s->program);
    }
    if (s->buffer != NULL) {
        (void)clReleaseMemObject(s->buffer);
    }
    if (s->queue != NULL) {
        (void)clReleaseCommandQueue(s->queue);
    }
    if (s->context != NULL) {
        (void)clReleaseContext(s->context);
    }
}

static cl_int launch(const struct session *s, size_t global, size_t local, cl_event *event)
{
    return clEnqueueNDRangeKernel(s->queue, s->kernel, 1, NULL, &global, &local, 0, NULL, event);
}

START_TEST(test_fault_at_each_call_then_its_code_comes_back_and_nothing_leaks)
{
    struct session s;
    long before = layers_live(NULL);
    long k = 0;
    do {
        cl_int code;
        k++;
        layers_arm_fault(k, CL_OUT_OF_HOST_MEMORY, NULL);
        code = session_open(&s);
        ck_assert_int_eq(code, layers_fault_struck() ? CL_OUT_OF_HOST_MEMORY : CL_SUCCESS);
        layers_arm_fault(0, 0, NULL);
        session_close(&s);
        ck_assert_int_eq(layers_live(NULL), before);
    } while (k < 8);
    layers_arm_fault(9, CL_OUT_OF_HOST_MEMORY, NULL);
    ck_assert_int_eq(session_open(&s), CL_SUCCESS);
    ck_assert_int_eq(layers_fault_struck(), 0);
    layers_arm_fault(0, 0, NULL);
    session_close(&s);
}
END_TEST

START_TEST(test_fault_of_one_function_then_only_that_one_is_counted_and_struck)
{
    struct session s;
    layers_arm_fault(2, CL_INVALID_VALUE, "clSetKernelArg");
    ck_assert_int_eq(session_open(&s), CL_INVALID_VALUE);
    ck_assert_str_eq(layers_fault_name(), "clSetKernelArg");
    ck_assert_ptr_nonnull(s.kernel);
    session_close(&s);
    layers_arm_fault(1, CL_INVALID_VALUE, "clCreateC*");
    ck_assert_int_eq(session_open(&s), CL_INVALID_VALUE);
    ck_assert_str_eq(layers_fault_name(), "clCreateContext");
    session_close(&s);
    layers_arm_fault(0, 0, NULL);
}
END_TEST

START_TEST(test_calls_when_made_then_counted_by_name_and_prefix)
{
    struct session s;
    layers_reset_calls();
    ck_assert_int_eq(session_open(&s), CL_SUCCESS);
    ck_assert_int_eq(layers_calls("clSetKernelArg"), 2);
    ck_assert_int_eq(layers_calls("clCreate*"), 5);
    ck_assert_int_eq(layers_calls("clBuildProgram"), 1);
    ck_assert_int_eq(layers_calls("clFinish"), 0);
    ck_assert_int_eq(layers_calls("clNoSuchFunction"), -1);
    ck_assert_int_eq(layers_calls(NULL), 8);
    session_close(&s);
    ck_assert_int_eq(layers_calls("clRelease*"), 5);
    layers_reset_calls();
    ck_assert_int_eq(layers_calls(NULL), 0);
}
END_TEST

START_TEST(test_live_when_retained_and_released_then_follows)
{
    struct session s;
    cl_event event = NULL;
    long events = layers_live("event");
    long contexts = layers_live("context");
    ck_assert_int_eq(session_open(&s), CL_SUCCESS);
    ck_assert_int_eq(layers_live("context"), contexts + 1);
    ck_assert_int_eq(clRetainContext(s.context), CL_SUCCESS);
    ck_assert_int_eq(layers_live("context"), contexts + 2);
    ck_assert_int_eq(clReleaseContext(s.context), CL_SUCCESS);
    ck_assert_int_eq(launch(&s, 4, 4, &event), CL_SUCCESS);
    ck_assert_int_eq(layers_live("event"), events + 1);
    ck_assert_int_eq(clFinish(s.queue), CL_SUCCESS);
    ck_assert_int_eq(clReleaseEvent(event), CL_SUCCESS);
    ck_assert_int_eq(layers_live("event"), events);
    ck_assert_int_eq(layers_live("no such type"), -1);
    session_close(&s);
    ck_assert_int_eq(layers_live("context"), contexts);
}
END_TEST

START_TEST(test_limits_when_set_then_reported)
{
    size_t group = 0;
    cl_ulong local_bytes = 0;
    cl_device_type type = 0;
    char extensions[8192] = "";
    ck_assert_int_eq(layers_set_limit("max_work_group", 48), 1);
    ck_assert_int_eq(layers_set_limit("local_memory", 1000), 1);
    ck_assert_int_eq(layers_set_limit("device_type", CL_DEVICE_TYPE_GPU), 1);
    ck_assert_int_eq(layers_set_limit("double", 0), 1);
    ck_assert_int_eq(layers_set_limit("no such limit", 1), 0);
    clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof group, &group, NULL);
    clGetDeviceInfo(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local_bytes, &local_bytes, NULL);
    clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, sizeof extensions, extensions, NULL);
    ck_assert_uint_eq(group, 48);
    ck_assert_uint_eq(local_bytes, 1000);
    ck_assert_uint_eq(type, CL_DEVICE_TYPE_GPU);
    ck_assert_ptr_null(strstr(extensions, "cl_khr_fp64"));
    layers_set_limit("max_work_group", -1);
    layers_set_limit("local_memory", -1);
    layers_set_limit("device_type", -1);
    layers_set_limit("double", -1);
    clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof group, &group, NULL);
    ck_assert_uint_ne(group, 48);
}
END_TEST

START_TEST(test_limits_when_exceeded_then_launch_fails)
{
    struct session s;
    size_t group = 0;
    ck_assert_int_eq(session_open(&s), CL_SUCCESS);
    layers_set_limit("kernel_work_group", 2);
    clGetKernelWorkGroupInfo(s.kernel, device, CL_KERNEL_WORK_GROUP_SIZE, sizeof group, &group, NULL);
    ck_assert_uint_eq(group, 2);
    ck_assert_int_eq(launch(&s, 4, 4, NULL), CL_INVALID_WORK_GROUP_SIZE);
    layers_set_limit("kernel_work_group", -1);
    layers_set_limit("local_memory", 8);
    ck_assert_int_eq(launch(&s, 4, 4, NULL), CL_OUT_OF_RESOURCES);
    layers_set_limit("local_memory", -1);
    layers_set_limit("strict_global_size", 1);
    ck_assert_int_eq(launch(&s, 0, 1, NULL), CL_INVALID_GLOBAL_WORK_SIZE);
    layers_set_limit("strict_global_size", -1);
    ck_assert_int_eq(launch(&s, 4, 4, NULL), CL_SUCCESS);
    ck_assert_int_eq(clFinish(s.queue), CL_SUCCESS);
    session_close(&s);
}
END_TEST

/* Keeps an allocation alive in the compiler's eyes: an unused malloc and free may be removed. */
static void *volatile kept;

static void *allocate_elsewhere(void *unused)
{
    kept = malloc(16);
    free(kept);
    return unused;
}

START_TEST(test_allocations_when_counting_then_only_this_thread_counts)
{
    pthread_t thread;
    long count;
    int started;
    allocations_begin();
    kept = malloc(16);
    kept = realloc(kept, 32);
    free(kept);
    kept = calloc(2, 8);
    free(kept);
    started = pthread_create(&thread, NULL, allocate_elsewhere, NULL);
    if (started == 0) {
        (void)pthread_join(thread, NULL);
    }
    count = allocations_end();
    ck_assert_int_eq(started, 0);
    ck_assert_int_eq(count, 3);
    kept = malloc(16);
    free(kept);
    allocations_begin();
    count = allocations_end();
    ck_assert_int_eq(count, 0);
}
END_TEST

START_TEST(test_allocations_when_armed_then_the_kth_fails_once)
{
    void *blocks[3];
    int code;
    allocations_fail_at(2);
    blocks[0] = malloc(16);
    blocks[1] = malloc(16);
    code = errno;
    blocks[2] = malloc(16);
    ck_assert_int_eq(allocations_fail_struck(), 1);
    ck_assert_ptr_nonnull(blocks[0]);
    ck_assert_ptr_null(blocks[1]);
    ck_assert_int_eq(code, ENOMEM);
    ck_assert_ptr_nonnull(blocks[2]);
    free(blocks[0]);
    free(blocks[2]);
}
END_TEST

/* The first device of any platform; platforms without devices are common. */
static int find_device(void)
{
    cl_platform_id platforms[16];
    cl_uint count = 0;
    if (clGetPlatformIDs(16, platforms, &count) != CL_SUCCESS) {
        return 0;
    }
    for (cl_uint i = 0; i < count && i < 16; i++) {
        if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS) {
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    Suite *suite = suite_create("harness");
    TCase *tcase = tcase_create("layers");
    TCase *allocations = tcase_create("allocations");
    SRunner *runner;
    int failed;
    if (!layers_open() || !find_device()) {
        return SKIP;
    }
    tcase_add_test(tcase, test_fault_at_each_call_then_its_code_comes_back_and_nothing_leaks);
    tcase_add_test(tcase, test_fault_of_one_function_then_only_that_one_is_counted_and_struck);
    tcase_add_test(tcase, test_calls_when_made_then_counted_by_name_and_prefix);
    tcase_add_test(tcase, test_live_when_retained_and_released_then_follows);
    tcase_add_test(tcase, test_limits_when_set_then_reported);
    tcase_add_test(tcase, test_limits_when_exceeded_then_launch_fails);
    tcase_add_test(allocations, test_allocations_when_counting_then_only_this_thread_counts);
    tcase_add_test(allocations, test_allocations_when_armed_then_the_kth_fails_once);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, allocations);
    runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
