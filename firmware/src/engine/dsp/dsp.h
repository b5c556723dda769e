/* Fast versions of the operators that take the time: what pointwise.c, depthwise.c and conv.c call first.
 *
 * Each computes rows first_row..end_row-1 of call->output as engine/map.h says and returns true; or it returns false, having
 * touched nothing but scratch, and the operator's plain C must do it. The answer is the same for every step of a run.
 * They run on any machine, bit for bit as the plain operators, but pay on a Cortex-M4 only: there the loops of kernels.h
 * are assembly (DSP_FAST). Up to 8 bytes behind a map are read, so the arena is followed by as many readable ones.
 *
 * Scratch: call->op->scratch_bytes, with what the macros below ask for; with less, the answer is false. It keeps what was
 * prepared at row 0 until the last row. host/compiler/scratch.py computes the same numbers (tests/dsp/test_scratch.py).
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
/* Windows of 3x3, stride 1 or 2 (the same both ways), depth multiplier 1, an output of at least 2 pixels a line. */
bool dsp_depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* CONV over the image: 3x3, stride 2, 1 or 3 channels in, an output of at least 4 pixels a line. */
bool dsp_first_rows(const struct engine_call *call, size_t first_row, size_t end_row);

#endif

/* Steps of a pointwise kernel (two input channels each): 4, 8 or a multiple of 16, the rest filled up with zero weights. */
#define DSP_STEPS(channels) \
    ((channels) <= 8 ? 4u : (channels) <= 16 ? 8u : ((uint32_t)(channels) + 31u) / 32u * 16u)
/* Bytes of the stream of one pair of output channels. */
#define DSP_STREAM_BYTES(steps) (32u + (steps) * 8u)
/* Resident: the streams of all pairs and one row of activations. Transient: one stream, and so many rows of activations. */
#define DSP_RESIDENT_LIMIT 10240u
#define DSP_TRANSIENT_BLOCKS 12u

/* Depthwise: a word, and 9 a channel. */
#define DSP_DEPTHWISE_BYTES(channels) (4u + 36u * (uint32_t)(channels))
/* The first convolution: a word, the streams of all pairs, a row of activations, three lines of the image. */
#define DSP_FIRST_STEPS(channels) ((channels) == 1 ? 5u : 16u)
#define DSP_FIRST_LINE_BYTES(channels, width) ((2u * (uint32_t)(width) + 4u) * (uint32_t)(channels))
#define DSP_FIRST_BYTES(channels, width, outputs) \
    (4u + ((uint32_t)(outputs) + 1u) / 2u * DSP_STREAM_BYTES(DSP_FIRST_STEPS(channels)) + \
     ((uint32_t)(width) + 3u) / 4u * 16u * DSP_FIRST_STEPS(channels) + 3u * DSP_FIRST_LINE_BYTES(channels, width))

bool dsp_pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* Windows of 3x3, stride 1 or 2 (the same both ways), depth multiplier 1, an output of at least 2 pixels a line. */
bool dsp_depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);

/* CONV over the image: 3x3, stride 2, 1 or 3 channels in, an output of at least 4 pixels a line. */
bool dsp_first_rows(const struct engine_call *call, size_t first_row, size_t end_row);

#endif
