/* CONV_2D 1x1 with stride 1: a dot product over the channels. */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/dsp.h" // dsp_pointwise_rows
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

enum { BLOCK = 4 };

static int32_t pixel_sum(const struct engine_map *input, const uint8_t *pixel, const int8_t *weights) {
    int32_t sum = 0;
    for (int32_t c = 0; c < input->channels; c++) {
        sum += weights[c] * *pixel;
        pixel += input->line_stride;
    }
    return sum;
}

/* Of BLOCK neighbours: each weight is read once. */
static void block_sums(const struct engine_map *input, const uint8_t *pixel, const int8_t *weights,
                       int32_t *sums) {
    int32_t first = 0, second = 0, third = 0, fourth = 0;
    for (int32_t c = 0; c < input->channels; c++) {
        const int32_t weight = weights[c];
        first += weight * pixel[0];
        second += weight * pixel[1];
        third += weight * pixel[2];
        fourth += weight * pixel[3];
        pixel += input->line_stride;
    }
    sums[0] = first;
    sums[1] = second;
    sums[2] = third;
    sums[3] = fourth;
}

/* One row of one output channel. */
static void row_compute(const struct engine_call *call, const struct requantize_form *form, int32_t channel,
                        int32_t y) {
    const struct requantize_channel constants = requantize_channel(form, (size_t)channel);
    const int8_t *weights = call->weights + (size_t)channel * (size_t)call->input.channels;
    const uint8_t *from = map_line(&call->input, y, 0);
    uint8_t *to = map_line(&call->output, y, channel);
    int32_t x = 0;
    for (; x + BLOCK <= call->output.width; x += BLOCK) {
        int32_t sums[BLOCK];
        block_sums(&call->input, from + x, weights, sums);
        for (int32_t i = 0; i < BLOCK; i++) {
            to[x + i] = requantize(wrapping_add(sums[i], constants.bias), &constants, form);
        }
    }
    for (; x < call->output.width; x++) {
        const int32_t sum = pixel_sum(&call->input, from + x, weights);
        to[x] = requantize(wrapping_add(sum, constants.bias), &constants, form);
    }
}

void pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_pointwise_rows(call, first_row, end_row)) {
        return;
    }
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    for (int32_t c = 0; c < call->output.channels; c++) {
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            row_compute(call, &form, c, y);
        }
    }
}
