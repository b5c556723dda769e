/* From an int32 accumulator to uint8, bit for bit as TFLite's reference kernels; see packed_model.h for the
 * forms. */
#ifndef ENGINE_REQUANTIZE_H
#define ENGINE_REQUANTIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packed_model.h" // struct packed_operator, packed_requantisation, enum packed_form

/* One channel's constants, whatever their form, as the kernels use them. */
struct requantize_channel {
    int32_t bias;
    int32_t multiplier;
    int32_t rounding;
    int32_t shift; /* right; negative: left, before the multiplication */
};

/* An operator's form and bounds. */
struct requantize_form {
    const void *constants;
    int32_t zero_point;  /* the output map's fill */
    int32_t least_shift; /* 0 but for form SHORT */
    int32_t is_signed;   /* 1: values below the zero point are kept, so halves of negative sums matter */
    uint8_t form;        /* enum packed_form */
    uint8_t act_min;
    uint8_t act_max;
};

/* The fast arithmetic, whichever the records are. */
static inline bool requantize_is_fast(uint8_t form) {
    return form == PACKED_FORM_FAST || form == PACKED_FORM_SHORT;
}

/* a + b modulo 2^32: a blob's constants must not be able to cause undefined behaviour. */
static inline int32_t wrapping_add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
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
    const int32_t mask = (int32_t)((1u << shift) - 1u);
    return (value >> shift) + ((value & mask) > (mask >> 1) + (value < 0));
}

static inline struct requantize_form requantize_form(const struct packed_operator *op, const void *constants,
                                                     uint8_t output_fill) {
    const struct requantize_form form = {
        .constants = constants,
        .zero_point = output_fill,
        .least_shift = op->least_shift,
        .is_signed = op->act_min < output_fill,
        .form = op->form,
        .act_min = op->act_min,
        .act_max = op->act_max,
    };
    return form;
}

/* The constants of channel `index`: those of forms FAST and SHORT unpacked, the others' copied. */
struct requantize_channel requantize_channel(const struct requantize_form *form, size_t index);

/* u for an accumulator that has its bias. */
uint8_t requantize(int32_t acc, const struct requantize_channel *channel, const struct requantize_form *form);

#endif
