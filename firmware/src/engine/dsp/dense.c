/* FULLY_CONNECTED: two outputs at once, four values a turn, so that each value is split once for both. What
 * holds it up is the flash: a byte a product.
 */
#include "engine/dsp/dsp.h"
#include "engine/dsp/simd.h"
#include "engine/requantize.h" // requantize, wrapping_add
#include "engine/words.h"      // bytes_copy

enum { OUTPUTS = 2, WORD = 4 };

static size_t values_of(const struct engine_map *input) {
    return (size_t)input->height * (size_t)input->width * (size_t)input->channels;
}

/* Whether the input's bytes follow one another already. */
static bool is_packed(const struct engine_call *call) {
    const struct engine_map *const input = &call->input;
    const bool lines = input->line_stride == (size_t)input->width || input->channels * input->height == 1;
    return call->op->input == PACKED_IMAGE || lines;
}

static const uint8_t *packed_values(const struct engine_call *call) {
    const struct engine_map *const input = &call->input;
    if (is_packed(call)) {
        return map_line(input, 0, 0);
    }
    uint8_t *to = call->scratch;
    for (int32_t y = 0; y < input->height; y++) {
        for (int32_t c = 0; c < input->channels; c++) {
            bytes_copy(to, map_line(input, y, c), (size_t)input->width);
            to += input->width;
        }
    }
    return call->scratch;
}

/* Two rows of weights, `count` apart. */
static void dots(const uint8_t *values, const int8_t *weights, size_t count, int32_t sums[OUTPUTS]) {
    const int8_t *second = weights + count;
    const uint8_t *const end = values + count / WORD * WORD;
    int32_t a = 0, b = 0;
    while (values < end) {
        const uint32_t u = simd_load(values), v = simd_load(weights), w = simd_load(second);
        const uint32_t even = simd_even(u), odd = simd_odd(u);
        a = simd_dot(even, simd_even_signed(v), a);
        b = simd_dot(even, simd_even_signed(w), b);
        a = simd_dot(odd, simd_odd_signed(v), a);
        b = simd_dot(odd, simd_odd_signed(w), b);
        values += WORD;
        weights += WORD;
        second += WORD;
    }
    for (size_t i = 0; i < count % WORD; i++) {
        a = wrapping_add(a, weights[i] * values[i]);
        b = wrapping_add(b, second[i] * values[i]);
    }
    sums[0] = a;
    sums[1] = b;
}

bool dsp_dense_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    (void)first_row; /* a vector has one row */
    (void)end_row;
    const size_t count = values_of(&call->input);
    if (4 * (size_t)call->op->scratch_words < (is_packed(call) ? 1 : count)) {
        return false;
    }
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const uint8_t *const values = packed_values(call);
    const int8_t *weights = call->weights; /* an odd last channel has a neighbour of zeros */
    for (int32_t c = 0; c < call->output.channels; c += OUTPUTS) {
        int32_t sums[OUTPUTS];
        dots(values, weights, count, sums);
        weights += OUTPUTS * count;
        for (int32_t i = 0; i < OUTPUTS && c + i < call->output.channels; i++) {
            const struct requantize_channel channel = requantize_channel(&form, (size_t)(c + i));
            *map_line(&call->output, 0, c + i) =
                requantize(wrapping_add(sums[i], channel.bias), &channel, &form);
        }
    }
    return true;
}
