#include "engine/dsp/stream.h"

#include <string.h> // memcpy

#include "engine/dsp/kernels.h" // DSP_UNIFORM_SHIFT, DSP_PARAMETER_WORDS

enum { LARGEST_PRODUCT = 255 * 128 };

static bool record_is_uniform(struct packed_fast_requantisation record, size_t products, uint32_t least_shift) {
    const uint32_t shift = (uint32_t)record.bias_and_shift & 31u;
    const int32_t bias = record.bias_and_shift >> 5;
    const size_t largest = products * LARGEST_PRODUCT + (size_t)(bias < 0 ? -bias : bias);
    return shift >= least_shift && shift < DSP_UNIFORM_SHIFT &&
           largest < (size_t)1 << (30u + shift - DSP_UNIFORM_SHIFT);
}

bool dsp_stream_is_uniform(const struct engine_call *call, size_t products, uint32_t least_shift) {
    const struct packed_fast_requantisation *const records = call->constants;
    for (size_t channel = 0; channel < (size_t)call->output.channels; channel++) {
        if (!record_is_uniform(records[channel], products, least_shift)) {
            return false;
        }
    }
    return true;
}

struct dsp_constants dsp_record_constants(const struct packed_fast_requantisation *record, uint32_t fill, bool uniform) {
    const uint32_t shift = (uint32_t)record->bias_and_shift & 31u;
    const uint32_t more = uniform ? DSP_UNIFORM_SHIFT - shift : 0;
    const uint32_t rounding = (1u << (shift - 1)) + (fill << shift);
    const struct dsp_constants found = {
        .bias = (uint32_t)(record->bias_and_shift >> 5) << (1 + more),
        .multiplier = record->multiplier,
        .rounding = (rounding << more) + (uniform ? 1u << (more - 1) : 0),
        .shift = shift,
        .scale = 1 + more,
    };
    return found;
}

void dsp_stream_parameters(const struct dsp_constants *constants, size_t channel, uint32_t *to) {
    to[channel] = constants->bias;
    to[2 + 3 * channel] = constants->multiplier;
    to[3 + 3 * channel] = constants->rounding;
    to[4 + 3 * channel] = constants->shift;
}

/* Any number of input channels, and weights shifted left. */
static void weights_widen(const int8_t *weights, size_t channels, uint32_t shift, size_t steps, uint32_t *to) {
    const uint32_t *const end = to + 2 * steps;
    for (size_t quad = channels / 4; quad > 0; quad--) {
        to[0] = dsp_weight_pair(weights[0], weights[2], shift);
        to[2] = dsp_weight_pair(weights[1], weights[3], shift);
        weights += 4;
        to += 4;
    }
    if (channels % 4 != 0) {
        int8_t last[4] = {0};
        memcpy(last, weights, channels % 4);
        to[0] = dsp_weight_pair(last[0], last[2], shift);
        to[2] = dsp_weight_pair(last[1], last[3], shift);
        to += 4;
    }
    for (; to < end; to += 2) {
        to[0] = 0;
    }
}

void dsp_stream_pair(const struct engine_call *call, size_t pair, size_t steps, bool uniform, uint32_t *to) {
    const size_t channels = (size_t)call->input.channels;
    const int8_t *const first = call->weights + 2 * pair * channels, *const second = first + channels;
    const struct packed_fast_requantisation *const records = call->constants;
    const struct dsp_constants one = dsp_record_constants(&records[2 * pair], call->output.fill, uniform);
    const bool odd = 2 * pair + 1 == (size_t)call->output.channels; /* then the second channel does not matter */
    const struct dsp_constants two = odd ? one : dsp_record_constants(&records[2 * pair + 1], call->output.fill, uniform);
    dsp_stream_parameters(&one, 0, to);
    dsp_stream_parameters(&two, 1, to);
    to += DSP_PARAMETER_WORDS;
    /* the activations are doubled already */
    weights_widen(first, channels, one.scale - 1, steps, to);
    weights_widen(second, channels, two.scale - 1, steps, to + 1);
}
