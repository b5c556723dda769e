/* How many bytes of scratch the fast operators ask for. host/compiler/scratch.py computes the same
 * (tests/dsp/test_scratch.py).
 */
#ifndef ENGINE_DSP_SCRATCH_H
#define ENGINE_DSP_SCRATCH_H

#include <stddef.h>

enum {
    DSP_RESIDENT_LIMIT =
        10880, /* bytes: above, a pointwise operator widens one pair of output channels at a time */
    DSP_TRANSIENT_BLOCKS = 12, /* of activations that it then widens at once, if a row has not more */
    DSP_RESIDENT_TILE = 3072,  /* bytes of activations that others widen at once, if a row has not more */
};

/* Pixels of a block: 4, but 3 where that leaves less over, and for a line of 2. */
static inline size_t dsp_block_pixels(size_t width) {
    return width == 2 || (width % 4 != 0 && width % 3 == 0 && width <= 9) ? 3 : 4;
}

/* Steps of a pointwise kernel, two input channels each: 4, 8 or a multiple of 16, for 3 pixels of 32; what is
 * too many has zero weights. */
static inline size_t dsp_pointwise_steps(size_t channels, size_t width) {
    if (dsp_block_pixels(width) == 3) {
        return (channels + 63) / 64 * 32;
    }
    return channels > 16 ? (channels + 31) / 32 * 16 : channels > 8 ? 8 : 4;
}

/* The stream of one pair of output channels: 8 words, and 2 a step. */
static inline size_t dsp_stream_bytes(size_t steps) {
    return 32 + 8 * steps;
}

static inline size_t dsp_row_blocks(size_t width) {
    const size_t pixels = dsp_block_pixels(width);
    return (width + pixels - 1) / pixels;
}

/* A row of widened activations: a word a pixel and step, whole blocks. */
static inline size_t dsp_row_bytes(size_t width, size_t steps) {
    return dsp_row_blocks(width) * dsp_block_pixels(width) * steps * 4;
}

/* The streams of all pairs or of one. */
static inline size_t dsp_pointwise_fixed_bytes(size_t steps, size_t outputs, int resident) {
    return (resident ? (outputs + 1) / 2 : 1) * dsp_stream_bytes(steps);
}

/* Whether all weights are widened at once. */
static inline int dsp_pointwise_is_resident(size_t width, size_t steps, size_t outputs) {
    return dsp_block_pixels(width) == 4 &&
           dsp_pointwise_fixed_bytes(steps, outputs, 1) + dsp_row_bytes(width, steps) <= DSP_RESIDENT_LIMIT;
}

/* What pays. Less will do, down to room for one row of activations. */
static inline size_t dsp_pointwise_bytes(size_t channels, size_t outputs, size_t width, size_t height) {
    const size_t steps = dsp_pointwise_steps(channels, width), row = dsp_row_bytes(width, steps);
    const int resident = dsp_pointwise_is_resident(width, steps, outputs);
    const size_t most = resident ? DSP_RESIDENT_TILE / row : DSP_TRANSIENT_BLOCKS / dsp_row_blocks(width);
    const size_t rows = most < 1 ? 1 : most < height ? most : height;
    return dsp_pointwise_fixed_bytes(steps, outputs, resident) + rows * row;
}

/* A word, and 9 a channel. */
static inline size_t dsp_depthwise_bytes(size_t channels) {
    return 4 + 36 * channels;
}

static inline size_t dsp_first_steps(size_t channels) {
    return channels == 1 ? 5 : 16;
}

/* A line of the image with its borders. width: of the output. */
static inline size_t dsp_first_line_bytes(size_t channels, size_t width) {
    return (2 * width + 4) * channels;
}

/* The streams of all pairs, a row of activations, three lines. */
static inline size_t dsp_first_bytes(size_t channels, size_t outputs, size_t width) {
    const size_t steps = dsp_first_steps(channels);
    const size_t all = (outputs + 1) / 2 * dsp_stream_bytes(steps) + (width + 3) / 4 * 16 * steps +
                       3 * dsp_first_line_bytes(channels, width);
    return (all + 3) / 4 * 4;
}

#endif
