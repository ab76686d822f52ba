/* SPDX-License-Identifier: Apache-2.0 */
/* fashion classify. */
#ifndef FASHION_CLASSIFY_H
#define FASHION_CLASSIFY_H

#include "device.h"
#include "options.h"

int classify(const struct device *device, const struct options *o);

#endif
