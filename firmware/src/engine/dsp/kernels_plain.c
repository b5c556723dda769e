/* What the assembly computes, in plain C: the definition, and what a PC runs. */
#include "engine/dsp/kernels.h"

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
    return (int32_t)((uint32_t)sum + (uint32_t)(low_half(a) * low_half(b)) + (uint32_t)(high_half(a) * high_half(b)));
}

static int32_t multiply_high(int32_t sum, uint32_t multiplier, uint32_t rounding, int uniform) {
    const int64_t product = (int64_t)sum * (int32_t)multiplier + (uniform ? 0 : (1ll << 31));
    return (int32_t)((uint32_t)(product >> 32) + rounding);
}

static uint8_t saturate(int32_t value) {
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static uint8_t scaled(int32_t sum, const uint32_t *constants, int uniform) {
    const uint32_t shift = uniform ? DSP_UNIFORM_SHIFT : constants[2];
    return saturate(multiply_high(sum, constants[0], constants[1], uniform) >> shift);
}

/* One block: out[channel][pixel]. */
static void block_plain(const uint32_t *activations, const uint32_t *stream, size_t steps, size_t pixels, int uniform,
                        uint8_t out[2][4]) {
    for (size_t channel = 0; channel < 2; channel++) {
        const uint32_t *weights = stream + DSP_PARAMETER_WORDS + channel;
        for (size_t pixel = 0; pixel < pixels; pixel++) {
            int32_t sum = (int32_t)stream[channel];
            for (size_t step = 0; step < steps; step++) {
                sum = dual_multiply(activations[step * pixels + pixel], weights[2 * step], sum);
            }
            out[channel][pixel] = scaled(sum, stream + 2 + 3 * channel, uniform);
        }
    }
}

static void pair_plain(const struct dsp_pairs *job, size_t pixels, int uniform) {
    const size_t steps = job->weight_bytes / 8;
    const uint32_t *activations = job->activations;
    uint8_t *to = job->out;
    for (uint32_t segment = 0; segment < job->segments; segment++) {
        const uint8_t *const end = to + job->segment_span;
        while (to != end) {
            uint8_t out[2][4];
            block_plain(activations, job->stream, steps, pixels, uniform, out);
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

void dsp_pairs_plain(struct dsp_pairs *job, size_t pixels, int uniform) {
    for (; job->pairs > 0; job->pairs--) {
        pair_plain(job, pixels, uniform);
        job->stream += DSP_PARAMETER_WORDS + job->weight_bytes / 4;
        job->out += 2 * (size_t)job->line_stride;
    }
}

void dsp_widen_plain(uint32_t *to, const uint8_t *from, size_t line_stride, size_t blocks, size_t to_step,
                     size_t from_step, size_t pixels) {
    for (size_t block = 0; block < blocks; block++) {
        for (size_t pixel = 0; pixel < pixels; pixel++) {
            const uint8_t *u = from + pixel;
            to[pixel] = halves(2u * u[0], 2u * u[2 * line_stride]);
            to[pixels + pixel] = halves(2u * u[line_stride], 2u * u[3 * line_stride]);
        }
        to += to_step / 4;
        from += from_step;
    }
}

void dsp_expand_plain(uint32_t *to, const int8_t *first, const int8_t *second, size_t octets) {
    for (size_t quad = 0; quad < 2 * octets; quad++) {
        for (size_t odd = 0; odd < 2; odd++) {
            *to++ = halves((uint32_t)first[4 * quad + odd], (uint32_t)first[4 * quad + 2 + odd]);
            *to++ = halves((uint32_t)second[4 * quad + odd], (uint32_t)second[4 * quad + 2 + odd]);
        }
    }
}
