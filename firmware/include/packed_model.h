/* Generated from host/compiler/format.py by tools/generate.py. Do not edit. */

#ifndef PACKED_MODEL_H
#define PACKED_MODEL_H

#include <stdint.h>

/* The packed model, declared once: what `pack` writes, what firmware/src/engine reads (packed_model.h is generated).
 *
 * A packed model is one little-endian, position-independent blob, 4-byte aligned:
 *
 *     header | maps | operators | steps | labels | parameter blocks (each 4-byte aligned)
 *
 * Activations are uint8, u = q + 128 of TFLite's int8 q. A *map* lies in the arena row by row, and inside a row channel
 * by channel: address(y, c, x) = offset + ((y + top) mod ring_rows) * channels * line_stride + c * line_stride + left + x.
 * Its borders (`top` and `bottom` rows, `left` and `right` bytes of a line) hold `fill`, the zero point, so that no
 * kernel tests bounds; the engine writes them together with the rows. Channels are read in fours: with lines up to the
 * next multiple of 4 behind its last row, and SLACK bytes, a map must still lie in the arena. A 1x1 map without borders
 * has line_stride 1: a plain vector. The image is no map: it is HWC, outside the arena, and has the index IMAGE.
 *
 * A *step* says "operator, compute these rows of your output". Steps run in order; an operator's steps cover its
 * rows exactly once, ascending. When rows are ring-buffered (ring_rows < top + height + bottom), an operator streams.
 *
 * Parameter blocks
 *     weights, CONV            int8 [out][kernel_height][kernel_width][in]
 *     weights, POINTWISE       int8 [out][in]; an odd `out` is followed by one more channel of zeros
 *     weights, FULLY_CONNECTED int8 [out][height][in][width], as the input map lies without its borders; odd as above
 *     weights, DEPTHWISE       int8 [channel][kernel_height][kernel_width]
 *     weights, TABLE           uint8 [tables][256]: what each u becomes, for all channels or one table a channel
 *     weights, ADD, MULTIPLY, MINIMUM, MAXIMUM without a second input
 *                              uint8 [channel]: the second operand of every pixel, the same at all pixels
 *     weights, RESIZE          PackedSample [height], then [width] of the output
 *     requantisation           per output channel (FULLY_CONNECTED and POINTWISE: one more after an odd number; MEAN and
 *                              MULTIPLY: one for all): PackedFastRequantisation in an operator of form FAST,
 *                              PackedShortRequantisation in one of form SHORT, else PackedRequantisation
 *     ADD                      form FAST: one PackedLinearAddition; form GENERAL: one PackedAddition
 *     SOFTMAX                  one PackedSoftmax
 *
 * Requantisation of an int32 accumulator `acc` (bias included; sums and products wrap modulo 2^32), with
 * x = (acc * multiplier + 2^30) >> 31, computed in 64 bits, shifts arithmetic:
 *     FAST     u = clamp((x + rounding + (acc >> 31)) >> shift, act_min, act_max): TFLite rounds halves away from zero.
 *              1 <= shift <= 22. The compiler has proven, for every accumulator that the channel can reach, that this
 *              equals TFLite, that |acc| < 2^30 and that no sum overflows.
 *     SHORT    as FAST, from records of 6 bytes. With scale = scale_high << 16 | scale_low: shift = least_shift +
 *              (scale & 7), multiplier = 2^30 + (scale & (2^30 - 1)), bias = ((int32) scale >> 30) * 2^16 + bias_low.
 *              So a multiplier ends in the bits of its shift: of the many that are equal to TFLite's for every
 *              accumulator that the channel can reach, the compiler has chosen one that does.
 *     GENERAL  a negative shift means acc <<= -shift first; for a positive one x += (x >> 31);
 *              then u = clamp((x + rounding) >> max(shift, 0), act_min, act_max). Proven not to
 *              overflow int32.
 *              MULTIPLY's acc is (u1 - first zero point) * (u2 - second zero point), its record's bias 0.
 *     WIDE     as GENERAL, but x + rounding needs 64 bits and rounding holds no zero point:
 *              u = clamp(((x + rounding) >> max(shift, 0)) + output fill, act_min, act_max).
 *     SINGLE   u = clamp(((acc * multiplier + 2^(30 + shift)) >> (31 + shift)) + output fill, act_min, act_max), in 64
 *              bits; `rounding` is 0. Recent TFLite rounds its FULLY_CONNECTED once, all else twice.
 *     where rounding = (shift > 0 ? 1 << (shift - 1) : 0) + (output zero point << max(shift, 0)), in WIDE without the
 *     last term.
 */

#define PACKED_MAGIC 1279544656u
#define PACKED_VERSION 4u
#define PACKED_IMAGE 65535u
#define PACKED_MAX_OPERATORS 128u
#define PACKED_MAX_MAPS 160u
#define PACKED_MAX_STEPS 4096u
#define PACKED_MAX_OUTPUTS 1024u
#define PACKED_MAX_LABELS_BYTES 16384u
#define PACKED_SLACK 8u
#define PACKED_MAX_DIMENSION 4096u
#define PACKED_MODEL_MEMORY_BYTES 144384u
#define PACKED_BODY_OFFSET 16u

