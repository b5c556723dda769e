/* FULLY_CONNECTED: a vector times a matrix. */
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

void fully_connected_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    (void)first_row; /* a vector has one row */
    (void)end_row;
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const int8_t *weights = call->weights;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        const uint8_t *value = map_line(&call->input, 0, 0);
        int32_t sum = channel.bias;
        for (int32_t i = 0; i < call->input.channels; i++) {
            sum = wrapping_add(sum, *weights++ * *value);
            value += call->input.line_stride;
        }
        *map_line(&call->output, 0, c) = requantize(sum, &channel, &form);
    }
}
