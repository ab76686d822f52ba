/* SPDX-License-Identifier: Apache-2.0 */
/* What every layer of the OpenCL loader includes: the loader's dispatch table with all functions of OpenCL 3.0. */
#ifndef CLGN_TESTS_LAYER_H
#define CLGN_TESTS_LAYER_H

/* The table's entries are untyped where the target version lacks the function, so a layer asks for the newest. */
#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS

#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <CL/cl_layer.h>

#define LAYER_EXPORT __attribute__((visibility("default")))

#endif
