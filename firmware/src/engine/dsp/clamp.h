/* The bounds of an activation function, over rows that a kernel has cut at 0 and 255 alone. */
#ifndef ENGINE_DSP_CLAMP_H
#define ENGINE_DSP_CLAMP_H

#include "engine/map.h" // struct engine_call

/* Rows first_row..end_row-1 of the output, where the operator's bounds are not 0 and 255. */
void dsp_clamp_rows(const struct engine_call *call, size_t first_row, size_t end_row);

#endif
