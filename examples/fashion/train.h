/* SPDX-License-Identifier: Apache-2.0 */
/* fashion train. */
#ifndef FASHION_TRAIN_H
#define FASHION_TRAIN_H

#include "device.h"
#include "options.h"

int train(const struct device *device, const struct options *o);

#endif
