/* Fast versions of the operators that take the time: what pointwise.c, depthwise.c and conv.c call first.
 *
 * Each computes rows first_row..end_row-1 of call->output as engine/map.h says and returns true; or it
 * returns false, having touched nothing, and the operator's plain C must do it. The answer is the same for
 * every step of a run. They run on any machine, bit for bit as the plain operators, but pay on a Cortex-M4
 * only: there the loops of kernels.h are assembly (DSP_FAST). Up to 8 bytes behind a map are read, so the
 * arena is followed by as many readable ones. All but dsp_dense_rows need form FAST or SHORT, and all the
 * scratch that scratch.h computes.
 */
#ifndef ENGINE_DSP_H
#define ENGINE_DSP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/map.h" // struct engine_call

#if defined(__ARM_FEATURE_DSP)
#define DSP_FAST 1
#else
#define DSP_FAST 0
#endif

/* Any channels; at least 2 pixels a line, 2 with a left border of at most 1. */
bool dsp_pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* Windows of 3x3, stride 1 or 2 (the same both ways), depth multiplier 1, at least 2 pixels a line of the
 * output; an odd width needs an output without a border behind it, and a byte to spare in each line. */
bool dsp_depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* Windows up to 8x8, stride 1 or 2 along the line, any depth multiplier. */
bool dsp_depthwise_any_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* Any CONV; at least 4 pixels a line of the output, or room for as many. */
bool dsp_conv_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* Any FULLY_CONNECTED. */
bool dsp_dense_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* CONV over the image: 3x3, stride 2, 1 or 3 channels in, at least 4 pixels a line of the output. */
bool dsp_first_rows(const struct engine_call *call, size_t first_row, size_t end_row);

#endif
