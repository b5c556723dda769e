/* SOFTMAX of a vector in TFLite's fixed-point arithmetic, which is gemmlowp's. */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"
#include "engine/requantize.h" // multiply_high_rounding, divide_rounding, clamp_between

#define SUM_INTEGER_BITS 12 /* the sum of exponentials is in Q12.19 */

enum { QUARTER = 1 << 24 }; /* of 1 in Q5.26 */

/* A function, as there are many of them. */
__attribute__((noinline)) static int32_t product(int32_t a, int32_t b) {
    return multiply_high_rounding(a, b);
}

/* exp of a in -1/4..0, Q0.31: a Taylor polynomial around -1/8. */
static int32_t exponential_of_fraction(int32_t a) {
    const int32_t constant = 1895147668, third = 715827883;
    const int32_t x = a + (1 << 28);
    const int32_t square = product(x, x), cube = product(square, x), fourth = product(square, square);
    const int32_t high_terms = product(divide_rounding(fourth, 2) + cube, third);
    return constant + product(constant, x + divide_rounding(high_terms + square, 1));
}

/* exp(-difference) in Q0.31: of the fraction, times exp(-1/4), exp(-1/2), exp(-1), ... */
static int32_t exponential(const struct packed_softmax *k, int32_t difference) {
    static const int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if ((uint32_t)difference > (uint32_t)k->largest_difference) {
        return 0; /* negative ones too: an unsound plan may write scores over values that are still read */
    }
    const int32_t a = product((int32_t)(0u - ((uint32_t)difference << k->left_shift)), k->multiplier);
    if (a == 0) {
        return INT32_MAX;
    }
    const int32_t fraction = (a & (QUARTER - 1)) - QUARTER;
    uint32_t quarters = ((uint32_t)fraction - (uint32_t)a) / QUARTER;
    int32_t result = exponential_of_fraction(fraction * 32);
    for (const int32_t *factor = factors; quarters != 0; factor++) {
        if (quarters & 1u) {
            result = product(result, *factor);
        }
        quarters >>= 1;
    }
    return result;
}

static int32_t shift_saturating(int32_t value, int32_t left) {
    const int32_t most = INT32_MAX >> left;
    return value > most ? INT32_MAX : value < -most - 1 ? INT32_MIN : value * (1 << left);
}

/* 1 / (1 + fraction) by Newton's method from 48/17 - 32/17 d; fraction and result in Q0.31, between in Q2.29.
 */
static int32_t reciprocal_of_one_plus(int32_t fraction) {
    const int32_t half = (int32_t)(((int64_t)fraction + INT32_MAX + 1) >> 1);
    int32_t x = wrapping_add(1515870810, product(half, -1010580540));
    for (int i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - product(half, x);
        x = wrapping_add(x, shift_saturating(product(x, error), 2));
    }
    return shift_saturating(x, 1);
}

static int32_t leading_zeros(uint32_t value) {
    int32_t count = 0;
    while (count < 32 && (value & 0x80000000u) == 0) {
        value <<= 1;
        count++;
    }
    return count;
}

void softmax_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    (void)first_row; /* a vector has one row */
    (void)end_row;
    const struct packed_softmax *const k = call->constants;
    int32_t largest = 0;
    for (int32_t c = 0; c < call->input.channels; c++) {
        const int32_t value = *map_line(&call->input, 0, c);
        largest = value > largest ? value : largest;
    }
    int32_t sum = 0;
    for (int32_t c = 0; c < call->input.channels; c++) {
        sum += divide_rounding(exponential(k, largest - *map_line(&call->input, 0, c)), SUM_INTEGER_BITS);
    }
    const int32_t headroom = leading_zeros((uint32_t)sum);
    const int32_t scale = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
    const int32_t exponent = SUM_INTEGER_BITS - headroom + 31 - 8;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const int32_t e = exponential(k, largest - *map_line(&call->input, 0, c));
        const int32_t value = divide_rounding(product(scale, e), exponent);
        *map_line(&call->output, 0, c) = (uint8_t)clamp_between(value, 0, 255);
    }
}
