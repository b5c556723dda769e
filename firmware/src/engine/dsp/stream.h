/* Weights and constants of a pair of output channels, as the pointwise kernels read them (kernels.h). */
#ifndef ENGINE_DSP_STREAM_H
#define ENGINE_DSP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/map.h" // struct engine_call

/* Whether the UNIFORM requantisation is exact for all channels of a form FAST operator whose sums have at most
 * `products` products of a weight and an activation. */
bool dsp_stream_is_uniform(const struct engine_call *call, size_t products);

/* The 8 parameter words of output channels 2 * pair and 2 * pair + 1. */
void dsp_stream_parameters(const struct engine_call *call, size_t pair, bool uniform, uint32_t *to);

/* By how many bits the weights of an output channel are shifted left: the d of kernels.h, or 0. */
uint32_t dsp_stream_weight_shift(const struct engine_call *call, size_t channel, bool uniform);

/* The stream of a pair of a POINTWISE operator: DSP_STREAM_BYTES(steps). */
void dsp_stream_pair(const struct engine_call *call, size_t pair, size_t steps, bool uniform, uint32_t *to);

#endif
