/* SPDX-License-Identifier: Apache-2.0 */
/* Runs trials on the device of the run and counts the outcomes. */
#ifndef CLGN_TESTING_CASE_H
#define CLGN_TESTING_CASE_H

#include "testing.h"
#include "trial.h"

/* trial_create on the device of the run; CLGN_TEST_SEED shifts its random numbers. */
clgn_status testing_trial_create(const struct trial_case *tc, struct trial *trial);

enum testing_outcome { TESTING_RIGHT, TESTING_WRONG, TESTING_REFUSED, TESTING_OMITTED };

/* Plans, runs and judges; explains a failure on stderr. REFUSED: the pinned variant cannot compute the problem.
 * OMITTED: the run's device is too small or too slow for it. */
enum testing_outcome testing_case_run(const struct trial_case *tc);

/* Likewise; an argument error for the pin counts as refused, too. */
enum testing_outcome testing_case_try(const struct trial_case *tc);

/* Count outcomes from here on; end prints them and fails the running test on any wrong case, or when fewer than
 * at_least cases were right. */
void testing_tally_begin(void);
void testing_tally_end(const char *what, unsigned at_least);

/* The largest errors so far, in units of the bound; for testing_run_device_suite. */
void testing_report_errors(void);

#endif