enum packed_kind {
    PACKED_LOAD = 1,
    PACKED_CONV = 2,
    PACKED_POINTWISE = 3,
    PACKED_DEPTHWISE = 4,
    PACKED_AVERAGE_POOL = 5,
    PACKED_MAX_POOL = 6,
    PACKED_MEAN = 7,
    PACKED_FULLY_CONNECTED = 8,
    PACKED_SOFTMAX = 9,
    PACKED_ADD = 10,
    PACKED_PAD = 11,
    PACKED_TABLE = 13,
    PACKED_MULTIPLY = 14,
    PACKED_MINIMUM = 15,
    PACKED_MAXIMUM = 16,
    PACKED_CONCATENATION = 17,
    PACKED_RESIZE = 18,
};

enum packed_form {
    PACKED_FORM_FAST = 0,
    PACKED_FORM_GENERAL = 1,
    PACKED_FORM_WIDE = 2,
    PACKED_FORM_SINGLE = 3,
    PACKED_FORM_SHORT = 4,
};

enum packed_meaning {
    PACKED_PROBABILITY = 0,
    PACKED_LOGIT = 1,
    PACKED_DISTANCE = 2,
    PACKED_SINGLE_LOGIT = 3,
};

enum engine_status {
    ENGINE_OK = 0,
    ENGINE_TOO_SHORT = -1,
    ENGINE_BAD_MAGIC = -2,
    ENGINE_BAD_VERSION = -3,
    ENGINE_BAD_LENGTH = -4,
    ENGINE_BAD_CRC = -5,
    ENGINE_BAD_HEADER = -6,
    ENGINE_BAD_MAP = -7,
    ENGINE_BAD_OPERATOR = -8,
    ENGINE_BAD_PARAMETERS = -9,
    ENGINE_BAD_STEPS = -10,
    ENGINE_ARENA_TOO_SMALL = -11,
    ENGINE_MISALIGNED = -12,
};

/* The first bytes of a packed model. */
struct packed_header {
    uint32_t magic; /* "PMDL" */
    uint16_t version; /* of this format */
    uint16_t header_bytes; /* sizeof(struct packed_header) */
    uint32_t total_bytes; /* of the whole blob */
    uint32_t body_crc; /* CRC-32 (IEEE) of every byte after this field */
    uint32_t arena_bytes; /* that a run needs */
    uint16_t input_height; /* pixels */
    uint16_t input_width; /* pixels */
    uint16_t input_channels; /* 1 grey, 3 RGB */
    uint16_t output_count; /* scores */
    float input_scale; /* real value = scale * (u - zero point) */
    float output_scale; /* real value = scale * (score - output_zero_point) */
    uint8_t input_zero_point; /* of u = q + 128 */
    int8_t output_zero_point; /* of the int8 scores */
    uint8_t score_meaning; /* enum packed_meaning */
    uint8_t reserved_byte; /* 0 */
    uint16_t map_count;
    uint16_t operator_count;
    uint16_t step_count;
    uint16_t reserved_half; /* 0 */
    uint32_t maps_offset; /* struct packed_map [map_count] */
    uint32_t operators_offset; /* struct packed_operator [operator_count], in running order */
    uint32_t steps_offset; /* struct packed_step [step_count] */
    uint32_t labels_offset; /* UTF-8 text, one label a line, in the order of the scores */
    uint32_t labels_bytes; /* without a final newline */
    char name[32]; /* of the model */
    uint32_t source_hash_high; /* the first 4 bytes of the .tflite's SHA-256, big-endian */
    uint32_t source_hash_low; /* the next 4 bytes */
};
_Static_assert(sizeof(struct packed_header) == 108, "packed_header");

/* An activation map: where it lies in the arena, and its borders. */
struct packed_map {
    uint32_t offset; /* into the arena, of its first row's first line; a multiple of 4 */
    uint16_t height; /* rows of data */
    uint16_t width; /* pixels of data in a line */
    uint16_t channels; /* lines in a row */
    uint16_t line_stride; /* bytes from line to line: 1, or a multiple of 4 */
    uint16_t ring_rows; /* rows that are held, borders counted */
    uint8_t top; /* border rows above */
    uint8_t bottom; /* border rows below */
    uint8_t left; /* border bytes before pixel 0 of each line */
    uint8_t fill; /* the zero point, and what borders hold */
    uint8_t right; /* border bytes behind the last pixel of each line; more may follow up to line_stride */
    uint8_t reserved; /* 0 */
};
_Static_assert(sizeof(struct packed_map) == 20, "packed_map");

