/* SPDX-License-Identifier: Apache-2.0 */
/* The cases that a configuration has to pass: a problem, and smaller relatives of it, on hard inputs. */
#ifndef CLGN_TUNE_VERIFY_CASES_H
#define CLGN_TUNE_VERIFY_CASES_H

#include <stddef.h>

#include "trial.h"

enum { VERIFY_MOST_CASES = 10 };

/**
 * Fill cases; the first is the problem itself, or a smaller one where it has more elements than most.
 *
 * @return their number
 */
size_t verify_cases(const clgn_problem *problem, size_t most, struct trial_case cases[VERIFY_MOST_CASES]);

#endif
