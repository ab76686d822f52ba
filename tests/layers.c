/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the loader's layers in this process and passes a test's words on to them. */
#include "layers.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* LAYER_CALLS and LAYER_LIMITS are the files of the two layers, given by CMake. */
static struct {
    void (*arm_fault)(long k, cl_int code, const char *function);
    int (*fault_struck)(void);
    const char *(*fault_name)(void);
    long (*calls)(const char *function);
    void (*reset_calls)(void);
    long (*live)(const char *type);
    int (*set_limit)(const char *name, long value);
} layer;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int opened;

/* ISO C has no conversion from an object pointer to a function pointer; POSIX promises that the bits agree. */
static int find(void *library, const char *symbol, void *function)
{
    void *address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void open_once(void)
{
    cl_uint platforms = 0;
    void *calls;
    void *limits;

    /* The layer that is named last is the first to see a call: calls are counted as the program made them, and those
     * that the limits layer makes on its own are not. */
    if (setenv("OPENCL_LAYERS", LAYER_LIMITS ":" LAYER_CALLS, 1) != 0) {
        return;
    }
    /* The loader reads the variable in its first call; what the call returns does not matter. */
    (void)clGetPlatformIDs(0, NULL, &platforms);
    calls = dlopen(LAYER_CALLS, RTLD_NOW | RTLD_NOLOAD);
    limits = dlopen(LAYER_LIMITS, RTLD_NOW | RTLD_NOLOAD);
    opened = calls != NULL && limits != NULL && find(calls, "layer_arm_fault", &layer.arm_fault) &&
             find(calls, "layer_fault_struck", &layer.fault_struck) &&
             find(calls, "layer_fault_name", &layer.fault_name) && find(calls, "layer_calls", &layer.calls) &&
             find(calls, "layer_reset_calls", &layer.reset_calls) && find(calls, "layer_live", &layer.live) &&
             find(limits, "layer_set_limit", &layer.set_limit);
}

int layers_open(void)
{
    (void)pthread_once(&once, open_once);
    return opened;
}

void layers_arm_fault(long k, cl_int code, const char *function)
{
    if (layers_open()) {
        layer.arm_fault(k, code, function);
    }
}

int layers_fault_struck(void)
{
    return layers_open() ? layer.fault_struck() : 0;
}

const char *layers_fault_name(void)
{
    return layers_open() ? layer.fault_name() : "";
}

long layers_calls(const char *function)
{
    return layers_open() ? layer.calls(function) : 0;
}

void layers_reset_calls(void)
{
    if (layers_open()) {
        layer.reset_calls();
    }
}

long layers_live(const char *type)
{
    return layers_open() ? layer.live(type) : 0;
}

int layers_set_limit(const char *name, long value)
{
    return layers_open() ? layer.set_limit(name, value) : 0;
}
