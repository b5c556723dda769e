/* DEPTHWISE_CONV_2D: each output channel is a window over one input channel. */
#include "engine/dsp/dsp.h" // dsp_depthwise_rows
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

static int32_t window_sum(const struct engine_call *call, int32_t y, int32_t x, int32_t channel,
                          const int8_t *weights) {
    int32_t sum = 0;
    for (int32_t row = 0; row < call->op->kernel_height; row++) {
        const uint8_t *line = map_line(&call->input, y + row, channel) + x;
        for (int32_t column = 0; column < call->op->kernel_width; column++) {
            sum += *weights++ * line[column];
        }
    }
    return sum;
}

void depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_depthwise_rows(call, first_row, end_row)) {
        return;
    }
    const struct packed_operator *op = call->op;
    const struct requantize_form form = requantize_form(op, call->constants, call->output.fill);
    const size_t taps = (size_t)op->kernel_height * op->kernel_width;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        const int8_t *weights = call->weights + (size_t)c * taps;
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            uint8_t *line = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const int32_t sum =
                    window_sum(call, y * op->stride_height - op->pad_top, x * op->stride_width - op->pad_left,
                               c / op->depth_multiplier, weights);
                line[x] = requantize(wrapping_add(sum, channel.bias), &channel, &form);
            }
        }
    }
}
