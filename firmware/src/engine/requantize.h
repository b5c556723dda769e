/* From an int32 accumulator to uint8, bit for bit as TFLite's reference kernels; see packed_model.h for the three forms. */
#ifndef ENGINE_REQUANTIZE_H
#define ENGINE_REQUANTIZE_H

#include <stdint.h>

#include "packed_model.h" // struct packed_requantisation, enum packed_form

struct requantize_range {
    int32_t act_min;
    int32_t act_max;
    int32_t zero_point; /* added after the shift: WIDE only, else 0 */
};

/* a + b and a * b modulo 2^32: a blob's constants must not be able to cause undefined behaviour. */
static inline int32_t wrapping_add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t wrapping_multiply(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

static inline int32_t clamp_between(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* gemmlowp's SaturatingRoundingDoublingHighMul, except for INT32_MIN * INT32_MIN, which never occurs:
 * multipliers are not negative. */
static inline int32_t multiply_high_rounding(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + (1ll << 30)) >> 31);
}

/* gemmlowp's RoundingDivideByPOT: halves away from zero. 0 <= shift <= 31. */
static inline int32_t divide_rounding(int32_t value, int32_t shift) {
    const int64_t half = shift > 0 ? (int64_t)1 << (shift - 1) : 0;
    return (int32_t)(((int64_t)value + half - (shift > 0 && value < 0)) >> shift);
}

static inline uint8_t requantize_fast(int32_t acc, const struct packed_requantisation *constants) {
    const int32_t x = multiply_high_rounding(acc, constants->multiplier);
    return (uint8_t)clamp_between(wrapping_add(x, constants->rounding) >> constants->shift, 0, 255);
}

/* GENERAL and WIDE: GENERAL's sums fit 32 bits and its zero point is in `rounding`, so range->zero_point is 0. */
static inline uint8_t requantize_wide(int32_t acc, const struct packed_requantisation *constants,
                                      const struct requantize_range *range) {
    const int32_t right = constants->shift > 0 ? constants->shift : 0;
    const int32_t left = constants->shift < 0 ? -constants->shift : 0;
    int64_t x = multiply_high_rounding((int32_t)((uint32_t)acc << left), constants->multiplier);
    x += right > 0 && x < 0 ? -1 : 0;
    const int64_t value = ((x + constants->rounding) >> right) + range->zero_point;
    const int64_t low = value < range->act_min ? range->act_min : value;
    return (uint8_t)(low > range->act_max ? range->act_max : low);
}

static inline uint8_t requantize(int32_t acc, const struct packed_requantisation *constants, uint8_t form,
                                 const struct requantize_range *range) {
    return form == PACKED_FORM_FAST ? requantize_fast(acc, constants) : requantize_wide(acc, constants, range);
}

#endif
