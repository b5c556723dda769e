/* FULLY_CONNECTED: each output is a dot product with the whole input, a map or the image, as it lies in
 * memory. */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/dsp.h" // dsp_dense_rows
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

/* Modulo 2^32. */
static int32_t dot(const uint8_t *from, const int8_t *weights, int32_t count) {
    uint32_t sum = 0;
    for (; count > 0; count--) {
        sum += (uint32_t)(*weights++ * *from++);
    }
    return (int32_t)sum;
}

void dense_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_dense_rows(call, first_row, end_row)) {
        return;
    }
    const struct engine_map *const input = &call->input;
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const bool is_image = call->op->input == PACKED_IMAGE;
    /* a row of the image is one line */
    const int32_t lines = is_image ? 1 : input->channels;
    const int32_t count = is_image ? input->width * input->channels : input->width;
    const int8_t *weights = call->weights;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        int32_t sum = channel.bias;
        for (int32_t y = 0; y < input->height; y++) {
            for (int32_t line = 0; line < lines; line++) {
                sum = wrapping_add(sum, dot(map_line(input, y, line), weights, count));
                weights += count;
            }
        }
        *map_line(&call->output, 0, c) = requantize(sum, &channel, &form);
    }
}
