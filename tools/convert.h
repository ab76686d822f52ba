/* SPDX-License-Identifier: Apache-2.0 */
/* Conversion between double and the library's storage types, rounded once to nearest even. */
#ifndef CLGN_TOOLS_CONVERT_H
#define CLGN_TOOLS_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include <clgn/clgn.h>

/** Round to IEEE binary16 (nearest even); too large becomes infinity, NaN a quiet NaN. */
uint16_t convert_to_f16(double value);

/** Round to bfloat16, likewise and not by way of float32. */
uint16_t convert_to_bf16(double value);

/** Widen; exact. */
double convert_from_f16(uint16_t bits);
double convert_from_bf16(uint16_t bits);

/** Round count doubles to a storage type; stored need not be aligned. */
void convert_store(clgn_dtype dtype, void *stored, const double *values, size_t count);

/** Widen count elements of a storage type; stored need not be aligned. */
void convert_load(clgn_dtype dtype, double *values, const void *stored, size_t count);

#endif
