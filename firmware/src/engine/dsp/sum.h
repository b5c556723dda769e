/* ADD of form FAST, four values at once. */
#ifndef ENGINE_DSP_SUM_H
#define ENGINE_DSP_SUM_H

#include "engine/map.h" // struct engine_call

/* A line of `width` values. step: of `second` from value to value, 1, or 0 where one serves all. */
void dsp_add_line(const struct engine_call *call, const uint8_t *first, const uint8_t *second, size_t step,
                  uint8_t *to, int32_t width);

#endif
