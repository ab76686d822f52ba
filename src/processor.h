/* SPDX-License-Identifier: Apache-2.0 */
/* What the host's processor can do: a program that was compiled for a CPU runs only where this is the same. */
#ifndef CLGN_PROCESSOR_H
#define CLGN_PROCESSOR_H

#include "message.h"

/* Adds the processor's model and a hash of its features to text, from a file in the form of /proc/cpuinfo; nothing
 * where there is none. */
void clgn_processor_print(const char *path, struct clgn_text *text);

/* Whether it has an instruction that rounds a vector of floats to bf16, AVX512_BF16. */
int clgn_processor_rounds_bf16(void);

#endif
