/* AVERAGE_POOL_2D and MAX_POOL_2D (windows are cut at the input's edges), and MEAN over the whole map. */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"
#include "engine/requantize.h" // requantize, clamp_between

/* The part of a window that lies inside the input, in channel 0. In a ring, rows from `wrap` on lie
 * ring_bytes lower. */
struct pool_window {
    const uint8_t *first;
    int32_t rows;
    int32_t columns;
    int32_t wrap;
    size_t ring_bytes;
};

static struct pool_window pool_window(const struct engine_call *call, int32_t y, int32_t x) {
    const struct packed_operator *op = call->op;
    const struct engine_map *input = &call->input;
    const int32_t top = y * op->stride_height - op->pad_top;
    const int32_t left = x * op->stride_width - op->pad_left;
    const int32_t first_row = top > 0 ? top : 0, first_column = left > 0 ? left : 0;
    const struct pool_window window = {
        .first = map_line(input, first_row, 0) + first_column,
        .rows = clamp_between(top + op->kernel_height, 0, input->height) - first_row,
        .columns = clamp_between(left + op->kernel_width, 0, input->width) - first_column,
        .wrap = input->ring_rows - (first_row + input->top) % input->ring_rows,
        .ring_bytes = (size_t)input->ring_rows * input->row_stride,
    };
    return window;
}

/* TFLite's mean of int8 values q = u - 128, halves away from zero; back to u. */
static int32_t window_mean(const struct engine_map *input, const struct pool_window *window,
                           const uint8_t *line) {
    const size_t row_stride = input->row_stride;
    const int32_t rows = window->rows, columns = window->columns, count = rows * columns;
    int32_t sum = -128 * count;
    if (columns == 3 && rows <= window->wrap) { /* as maps end up */
        for (int32_t y = rows; y > 0; y--) {
            sum += line[0] + line[1] + line[2];
            line += row_stride;
        }
    } else {
        for (int32_t y = 0; y < rows; y++) {
            line -= y == window->wrap ? window->ring_bytes : 0;
            for (int32_t x = 0; x < columns; x++) {
                sum += line[x];
            }
            line += row_stride;
        }
    }
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count + 128;
}

static int32_t window_largest(const struct engine_map *input, const struct pool_window *window,
                              const uint8_t *line) {
    int32_t largest = 0;
    for (int32_t y = 0; y < window->rows; y++) {
        line -= y == window->wrap ? window->ring_bytes : 0;
        for (int32_t x = 0; x < window->columns; x++) {
            largest = line[x] > largest ? line[x] : largest;
        }
        line += input->row_stride;
    }
    return largest;
}

typedef int32_t (*window_value)(const struct engine_map *input, const struct pool_window *window,
                                const uint8_t *line);

static void pool_rows(const struct engine_call *call, size_t first_row, size_t end_row, window_value value) {
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t x = 0; x < call->output.width; x++) {
            const struct pool_window window = pool_window(call, y, x);
            const int32_t low = call->op->act_min, high = call->op->act_max;
            const size_t in_step = call->input.line_stride, out_step = call->output.line_stride;
            const uint8_t *from = window.first;
            uint8_t *to = map_line(&call->output, y, 0) + x;
            for (int32_t c = call->output.channels; c > 0; c--) {
                const int32_t u = value(&call->input, &window, from);
                *to = (uint8_t)clamp_between(u, low, high);
                from += in_step;
                to += out_step;
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
