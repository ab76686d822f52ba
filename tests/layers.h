/* SPDX-License-Identifier: Apache-2.0 */
/* What a test says to the OpenCL loader's layers: fail the k-th call, count calls and handles, be a smaller device. */
#ifndef CLGN_TESTS_LAYERS_H
#define CLGN_TESTS_LAYERS_H

#include <CL/cl.h>

/* The layers sit between the program and the loader's drivers, so they see the calls of clgn and of the test, but
 * none that a driver makes inside. They need a loader that knows OPENCL_LAYERS, and a process that is not run under a
 * tool that replaces the loader (the oclgrind wrapper does). All functions may be called from any thread; a fault
 * counts the calls of all threads.
 *
 * A function's name may end in '*': "clCreate*" means every function that begins with clCreate. NULL means all. */

/**
 * Load the layers. Call it before the process's first OpenCL call; later calls only report.
 *
 * @return 1 when the layers work in this process, else 0; then the other functions do nothing and return 0
 */
int layers_open(void);

/** Make the k-th call from now (k = 1 is the next) that matches function return code instead of happening. k = 0
 *  disarms. Only one fault is armed at a time; releases never fail, since a program could not react. */
void layers_arm_fault(long k, cl_int code, const char *function);

/** 1 when the armed fault has struck since it was armed. */
int layers_fault_struck(void);

/** The name of the function that the fault struck, or "". */
const char *layers_fault_name(void);

/** How often a function was called since the start or the last reset; -1 for a name that the layer does not watch. */
long layers_calls(const char *function);

/** Set the counts of calls to 0; the counts of handles go on. */
void layers_reset_calls(void);

/** References that the program holds: "context", "queue", "mem", "program", "kernel" or "event"; NULL: their sum. */
long layers_live(const char *type);

/**
 * Report, and where that means something enforce, a property of another device; value -1 takes it back.
 *
 *     max_work_group      CL_DEVICE_MAX_WORK_GROUP_SIZE, _MAX_WORK_ITEM_SIZES; launches above it fail
 *     kernel_work_group   CL_KERNEL_WORK_GROUP_SIZE of every kernel; launches above it fail
 *     preferred_multiple  CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE
 *     local_memory        CL_DEVICE_LOCAL_MEM_SIZE; launches of kernels that need more fail
 *     local_memory_type   CL_DEVICE_LOCAL_MEM_TYPE (1 local, 2 global)
 *     compute_units       CL_DEVICE_MAX_COMPUTE_UNITS
 *     device_type         CL_DEVICE_TYPE (2 CPU, 4 GPU, 8 accelerator)
 *     double              0: no cl_khr_fp64, CL_DEVICE_DOUBLE_FP_CONFIG is 0
 *     available           CL_DEVICE_AVAILABLE
 *     compiler            CL_DEVICE_COMPILER_AVAILABLE
 *     strict_global_size  1: a launch with a global size of 0 fails, as OpenCL 1.2 says and few drivers do
 *
 * The environment variable CLGN_TEST_LIMITS ("max_work_group=256,device_type=4") sets them for a whole process in
 * which the layers are open.
 *
 * @return 1 when the name is known, else 0
 */
int layers_set_limit(const char *name, long value);

#endif
