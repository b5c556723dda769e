/* Constants and weights of output channels, as the kernels read them (kernels.h). */
#ifndef ENGINE_DSP_STREAM_H
#define ENGINE_DSP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/map.h" // struct engine_call

/* One channel's. */
struct dsp_constants {
    uint32_t bias; /* in units of the sums */
    uint32_t multiplier;
    uint32_t rounding;
    uint32_t shift; /* fast only */
    uint32_t scale; /* sums are 2^scale acc */
};

/* Whether the uniform requantisation is exact for all output channels of a form FAST operator whose sums have at most
 * `products` products of a weight and an activation. least_shift: of FAST that the weights have room for. */
bool dsp_stream_is_uniform(const struct engine_call *call, size_t products, uint32_t least_shift);

struct dsp_constants dsp_record_constants(const struct packed_fast_requantisation *record, uint32_t fill, bool uniform);

/* Two weights as the halves of a word, shifted left. */
static inline uint32_t dsp_weight_pair(int8_t low, int8_t high, uint32_t shift) {
    return ((uint32_t)low << shift & 0xFFFFu) | (uint32_t)high << (16 + shift);
}

/* The 8 parameter words of a pair; channel: 0 or 1. */
void dsp_stream_parameters(const struct dsp_constants *constants, size_t channel, uint32_t *to);

/* The stream of a pair of a POINTWISE operator: dsp_stream_bytes(steps). */
void dsp_stream_pair(const struct engine_call *call, size_t pair, size_t steps, bool uniform, uint32_t *to);

#endif
