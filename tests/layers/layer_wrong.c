/* SPDX-License-Identifier: Apache-2.0 */
/* A layer of the OpenCL loader that spoils what is read back, as CLGN_TEST_WRONG says: a bit of one byte, or "failure".
 */
#include "layer.h"

#include <stdlib.h>
#include <string.h>

static const struct _cl_icd_dispatch *next; /* what this layer calls: the layer below, or the driver */
static struct _cl_icd_dispatch own;

/* The byte that is spoilt: "first", "middle", or "value", the last, which turns the sign of the last value. bytes:
 * none. */
static size_t spoilt(const char *kind, size_t bytes)
{
    if (kind == NULL) {
        return bytes;
    }
    return strcmp(kind, "first") == 0    ? 0
           : strcmp(kind, "middle") == 0 ? bytes / 2 | 3
           : strcmp(kind, "value") == 0  ? bytes - 1
                                         : bytes;
}

static cl_int CL_API_CALL wrong_read(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                     size_t bytes, void *data, cl_uint n_wait, const cl_event *wait, cl_event *event)
{
    const char *kind = getenv("CLGN_TEST_WRONG");
    cl_int code;

    if (kind != NULL && strcmp(kind, "failure") == 0) {
        return CL_OUT_OF_RESOURCES;
    }
    code = next->clEnqueueReadBuffer(queue, buffer, CL_TRUE, offset, bytes, data, n_wait, wait, event);
    if (spoilt(kind, bytes) < bytes && code == CL_SUCCESS) {
        ((unsigned char *)data)[spoilt(kind, bytes)] ^= 0x80u;
    }
    (void)blocking;
    return code;
}

LAYER_EXPORT cl_int CL_API_CALL clInitLayer(cl_uint entries, const struct _cl_icd_dispatch *below, cl_uint *entries_ret,
                                            const struct _cl_icd_dispatch **dispatch_ret)
{
    const cl_uint known = (cl_uint)(sizeof own / sizeof(void *));
    next = below;
    own.clEnqueueReadBuffer = wrong_read;
    *entries_ret = entries < known ? entries : known;
    *dispatch_ret = &own;
    return CL_SUCCESS;
}
