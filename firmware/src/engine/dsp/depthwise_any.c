/* DEPTHWISE_CONV_2D of windows up to 8x8, stride 1 or 2, any depth multiplier: four neighbouring outputs at
 * once, four weights of a window row a turn. 3x3 windows that depthwise.c takes are faster there.
 */
#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/scratch.h" // dsp_depthwise_any_bytes
#include "engine/dsp/simd.h"
#include "engine/requantize.h" // requantize_channel

enum { PIXELS = 4, MOST_ROWS = 8, QUADS = 2, BEHIND = 8 }; /* QUADS: fours of weights of a window row */

/* What is the same for all channels of an output row. rows: of the input, where the first window of channel 0
 * starts. */
struct band {
    const uint8_t *rows[MOST_ROWS];
    int32_t window_rows;
    bool is_fast; /* the form; else GENERAL */
};

/* A channel in the scratch: its constants, and of each window row, of each four weights, (w0, w2) and (w1,
 * w3). */
struct channel {
    struct requantize_channel constants;
    uint32_t weights[];
};

/* A word of a line, split. */
struct split {
    uint32_t even;
    uint32_t odd;
};

DSP_INLINE static inline struct split split_at(const uint8_t *from) {
    const uint32_t word = simd_load(from);
    const struct split made = {simd_even(word), simd_odd(word)};
    return made;
}

/* Two pairs of neighbours, and those that lie between two words: (b4, b2) and (b5, b3), the wrong way round.
 */
DSP_INLINE static inline int32_t window_dot(struct split word, const uint32_t *weights, int32_t sum) {
    return simd_dot(word.odd, weights[1], simd_dot(word.even, weights[0], sum));
}

DSP_INLINE static inline struct split split_between(struct split word, struct split next) {
    const struct split made = {simd_join(next.even, word.even), simd_join(next.odd, word.odd)};
    return made;
}

DSP_INLINE static inline int32_t crossed_dot(struct split word, const uint32_t *weights, int32_t sum) {
    return simd_dot_crossed(word.odd, weights[1], simd_dot_crossed(word.even, weights[0], sum));
}

/* Windows side by side. */
DSP_INLINE static inline void row_add(const uint8_t *from, const uint32_t *weights, int32_t sums[PIXELS]) {
    struct split word = split_at(from);
    for (int32_t quad = 0; quad < QUADS; quad++, weights += 2) {
        const struct split next = split_at(from + 4 * (quad + 1));
        const struct split between = split_between(word, next);
        sums[0] = window_dot(word, weights, sums[0]);
        /* b1, b3 and b2, b4 */
        sums[1] = simd_dot_crossed(between.even, weights[1], simd_dot(word.odd, weights[0], sums[1]));
        sums[2] = crossed_dot(between, weights, sums[2]);
        sums[3] = simd_dot(next.even, weights[1], simd_dot_crossed(between.odd, weights[0], sums[3]));
        word = next;
    }
}

/* Windows two pixels apart. */
DSP_INLINE static inline void row_add_apart(const uint8_t *from, const uint32_t *weights,
                                            int32_t sums[PIXELS]) {
    struct split first = split_at(from), second = split_at(from + 4);
    for (int32_t quad = 0; quad < QUADS; quad++, weights += 2) {
        const struct split third = split_at(from + 4 * (quad + 2));
        sums[0] = window_dot(first, weights, sums[0]);
        sums[1] = crossed_dot(split_between(first, second), weights, sums[1]);
        sums[2] = window_dot(second, weights, sums[2]);
        sums[3] = crossed_dot(split_between(second, third), weights, sums[3]);
        first = second;
        second = third;
    }
}

DSP_INLINE static inline void rows_add(const struct band *band, const struct channel *channel, size_t at,
                                       size_t stride, int32_t sums[PIXELS]) {
    const uint32_t *weights = channel->weights;
    sums[0] = sums[1] = sums[2] = sums[3] = channel->constants.bias;
    for (const uint8_t *const *row = band->rows, *const *const end = row + band->window_rows; row < end;
         row++) {
        if (stride == 1) {
            row_add(*row + at, weights, sums);
        } else {
            row_add_apart(*row + at, weights, sums);
        }
        weights += 2 * QUADS;
    }
}

/* Narrow lines are computed as whole blocks, too; more than 8 bytes behind the map must not be read. */
static bool is_ours(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    const struct engine_map *const input = &call->input;
    const int32_t read = input->left - op->pad_left + 4 * QUADS + 4 * op->stride_width + 4;
    const bool form = requantize_is_fast(op->form) || op->form == PACKED_FORM_GENERAL;
    return form && op->kernel_height <= MOST_ROWS && op->kernel_width <= MOST_ROWS && op->stride_width <= 2 &&
           op->kernel_width >= op->stride_width &&
           (call->output.width >= PIXELS || read <= (int32_t)input->line_stride + BEHIND) &&
           4 * (size_t)op->scratch_words >=
               dsp_depthwise_any_bytes((size_t)call->output.channels, op->kernel_height);
}

