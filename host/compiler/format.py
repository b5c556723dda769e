"""The packed model, declared once: what `pack` writes, what firmware/src/engine reads (packed_model.h is generated).

A packed model is one little-endian, position-independent blob, 4-byte aligned:

    header | maps | operators | steps | labels | parameter blocks (each 4-byte aligned)

Activations are uint8, u = q + 128 of TFLite's int8 q. A *map* lies in the arena row by row, and inside a row channel
by channel: address(y, c, x) = offset + ((y + top) mod ring_rows) * channels * line_stride + c * line_stride + left + x.
Its borders (`top` and `bottom` rows, `left` and `right` bytes of a line) hold `fill`, the zero point, so that no
kernel tests bounds; the engine writes them together with the rows. Channels are read in fours: with lines up to the
next multiple of 4 behind its last row, and SLACK bytes, a map must still lie in the arena. A 1x1 map without borders
has line_stride 1: a plain vector. The image is no map: it is HWC, outside the arena, and has the index IMAGE.

A *step* says "operator, compute these rows of your output". Steps run in order; an operator's steps cover its
rows exactly once, ascending. When rows are ring-buffered (ring_rows < top + height + bottom), an operator streams.

Parameter blocks
    weights, CONV            int8 [out][kernel_height][kernel_width][in]
    weights, POINTWISE       int8 [out][in]; an odd `out` is followed by one more channel of zeros
    weights, FULLY_CONNECTED int8 [out][height][in][width], as the input map lies without its borders; odd as above
    weights, DEPTHWISE       int8 [channel][kernel_height][kernel_width]
    weights, TABLE           uint8 [tables][256]: what each u becomes, for all channels or one table a channel
    weights, ADD, MULTIPLY, MINIMUM, MAXIMUM without a second input
                             uint8 [channel]: the second operand of every pixel, the same at all pixels
    weights, RESIZE          PackedSample [height], then [width] of the output
    requantisation           per output channel (FULLY_CONNECTED and POINTWISE: one more after an odd number; MEAN and
                             MULTIPLY: one for all): PackedFastRequantisation in an operator of form FAST,
                             PackedShortRequantisation in one of form SHORT, else PackedRequantisation
    ADD                      form FAST: one PackedLinearAddition; form GENERAL: one PackedAddition
    SOFTMAX                  one PackedSoftmax

Requantisation of an int32 accumulator `acc` (bias included; sums and products wrap modulo 2^32), with
x = (acc * multiplier + 2^30) >> 31, computed in 64 bits, shifts arithmetic:
    FAST     u = clamp((x + rounding + (acc >> 31)) >> shift, act_min, act_max): TFLite rounds halves away from zero.
             1 <= shift <= 22. The compiler has proven, for every accumulator that the channel can reach, that this
             equals TFLite, that |acc| < 2^30 and that no sum overflows.
    SHORT    as FAST, from records of 6 bytes. With scale = scale_high << 16 | scale_low: shift = least_shift +
             (scale & 7), multiplier = 2^30 + (scale & (2^30 - 1)), bias = ((int32) scale >> 30) * 2^16 + bias_low.
             So a multiplier ends in the bits of its shift: of the many that are equal to TFLite's for every
             accumulator that the channel can reach, the compiler has chosen one that does.
    GENERAL  a negative shift means acc <<= -shift first; for a positive one x += (x >> 31);
             then u = clamp((x + rounding) >> max(shift, 0), act_min, act_max). Proven not to
             overflow int32.
             MULTIPLY's acc is (u1 - first zero point) * (u2 - second zero point), its record's bias 0.
    WIDE     as GENERAL, but x + rounding needs 64 bits and rounding holds no zero point:
             u = clamp(((x + rounding) >> max(shift, 0)) + output fill, act_min, act_max).
    SINGLE   u = clamp(((acc * multiplier + 2^(30 + shift)) >> (31 + shift)) + output fill, act_min, act_max), in 64
             bits; `rounding` is 0. Recent TFLite rounds its FULLY_CONNECTED once, all else twice.
    where rounding = (shift > 0 ? 1 << (shift - 1) : 0) + (output zero point << max(shift, 0)), in WIDE without the
    last term.
"""

from __future__ import annotations

import enum
import struct

from host.base.records import Message, message, wire
from host.base.scores import Meaning as Meaning

MAGIC = 0x4C444D50  # "PMDL"
VERSION = 4
NO_SOURCE = 0xFFFF  # of a TABLE that makes the model's values of the picture's bytes (pixels.py)
IMAGE = 0xFFFF  # the map index of the image; as a second input: none
ALIGNMENT = 4
MAX_OPERATORS = 128
MAX_MAPS = 160
MAX_STEPS = 4096
MAX_OUTPUTS = 1024  # 4096 could overflow the sum of softmax
MAX_LABELS_BYTES = 16_384  # half of a board's ring of bytes to be sent: its Hello finds room there
MAX_STEP_ROWS = 255
# RAM that the firmware has for image and arena; what a second image leaves, too
MODEL_MEMORY_BYTES = 141 * 1024
SLACK = 8  # bytes behind a map, and behind the lines that are read with its last four channels, that are read, too
MAX_DIMENSION = 4096  # of height, width, channels, and bytes of a line


