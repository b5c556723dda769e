/* The innermost loops: assembly on a Cortex-M4, and beside each the plain C that defines it (kernels_plain.c,
 * `_plain`).
 *
 * Two forms of requantisation, with acc the int32 sum, bias included, and the constants of form FAST
 * (packed_model.h):
 *     fast     sums are 2 acc: u = usat8(SMMLAR(sum, multiplier, rounding + (sum >> 31)) >> shift)
 *     uniform  sums are 2^(1 + d) acc: u = usat8(SMMLA(sum, multiplier, rounding') >> 12), 12 = shift + d,
 *              1 <= d <= 8, rounding' = (rounding << d) + (1 << (d - 1))
 * SMMLAR rounds and SMMLA truncates, and both give (acc * multiplier + 2^30) >> 31 plus rounding, shifted:
 * nested floors are one floor, and 2^30 of the product is 2^(d - 1) of SMMLA's result. So uniform is fast,
 * bit for bit, without a shift by a register, where the activation function cuts at the output's zero point,
 * so that what `sum >> 31` changes is cut off; it needs 2^(1 + d) acc within int32 and weights * 2^d within
 * int16.
 */
#ifndef ENGINE_DSP_KERNELS_H
#define ENGINE_DSP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/dsp/constants.h" // DSP_UNIFORM_SHIFT
#include "engine/requantize.h"    // struct requantize_form

enum { DSP_PARAMETER_WORDS = 8, DSP_STRIP_WORDS = 9 };

/* A run of a pointwise kernel: `pairs` pairs of output channels for `segments` x some blocks of 4 or 3
 * pixels.
 *
 * Activations: block after block; in it, step after step (a pair of input channels c, d); in it, a word per
 * pixel: 2 * u[c] | 2 * u[d] << 16. Stream: pair after pair; in it 8 parameter words bias 0, bias 1,
 * multiplier 0, rounding 0, shift 0, multiplier 1, rounding 1, shift 1 (biases in units of the sums; both
 * shifts 0: uniform; DSP_SIGNED_BIT beside both: see constants.h) and then, step after step, the words w0[c]
 * | w0[d] << 16 and w1[c] | w1[d] << 16. Output: channel lines of bytes, `line_stride` apart. 4-pixel blocks
 * follow one another in a line; 3-pixel ones are `block_step` apart. A segment ends when the first channel's
 * address has moved by `segment_span`; then `segment_skip` is added. With line_stride 0 both channels go to
 * the same place and the first one stays: an odd last channel. `stream`, `out` and `pairs` are moved on by
 * the kernel. Activations and stream: 4-byte aligned, in RAM.
 *
 * The kernels of 16 steps can fetch each pair from flash themselves: with `weights` (not NULL, 4-byte
 * aligned, 2 * steps bytes an output channel), `records` of form SHORT, their `least_shift`, and `rounding`,
 * that of this shift, `stream` is room for one pair's weights. Both move on. For the other kernels `weights`
 * is NULL. */
struct dsp_pairs {
    const uint32_t *activations;
    const uint32_t *stream;
    uint32_t weight_bytes; /* steps * 8 */
    uint8_t *out;
    uint32_t line_stride;
    uint32_t pairs;
    uint32_t segments;
    int32_t segment_span;
    int32_t segment_skip;
    int32_t block_step;
    const int8_t *weights;
    const struct packed_short_requantisation *records;
    uint32_t least_shift;
    uint32_t rounding;
};

/* The number behind: steps. 16 and 4n stand for any multiple, 4n from 8 on. Blocks of 3 pixels: form fast
 * only. */
void dsp_pairs4_4(struct dsp_pairs *job);
void dsp_pairs4_5(struct dsp_pairs *job);
void dsp_pairs4_8(struct dsp_pairs *job);
void dsp_pairs4_16(struct dsp_pairs *job);
void dsp_pairs4_4n(struct dsp_pairs *job);
void dsp_pairs3_16(struct dsp_pairs *job);
void dsp_pairs_plain(struct dsp_pairs *job, size_t pixels);

