#include "engine/cold.h" // compiled for size

#include "engine/windows.h"

#include <stdbool.h>

#include "engine/requantize.h" // requantize, wrapping_add

/* One pixel's part of a window. */
static int32_t taps_sum(const uint8_t *from, size_t stride, const int8_t *weights, int32_t count) {
    int32_t sum = 0;
    for (; count > 0; count--) {
        sum += *weights++ * *from;
        from += stride;
    }
    return sum;
}

/* One row of a window. What lies outside the image is its zero point. */
static int32_t row_sum(const struct engine_call *call, const struct window_row *row, int32_t channel,
                       int32_t y, int32_t x, const int8_t *weights) {
    const struct engine_map *const input = &call->input;
    const bool bounded = call->op->input == PACKED_IMAGE;
    const bool outside = bounded && (y < 0 || y >= input->height);
    const uint8_t *const line = outside ? &input->fill : map_line(input, y, channel);
    int32_t sum = 0;
    for (const int32_t end = x + row->columns; x < end; x++) {
        const bool missing = outside || (bounded && (x < 0 || x >= input->width));
        const uint8_t *const from = missing ? &input->fill : line + x * (int32_t)input->pixel_stride;
        sum = wrapping_add(sum, taps_sum(from, missing ? 0 : row->tap_stride, weights, row->taps));
        weights += row->taps;
    }
    return sum;
}

void windows_rows(const struct engine_call *call, const struct window_row *row, size_t first_row,
                  size_t end_row) {
    const struct packed_operator *const op = call->op;
    const struct requantize_form form = requantize_form(op, call->constants, call->output.fill);
    const int8_t *weights = call->weights;
    const int32_t row_taps = row->columns * row->taps;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        const int32_t from = row->depth_multiplier > 0 ? c / row->depth_multiplier : 0;
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            uint8_t *const line = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                int32_t sum = channel.bias;
                for (int32_t k = 0; k < op->kernel_height; k++) {
                    const int32_t part = row_sum(call, row, from, y * op->stride_height - op->pad_top + k,
                                                 x * op->stride_width - op->pad_left, weights + k * row_taps);
                    sum = wrapping_add(sum, part);
                }
                line[x] = requantize(sum, &channel, &form);
            }
        }
        weights += op->kernel_height * row_taps;
    }
}