class OperatorKind(enum.IntEnum):
    """What an operator computes."""

    LOAD = 1  # the image into a map
    CONV = 2  # any kernel; from the image or from a map
    POINTWISE = 3  # 1x1, stride 1
    DEPTHWISE = 4
    AVERAGE_POOL = 5
    MAX_POOL = 6
    MEAN = 7  # over all rows and columns
    FULLY_CONNECTED = 8  # a whole map to a vector
    SOFTMAX = 9  # vector to vector
    ADD = 10
    PAD = 11
    TABLE = 13  # any function of one value; another scale and zero point
    MULTIPLY = 14
    MINIMUM = 15
    MAXIMUM = 16
    CONCATENATION = 17  # of two maps' channels
    RESIZE = 18  # nearest neighbour or bilinear


class Form(enum.IntEnum):
    """Which requantisation an operator's records are made for; all its channels share it."""

    FAST = 0
    GENERAL = 1
    WIDE = 2
    SINGLE = 3
    SHORT = 4


@message(0)
class PackedHeader(Message):
    """The first bytes of a packed model."""

    magic: int = wire("u32", '"PMDL"')
    version: int = wire("u16", "of this format")
    header_bytes: int = wire("u16", "sizeof(struct packed_header)")
    total_bytes: int = wire("u32", "of the whole blob")
    body_crc: int = wire("u32", "CRC-32 (IEEE) of every byte after this field")
    arena_bytes: int = wire("u32", "that a run needs")
    input_height: int = wire("u16", "pixels")
    input_width: int = wire("u16", "pixels")
    input_channels: int = wire("u16", "1 grey, 3 RGB")
    output_count: int = wire("u16", "scores")
    input_scale: float = wire("f32", "real value = scale * (u - zero point)")
    output_scale: float = wire("f32", "real value = scale * (score - output_zero_point)")
    input_zero_point: int = wire("u8", "of u = q + 128")
    output_zero_point: int = wire("i8", "of the int8 scores")
    score_meaning: int = wire("u8", "enum packed_meaning")
    reserved_byte: int = wire("u8", "0")
    map_count: int = wire("u16", "")
    operator_count: int = wire("u16", "")
    step_count: int = wire("u16", "")
    reserved_half: int = wire("u16", "0")
    maps_offset: int = wire("u32", "struct packed_map [map_count]")
    operators_offset: int = wire("u32", "struct packed_operator [operator_count], in running order")
    steps_offset: int = wire("u32", "struct packed_step [step_count]")
    labels_offset: int = wire("u32", "UTF-8 text, one label a line, in the order of the scores")
    labels_bytes: int = wire("u32", "without a final newline")
    name: str = wire("char[32]", "of the model")
    source_hash_high: int = wire("u32", "the first 4 bytes of the .tflite's SHA-256, big-endian")
    source_hash_low: int = wire("u32", "the next 4 bytes")


@message(0)
class PackedMap(Message):
    """An activation map: where it lies in the arena, and its borders."""

    offset: int = wire("u32", "into the arena, of its first row's first line; a multiple of 4")
    height: int = wire("u16", "rows of data")
    width: int = wire("u16", "pixels of data in a line")
    channels: int = wire("u16", "lines in a row")
    line_stride: int = wire("u16", "bytes from line to line: 1, or a multiple of 4")
    ring_rows: int = wire("u16", "rows that are held, borders counted")
    top: int = wire("u8", "border rows above")
    bottom: int = wire("u8", "border rows below")
    left: int = wire("u8", "border bytes before pixel 0 of each line")
    fill: int = wire("u8", "the zero point, and what borders hold")
    right: int = wire(
        "u8", "border bytes behind the last pixel of each line; more may follow up to line_stride"
    )
    reserved: int = wire("u8", "0")