/* Channel lines -> activations, four lines (a quad) after the other: lines 0, 2 and lines 1, 3 are two steps.
 * Of each quad `blocks` blocks, which lie `to_step` bytes apart; they come from words 4 bytes apart (widen4)
 * or `from_step` (widen3, which reads a word for 3 pixels). `to`, `from` and `quads` (at least 1) are moved
 * on. */
struct dsp_widening {
    uint32_t *to;
    const uint8_t *from;
    uint32_t line_stride;
    uint32_t blocks;
    uint32_t to_step;
    uint32_t from_step;
    uint32_t quads;
};

void dsp_widen4(struct dsp_widening *job);
void dsp_widen3(struct dsp_widening *job);
void dsp_widen_plain(struct dsp_widening *job, size_t pixels);

/* 8 * octets (at least 8) weights of one output channel, shifted left by 0..8 -> every second word of a
 * stream. */
void dsp_widen_weights(uint32_t *to, const int8_t *weights, size_t octets, uint32_t shift);
void dsp_widen_weights_plain(uint32_t *to, const int8_t *weights, size_t octets, uint32_t shift);

/* Windows of 3x3 pixels with stride 2 -> activations, `blocks` blocks of 4. lines: the first window's
 * leftmost byte of each row. Bytes are not doubled. Grey: 5 steps, of bytes 0, 2 of rows 0, 1, 2; byte 1 of
 * rows 0, 1; byte 1 of row 2. RGB: room for 16 steps, of which 14 are written: bytes 0, 2 | 1, 3 | 4, 6 | 5,
 * 7 of rows 0, 1, 2; byte 8 of rows 0, 1; that of row 2. The missing halves hold anything. Up to 2 bytes
 * behind a line are read. */
void dsp_grey_windows(uint32_t *to, const uint8_t *const lines[3], size_t blocks);
void dsp_colour_windows(uint32_t *to, const uint8_t *const lines[3], size_t blocks);
void dsp_grey_windows_plain(uint32_t *to, const uint8_t *const lines[3], size_t blocks);
void dsp_colour_windows_plain(uint32_t *to, const uint8_t *const lines[3], size_t blocks);

/* A run of a depthwise 3x3 kernel: `channels` channels of 1, 3 or 6 output rows.
 *
 * Parameters: channel after channel 9 words: w0 | w2 << 16 of window rows 0, 1, 2; w1 of row 0 | w1 of row 1
 * << 16; w1 of row 2; bias; multiplier; rounding; shift (fast only). Weights and bias are in units of the
 * sums: uniform 2^(1 + d), fast 2. `rows`: the leftmost byte that the first channel's first window reads, of
 * each input row (rows + 2 with stride 1, 2 * rows + 1 with stride 2), and then the first channel's pixel 0
 * of each output row. Any addresses will do. `end`: bytes of an input line that the strips step over: width
 * of the output, rounded up to 2 pixels, * stride. An odd width writes one pixel more. Lines of the input are
 * `line_stride` apart, those of the output out_gap + (stride 1: line_stride; stride 2: end / 2). in_gap =
 * line_stride - end. The kernel counts `channels` down and moves `parameters` and `end` on. */
struct dsp_strips {
    const uint32_t *parameters;
    uint32_t channels;
    int32_t in_gap;
    int32_t out_gap;
    uint32_t line_stride;
    uint32_t end;
    const uint8_t *rows[14];
};

/* The parameters of `channels` channels: 9 weights each, and records of form FAST or SHORT. A
 * shift of 0 marks a channel as uniform. Not zero when all of them are. */
uint32_t dsp_strips_prepare(uint32_t *to, const int8_t *weights, const struct requantize_form *form,
                            size_t channels);
uint32_t dsp_strips_prepare_plain(uint32_t *to, const int8_t *weights, const struct requantize_form *form,
                                  size_t channels);

