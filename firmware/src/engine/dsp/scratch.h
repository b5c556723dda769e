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

/* Steps that a kernel of 4 pixels has for so many: 4, 8, a multiple of 16 or, where those would waste more
 * than its shorter loop costs, of 4. What is too many has zero weights. */
static inline size_t dsp_kernel_steps(size_t needed) {
    const size_t fours = (needed + 3) / 4 * 4, sixteens = (needed + 15) / 16 * 16;
    return fours <= 8 || 13 * fours < 12 * sixteens ? fours : sixteens;
}

/* Steps of a pointwise kernel, two input channels each; for 3 pixels a multiple of 32. */
static inline size_t dsp_pointwise_steps(size_t channels, size_t width) {
    if (dsp_block_pixels(width) == 3) {
        return (channels + 63) / 64 * 32;
    }
    return dsp_kernel_steps((channels + 3) / 4 * 2);
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

/* Four constants a channel, and 8 weights of each window row. */
static inline size_t dsp_depthwise_any_bytes(size_t channels, size_t kernel_height) {
    return channels * (16 + kernel_height * 16);
}

/* A CONV of any window. Its weights and what they meet come in groups, each padded to whole fours: from a map
 * a group is the channels of one pixel of the window, from the image a row of the window. */
struct dsp_window {
    size_t groups;
    size_t length;     /* weights of a group */
    size_t steps;      /* of the kernel, all groups */
    size_t pairs;      /* of output channels, an odd last one counted */
    size_t blocks;     /* that are widened at once, of a row */
    size_t rows;       /* that are; more than 1 only with all blocks of each */
    size_t line_bytes; /* of a line of the image with its borders; 0 from a map */
    size_t bytes;      /* of scratch */
    int resident;      /* all weights are widened once */
};

enum {
    DSP_WINDOW_TILE =
        18432, /* bytes of activations, at most, that meet weights which are widened for them alone */
};

static inline struct dsp_window dsp_window(size_t groups, size_t length, size_t outputs, size_t width,
                                           size_t height, size_t lines, size_t line_bytes) {
    struct dsp_window made; /* set field by field: an initialiser would clear it first */
    made.groups = groups;
    made.length = length;
    made.line_bytes = line_bytes;
    made.steps = dsp_kernel_steps(groups * ((length + 3) / 4 * 2));
    made.pairs = (outputs + 1) / 2;
    made.resident = made.pairs * dsp_stream_bytes(made.steps) <= DSP_RESIDENT_LIMIT;
    const size_t block = 16 * made.steps, row = (width + 3) / 4;
    const size_t most = (made.resident ? DSP_RESIDENT_TILE : DSP_WINDOW_TILE) / block;
    made.blocks = most < 1 ? 1 : most < row ? most : row;
    const size_t rows = made.resident || made.blocks < row ? 1 : most / row;
    made.rows = rows < 1 ? 1 : rows < height ? rows : height;
    made.bytes = (made.resident ? made.pairs : 1) * dsp_stream_bytes(made.steps) +
                 made.rows * made.blocks * block + lines * line_bytes;
    return made;
}

/* Of a line of the image: what the last window reads, and a word. */
static inline size_t dsp_window_line_bytes(size_t width, size_t stride, size_t kernel, size_t channels) {
    const size_t pixels = width < 4 ? 4 : width; /* of whole blocks */
    return (((pixels - 1) * stride + kernel) * channels + 7) / 4 * 4;
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
