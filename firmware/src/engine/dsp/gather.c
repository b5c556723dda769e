#include "engine/dsp/gather.h"

#include "engine/dsp/dsp.h"     // DSP_FAST
#include "engine/dsp/kernels.h" // struct dsp_widening
#include "engine/dsp/simd.h"

enum { PIXELS = 4 };

/* Neighbouring pixels: the pointwise kernels' own widening. */
static void neighbours_gather(const struct dsp_gather *job) {
    struct dsp_widening widening = {
        .to = job->to,
        .from = job->from,
        .line_stride = (uint32_t)job->line_stride,
        .blocks = (uint32_t)job->blocks,
        .to_step = (uint32_t)(4 * PIXELS * job->steps),
        .quads = (uint32_t)((job->length + 3) / 4),
    };
#if DSP_FAST
    dsp_widen4(&widening);
#else
    dsp_widen_plain(&widening, PIXELS);
#endif
}

void dsp_gather_map(const struct dsp_gather *job) {
    if (job->stride == 1) {
        neighbours_gather(job);
        return;
    }
    const size_t line = job->line_stride, stride = job->stride;
    const uint8_t *quad = job->from;
    uint32_t *group = job->to;
    for (size_t quads = (job->length + 3) / 4; quads > 0; quads--) {
        const uint8_t *from = quad;
        uint32_t *to = group;
        for (size_t block = job->blocks; block > 0; block--) {
            for (size_t pixel = 0; pixel < PIXELS; pixel++) {
                to[pixel] = (uint32_t)from[0] << 1 | (uint32_t)from[2 * line] << 17;
                to[PIXELS + pixel] = (uint32_t)from[line] << 1 | (uint32_t)from[3 * line] << 17;
                from += stride;
            }
            to += PIXELS * job->steps;
        }
        quad += 4 * line;
        group += 2 * PIXELS;
    }
}

void dsp_gather_image(const struct dsp_gather *job) {
    const uint8_t *pixel = job->from;
    uint32_t *block = job->to;
    for (size_t blocks = job->blocks; blocks > 0; blocks--) {
        for (size_t i = 0; i < PIXELS; i++) {
            const uint8_t *from = pixel;
            uint32_t *to = block + i;
            for (const uint8_t *const end = from + job->length; from < end; from += 4) {
                const uint32_t word = simd_load(from);
                to[0] = simd_even(word) << 1;
                to[PIXELS] = simd_odd(word) << 1;
                to += 2 * PIXELS;
            }
            pixel += job->stride;
        }
        block += PIXELS * job->steps;
    }
}
