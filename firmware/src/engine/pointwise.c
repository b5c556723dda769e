/* CONV_2D 1x1 with stride 1: every pixel is a dot product over the channels. */
#include "engine/dsp/dsp.h" // dsp_pointwise_rows
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

static int32_t pixel_sum(const struct engine_map *input, const uint8_t *pixel, const int8_t *weights) {
    int32_t sum = 0;
    for (int32_t c = 0; c < input->channels; c++) {
        sum += weights[c] * *pixel;
        pixel += input->line_stride;
    }
    return sum;
}

void pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_pointwise_rows(call, first_row, end_row)) {
        return;
    }
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        const int8_t *weights = call->weights + (size_t)c * (size_t)call->input.channels;
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            const uint8_t *from = map_line(&call->input, y, 0);
            uint8_t *to = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const int32_t sum = pixel_sum(&call->input, from + x, weights);
                to[x] = requantize(wrapping_add(sum, channel.bias), &channel, &form);
            }
        }
    }
}
