/* Operators that move pixels one by one: LOAD (the image into a map), PAD, QUANTIZE (to another scale). */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

void load_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    for (size_t y = first_row; y < end_row; y++) {
        const uint8_t *pixel = call->input.base + y * call->input.row_stride;
        for (int32_t x = 0; x < call->output.width; x++) {
            for (int32_t c = 0; c < call->output.channels; c++) {
                map_line(&call->output, (int32_t)y, c)[x] = *pixel++;
            }
        }
    }
}

void pad_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct engine_map *input = &call->input;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        const int32_t row = y - call->op->pad_top;
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *from = row >= 0 && row < input->height ? map_line(input, row, c) : NULL;
            uint8_t *to = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const int32_t column = x - call->op->pad_left;
                const int inside = from != NULL && column >= 0 && column < input->width;
                to[x] = inside ? from[column] : call->output.fill;
            }
        }
    }
}

void quantize_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const struct requantize_channel channel = requantize_channel(&form, 0);
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *from = map_line(&call->input, y, c);
            uint8_t *to = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                to[x] = requantize(wrapping_add(from[x], channel.bias), &channel, &form);
            }
        }
    }
}
