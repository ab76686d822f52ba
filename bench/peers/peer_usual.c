/* SPDX-License-Identifier: Apache-2.0 */
/* The usual OpenCL kernel: a work-group of 64 per group, sums by a tree in local memory, three reads of x. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cl_device.h"

static const char source[] =
    "#if TYPE == 16\n"
    "#define LOAD(p, i) vload_half((i), (__global const half *)(p))\n"
    "#define STORE(v, p, i) vstore_half_rte((v), (i), (__global half *)(p))\n"
    "#elif TYPE == 17\n"
    "#define LOAD(p, i) as_float((uint)((__global const ushort *)(p))[i] << 16)\n"
    "#define STORE(v, p, i) (((__global ushort *)(p))[i] = bf16(v))\n"
    "ushort bf16(float v)\n"
    "{\n"
    "    const uint b = as_uint(v);\n"
    "    return (ushort)((b + 0x7fffu + ((b >> 16) & 1u)) >> 16);\n"
    "}\n"
    "#else\n"
    "#define LOAD(p, i) (((__global const float *)(p))[i])\n"
    "#define STORE(v, p, i) (((__global float *)(p))[i] = (v))\n"
    "#endif\n"
    "#if ACT == 1\n"
    "#define FINISH(v) fmax((v), 0.0f)\n"
    "#elif ACT == 2\n"
    "#define FINISH(v) ((v) / (1.0f + exp(-(v))))\n"
    "#else\n"
    "#define FINISH(v) (v)\n"
    "#endif\n"
    "#if NHWC\n"
    "#define AT(i) (base + (i) / per * channels + (i) % per)\n"
    "#define CHANNEL(i) ((i) % per)\n"
    "#else\n"
    "#define AT(i) (base + (i))\n"
    "#define CHANNEL(i) ((i) / spatial)\n"
    "#endif\n"
    "float total(float v, __local float *tree)\n"
    "{\n"
    "    const int me = (int)get_local_id(0);\n"
    "    tree[me] = v;\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    for (int half_way = 32; half_way > 0; half_way /= 2) {\n"
    "        if (me < half_way)\n"
    "            tree[me] += tree[me + half_way];\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    }\n"
    "    v = tree[0];\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    return v;\n"
    "}\n"
    "__kernel __attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "void norm(__global const void *x, __global void *y, __global const float *gamma, __global const float *beta,\n"
    "          uint channels, uint groups, uint spatial, float eps)\n"
    "{\n"
    "    __local float tree[64];\n"
    "    const uint per = channels / groups;\n"
    "    const uint count = per * spatial;\n"
    "    const uint sample = get_group_id(0) / groups;\n"
    "    const uint group = get_group_id(0) % groups;\n"
    "#if NHWC\n"
    "    const size_t base = (size_t)sample * channels * spatial + group * per;\n"
    "#else\n"
    "    const size_t base = ((size_t)sample * channels + group * per) * spatial;\n"
    "#endif\n"
    "    float sum = 0.0f;\n"
    "    for (uint i = get_local_id(0); i < count; i += 64)\n"
    "        sum += LOAD(x, AT(i));\n"
    "    const float mean = total(sum, tree) / count;\n"
    "    float squares = 0.0f;\n"
    "    for (uint i = get_local_id(0); i < count; i += 64) {\n"
    "        const float d = LOAD(x, AT(i)) - mean;\n"
    "        squares += d * d;\n"
    "    }\n"
    "    const float rstd = rsqrt(total(squares, tree) / count + eps);\n"
    "    for (uint i = get_local_id(0); i < count; i += 64) {\n"
    "        const uint c = group * per + CHANNEL(i);\n"
    "        const float v = (LOAD(x, AT(i)) - mean) * rstd * gamma[c] + beta[c];\n"
    "        STORE(FINISH(v), y, AT(i));\n"
    "    }\n"
    "}\n";

struct usual {
    struct cl_device device;
    cl_kernel kernel;
    size_t units;
};

static int open_peer(const char *spec, void **state, char *version, size_t version_bytes, char *error)
{
    struct usual *u = calloc(1, sizeof(*u));

    *state = u;
    if (!u) {
        snprintf(error, WORKER_ERROR_BYTES, "out of memory");
        return -1;
    }
    return cl_device_open(spec, &u->device, version, version_bytes, error);
}

static int set_arguments(struct usual *u, const struct worker_problem *p)
{
    const cl_uint sizes[3] = {(cl_uint)p->c, (cl_uint)p->groups, (cl_uint)p->s};
    const float eps = (float)p->eps;
    cl_int err = clSetKernelArg(u->kernel, 2, sizeof(cl_mem), &u->device.gamma);

    err |= clSetKernelArg(u->kernel, 3, sizeof(cl_mem), &u->device.beta);
    for (cl_uint i = 0; i < 3; ++i) {
        err |= clSetKernelArg(u->kernel, 4 + i, sizeof(cl_uint), &sizes[i]);
    }
    return err | clSetKernelArg(u->kernel, 7, sizeof(eps), &eps);
}

static int prepare(void *state, const struct worker_problem *p, char *error)
{
    struct usual *u = state;
    const int type = p->dtype == CLGN_DTYPE_F16 ? 16 : p->dtype == CLGN_DTYPE_BF16 ? 17 : 32;
    const int act = p->act == CLGN_ACT_RELU ? 1 : p->act == CLGN_ACT_SILU ? 2 : 0;
    char options[128];

    if (p->backward || p->dtype == CLGN_DTYPE_F64 || (act == 0 && p->act != CLGN_ACT_NONE)) {
        snprintf(error, WORKER_ERROR_BYTES, "forward of f32, f16, bf16 with none, relu, silu only");
        return -1;
    }
    snprintf(options, sizeof(options), "-cl-std=CL1.2 -DTYPE=%d -DACT=%d -DNHWC=%d", type, act,
             p->layout == CLGN_LAYOUT_LAST);
    if (cl_device_prepare(&u->device, p, error) != 0) {
        return -1;
    }
    u->kernel = cl_device_kernel(&u->device, source, options, "norm", error);
    if (!u->kernel || set_arguments(u, p) != 0) {
        return -1;
    }
    u->units = p->n * p->groups;
    return 0;
}

static int call(void *state, char *error)
{
    struct usual *u = state;
    const size_t pair = cl_device_next(&u->device);
    const size_t local = 64;
    const size_t global = local * u->units;
    cl_int err = clSetKernelArg(u->kernel, 0, sizeof(cl_mem), &u->device.rotation.x[pair]);

    err |= clSetKernelArg(u->kernel, 1, sizeof(cl_mem), &u->device.rotation.y[pair]);
    if (err == CL_SUCCESS) {
        err = clEnqueueNDRangeKernel(u->device.queue, u->kernel, 1, NULL, &global, &local, 0, NULL, NULL);
    }
    if (err != CL_SUCCESS) {
        snprintf(error, WORKER_ERROR_BYTES, "launch: OpenCL error %d", (int)err);
        return -1;
    }
    return 0;
}

static int finish(void *state, char *error)
{
    return cl_device_finish(&((struct usual *)state)->device, error);
}

static int read_result(void *state, void *result, char *error)
{
    return cl_device_read(&((struct usual *)state)->device, result, error);
}

static void release(void *state)
{
    struct usual *u = state;

    if (u->kernel) {
        clReleaseKernel(u->kernel);
    }
    u->kernel = NULL;
    cl_device_release(&u->device);
}

int main(int argc, char **argv)
{
    const struct worker_peer peer = {"usual", open_peer, prepare, call, finish, read_result, release};

    return worker_main(&peer, argc, argv);
}
