/* AVERAGE_POOL_2D and MAX_POOL_2D (windows are cut at the input's edges), and MEAN over the whole map. */
#include "engine/cold.h" // compiled for size

#include <stdbool.h>

#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/simd.h"
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

/* The first `count` of four bytes. Up to 3 bytes behind a map are read, and left out so. */
static uint32_t mask_of(int32_t count) {
    return count >= 4 ? UINT32_MAX : (1u << (8 * count)) - 1u;
}

/* left: rows up to the ring's end. */
DSP_INLINE static inline const uint8_t *row_behind(const struct engine_map *input,
                                                   const struct pool_window *window, const uint8_t *line,
                                                   int32_t *left) {
    line += input->row_stride;
    if (--*left == 0) {
        line -= window->ring_bytes;
        *left = input->ring_rows;
    }
    return line;
}

static int32_t window_sum(const struct engine_map *input, const struct pool_window *window,
                          const uint8_t *line) {
    uint32_t sum = 0;
    for (int32_t x = 0; x < window->columns; x += 4) {
        const uint32_t mask = mask_of(window->columns - x);
        const uint8_t *from = line + x;
        int32_t left = window->wrap;
        for (int32_t y = window->rows; y > 0; y--) {
            sum = simd_sum(simd_load(from) & mask, sum);
            from = row_behind(input, window, from, &left);
        }
    }
    return (int32_t)sum;
}

/* TFLite's mean of int8 values q = u - 128, halves away from zero; back to u. */
DSP_INLINE static inline int32_t window_mean(const struct engine_map *input, const struct pool_window *window,
                                             const uint8_t *line) {
    const int32_t count = window->rows * window->columns;
    const int32_t sum = window_sum(input, window, line) - 128 * count;
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count + 128;
}

DSP_INLINE static inline int32_t window_largest(const struct engine_map *input,
                                                const struct pool_window *window, const uint8_t *line) {
    uint32_t largest = 0;
    for (int32_t x = 0; x < window->columns; x += 4) {
        const uint8_t *from = line + x;
        uint32_t strip = 0;
        int32_t left = window->wrap;
        for (int32_t y = window->rows; y > 0; y--) {
            strip = simd_greater(strip, simd_load(from));
            from = row_behind(input, window, from, &left);
        }
        largest = simd_greater(largest, strip & mask_of(window->columns - x));
    }
    largest = simd_greater(largest, largest >> 16);
    return (int32_t)(simd_greater(largest, largest >> 8) & 0xFFu);
}

typedef int32_t (*window_value)(const struct engine_map *input, const struct pool_window *window,
                                const uint8_t *line);

/* A function of its own for each kind, so that none is called for each value. */
DSP_INLINE static inline void pool_rows(const struct engine_call *call, size_t first_row, size_t end_row,
                                        window_value value) {
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

/* Windows of 2x2 side by side, none of them cut: two outputs of a line at once. */
static bool is_halving(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    return op->kernel_height == 2 && op->kernel_width == 2 && op->stride_height == 2 &&
           op->stride_width == 2 && op->pad_top == 0 && op->pad_left == 0 &&
           2 * call->output.width <= call->input.width && 2 * call->output.height <= call->input.height;
}

static void halve_line(const uint8_t *top, const uint8_t *bottom, uint8_t *to, int32_t width) {
    uint8_t *const end = to + width / 2 * 2;
    while (to < end) {
        const uint32_t lines = simd_greater(simd_load(top), simd_load(bottom));
        const uint32_t both = simd_greater(lines, lines >> 8);
        *to++ = (uint8_t)both;
        *to++ = (uint8_t)(both >> 16);
        top += 4;
        bottom += 4;
    }
    if (width % 2 != 0) {
        const uint32_t lines = simd_greater(simd_load(top), simd_load(bottom));
        *to = (uint8_t)simd_greater(lines, lines >> 8);
    }
}

static void halve_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            halve_line(map_line(&call->input, 2 * y, c), map_line(&call->input, 2 * y + 1, c),
                       map_line(&call->output, y, c), call->output.width);
        }
    }
    dsp_clamp_rows(call, first_row, end_row);
}

void average_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pool_rows(call, first_row, end_row, window_mean);
}

void max_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (is_halving(call)) {
        halve_rows(call, first_row, end_row);
        return;
    }
    pool_rows(call, first_row, end_row, window_largest);
}

void mean_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    (void)first_row; /* a vector has one row */
    (void)end_row;
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const struct requantize_channel channel = requantize_channel(&form, 0);
    const struct pool_window whole = {
        .rows = call->input.height,
        .columns = call->input.width,
        .wrap = call->input.ring_rows - call->input.top % call->input.ring_rows,
        .ring_bytes = (size_t)call->input.ring_rows * call->input.row_stride,
    };
    for (int32_t c = 0; c < call->output.channels; c++) {
        const int32_t sum = window_sum(&call->input, &whole, map_line(&call->input, 0, c));
        *map_line(&call->output, 0, c) = requantize(wrapping_add(sum, channel.bias), &channel, &form);
    }
}
