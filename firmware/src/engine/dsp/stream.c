#include "engine/dsp/stream.h"

#include "engine/dsp/dsp.h"     // DSP_FAST
#include "engine/dsp/kernels.h" // DSP_UNIFORM_SHIFT, dsp_widen_weights
#include "engine/requantize.h"  // requantize_channel

#if DSP_FAST
#define widen_weights dsp_widen_weights
#else
#define widen_weights dsp_widen_weights_plain
#endif

enum { LARGEST_PRODUCT = 255 * 128 };

static bool channel_is_uniform(const struct requantize_channel *channel, const struct dsp_limits *limits) {
    const uint32_t shift = (uint32_t)channel->shift;
    const int32_t bias = channel->bias;
    const size_t largest = limits->products * LARGEST_PRODUCT + (size_t)(bias < 0 ? -bias : bias);
    return shift >= limits->least_shift && shift < DSP_UNIFORM_SHIFT &&
           largest < (size_t)1 << (30u + shift - DSP_UNIFORM_SHIFT);
}

struct dsp_constants dsp_channel_constants(const struct requantize_channel *channel, bool uniform) {
    const uint32_t shift = (uint32_t)channel->shift;
    const uint32_t more = uniform ? DSP_UNIFORM_SHIFT - shift : 0;
    const struct dsp_constants found = {
        .bias = (uint32_t)channel->bias << (1 + more),
        .multiplier = (uint32_t)channel->multiplier,
        .rounding = ((uint32_t)channel->rounding << more) + (uniform ? 1u << (more - 1) : 0),
        .shift = uniform ? 0 : shift,
        .scale = 1 + more,
    };
    return found;
}

void dsp_pair_constants(const struct engine_call *call, size_t pair, const struct dsp_limits *limits,
                        uint32_t scales[2], uint32_t *to) {
    const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
    const struct requantize_channel first = requantize_channel(&form, 2 * pair);
    const struct requantize_channel second =
        requantize_channel(&form, 2 * pair + (2 * pair + 1 < (size_t)call->output.channels));
    const bool uniform = limits != NULL && !form.is_signed && channel_is_uniform(&first, limits) &&
                         channel_is_uniform(&second, limits);
    for (size_t i = 0; i < 2; i++) {
        const struct dsp_constants found = dsp_channel_constants(i == 0 ? &first : &second, uniform);
        to[i] = found.bias;
        to[2 + 3 * i] = found.multiplier;
        to[3 + 3 * i] = found.rounding;
        to[4 + 3 * i] = found.shift | dsp_signed_bit(call);
        scales[i] = found.scale;
    }
}

/* Any number of input channels: whole octets, the rest one by one, and zeros up to `steps`. */
static void weights_widen(const int8_t *weights, size_t channels, uint32_t shift, size_t steps,
                          uint32_t *to) {
    const size_t octets = channels / 8;
    const uint32_t *const end = to + 2 * steps;
    if (octets > 0) {
        widen_weights(to, weights, octets, shift);
        to += 8 * octets;
    }
    int8_t last[8] = {0};
    for (size_t i = 8 * octets; i < channels; i++) {
        last[i % 8] = weights[i];
    }
    for (size_t i = 0; to < end && i < 4; i++, to += 2) {
        const int8_t *const low = last + i / 2 * 4 + i % 2;
        *to = dsp_weight_pair(low[0], low[2], shift);
    }
    for (; to < end; to += 2) {
        *to = 0;
    }
}

/* All groups of one channel, and zeros up to the last step. */
static void groups_widen(const int8_t *weights, const struct dsp_groups *layout, uint32_t shift,
                         uint32_t *to) {
    const size_t steps = (layout->length + 3) / 4 * 2;
    uint32_t *const end = to + 2 * layout->steps;
    for (size_t i = 0; i < layout->groups; i++) {
        weights_widen(weights, layout->length, shift, steps, to);
        weights += layout->length;
        to += 2 * steps;
    }
    for (; to < end; to += 2) {
        *to = 0;
    }
}

void dsp_stream_pair(const struct engine_call *call, size_t pair, const struct dsp_groups *layout,
                     const struct dsp_limits *limits, uint32_t *to) {
    const size_t taps = layout->groups * layout->length;
    const int8_t *const first = call->weights + 2 * pair * taps;
    const bool alone = 2 * pair + 1 == (size_t)call->output.channels;
    uint32_t scales[2];
    dsp_pair_constants(call, pair, limits, scales, to);
    to += DSP_PARAMETER_WORDS;
    /* the activations are doubled already; a channel behind the last one is computed as its neighbour */
    groups_widen(first, layout, scales[0] - 1, to);
    groups_widen(alone ? first : first + taps, layout, scales[1] - 1, to + 1);
}
