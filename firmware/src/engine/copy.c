/* Operators that move pixels: LOAD (the image into a map), PAD, CONCATENATION. */
#include "engine/cold.h" // compiled for size

#include <stdbool.h>

#include "engine/map.h"
#include "engine/words.h" // bytes_copy

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

/* Pixel x of the input's channel lies at x + pad_left of `to`; NULL: a channel or a row that is added. */
static void line_pad(const struct engine_call *call, const uint8_t *from, uint8_t *to) {
    const int32_t left = call->op->pad_left, width = call->input.width;
    for (int32_t x = 0; x < call->output.width; x++) {
        const bool inside = from != NULL && x >= left && x < left + width;
        to[x] = inside ? from[x - left] : call->output.fill;
    }
}

void pad_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct engine_map *input = &call->input;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        const int32_t row = y - call->op->pad_top;
        for (int32_t c = 0; c < call->output.channels; c++) {
            const int32_t channel = c - call->op->extra;
            const bool there = row >= 0 && row < input->height && channel >= 0 && channel < input->channels;
            line_pad(call, there ? map_line(input, row, channel) : NULL, map_line(&call->output, y, c));
        }
    }
}

void concatenate_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const int32_t first = call->input.channels;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *const from =
                c < first ? map_line(&call->input, y, c) : map_line(&call->second_input, y, c - first);
            bytes_copy(map_line(&call->output, y, c), from, (size_t)call->output.width);
        }
    }
}
