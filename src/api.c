/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions that need no object. */
#include <clgn/clgn.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *clgn_status_name(clgn_status status)
{
    switch (status) {
    case CLGN_OK:
        return "ok";
    case CLGN_ERR_ARGUMENT:
        return "argument";
    case CLGN_ERR_UNSUPPORTED:
        return "unsupported";
    case CLGN_ERR_DEVICE:
        return "device";
    case CLGN_ERR_BUILD:
        return "build";
    case CLGN_ERR_OPENCL:
        return "opencl";
    case CLGN_ERR_MEMORY:
        return "memory";
    }
    return "unknown";
}

const char *clgn_version(void)
{
    return TEXT(CLGN_VERSION_MAJOR) "." TEXT(CLGN_VERSION_MINOR) "." TEXT(CLGN_VERSION_PATCH);
}