void dsp_strips1_uniform_6(struct dsp_strips *job);
void dsp_strips1_uniform_3(struct dsp_strips *job);
void dsp_strips1_fast_1(struct dsp_strips *job);
void dsp_strips2_uniform_3(struct dsp_strips *job);
void dsp_strips2_fast_1(struct dsp_strips *job);
void dsp_strips_plain(struct dsp_strips *job, size_t rows, size_t stride, int uniform);

/* The assembly counts on these (constants.h). */
#if UINTPTR_MAX == 0xFFFFFFFFu
_Static_assert(offsetof(struct dsp_pairs, activations) == DSP_PAIRS_ACTIVATIONS, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, stream) == DSP_PAIRS_STREAM, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, weight_bytes) == DSP_PAIRS_WEIGHT_BYTES, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, out) == DSP_PAIRS_OUT, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, line_stride) == DSP_PAIRS_LINE_STRIDE, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, pairs) == DSP_PAIRS_PAIRS, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, segments) == DSP_PAIRS_SEGMENTS, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, segment_span) == DSP_PAIRS_SEGMENT_SPAN, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, segment_skip) == DSP_PAIRS_SEGMENT_SKIP, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, block_step) == DSP_PAIRS_BLOCK_STEP, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, weights) == DSP_PAIRS_WEIGHTS, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, records) == DSP_PAIRS_RECORDS, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, least_shift) == DSP_PAIRS_LEAST_SHIFT, "constants.h");
_Static_assert(offsetof(struct dsp_pairs, rounding) == DSP_PAIRS_ROUNDING, "constants.h");
_Static_assert(offsetof(struct requantize_form, constants) == REQUANTIZE_CONSTANTS, "constants.h");
_Static_assert(offsetof(struct requantize_form, zero_point) == REQUANTIZE_ZERO_POINT, "constants.h");
_Static_assert(offsetof(struct requantize_form, least_shift) == REQUANTIZE_LEAST_SHIFT, "constants.h");
_Static_assert(offsetof(struct requantize_form, is_signed) == REQUANTIZE_IS_SIGNED, "constants.h");
_Static_assert(offsetof(struct dsp_widening, to) == DSP_WIDENING_TO, "constants.h");
_Static_assert(offsetof(struct dsp_widening, from) == DSP_WIDENING_FROM, "constants.h");
_Static_assert(offsetof(struct dsp_widening, line_stride) == DSP_WIDENING_LINE_STRIDE, "constants.h");
_Static_assert(offsetof(struct dsp_widening, blocks) == DSP_WIDENING_BLOCKS, "constants.h");
_Static_assert(offsetof(struct dsp_widening, to_step) == DSP_WIDENING_TO_STEP, "constants.h");
_Static_assert(offsetof(struct dsp_widening, from_step) == DSP_WIDENING_FROM_STEP, "constants.h");
_Static_assert(offsetof(struct dsp_widening, quads) == DSP_WIDENING_QUADS, "constants.h");
_Static_assert(offsetof(struct dsp_strips, parameters) == DSP_STRIPS_PARAMETERS, "constants.h");
_Static_assert(offsetof(struct dsp_strips, channels) == DSP_STRIPS_CHANNELS, "constants.h");
_Static_assert(offsetof(struct dsp_strips, in_gap) == DSP_STRIPS_IN_GAP, "constants.h");
_Static_assert(offsetof(struct dsp_strips, out_gap) == DSP_STRIPS_OUT_GAP, "constants.h");
_Static_assert(offsetof(struct dsp_strips, line_stride) == DSP_STRIPS_LINE_STRIDE, "constants.h");
_Static_assert(offsetof(struct dsp_strips, end) == DSP_STRIPS_END, "constants.h");
_Static_assert(offsetof(struct dsp_strips, rows) == DSP_STRIPS_END + 4, "rows follow end");
#endif

#endif
