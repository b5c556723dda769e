/* What requantize.h has inline, as functions that test_rounding.py can call. */
#include "engine/requantize.h"

int32_t rounding_divide(int32_t value, int32_t shift);
int32_t rounding_product(int32_t a, int32_t b);

int32_t rounding_divide(int32_t value, int32_t shift) {
    return divide_rounding(value, shift);
}

int32_t rounding_product(int32_t a, int32_t b) {
    return multiply_high_rounding(a, b);
}
