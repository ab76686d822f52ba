/* SPDX-License-Identifier: Apache-2.0 */
/* Devices described by hand. */
#ifndef CLGN_FAKE_DEVICES_H
#define CLGN_FAKE_DEVICES_H

#include "device.h"

enum fake_device { AMD, INTEL, NVIDIA, ADRENO, MINIMUM, CPU, FAKE_DEVICES };

extern const struct clgn_device fake_devices[FAKE_DEVICES];

#endif
