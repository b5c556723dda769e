/* Constants and weights of output channels, as the kernels read them (kernels.h). */
#ifndef ENGINE_DSP_STREAM_H
#define ENGINE_DSP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/dsp/constants.h" // DSP_SIGNED_BIT
#include "engine/dsp/kernels.h"   // struct dsp_pairs
#include "engine/map.h"           // struct engine_call
#include "engine/requantize.h"    // struct requantize_channel

/* One channel's. */
struct dsp_constants {
    uint32_t bias; /* in units of the sums */
    uint32_t multiplier;
    uint32_t rounding;
    uint32_t shift; /* 0: uniform */
    uint32_t scale; /* sums are 2^scale acc */
};

/* What the pointwise kernels want to know beside a shift: whether negative sums are kept. */
static inline uint32_t dsp_signed_bit(const struct engine_call *call) {
    return (uint32_t)(call->op->act_min < call->output.fill) << DSP_SIGNED_BIT;
}

/* What uniform needs to be exact. */
struct dsp_limits {
    size_t products;      /* of a weight and an activation that a sum has at most */
    uint32_t least_shift; /* of FAST that the weights have room for */
};

struct dsp_constants dsp_channel_constants(const struct requantize_channel *channel, bool uniform);

/* The constants of output channels 2 * pair and 2 * pair + 1 of a fast operator, into a stream's 8 words,
 * and their scales. Uniform when both can be and limits are given. A channel behind the last one has those of
 * its neighbour. */
void dsp_pair_constants(const struct engine_call *call, size_t pair, const struct dsp_limits *limits,
                        uint32_t scales[2], uint32_t *to);

/* Two weights as the halves of a word, shifted left. */
static inline uint32_t dsp_weight_pair(int8_t low, int8_t high, uint32_t shift) {
    return ((uint32_t)low << shift & 0xFFFFu) | (uint32_t)high << (16 + shift);
}

/* How an output channel's weights lie: `groups` times `length` of them, each group padded to whole fours in
 * the stream, which ends after `steps`. */
struct dsp_groups {
    size_t groups;
    size_t length;
    size_t steps;
};

/* The stream of a pair: dsp_stream_bytes(steps). limits: NULL for form fast. */
void dsp_stream_pair(const struct engine_call *call, size_t pair, const struct dsp_groups *layout,
                     const struct dsp_limits *limits, uint32_t *to);

/* All output channels over `job`'s activations, into `job`'s segments (multiply.c). pixels: of a block, 4 or
 * 3. resident: `streams` holds the streams of all pairs; else it has room for one. */
void dsp_pairs_multiply(const struct engine_call *call, struct dsp_pairs *job,
                        const struct dsp_groups *layout, size_t pixels, uint32_t *streams, bool resident);

#endif
