/* Windows as activations of the pointwise kernels: one group (scratch.h, struct dsp_window) of some blocks of
 * 4 pixels. */
#ifndef ENGINE_DSP_GATHER_H
#define ENGINE_DSP_GATHER_H

#include <stddef.h>
#include <stdint.h>

/* to: the group's first step of the first block; blocks lie 4 * steps words apart. from: the first pixel's
 * first value; pixels are `stride` bytes apart. */
struct dsp_gather {
    uint32_t *to;
    const uint8_t *from;
    size_t blocks;
    size_t steps;
    size_t length; /* values of the group, doubled on the way */
    size_t stride;
    size_t line_stride; /* from a map: of the channels, which are the group's values */
};

/* Values are channels, a line each. Of what follows an incomplete last four, anything is read. */
void dsp_gather_map(const struct dsp_gather *job);

/* Values are neighbouring bytes. Up to 3 behind them are read. */
void dsp_gather_image(const struct dsp_gather *job);

#endif
