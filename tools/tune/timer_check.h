/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a device's event timestamps agree with the wall clock. */
#ifndef CLGN_TUNE_TIMER_CHECK_H
#define CLGN_TUNE_TIMER_CHECK_H

#include "device_open.h"

enum timer_verdict { TIMER_TRUE, TIMER_FALSE, TIMER_UNKNOWN };

/** Time copies of 32 MiB by both clocks, five times: true when most of the five agree. UNKNOWN when they cannot be run.
 */
enum timer_verdict timer_check(const struct device_open *device);

/** "true", "false" or "unknown". */
const char *timer_verdict_name(enum timer_verdict verdict);

#endif
