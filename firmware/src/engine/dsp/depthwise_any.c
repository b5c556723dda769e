/* DEPTHWISE_CONV_2D of windows up to 8x8, stride 1 or 2, any depth multiplier: four neighbouring outputs at
 * once, four weights of a window row a turn. 3x3 windows that depthwise.c takes are faster there.
 */
#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/scratch.h" // dsp_depthwise_any_bytes
#include "engine/dsp/simd.h"
#include "engine/requantize.h" // requantize_channel

enum { PIXELS = 4, MOST_ROWS = 8, BEHIND = 8 };

/* A channel while it is computed. weights: of each window row, of each four of them (w0, w2) and (w1, w3). */
struct channel {
    const uint32_t *weights;
    const uint8_t *rows[MOST_ROWS]; /* of the input: where the first window starts */
    int32_t window_rows;
    int32_t quads;
    struct requantize_channel constants;
};

/* A word of a line, split. */
struct split {
    uint32_t even;
    uint32_t odd;
};

static inline struct split split_at(const uint8_t *from) {
    const uint32_t word = simd_load(from);
    const struct split made = {simd_even(word), simd_odd(word)};
    return made;
}

static inline int32_t window_dot(uint32_t even, uint32_t odd, const uint32_t *weights, int32_t sum) {
    return simd_dot(odd, weights[1], simd_dot(even, weights[0], sum));
}

/* Of bytes b0-b3 of a word and the next one's: even is (b0, b2), odd (b1, b3), and between them lie (b2, b4),
 * (b3, b5). */
static void sums_side_by_side(const struct channel *channel, size_t at, int32_t sums[PIXELS]) {
    const uint32_t *weights = channel->weights;
    int32_t a = channel->constants.bias, b = a, c = a, d = a;
    for (int32_t y = 0; y < channel->window_rows; y++) {
        const uint8_t *from = channel->rows[y] + at;
        struct split word = split_at(from);
        for (int32_t quad = channel->quads; quad > 0; quad--) {
            from += 4;
            const struct split next = split_at(from);
            const uint32_t even = simd_middle(word.even, next.even), odd = simd_middle(word.odd, next.odd);
            a = window_dot(word.even, word.odd, weights, a);
            b = window_dot(word.odd, even, weights, b);
            c = window_dot(even, odd, weights, c);
            d = window_dot(odd, next.even, weights, d);
            weights += 2;
            word = next;
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* Windows two pixels apart. */
static void sums_apart(const struct channel *channel, size_t at, int32_t sums[PIXELS]) {
    const uint32_t *weights = channel->weights;
    int32_t a = channel->constants.bias, b = a, c = a, d = a;
    for (int32_t y = 0; y < channel->window_rows; y++) {
        const uint8_t *from = channel->rows[y] + at;
        struct split first = split_at(from), second = split_at(from + 4);
        for (int32_t quad = channel->quads; quad > 0; quad--) {
            from += 4;
            const struct split third = split_at(from + 4);
            a = window_dot(first.even, first.odd, weights, a);
            b = window_dot(simd_middle(first.even, second.even), simd_middle(first.odd, second.odd), weights,
                           b);
            c = window_dot(second.even, second.odd, weights, c);
            d = window_dot(simd_middle(second.even, third.even), simd_middle(second.odd, third.odd), weights,
                           d);
            weights += 2;
            first = second;
            second = third;
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static int32_t quads_of(const struct packed_operator *op) {
    return (op->kernel_width + 3) / 4;
}

/* Narrow lines are computed as whole blocks, too; more than 8 bytes behind the map must not be read. */
static bool is_ours(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    const struct engine_map *const input = &call->input;
    const int32_t read = input->left - op->pad_left + 4 * quads_of(op) + 4 * op->stride_width + 4;
    return requantize_is_fast(op->form) && op->kernel_height <= MOST_ROWS && op->kernel_width <= MOST_ROWS &&
           op->stride_width <= 2 &&
           (call->output.width >= PIXELS || read <= (int32_t)input->line_stride + BEHIND) &&
           4 * (size_t)op->scratch_words >= dsp_depthwise_any_bytes(op->kernel_height, op->kernel_width);
}

static void weights_widen(const struct packed_operator *op, const int8_t *weights, uint32_t *to) {
    const int32_t width = op->kernel_width;
    for (int32_t y = 0; y < op->kernel_height; y++) {
        for (int32_t x = 0; x < width; x += 4, to += 2) {
            int8_t four[4] = {0};
            for (int32_t i = 0; i < 4 && x + i < width; i++) {
                four[i] = weights[x + i];
            }
            to[0] = (uint16_t)four[0] | (uint32_t)(uint16_t)four[2] << 16;
            to[1] = (uint16_t)four[1] | (uint32_t)(uint16_t)four[3] << 16;
        }
        weights += width;
    }
}

static void block_compute(const struct engine_call *call, const struct channel *channel, uint8_t *line,
                          int32_t x, int32_t count) {
    int32_t sums[PIXELS];
    const int32_t stride = call->op->stride_width;
    (stride == 1 ? sums_side_by_side : sums_apart)(channel, (size_t)(x * stride), sums);
    for (int32_t i = 0; i < count; i++) {
        const int32_t rounding = wrapping_add(channel->constants.rounding, sums[i] >> 31);
        const int32_t scaled =
            simd_multiply_high((int32_t)((uint32_t)sums[i] << 1), channel->constants.multiplier, rounding);
        line[x + i] = (uint8_t)simd_saturate(scaled >> channel->constants.shift);
    }
}

/* Row y of output channel c. */
static void row_compute(const struct engine_call *call, struct channel *channel, int32_t c, int32_t y) {
    const struct packed_operator *const op = call->op;
    const int32_t width = call->output.width;
    uint8_t *const line = map_line(&call->output, y, c);
    for (int32_t k = 0; k < op->kernel_height; k++) {
        channel->rows[k] =
            map_line(&call->input, y * op->stride_height - op->pad_top + k, c / op->depth_multiplier) -
            op->pad_left;
    }
    for (int32_t x = 0; x + PIXELS <= width; x += PIXELS) {
        block_compute(call, channel, line, x, PIXELS);
    }
    if (width < PIXELS) {
        block_compute(call, channel, line, 0, width);
    } else if (width % PIXELS != 0) { /* a last block that overlaps its neighbour */
        block_compute(call, channel, line, width - PIXELS, PIXELS);
    }
}

bool dsp_depthwise_any_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (!is_ours(call)) {
        return false;
    }
    const struct packed_operator *const op = call->op;
    const struct requantize_form form = requantize_form(op, call->constants, call->output.fill);
    uint32_t *const widened = (uint32_t *)(void *)call->scratch;
    struct channel channel = {
        .weights = widened,
        .window_rows = op->kernel_height,
        .quads = quads_of(op),
    };
    const int8_t *weights = call->weights;
    for (int32_t c = 0; c < call->output.channels; c++) {
        weights_widen(op, weights, widened);
        weights += (size_t)op->kernel_height * op->kernel_width;
        channel.constants = requantize_channel(&form, (size_t)c);
        for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
            row_compute(call, &channel, c, y);
        }
    }
    dsp_clamp_rows(call, first_row, end_row);
    return true;
}
