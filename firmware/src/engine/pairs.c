/* ADD, MULTIPLY, MINIMUM, MAXIMUM: of a map and another one, a vector that serves all pixels, or constants.
 */
#include "engine/cold.h" // compiled for size

#include <stdbool.h>

#include "engine/dsp/sum.h" // dsp_add_line
#include "engine/map.h"
#include "engine/requantize.h" // multiply_high_rounding, divide_rounding, clamp_between

/* A line of one channel. step: of `second` from pixel to pixel, 0 for one value. */
struct pair_line {
    const uint8_t *first;
    const uint8_t *second;
    size_t step;
    uint8_t *to;
    int32_t width;
};

typedef void (*line_function)(const struct engine_call *call, const struct pair_line *line);

/* Without borders, and lines as long in all maps: a row of all channels is one line. What lies between the
 * lines' ends and the next ones is nobody's. */
static bool rows_are_lines(const struct engine_call *call) {
    const struct engine_map *const maps[] = {&call->input, &call->second_input, &call->output};
    bool same = true;
    for (size_t i = 0; i < 3; i++) {
        same = same && maps[i]->left == 0 && maps[i]->right == 0 &&
               maps[i]->line_stride == call->output.line_stride;
    }
    return same;
}

static void pair_rows(const struct engine_call *call, size_t first_row, size_t end_row,
                      line_function compute) {
    const bool constants = call->op->second_input == PACKED_IMAGE;
    const bool vector = !constants && call->second_input.height == 1 && call->second_input.width == 1;
    const bool whole = !constants && !vector && rows_are_lines(call);
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (int32_t c = 0; c < (whole ? 1 : call->output.channels); c++) {
            const struct pair_line line = {
                .first = map_line(&call->input, y, c),
                .second = constants ? (const uint8_t *)call->weights + c
                                    : map_line(&call->second_input, vector ? 0 : y, c),
                .step = constants || vector ? 0 : 1,
                .to = map_line(&call->output, y, c),
                .width = whole ? (int32_t)call->output.row_stride : call->output.width,
            };
            compute(call, &line);
        }
    }
}

static int32_t scaled(int32_t value, int32_t zero_point, int32_t multiplier, int32_t shift) {
    return divide_rounding(multiply_high_rounding((value - zero_point) * (1 << 20), multiplier), shift);
}

/* By TFLite's double roundings. */
static void add_exactly(const struct engine_call *call, const struct pair_line *line) {
    const struct packed_addition *k = call->constants;
    const uint8_t *second = line->second;
    for (int32_t x = 0; x < line->width; x++) {
        const int32_t a = scaled(line->first[x], k->first_zero_point, k->first_multiplier, k->first_shift);
        const int32_t b = scaled(*second, k->second_zero_point, k->second_multiplier, k->second_shift);
        const int32_t sum = multiply_high_rounding(wrapping_add(a, b), k->output_multiplier);
        const int32_t value = wrapping_add(divide_rounding(sum, k->output_shift), call->output.fill);
        line->to[x] = (uint8_t)clamp_between(value, call->op->act_min, call->op->act_max);
        second += line->step;
    }
}

/* One rounding, which the compiler has proven to give the same. */
static void add_linearly(const struct engine_call *call, const struct pair_line *line) {
    dsp_add_line(call, line->first, line->second, line->step, line->to, line->width);
}

void add_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pair_rows(call, first_row, end_row, call->op->form == PACKED_FORM_FAST ? add_linearly : add_exactly);
}

static void multiply_line(const struct engine_call *call, const struct pair_line *line) {
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const struct requantize_channel channel = requantize_channel(&form, 0);
    const bool constants = call->op->second_input == PACKED_IMAGE;
    const int32_t second_point = constants ? call->op->extra : call->second_input.fill;
    const uint8_t *second = line->second;
    for (int32_t x = 0; x < line->width; x++) {
        const int32_t product = (line->first[x] - call->input.fill) * (*second - second_point);
        line->to[x] = requantize(wrapping_add(product, channel.bias), &channel, &form);
        second += line->step;
    }
}

void multiply_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pair_rows(call, first_row, end_row, multiply_line);
}

static void choose_line(const struct engine_call *call, const struct pair_line *line) {
    const bool smallest = call->op->kind == PACKED_MINIMUM;
    const uint8_t *second = line->second;
    for (int32_t x = 0; x < line->width; x++) {
        const uint8_t a = line->first[x], b = *second;
        line->to[x] = (a < b) == smallest ? a : b;
        second += line->step;
    }
}

void choose_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    pair_rows(call, first_row, end_row, choose_line);
}