/* One operator. */
struct packed_operator {
    uint8_t kind; /* enum packed_kind */
    uint8_t form; /* enum packed_form */
    uint16_t source; /* index of the operator in the .tflite that it came from, or 0xFFFF */
    uint16_t input; /* map, or PACKED_IMAGE */
    uint16_t second_input; /* map (ADD and others), or PACKED_IMAGE for none */
    uint16_t output; /* map */
    uint8_t depth_multiplier; /* DEPTHWISE: output channel c reads input channel c / this; else 1 */
    uint8_t least_shift; /* form SHORT: what its records' shifts are added to, 1..15; else 0 */
    uint8_t kernel_height; /* rows of the window; 1 without one */
    uint8_t kernel_width; /* columns of the window */
    uint8_t stride_height;
    uint8_t stride_width;
    uint8_t pad_top; /* rows that the first window reaches above row 0; PAD: rows added above */
    uint8_t pad_left; /* columns that the first window reaches left of column 0; PAD: columns added */
    uint8_t act_min; /* the activation function's lower bound of u */
    uint8_t act_max; /* the upper one */
    uint32_t weights_offset; /* into the blob, or 0 */
    uint32_t constants_offset; /* requantisation, addition or softmax record in the blob, or 0 */
    uint16_t scratch_offset_words; /* of 4 bytes, into the arena; kept from the operator's first step to its last */
    uint16_t scratch_words; /* of 4 bytes; 0 for plain C */
    uint16_t extra; /* PAD: channels added before; TABLE: number of tables; MULTIPLY: the constants' zero point; else 0 */
    uint16_t reserved; /* 0 */
};
_Static_assert(sizeof(struct packed_operator) == 36, "packed_operator");

/* Compute `rows` rows of an operator's output from first_row on. */
struct packed_step {
    uint16_t first_row; /* 0 at the operator's first step */
    uint8_t operator_index; /* which operator */
    uint8_t rows; /* at least 1 */
};
_Static_assert(sizeof(struct packed_step) == 4, "packed_step");

/* The constants of form FAST in 8 bytes; the rounding follows from the shift and the output map's fill. */
struct packed_fast_requantisation {
    uint32_t multiplier; /* Q0.31, at most 2^31 - 1 */
    int32_t bias_and_shift; /* bias * 32 + shift: |bias| < 2^26, 1 <= shift <= 22 */
};
_Static_assert(sizeof(struct packed_fast_requantisation) == 8, "packed_fast_requantisation");

/* The constants of form SHORT in 6 bytes; see the prose above. */
struct packed_short_requantisation {
    uint16_t scale_low;
    uint16_t scale_high;
    uint16_t bias_low;
};
_Static_assert(sizeof(struct packed_short_requantisation) == 6, "packed_short_requantisation");

/* The constants of forms GENERAL, WIDE and SINGLE; see the prose above. */
struct packed_requantisation {
    int32_t bias; /* with the input's zero point folded in: bias - zero_point * sum(weights) */
    int32_t multiplier; /* Q0.31, not negative */
    int32_t rounding; /* added to x before the shift */
    int32_t shift; /* right; negative: left, before the multiplication. -30..31 */
};
_Static_assert(sizeof(struct packed_requantisation) == 16, "packed_requantisation");

/* ADD: u = clamp(requantise((m1 * (u1 - z1) << 20) + (m2 * (u2 - z2) << 20))), TFLite's double roundings. */
struct packed_addition {
    int32_t first_zero_point; /* of u, 0..255 */
    int32_t first_multiplier; /* Q0.31 */
    int32_t first_shift; /* right, 0..31 */
    int32_t second_zero_point; /* of u, 0..255 */
    int32_t second_multiplier; /* Q0.31 */
    int32_t second_shift; /* right, 0..31 */
    int32_t output_multiplier; /* Q0.31 */
    int32_t output_shift; /* right, 0..31; the zero point is the output map's fill */
};
_Static_assert(sizeof(struct packed_addition) == 32, "packed_addition");

/* ADD in form FAST: u = clamp((u1 * first + u2 * second + offset) >> shift, act_min, act_max), modulo 2^32. The
    compiler has tried all 65,536 pairs. */
struct packed_linear_addition {
    int32_t first;
    int32_t second;
    int32_t offset;
    int32_t shift; /* 0..31 */
};
_Static_assert(sizeof(struct packed_linear_addition) == 16, "packed_linear_addition");

/* RESIZE, of one row or column of the output: between which two of the input it lies. */
struct packed_sample {
    uint16_t first;
    uint16_t second;
    int16_t fraction; /* of the second one's part, in 1/1024: -1024..1024 */
    uint16_t reserved; /* 0 */
};
_Static_assert(sizeof(struct packed_sample) == 8, "packed_sample");

/* SOFTMAX: exp(-d) of a difference d of u from the largest, by gemmlowp, with
    x = (-d * 2^left_shift * multiplier + 2^30) >> 31 in Q5.26 as its argument. */
struct packed_softmax {
    int32_t multiplier; /* Q0.31, not negative */
    int32_t left_shift; /* 0..31 */
    int32_t largest_difference; /* 0..255; exp is 0 for what is larger. It, shifted, is below 2^31 */
};
_Static_assert(sizeof(struct packed_softmax) == 12, "packed_softmax");

#endif
