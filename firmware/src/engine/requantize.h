/* From an int32 accumulator to uint8, bit for bit as TFLite's reference kernels; see packed_model.h for the
 * three forms. */
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
    int32_t act_min;
    int32_t act_max;
    int32_t zero_point; /* the output map's fill */
    bool fast;
    bool wide;
    bool single;
};

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
    const int64_t half = shift > 0 ? (int64_t)1 << (shift - 1) : 0;
    return (int32_t)(((int64_t)value + half - (shift > 0 && value < 0)) >> shift);
}

static inline struct requantize_form requantize_form(const struct packed_operator *op, const void *constants,
                                                     uint8_t output_fill) {
    const struct requantize_form form = {
        .constants = constants,
        .act_min = op->act_min,
        .act_max = op->act_max,
        .zero_point = output_fill,
        .fast = op->form == PACKED_FORM_FAST,
        .wide = op->form == PACKED_FORM_WIDE,
        .single = op->form == PACKED_FORM_SINGLE,
    };
    return form;
}

/* The constants of channel `index`: the 8 bytes of form FAST unpacked, the 16 of the others copied. */
static inline struct requantize_channel requantize_channel(const struct requantize_form *form, size_t index) {
    struct requantize_channel made;
    if (form->fast) {
        const struct packed_fast_requantisation *packed = form->constants;
        const int32_t shift = packed[index].bias_and_shift & 31;
        made.bias = packed[index].bias_and_shift >> 5;
        made.multiplier = (int32_t)packed[index].multiplier;
        made.rounding = (1 << (shift - 1)) + (form->zero_point << shift);
        made.shift = shift;
    } else {
        const struct packed_requantisation *packed = form->constants;
        made.bias = packed[index].bias;
        made.multiplier = packed[index].multiplier;
        made.rounding = packed[index].rounding;
        made.shift = packed[index].shift;
    }
    return made;
}

static inline uint8_t requantize_fast(int32_t acc, const struct requantize_channel *channel) {
    const int32_t x = multiply_high_rounding(acc, channel->multiplier);
    return (uint8_t)clamp_between(wrapping_add(x, channel->rounding) >> channel->shift, 0, 255);
}

static inline uint8_t requantize_bounded(int64_t value, const struct requantize_form *form) {
    const int64_t low = value < form->act_min ? form->act_min : value;
    return (uint8_t)(low > form->act_max ? form->act_max : low);
}

static inline uint8_t requantize_single(int32_t acc, const struct requantize_channel *channel,
                                        const struct requantize_form *form) {
    const int32_t shift = 31 + channel->shift;
    const int64_t value = ((int64_t)acc * channel->multiplier + ((int64_t)1 << (shift - 1))) >> shift;
    return requantize_bounded(value + form->zero_point, form);
}

/* GENERAL and WIDE in 64 bits; GENERAL is made so that its sums fit 32. */
static inline uint8_t requantize_wide(int32_t acc, const struct requantize_channel *channel,
                                      const struct requantize_form *form) {
    const int32_t right = channel->shift > 0 ? channel->shift : 0;
    const int32_t left = channel->shift < 0 ? -channel->shift : 0;
    int64_t x = multiply_high_rounding((int32_t)((uint32_t)acc << left), channel->multiplier);
    x += right > 0 && x < 0 ? -1 : 0;
    return requantize_bounded(((x + channel->rounding) >> right) + (form->wide ? form->zero_point : 0), form);
}

/* acc: with the bias. */
static inline uint8_t requantize(int32_t acc, const struct requantize_channel *channel,
                                 const struct requantize_form *form) {
    if (form->fast) {
        return requantize_fast(acc, channel);
    }
    return form->single ? requantize_single(acc, channel, form) : requantize_wide(acc, channel, form);
}

#endif
