/* ADD of two maps that are scaled differently, by TFLite's double roundings. */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"
#include "engine/requantize.h" // multiply_high_rounding, divide_rounding, clamp_between

static int32_t scaled(int32_t value, int32_t zero_point, int32_t multiplier, int32_t shift) {
    return divide_rounding(multiply_high_rounding((value - zero_point) * (1 << 20), multiplier), shift);
}

void add_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct packed_addition *k = call->constants;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *first = map_line(&call->input, y, c);
            const uint8_t *second = map_line(&call->second_input, y, c);
            uint8_t *to = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const int32_t a = scaled(first[x], k->first_zero_point, k->first_multiplier, k->first_shift);
                const int32_t b =
                    scaled(second[x], k->second_zero_point, k->second_multiplier, k->second_shift);
                const int32_t sum = multiply_high_rounding(wrapping_add(a, b), k->output_multiplier);
                const int32_t value = wrapping_add(divide_rounding(sum, k->output_shift), call->output.fill);
                to[x] = (uint8_t)clamp_between(value, call->op->act_min, call->op->act_max);
            }
        }
    }
}
