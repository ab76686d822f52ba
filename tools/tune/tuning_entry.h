/* SPDX-License-Identifier: Apache-2.0 */
/* What a tuned problem becomes: a result for the user, with the entry for the database. */
#ifndef CLGN_TUNE_TUNING_ENTRY_H
#define CLGN_TUNE_TUNING_ENTRY_H

#include "search.h"
#include "tuning.h"

/** The result of tuning_run, a new reference; NULL when memory ran out. */
json_t *tuning_result(const struct tuning *tuning, const struct search_result *found, int unconfirmed);

#endif
