#include "engine/dsp/stream.h"

#include <string.h> // memcpy

#include "engine/dsp/dsp.h"     // DSP_FAST
#include "engine/dsp/kernels.h" // DSP_UNIFORM_SHIFT, dsp_expand

enum { LARGEST_PRODUCT = 255 * 128, LEAST_UNIFORM_SHIFT = DSP_UNIFORM_SHIFT - 8 };

static struct packed_fast_requantisation record_of(const struct engine_call *call, size_t channel) {
    return ((const struct packed_fast_requantisation *)call->constants)[channel];
}

static int32_t bias_of(struct packed_fast_requantisation record) {
    return record.bias_and_shift >> 5;
}

static uint32_t shift_of(struct packed_fast_requantisation record) {
    return (uint32_t)record.bias_and_shift & 31u;
}

bool dsp_stream_is_uniform(const struct engine_call *call, size_t products) {
    for (size_t channel = 0; channel < (size_t)call->output.channels; channel++) {
        const struct packed_fast_requantisation record = record_of(call, channel);
        const uint32_t shift = shift_of(record);
        if (shift < LEAST_UNIFORM_SHIFT || shift >= DSP_UNIFORM_SHIFT) {
            return false;
        }
        const int32_t bias = bias_of(record);
        const size_t largest = products * LARGEST_PRODUCT + (size_t)(bias < 0 ? -bias : bias);
        if (largest >= (size_t)1 << (30u - (DSP_UNIFORM_SHIFT - shift))) {
            return false;
        }
    }
    return true;
}

uint32_t dsp_stream_weight_shift(const struct engine_call *call, size_t channel, bool uniform) {
    return uniform ? DSP_UNIFORM_SHIFT - shift_of(record_of(call, channel)) : 0;
}

void dsp_stream_parameters(const struct engine_call *call, size_t pair, bool uniform, uint32_t *to) {
    for (size_t i = 0; i < 2; i++) {
        const struct packed_fast_requantisation record = record_of(call, 2 * pair + i);
        const uint32_t shift = shift_of(record);
        const uint32_t more = uniform ? DSP_UNIFORM_SHIFT - shift : 0;
        const uint32_t rounding = (1u << (shift - 1)) + ((uint32_t)call->output.fill << shift);
        to[i] = (uint32_t)bias_of(record) << (1 + more);
        to[2 + 3 * i] = record.multiplier;
        to[3 + 3 * i] = (rounding << more) + (uniform ? 1u << (more - 1) : 0);
        to[4 + 3 * i] = shift;
    }
}

static uint32_t weight_pair(int8_t low, int8_t high, uint32_t shift) {
    return ((uint32_t)low << shift & 0xFFFFu) | (uint32_t)high << (16 + shift);
}

/* Any number of input channels, and weights shifted left. */
static void weights_widen(const int8_t *weights, size_t channels, uint32_t shift, size_t steps, uint32_t *to) {
    const uint32_t *const end = to + 2 * steps;
    for (size_t quad = channels / 4; quad > 0; quad--) {
        to[0] = weight_pair(weights[0], weights[2], shift);
        to[2] = weight_pair(weights[1], weights[3], shift);
        weights += 4;
        to += 4;
    }
    if (channels % 4 != 0) {
        int8_t last[4] = {0};
        memcpy(last, weights, channels % 4);
        to[0] = weight_pair(last[0], last[2], shift);
        to[2] = weight_pair(last[1], last[3], shift);
        to += 4;
    }
    for (; to < end; to += 2) {
        to[0] = 0;
    }
}

void dsp_stream_pair(const struct engine_call *call, size_t pair, size_t steps, bool uniform, uint32_t *to) {
    const size_t channels = (size_t)call->input.channels;
    const int8_t *const first = call->weights + 2 * pair * channels, *const second = first + channels;
    dsp_stream_parameters(call, pair, uniform, to);
    to += DSP_PARAMETER_WORDS;
#if DSP_FAST
    if (!uniform && channels % 8 == 0 && channels == 2 * steps) {
        dsp_expand(to, first, second, channels / 8);
        return;
    }
#endif
    weights_widen(first, channels, dsp_stream_weight_shift(call, 2 * pair, uniform), steps, to);
    weights_widen(second, channels, dsp_stream_weight_shift(call, 2 * pair + 1, uniform), steps, to + 1);
}