static void weights_widen(const struct packed_operator *op, const int8_t *weights, uint32_t *to) {
    const int32_t width = op->kernel_width;
    for (int32_t y = 0; y < op->kernel_height; y++) {
        for (int32_t x = 0; x < 4 * QUADS; x += 4, to += 2) {
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

/* Of all channels, one after the other. */
static void channels_prepare(const struct engine_call *call, size_t words) {
    const struct packed_operator *const op = call->op;
    const struct requantize_form form = requantize_form(op, call->constants, call->output.fill);
    const int8_t *weights = call->weights;
    uint32_t *to = (uint32_t *)(void *)call->scratch;
    for (int32_t c = 0; c < call->output.channels; c++) {
        struct channel *const channel = (struct channel *)(void *)to;
        channel->constants = requantize_channel(&form, (size_t)c);
        weights_widen(op, weights, channel->weights);
        weights += (size_t)op->kernel_height * op->kernel_width;
        to += words;
    }
}

/* Form GENERAL, for layers with channels whose values grow. */
__attribute__((noinline)) static int32_t scaled_exactly(const struct requantize_channel *channel,
                                                        int32_t sum) {
    const int32_t left = channel->shift < 0 ? -channel->shift & 31 : 0;
    const int32_t right = channel->shift > 0 ? channel->shift & 31 : 0;
    const int32_t x = multiply_high_rounding((int32_t)((uint32_t)sum << left), channel->multiplier);
    return wrapping_add(x + (right > 0 ? x >> 31 : 0), channel->rounding) >> right;
}

DSP_INLINE static inline void block_compute(const struct band *band, const struct channel *channel, size_t at,
                                            size_t stride, uint8_t *to, int32_t count) {
    int32_t sums[PIXELS];
    rows_add(band, channel, at, stride, sums);
    for (int32_t i = 0; i < count && !band->is_fast; i++) {
        to[i] = (uint8_t)simd_saturate(scaled_exactly(&channel->constants, sums[i]));
    }
    for (int32_t i = 0; i < count && band->is_fast; i++) {
        const int32_t rounding = wrapping_add(channel->constants.rounding, sums[i] >> 31);
        const int32_t scaled =
            simd_multiply_high((int32_t)((uint32_t)sums[i] << 1), channel->constants.multiplier, rounding);
        to[i] =
            (uint8_t)simd_saturate(scaled >> (channel->constants.shift & 31)); /* had it been overwritten */
    }
}

/* A row of one channel. at: of its first window, from the band's rows. stride, quads: known to the C
 * compiler. */
static inline void line_compute(const struct band *band, const struct channel *channel, size_t at,
                                size_t stride, uint8_t *line, int32_t width) {
    const int32_t last = width < PIXELS ? 0 : width - PIXELS; /* that block may overlap its neighbour */
    const int32_t count = width < PIXELS ? width : PIXELS;
    for (int32_t x = 0; x < width; x += PIXELS) {
        const int32_t from = x < last ? x : last;
        block_compute(band, channel, at + (size_t)from * stride, stride, line + from, count);
    }
}

static void line_side_by_side(const struct band *band, const struct channel *channel, size_t at,
                              uint8_t *line, int32_t width) {
    line_compute(band, channel, at, 1, line, width);
}

static void line_apart(const struct band *band, const struct channel *channel, size_t at, uint8_t *line,
                       int32_t width) {
    line_compute(band, channel, at, 2, line, width);
}

static void row_compute(const struct engine_call *call, struct band *band, int32_t y, size_t words) {
    const struct packed_operator *const op = call->op;
    for (int32_t k = 0; k < op->kernel_height; k++) {
        band->rows[k] = map_line(&call->input, y * op->stride_height - op->pad_top + k, 0) - op->pad_left;
    }
    const uint32_t *channel = (const uint32_t *)(const void *)call->scratch;
    uint8_t *line = map_line(&call->output, y, 0);
    size_t at = 0;
    int32_t repeats = 0;
    for (int32_t c = 0; c < call->output.channels; c++) {
        (op->stride_width == 1 ? line_side_by_side : line_apart)(
            band, (const struct channel *)(const void *)channel, at, line, call->output.width);
        channel += words;
        line += call->output.line_stride;
        if (++repeats == op->depth_multiplier) {
            repeats = 0;
            at += call->input.line_stride;
        }
    }
}

bool dsp_depthwise_any_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (!is_ours(call)) {
        return false;
    }
    const struct packed_operator *const op = call->op;
    const size_t words = dsp_depthwise_any_bytes(1, op->kernel_height) / 4;
    if (first_row == 0) {
        channels_prepare(call, words);
    }
    struct band band;
    band.window_rows = op->kernel_height;
    band.is_fast = requantize_is_fast(op->form);
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        row_compute(call, &band, y, words);
    }
    dsp_clamp_rows(call, first_row, end_row);
    return true;
}
