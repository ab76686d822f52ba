/* SPDX-License-Identifier: Apache-2.0 */
/* The choices for a problem on a device that are worth measuring. */
#ifndef CLGN_CANDIDATES_H
#define CLGN_CANDIDATES_H

#include <clgn/tune.h>

#include "select.h"

/* Calls each with the legal choices of a level, no two alike, the heuristic's first; fails as clgn_select. */
clgn_status clgn_candidates(const struct clgn_geometry *geometry, const struct clgn_device *device,
                            clgn_tuning_level level, const struct clgn_sink *sink,
                            void (*each)(void *user, const struct clgn_choice *choice), void *user);

#endif
