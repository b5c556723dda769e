/* AVERAGE_POOL_2D and MAX_POOL_2D (windows are cut at the input's edges), and MEAN over the whole map. */
#include "engine/map.h"
#include "engine/requantize.h" // requantize, clamp_between

/* The part of a window that lies inside the input. */
struct pool_window {
    int32_t first_row;
    int32_t end_row;
    int32_t first_column;
    int32_t end_column;
};

static struct pool_window pool_window(const struct engine_call *call, int32_t y, int32_t x) {
    const struct packed_operator *op = call->op;
    const int32_t top = y * op->stride_height - op->pad_top;
    const int32_t left = x * op->stride_width - op->pad_left;
    const struct pool_window window = {
        .first_row = top > 0 ? top : 0,
        .end_row = clamp_between(top + op->kernel_height, 0, call->input.height),
        .first_column = left > 0 ? left : 0,
        .end_column = clamp_between(left + op->kernel_width, 0, call->input.width),
    };
    return window;
}

/* TFLite's mean of int8 values q = u - 128, halves away from zero; back to u. */
static int32_t window_mean(const struct engine_map *input, const struct pool_window *window, int32_t channel) {
    int32_t sum = 0;
    for (int32_t y = window->first_row; y < window->end_row; y++) {
        const uint8_t *line = map_line(input, y, channel);
        for (int32_t x = window->first_column; x < window->end_column; x++) {
            sum += line[x] - 128;
        }
    }
    const int32_t count =
        (window->end_row - window->first_row) * (window->end_column - window->first_column);
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count + 128;
}

static int32_t window_largest(const struct engine_map *input, const struct pool_window *window,
                              int32_t channel) {
    int32_t largest = 0;
    for (int32_t y = window->first_row; y < window->end_row; y++) {
        const uint8_t *line = map_line(input, y, channel);
        for (int32_t x = window->first_column; x < window->end_column; x++) {
            largest = line[x] > largest ? line[x] : largest;
        }
    }
    return largest;
}

static void pool_rows(const struct engine_call *call, size_t first_row, size_t end_row,
                      int32_t (*reduce)(const struct engine_map *, const struct pool_window *, int32_t)) {
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            uint8_t *line = map_line(&call->output, y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                const struct pool_window window = pool_window(call, y, x);
                const int32_t value = reduce(&call->input, &window, c);
                line[x] = (uint8_t)clamp_between(value, call->op->act_min, call->op->act_max);
            }
        }
    }
}

void average_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pool_rows(call, first_row, end_row, window_mean);
}

void max_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pool_rows(call, first_row, end_row, window_largest);
}

void mean_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    (void)first_row; /* a vector has one row */
    (void)end_row;
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const struct requantize_channel channel = requantize_channel(&form, 0);
    for (int32_t c = 0; c < call->output.channels; c++) {
        int32_t sum = channel.bias;
        for (int32_t y = 0; y < call->input.height; y++) {
            const uint8_t *line = map_line(&call->input, y, c);
            for (int32_t x = 0; x < call->input.width; x++) {
                sum = wrapping_add(sum, line[x]);
            }
        }
        *map_line(&call->output, 0, c) = requantize(sum, &channel, &form);
    }
}
