/* SPDX-License-Identifier: Apache-2.0 */
/* Rounding to and widening from float16, bfloat16, float32 and float64. */
#include "convert.h"

#include <math.h>
#include <string.h>

/* A 16-bit binary format: sign, exponent, fraction_bits of fraction. */
struct small_float {
    int fraction_bits;
    int bias;
};

static const struct small_float f16_format = {10, 15};
static const struct small_float bf16_format = {7, 127};

static uint16_t infinity_bits(const struct small_float *f)
{
    return (uint16_t)((unsigned)(2 * f->bias + 1) << f->fraction_bits);
}

static uint16_t round_small(const struct small_float *f, double value)
{
    const uint16_t infinity = infinity_bits(f);
    const uint16_t sign = signbit(value) ? 0x8000u : 0u;
    double magnitude = fabs(value);
    int exponent;
    double bits;

    if (isnan(value)) {
        return (uint16_t)(sign | infinity | (1u << (f->fraction_bits - 1)));
    }
    if (isinf(value)) {
        return (uint16_t)(sign | infinity);
    }
    if (magnitude == 0.0) {
        return sign;
    }
    /* Below the smallest normal the step no longer shrinks: subnormals share the lowest normal exponent. */
    exponent = ilogb(magnitude);
    if (exponent < 1 - f->bias) {
        exponent = 1 - f->bias;
    }
    if (exponent > f->bias) {
        return (uint16_t)(sign | infinity);
    }
    /* rint rounds ties to even. The fraction counts from 1 << fraction_bits for normals, from 0 for subnormals; a
     * carry out of it raises the exponent, up to infinity, by plain addition. */
    bits = rint(ldexp(magnitude, f->fraction_bits - exponent)) +
           ldexp((double)(exponent + f->bias - 1), f->fraction_bits);
    return (uint16_t)(sign | (uint16_t)bits);
}

static double widen_small(const struct small_float *f, uint16_t bits)
{
    const unsigned magnitude = bits & 0x7fffu;
    const unsigned fraction = magnitude & ((1u << f->fraction_bits) - 1u);
    const int exponent = (int)(magnitude >> f->fraction_bits);
    double value;

    if (exponent == 2 * f->bias + 1) {
        value = fraction ? (double)NAN : (double)INFINITY;
    } else if (exponent == 0) {
        value = ldexp((double)fraction, 1 - f->bias - f->fraction_bits);
    } else {
        value = ldexp((double)(fraction + (1u << f->fraction_bits)), exponent - f->bias - f->fraction_bits);
    }
    return bits & 0x8000u ? -value : value;
}

uint16_t convert_to_f16(double value)
{
    return round_small(&f16_format, value);
}

uint16_t convert_to_bf16(double value)
{
    return round_small(&bf16_format, value);
}

double convert_from_f16(uint16_t bits)
{
    return widen_small(&f16_format, bits);
}

double convert_from_bf16(uint16_t bits)
{
    return widen_small(&bf16_format, bits);
}

static void store_small(const struct small_float *f, unsigned char *stored, const double *values, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        const uint16_t bits = round_small(f, values[i]);
        memcpy(stored + i * sizeof(bits), &bits, sizeof(bits));
    }
}

static void load_small(const struct small_float *f, double *values, const unsigned char *stored, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        uint16_t bits;
        memcpy(&bits, stored + i * sizeof(bits), sizeof(bits));
        values[i] = widen_small(f, bits);
    }
}

void convert_store(clgn_dtype dtype, void *stored, const double *values, size_t count)
{
    unsigned char *bytes = stored;

    switch (dtype) {
    case CLGN_DTYPE_F64:
        memcpy(stored, values, count * sizeof(double));
        break;
    case CLGN_DTYPE_F32:
        for (size_t i = 0; i < count; ++i) {
            const float value = (float)values[i];
            memcpy(bytes + i * sizeof(value), &value, sizeof(value));
        }
        break;
    case CLGN_DTYPE_F16:
        store_small(&f16_format, bytes, values, count);
        break;
    case CLGN_DTYPE_BF16:
        store_small(&bf16_format, bytes, values, count);
        break;
    case CLGN_DTYPE_NONE:
        break;
    }
}

void convert_load(clgn_dtype dtype, double *values, const void *stored, size_t count)
{
    const unsigned char *bytes = stored;

    switch (dtype) {
    case CLGN_DTYPE_F64:
        memcpy(values, stored, count * sizeof(double));
        break;
    case CLGN_DTYPE_F32:
        for (size_t i = 0; i < count; ++i) {
            float value;
            memcpy(&value, bytes + i * sizeof(value), sizeof(value));
            values[i] = (double)value;
        }
        break;
    case CLGN_DTYPE_F16:
        load_small(&f16_format, values, bytes, count);
        break;
    case CLGN_DTYPE_BF16:
        load_small(&bf16_format, values, bytes, count);
        break;
    case CLGN_DTYPE_NONE:
        break;
    }
}
