/* SPDX-License-Identifier: Apache-2.0 */
/* What the suites share: the device, random numbers, messages, and the way a suite is run. */
#include "testing.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_pick.h"

struct testing_device testing;

static void on_message(void *user, clgn_severity severity, const char *text)
{
    (void)user;
    if (severity == CLGN_SEVERITY_ERROR) {
        snprintf(testing.message, sizeof testing.message, "%s", text);
        testing.messages++;
    }
}

clgn_options testing_options(void)
{
    clgn_options options = CLGN_OPTIONS_INIT;

    options.on_message = on_message;
    return options;
}

void testing_forget(void)
{
    testing.message[0] = '\0';
    testing.messages = 0;
}

int testing_is_refusal(clgn_status status, const char *pin)
{
    if (pin == NULL) {
        return 0;
    }
    return (status == CLGN_ERR_ARGUMENT && strstr(testing.message, "not applicable") != NULL) ||
           (status == CLGN_ERR_UNSUPPORTED && strstr(pin, "wgs=") != NULL &&
            strstr(testing.message, "the compiled kernel allows") != NULL);
}

/* Whether word stands in the text as a whole: not inside another identifier or number. */
static int has_word(const char *text, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        const int before = at == text ? ' ' : (unsigned char)at[-1], behind = (unsigned char)at[length];

        if (!isalnum(before) && before != '_' && !isalnum(behind) && behind != '_') {
            return 1;
        }
    }
    return 0;
}

/* The status, exactly one message, and its words (a list that ends with NULL). */
void testing_expect(clgn_status found, clgn_status expected, const char *const *words, const char *row)
{
    ck_assert_msg(found == expected, "%s: status %s instead of %s, message \"%s\"", row, clgn_status_name(found),
                  clgn_status_name(expected), testing.message);
    ck_assert_msg(testing.messages == 1, "%s: %u messages, the last \"%s\"", row, testing.messages, testing.message);
    for (; *words != NULL; words++) {
        ck_assert_msg(has_word(testing.message, *words), "%s: \"%s\" is not in \"%s\"", row, *words, testing.message);
    }
}

void testing_skip(const char *test, const char *why)
{
    fprintf(stderr, "skipped: %s: %s\n", test, why);
}

/* clCreateCommandQueue is deprecated since OpenCL 2.0 and the only one before; every loader and driver has it. */
cl_command_queue testing_queue_create(cl_context cl, cl_command_queue_properties properties)
{
    cl_int err = CL_SUCCESS;
    cl_command_queue queue;

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif
    queue = clCreateCommandQueue(cl, testing.device, properties, &err);
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
    return err == CL_SUCCESS ? queue : NULL;
}

static int is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && *value != '\0' && strcmp(value, "0") != 0;
}