@message(0)
class PackedOperator(Message):
    """One operator."""

    kind: int = wire("u8", "enum packed_kind")
    form: int = wire("u8", "enum packed_form")
    source: int = wire("u16", "index of the operator in the .tflite that it came from, or 0xFFFF")
    input: int = wire("u16", "map, or PACKED_IMAGE")
    second_input: int = wire("u16", "map (ADD and others), or PACKED_IMAGE for none")
    output: int = wire("u16", "map")
    depth_multiplier: int = wire(
        "u8", "DEPTHWISE: output channel c reads input channel c / this; else 1"
    )
    least_shift: int = wire(
        "u8", "form SHORT: what its records' shifts are added to, 1..15; else 0"
    )
    kernel_height: int = wire("u8", "rows of the window; 1 without one")
    kernel_width: int = wire("u8", "columns of the window")
    stride_height: int = wire("u8", "")
    stride_width: int = wire("u8", "")
    pad_top: int = wire(
        "u8", "rows that the first window reaches above row 0; PAD: rows added above"
    )
    pad_left: int = wire(
        "u8", "columns that the first window reaches left of column 0; PAD: columns added"
    )
    act_min: int = wire("u8", "the activation function's lower bound of u")
    act_max: int = wire("u8", "the upper one")
    weights_offset: int = wire("u32", "into the blob, or 0")
    constants_offset: int = wire(
        "u32", "requantisation, addition or softmax record in the blob, or 0"
    )
    scratch_offset_words: int = wire(
        "u16", "of 4 bytes, into the arena; kept from the operator's first step to its last"
    )
    scratch_words: int = wire("u16", "of 4 bytes; 0 for plain C")
    extra: int = wire(
        "u16",
        "PAD: channels added before; TABLE: number of tables; MULTIPLY: the constants' zero point; else 0",
    )
    reserved: int = wire("u16", "0")


@message(0)
class PackedStep(Message):
    """Compute `rows` rows of an operator's output from first_row on."""

    first_row: int = wire("u16", "0 at the operator's first step")
    operator_index: int = wire("u8", "which operator")
    rows: int = wire("u8", "at least 1")

    @property
    def end_row(self) -> int:
        """The row behind the last one."""
        return self.first_row + self.rows


@message(0)
class PackedFastRequantisation(Message):
    """The constants of form FAST in 8 bytes; the rounding follows from the shift and the output map's fill."""

    multiplier: int = wire("u32", "Q0.31, at most 2^31 - 1")
    bias_and_shift: int = wire("i32", "bias * 32 + shift: |bias| < 2^26, 1 <= shift <= 22")


@message(0)
class PackedShortRequantisation(Message):
    """The constants of form SHORT in 6 bytes; see the prose above."""

    scale_low: int = wire("u16", "")
    scale_high: int = wire("u16", "")
    bias_low: int = wire("u16", "")


@message(0)
class PackedRequantisation(Message):
    """The constants of forms GENERAL, WIDE and SINGLE; see the prose above."""

    bias: int = wire(
        "i32", "with the input's zero point folded in: bias - zero_point * sum(weights)"
    )
    multiplier: int = wire("i32", "Q0.31, not negative")
    rounding: int = wire("i32", "added to x before the shift")
    shift: int = wire("i32", "right; negative: left, before the multiplication. -30..31")


@message(0)
class PackedAddition(Message):
    """ADD: u = clamp(requantise((m1 * (u1 - z1) << 20) + (m2 * (u2 - z2) << 20))), TFLite's double roundings."""

    first_zero_point: int = wire("i32", "of u, 0..255")
    first_multiplier: int = wire("i32", "Q0.31")
    first_shift: int = wire("i32", "right, 0..31")
    second_zero_point: int = wire("i32", "of u, 0..255")
    second_multiplier: int = wire("i32", "Q0.31")
    second_shift: int = wire("i32", "right, 0..31")
    output_multiplier: int = wire("i32", "Q0.31")
    output_shift: int = wire("i32", "right, 0..31; the zero point is the output map's fill")


@message(0)
class PackedLinearAddition(Message):
    """ADD in form FAST: u = clamp((u1 * first + u2 * second + offset) >> shift, act_min, act_max), modulo 2^32. The
    compiler has tried all 65,536 pairs."""

    first: int = wire("i32", "")
    second: int = wire("i32", "")
    offset: int = wire("i32", "")
    shift: int = wire("i32", "0..31")


@message(0)
class PackedSample(Message):
    """RESIZE, of one row or column of the output: between which two of the input it lies."""

    first: int = wire("u16", "")
    second: int = wire("u16", "")
    fraction: int = wire("i16", "of the second one's part, in 1/1024: -1024..1024")
    reserved: int = wire("u16", "0")


@message(0)
class PackedSoftmax(Message):
    """SOFTMAX: exp(-d) of a difference d of u from the largest, by gemmlowp, with
    x = (-d * 2^left_shift * multiplier + 2^30) >> 31 in Q5.26 as its argument."""

    multiplier: int = wire("i32", "Q0.31, not negative")
    left_shift: int = wire("i32", "0..31")
    largest_difference: int = wire(
        "i32", "0..255; exp is 0 for what is larger. It, shifted, is below 2^31"
    )


RECORDS: tuple[type[Message], ...] = (
    PackedHeader,
    PackedMap,
    PackedOperator,
    PackedStep,
    PackedFastRequantisation,
    PackedShortRequantisation,
    PackedRequantisation,
    PackedAddition,
    PackedLinearAddition,
    PackedSample,
    PackedSoftmax,
)
BODY_OFFSET = struct.calcsize("<IHHII")  # where body_crc begins to count
