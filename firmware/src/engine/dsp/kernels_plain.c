/* What the assembly computes, in plain C: the definition, and what a PC runs. */
#include "engine/dsp/kernels.h"

#include "engine/dsp/stream.h" // dsp_channel_constants, dsp_weight_pair

static int32_t low_half(uint32_t word) {
    return (int16_t)(word & 0xFFFFu);
}

static int32_t high_half(uint32_t word) {
    return (int16_t)(word >> 16);
}

static uint32_t halves(uint32_t low, uint32_t high) {
    return (low & 0xFFFFu) | high << 16;
}

static int32_t dual_multiply(uint32_t a, uint32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)(low_half(a) * low_half(b)) +
                     (uint32_t)(high_half(a) * high_half(b)));
}

static int32_t multiply_high(int32_t sum, uint32_t multiplier, uint32_t rounding, int uniform) {
    const int64_t product = (int64_t)sum * (int32_t)multiplier + (uniform ? 0 : (1ll << 31));
    return (int32_t)((uint32_t)(product >> 32) + rounding);
}

static uint8_t saturate(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static uint8_t scaled(int32_t sum, const uint32_t *constants, int uniform) {
    const uint32_t shift =
        uniform ? DSP_UNIFORM_SHIFT : constants[2] & 31u; /* as ASR would, had it been overwritten */
    const uint32_t rounding = constants[1] - (!uniform && sum < 0 ? 1u : 0u);
    return saturate(multiply_high(sum, constants[0], rounding, uniform) >> shift);
}

/* One block: out[channel][pixel]. */
static void block_plain(const uint32_t *activations, const uint32_t *stream, size_t steps, size_t pixels,
                        uint8_t out[2][4]) {
    for (size_t channel = 0; channel < 2; channel++) {
        const uint32_t *const constants = stream + 2 + 3 * channel;
        const uint32_t *weights = stream + DSP_PARAMETER_WORDS + channel;
        for (size_t pixel = 0; pixel < pixels; pixel++) {
            int32_t sum = (int32_t)stream[channel];
            for (size_t step = 0; step < steps; step++) {
                sum = dual_multiply(activations[step * pixels + pixel], weights[2 * step], sum);
            }
            out[channel][pixel] = scaled(sum, constants, constants[2] == 0);
        }
    }
}

static void pair_plain(const struct dsp_pairs *job, size_t pixels) {
    const size_t steps = job->weight_bytes / 8;
    const uint32_t *activations = job->activations;
    uint8_t *to = job->out;
    for (uint32_t segment = 0; segment < job->segments; segment++) {
        const uint8_t *const end = to + job->segment_span;
        while (to != end) {
            uint8_t out[2][4];
            block_plain(activations, job->stream, steps, pixels, out);
            for (size_t pixel = 0; pixel < pixels; pixel++) {
                to[job->line_stride + pixel] = out[1][pixel];
                to[pixel] = out[0][pixel];
            }
            activations += steps * pixels;
            to += pixels == 4 ? 4 : job->block_step;
        }
        to += job->segment_skip;
    }
}

void dsp_pairs_plain(struct dsp_pairs *job, size_t pixels) {
    for (; job->pairs > 0; job->pairs--) {
        pair_plain(job, pixels);
        job->stream += DSP_PARAMETER_WORDS + job->weight_bytes / 4;
        job->out += 2 * (size_t)job->line_stride;
    }
}

static void quad_plain(const struct dsp_widening *job, size_t pixels) {
    const uint8_t *from = job->from;
    uint32_t *to = job->to;
    for (size_t block = 0; block < job->blocks; block++) {
        for (size_t pixel = 0; pixel < pixels; pixel++) {
            const uint8_t *u = from + pixel;
            to[pixel] = halves(2u * u[0], 2u * u[2 * (size_t)job->line_stride]);
            to[pixels + pixel] = halves(2u * u[job->line_stride], 2u * u[3 * (size_t)job->line_stride]);
        }
        to += job->to_step / 4;
        from += pixels == 4 ? 4 : job->from_step;
    }
}

void dsp_widen_plain(struct dsp_widening *job, size_t pixels) {
    for (; job->quads > 0; job->quads--) {
        quad_plain(job, pixels);
        job->to += 2 * pixels;
        job->from += 4 * (size_t)job->line_stride;
    }
}

void dsp_widen_weights_plain(uint32_t *to, const int8_t *weights, size_t octets, uint32_t shift) {
    for (size_t quad = 2 * octets; quad > 0; quad--) {
        to[0] = dsp_weight_pair(weights[0], weights[2], shift);
        to[2] = dsp_weight_pair(weights[1], weights[3], shift);
        weights += 4;
        to += 4;
    }
}

/* One pixel of a block. */
static void grey_window_plain(uint32_t *to, const uint8_t *const lines[3], size_t x) {
    for (size_t row = 0; row < 3; row++) {
        to[4 * row] = halves(lines[row][x], lines[row][x + 2]);
    }
    to[12] = halves(lines[0][x + 1], lines[1][x + 1]);
    to[16] = lines[2][x + 1];
}

void dsp_grey_windows_plain(uint32_t *to, const uint8_t *const lines[3], size_t blocks) {
    for (size_t pixel = 0; pixel < 4 * blocks; pixel++) {
        grey_window_plain(to + pixel / 4 * 20 + pixel % 4, lines, 2 * pixel);
    }
}

static void colour_window_plain(uint32_t *to, const uint8_t *const lines[3], size_t x) {
    for (size_t row = 0; row < 3; row++) {
        const uint8_t *const u = lines[row] + x;
        to[16 * row] = halves(u[0], u[2]);
        to[16 * row + 4] = halves(u[1], u[3]);
        to[16 * row + 8] = halves(u[4], u[6]);
        to[16 * row + 12] = halves(u[5], u[7]);
    }
    to[48] = halves(lines[0][x + 8], lines[1][x + 8]);
    to[52] = lines[2][x + 8];
}

void dsp_colour_windows_plain(uint32_t *to, const uint8_t *const lines[3], size_t blocks) {
    for (size_t pixel = 0; pixel < 4 * blocks; pixel++) {
        colour_window_plain(to + pixel / 4 * 64 + pixel % 4, lines, 6 * pixel);
    }
}

/* One pixel of a 3x3 window over lines[0..2], which start at its leftmost column. */
static uint8_t window_plain(const uint8_t *const lines[3], size_t x, const uint32_t *parameters,
                            int uniform) {
    const uint32_t centre[3] = {parameters[3] & 0xFFFFu, parameters[3] >> 16, parameters[4] & 0xFFFFu};
    int32_t sum = (int32_t)parameters[5];
    for (size_t row = 0; row < 3; row++) {
        const uint8_t *const u = lines[row] + x;
        sum = dual_multiply(halves(u[0], u[2]), parameters[row], sum);
        sum = dual_multiply(u[1], centre[row], sum);
    }
    return scaled(sum, parameters + 6, uniform);
}

void dsp_strips_plain(struct dsp_strips *job, size_t rows, size_t stride, int uniform) {
    const size_t in_rows = (rows - 1) * stride + 3;
    const size_t pixels = job->end / stride;
    const size_t out_stride =
        (size_t)((int32_t)(stride == 1 ? job->line_stride : job->end / 2) + job->out_gap);
    size_t in = 0, out = 0;
    for (; job->channels > 0; job->channels--) {
        for (size_t row = 0; row < rows; row++) {
            const uint8_t *const *const first = job->rows + row * stride;
            const uint8_t *const lines[3] = {first[0] + in, first[1] + in, first[2] + in};
            uint8_t *const to = (uint8_t *)(uintptr_t)job->rows[in_rows + row] + out;
            for (size_t x = 0; x < pixels; x++) {
                to[x] = window_plain(lines, x * stride, job->parameters, uniform);
            }
        }
        job->parameters += DSP_STRIP_WORDS;
        in += job->line_stride;
        out += out_stride;
    }
}

/* 9 products are less than 1 << 21: with such a bias the sum is less than 1 << (18 + shift). Weights times
 * 2^(1 + d) must be int16, so d is at most 7. */
static bool strip_is_uniform(const struct requantize_channel *channel) {
    const uint32_t shift = (uint32_t)channel->shift;
    const int32_t high = channel->bias >> (shift < DSP_UNIFORM_SHIFT ? 17u + shift : 31u);
    return shift >= DSP_UNIFORM_SHIFT - 7 && shift < DSP_UNIFORM_SHIFT && (high == 0 || high == -1);
}

uint32_t dsp_strips_prepare_plain(uint32_t *to, const int8_t *weights, const struct requantize_form *form,
                                  size_t channels) {
    bool all = true;
    for (size_t channel = 0; channel < channels; channel++) {
        const int8_t *const w = weights + 9 * channel;
        const struct requantize_channel record = requantize_channel(form, channel);
        const bool uniform = !form->is_signed && strip_is_uniform(&record);
        const struct dsp_constants constants = dsp_channel_constants(&record, uniform);
        all = all && uniform;
        to[0] = dsp_weight_pair(w[0], w[2], constants.scale);
        to[1] = dsp_weight_pair(w[3], w[5], constants.scale);
        to[2] = dsp_weight_pair(w[6], w[8], constants.scale);
        to[3] = dsp_weight_pair(w[1], w[4], constants.scale);
        to[4] = dsp_weight_pair(w[7], 0, constants.scale);
        to[5] = constants.bias;
        to[6] = constants.multiplier;
        to[7] = constants.rounding;
        to[8] = constants.shift;
        to += DSP_STRIP_WORDS;
    }
    return all;
}
