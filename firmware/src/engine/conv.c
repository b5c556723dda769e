/* CONV_2D with any window, from a map or from the image; one row of one channel at a time. */
#include "engine/dsp/dsp.h" // dsp_first_rows
#include "engine/map.h"
#include "engine/requantize.h" // requantize, wrapping_add

/* One kernel row of one window: sum over columns and input channels. The image has no border: its bounds are
 * tested. */
static int32_t image_taps(const struct engine_call *call, int32_t y, int32_t x, const int8_t *weights) {
    const struct engine_map *input = &call->input;
    int32_t sum = 0;
    for (int32_t k = 0; k < call->op->kernel_width; k++) {
        const int32_t column = x + k;
        const int inside = y >= 0 && y < input->height && column >= 0 && column < input->width;
        const uint8_t *pixel =
            inside ? input->base + (size_t)y * input->row_stride + (size_t)column * input->pixel_stride
                   : NULL;
        int32_t part = 0;
        for (int32_t c = 0; c < input->channels; c++) {
            part += *weights++ * (inside ? pixel[c] : input->fill);
        }
        sum = wrapping_add(sum, part);
    }
    return sum;
}

static int32_t map_taps(const struct engine_call *call, int32_t y, int32_t x, const int8_t *weights) {
    const struct engine_map *input = &call->input;
    const uint8_t *line = map_line(input, y, 0) + x;
    int32_t sum = 0;
    for (int32_t k = 0; k < call->op->kernel_width; k++) {
        int32_t part = 0;
        for (int32_t c = 0; c < input->channels; c++) {
            part += *weights++ * line[(size_t)c * input->line_stride];
        }
        sum = wrapping_add(sum, part);
        line++;
    }
    return sum;
}

static int32_t window_sum(const struct engine_call *call, int32_t y, int32_t x, const int8_t *weights) {
    const int from_image = call->op->input == PACKED_IMAGE;
    const size_t kernel_row = (size_t)call->op->kernel_width * (size_t)call->input.channels;
    int32_t sum = 0;
    for (int32_t k = 0; k < call->op->kernel_height; k++) {
        const int32_t taps =
            from_image ? image_taps(call, y + k, x, weights) : map_taps(call, y + k, x, weights);
        sum = wrapping_add(sum, taps);
        weights += kernel_row;
    }
    return sum;
}

void conv_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_first_rows(call, first_row, end_row)) {
        return;
    }
    const struct packed_operator *op = call->op;
    const struct requantize_form form = requantize_form(op, call->constants, call->output.fill);
    const size_t taps = (size_t)op->kernel_height * op->kernel_width * (size_t)call->input.channels;
    for (int32_t c = 0; c < call->output.channels; c++) {
        const struct requantize_channel channel = requantize_channel(&form, (size_t)c);
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            uint8_t *line = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const int32_t sum =
                    window_sum(call, y * op->stride_height - op->pad_top, x * op->stride_width - op->pad_left,
                               call->weights + (size_t)c * taps);
                line[x] = requantize(wrapping_add(sum, channel.bias), &channel, &form);
            }
        }
    }
}
