/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader asks every layer: which version of the layer interface it speaks. */
#include "layer.h"

LAYER_EXPORT cl_int CL_API_CALL clGetLayerInfo(cl_layer_info name, size_t bytes, void *value, size_t *bytes_ret)
{
    if (name != CL_LAYER_API_VERSION || (value != NULL && bytes < sizeof(cl_layer_api_version))) {
        return CL_INVALID_VALUE;
    }
    if (value != NULL) {
        *(cl_layer_api_version *)value = CL_LAYER_API_VERSION_100;
    }
    if (bytes_ret != NULL) {
        *bytes_ret = sizeof(cl_layer_api_version);
    }
    return CL_SUCCESS;
}