static void read_facts(void)
{
    char extensions[16384] = "";
    cl_device_fp_config fp64 = 0;
    cl_command_queue_properties properties = 0;

    (void)clGetDeviceInfo(testing.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof testing.max_alloc, &testing.max_alloc,
                          NULL);
    (void)clGetDeviceInfo(testing.device, CL_DEVICE_EXTENSIONS, sizeof extensions - 1, extensions, NULL);
    (void)clGetDeviceInfo(testing.device, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof fp64, &fp64, NULL);
    (void)clGetDeviceInfo(testing.device, CL_DEVICE_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    testing.has_f64 = strstr(extensions, "cl_khr_fp64") != NULL || fp64 != 0;
    testing.has_out_of_order = (properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0;
    testing.small = is_set("CLGN_TEST_SMALL");
    testing.tiny = is_set("CLGN_TEST_TINY");
}

/* 0, or the exit status with the reason in text. */
static int open_device(char *text, size_t bytes)
{
    struct device_entry entry;
    cl_int err = CL_SUCCESS;
    clgn_options options = testing_options();
    clgn_status st;

    if (device_pick(NULL, &entry, text, bytes) != 0) {
        return TESTING_SKIP;
    }
    testing.platform = entry.platform;
    testing.device = entry.device;
    snprintf(testing.name, sizeof testing.name, "%s / %s", entry.platform_name, entry.name);
    read_facts();
    testing.cl = clCreateContext(NULL, 1, &testing.device, NULL, NULL, &err);
    if (testing.cl == NULL) {
        snprintf(text, bytes, "clCreateContext on %s: %d", testing.name, (int)err);
        return EXIT_FAILURE;
    }
    testing.queue = testing_queue_create(testing.cl, 0);
    if (testing.queue == NULL) {
        snprintf(text, bytes, "no command queue on %s", testing.name);
        return EXIT_FAILURE;
    }
    st = clgn_context_create(testing.cl, testing.device, &options, &testing.context);
    if (st != CLGN_OK) {
        snprintf(text, bytes, "clgn_context_create on %s: %s: %.400s", testing.name, clgn_status_name(st),
                 testing.message);
        return EXIT_FAILURE;
    }
    return 0;
}

static void close_device(void)
{
    clgn_context_release(testing.context);
    if (testing.queue != NULL) {
        (void)clReleaseCommandQueue(testing.queue);
    }
    if (testing.cl != NULL) {
        (void)clReleaseContext(testing.cl);
    }
}

static int run(Suite *suite, enum fork_status fork, void (*report)(void))
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_set_fork_status(runner, fork);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    if (report != NULL) {
        report();
    }
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int testing_run_device_suite(Suite *suite, void (*report)(void))
{
    char text[1024] = "";
    int status = open_device(text, sizeof text);

    if (status == 0) {
        fprintf(stderr, "device: %s\n", testing.name);
        status = run(suite, CK_NOFORK, report); /* frees the suite */
    } else {
        fprintf(stderr, "%s: %s\n", status == TESTING_SKIP ? "skipped" : "failed", text);
        srunner_free(srunner_create(suite));
    }
    close_device();
    return status;
}

void testing_add_loops(Suite *suite, const struct testing_loop *loops, size_t count, int share)
{
    const int parts = getenv("CLGN_TEST_SMALL") != NULL ? share : 1;

    for (size_t i = 0; i < count; i++) {
        TCase *tc = tcase_create(loops[i].name);

        tcase_add_loop_test(tc, loops[i].test, loops[i].first,
                            loops[i].first + (loops[i].behind - loops[i].first + parts - 1) / parts);
        suite_add_tcase(suite, tc);
    }
}

int testing_run_host_suite(Suite *suite)
{
    return run(suite, CK_FORK_GETENV, NULL);
}

int testing_has(clgn_dtype dtype)
{
    return dtype != CLGN_DTYPE_F64 || testing.has_f64;
}

int testing_has_single(cl_device_fp_config what)
{
    cl_device_fp_config config = 0;

    (void)clGetDeviceInfo(testing.device, CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, NULL);
    return (config & what) != 0;
}

cl_mem testing_buffer_create(size_t bytes, const void *data)
{
    cl_int code;
    cl_mem mem = clCreateBuffer(testing.cl, CL_MEM_READ_WRITE, bytes, NULL, &code);

    ck_assert_int_eq(code, CL_SUCCESS);
    if (data != NULL) {
        ck_assert_int_eq(clEnqueueWriteBuffer(testing.queue, mem, CL_TRUE, 0, bytes, data, 0, NULL, NULL), CL_SUCCESS);
    }
    return mem;
}

unsigned testing_at_least(unsigned count)
{
    return testing.tiny || testing.small ? 1 : count;
}

uint64_t testing_seed(void)
{
    const char *seed = getenv("CLGN_TEST_SEED");

    return seed != NULL ? strtoull(seed, NULL, 0) : 0;
}

struct rng testing_rng_of(const char *text)
{
    return rng_of(text, testing_seed());
}

clgn_problem testing_problem(size_t n, size_t c, size_t s, size_t groups)
{
    clgn_problem p = CLGN_PROBLEM_INIT;

    p.n = n;
    p.c = c;
    p.spatial_dims = s > 0;
    p.spatial[0] = s;
    p.groups = groups;
    p.gamma = CLGN_DTYPE_F32;
    p.beta = CLGN_DTYPE_F32;
    return p;
}
