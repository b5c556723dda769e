"""One operator with random content: its packed records, where its maps lie, and what NumPy says the output is."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.compiler.format import (
    IMAGE,
    Form,
    OperatorKind,
    PackedFastRequantisation,
    PackedMap,
    PackedOperator,
)
from host.compiler.network import Scaling
from host.compiler.short_form import BIAS_LIMIT, LEADING_BIT, ShortForm, short_records
from tests.dsp.board import DATA_IN_FLASH, RAM, Board, Counts, build
from tests.native import FIRMWARE, compile_shared

DSP = FIRMWARE / "src" / "engine" / "dsp"
DRIVER = Path(__file__).with_name("driver.c")
ARENA_BYTES = 0x28000
FUNCTIONS = {OperatorKind.POINTWISE: 0, OperatorKind.DEPTHWISE: 1, OperatorKind.CONV: 2}
CONV_OF_A_MAP = 3
SLACK = 8


@dataclass(frozen=True)
class Shape:
    """An operator's shape. rings: rows held of input and output maps, 0 for all. steps: rows computed at a time."""

    kind: OperatorKind
    height: int
    width: int
    channels_in: int
    channels_out: int
    stride: int = 1
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)  # windows reach above, below, left, right
    window: int = 1
    border: tuple[int, int, int, int] = (0, 0, 0, 0)  # of the input map: top, bottom, left, right
    out_border: tuple[int, int, int, int] = (0, 0, 0, 0)
    scratch_bytes: int = 0x4000
    shifts: tuple[int, int] = (5, 10)
    largest_weight: int = 127
    fill: tuple[int, int] = (0, 0)
    image: bool = False
    short: bool = True  # records of form SHORT, when they can hold what is drawn

    @property
    def macs(self) -> int:
        per_output = self.window**2 * (
            self.channels_in if self.kind != OperatorKind.DEPTHWISE else 1
        )
        return self.height * self.width * self.channels_out * per_output

    @property
    def function(self) -> int:
        """driver.c's number of it."""
        of_a_map = self.kind == OperatorKind.CONV and not self.image
        return CONV_OF_A_MAP if of_a_map else FUNCTIONS[self.kind]

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the input without borders."""
        above, below, left, right = self.pads
        rows = (self.height - 1) * self.stride + self.window - above - below
        columns = (self.width - 1) * self.stride + self.window - left - right
        return rows, columns


def _aligned(count: int) -> int:
    return -(-count // 4) * 4


@dataclass
class Case:
    """A shape with content. u: input uint8 [rows][columns][channels]; weights int8 [out][in*window]."""

    shape: Shape
    u: NDArray[np.uint8]
    weights: NDArray[np.int8]
    bias: NDArray[np.int64]
    multiplier: NDArray[np.int64]
    shift: NDArray[np.int64]
    records: tuple[PackedMap, PackedMap] = field(init=False)
    blob: bytes = field(init=False)

    def __post_init__(self) -> None:
        s = self.shape
        rows, columns = s.input_size
        source = _map(0, rows, columns, s.channels_in, s.border, s.fill[0])
        source_bytes = rows * columns * s.channels_in if s.image else _map_bytes(source)
        target = _map(
            _aligned(source_bytes) + SLACK,
            s.height,
            s.width,
            s.channels_out,
            s.out_border,
            s.fill[1],
        )
        scratch = target.offset + _map_bytes(target) + SLACK
        assert scratch + s.scratch_bytes <= ARENA_BYTES, "the case does not fit the arena"
        self.records = (source, target)
        self.blob = self._pack(scratch)

    @property
    def least_shift(self) -> int:
        """Of form SHORT; 0 where the constants need form FAST."""
        least = self.shape.shifts[0]
        ends = (self.multiplier & 7) == self.shift - least
        fits = ends & (self.multiplier >= LEADING_BIT) & (np.abs(self.bias) < BIAS_LIMIT)
        return least if self.shape.short and bool(fits.all()) else 0

    def _constants(self) -> bytes:
        if self.least_shift:
            scaling = Scaling(self.bias, self.multiplier, -self.shift, 0, 255)
            return short_records(scaling, ShortForm(self.least_shift, self.multiplier)) + bytes(6)
        columns = zip(self.multiplier, self.bias, self.shift, strict=True)
        records = [PackedFastRequantisation(int(m), int(b) * 32 + int(n)) for m, b, n in columns]
        return b"".join(r.pack() for r in (*records, PackedFastRequantisation(0, 1)))

    def _pack(self, scratch: int) -> bytes:
        s = self.shape
        weights = self.weights.tobytes() + bytes(s.channels_out % 2 * self.weights[0].size)
        head = PackedOperator.LAYOUT.size + 2 * PackedMap.LAYOUT.size
        operator = PackedOperator(
            kind=s.kind,
            form=Form.SHORT if self.least_shift else Form.FAST,
            source=0,
            input=IMAGE if s.image else 0,
            second_input=IMAGE,
            output=1,
            depth_multiplier=1,
            least_shift=self.least_shift,
            kernel_height=s.window,
            kernel_width=s.window,
            stride_height=s.stride,
            stride_width=s.stride,
            pad_top=s.pads[0],
            pad_left=s.pads[2],
            act_min=0,
            act_max=255,
            weights_offset=head,
            constants_offset=head + _aligned(len(weights)),
            scratch_offset_words=_aligned(scratch) // 4,
            scratch_words=s.scratch_bytes // 4,
            extra=0,
            reserved=0,
        )
        records = operator.pack() + self.records[0].pack() + self.records[1].pack()
        padded = weights + bytes(_aligned(len(weights)) - len(weights))
        return records + padded + self._constants()

    def arena(self) -> bytes:
        """The arena before the run: the input map with its borders, and noise wherever nothing is read."""
        noise = np.random.default_rng(5).integers(0, 256, ARENA_BYTES, np.uint8)
        source, target = self.records
        if self.shape.image:
            noise[: self.u.size] = self.u.reshape(-1)
        else:
            view = _view(noise, source)
            view[:] = source.fill
            top, left = source.top, source.left
            rows, columns = self.u.shape[:2]
            view[top : top + rows, :, left : left + columns] = self.u.transpose(0, 2, 1)
        _view(noise, target)[:] = target.fill
        return noise.tobytes()

    def expected(self) -> NDArray[np.uint8]:
        """uint8 [rows][columns][channels], by exact integers."""
        s = self.shape
        top, bottom, left, right = s.border
        padding = ((top, bottom), (left, right), (0, 0))
        padded = np.pad(self.u.astype(np.int64), padding, constant_values=s.fill[0])
        sums = np.zeros((s.height, s.width, s.channels_out), np.int64) + self.bias
        shaped = self.weights.astype(np.int64).reshape(s.channels_out, s.window, s.window, -1)
        for i in range(s.window):
            for j in range(s.window):
                y, x = top - s.pads[0] + i, left - s.pads[2] + j
                rows = slice(y, y + (s.height - 1) * s.stride + 1, s.stride)
                columns = slice(x, x + (s.width - 1) * s.stride + 1, s.stride)
                taps = padded[rows, columns]
                if s.kind == OperatorKind.DEPTHWISE:
                    sums += taps * shaped[:, i, j, 0]
                else:
                    sums += taps @ shaped[:, i, j].T
        scaled = (sums * self.multiplier + (1 << 30)) >> 31
        rounding = (1 << (self.shift - 1)) + (s.fill[1] << self.shift)
        scaled += rounding - (sums < 0)
        result: NDArray[np.uint8] = np.clip(scaled >> self.shift, 0, 255).astype(np.uint8)
        return result

    def output(self, arena: bytes) -> NDArray[np.uint8]:
        """The output map's pixels [rows][columns][channels]."""
        target = self.records[1]
        view = _view(np.frombuffer(arena, np.uint8), target)
        rows = slice(target.top, target.top + target.height)
        columns = slice(target.left, target.left + target.width)
        return view[rows, :, columns].transpose(0, 2, 1)

    def touched_outside(self, before: bytes, after: bytes) -> bool:
        """Whether anything but the output's pixels and scratch changed."""
        old, new = (np.frombuffer(a, np.uint8).copy() for a in (before, after))
        operator = PackedOperator.unpack(self.blob[: PackedOperator.LAYOUT.size])
        assert isinstance(operator, PackedOperator)
        for a in (old, new):
            target = self.records[1]
            view = _view(a, target)
            rows = slice(target.top, target.top + target.height)
            view[rows, :, target.left : target.left + target.width] = 0
            view[rows, :, target.left + target.width + target.right :] = 0  # nobody's
            start = 4 * operator.scratch_offset_words
            a[start : start + 4 * operator.scratch_words] = 0
        return bool((old != new).any())


def _map(
    offset: int,
    rows: int,
    columns: int,
    channels: int,
    border: tuple[int, int, int, int],
    fill: int,
) -> PackedMap:
    top, bottom, left, right = border
    return PackedMap(
        offset=offset,
        height=rows,
        width=columns,
        channels=channels,
        line_stride=_aligned(left + columns + right),
        ring_rows=top + rows + bottom,
        top=top,
        bottom=bottom,
        left=left,
        right=right,
        fill=fill,
        reserved=0,
    )


def _map_bytes(record: PackedMap) -> int:
    """With what is read behind the last row's last channel."""
    return (record.ring_rows * record.channels + -record.channels % 4) * record.line_stride


def _view(arena: NDArray[np.uint8], record: PackedMap) -> NDArray[np.uint8]:
    """[ring rows][channels][bytes of a line] of a map, in place."""
    size = record.ring_rows * record.channels * record.line_stride
    part = arena[record.offset : record.offset + size]
    return part.reshape(record.ring_rows, record.channels, record.line_stride)


def random_case(shape: Shape, seed: int) -> Case:
    """Sums spread over the whole of 0..255 and beyond, so that both ends saturate."""
    draw = np.random.default_rng(seed)
    depthwise = shape.kind == OperatorKind.DEPTHWISE
    taps = shape.window**2 * (1 if depthwise else shape.channels_in)
    size = (shape.channels_out, taps)
    weights = draw.integers(-shape.largest_weight, shape.largest_weight + 1, size).astype(np.int8)
    shift = draw.integers(shape.shifts[0], shape.shifts[1] + 1, shape.channels_out)
    multiplier = draw.integers(1 << 30, (1 << 31) - 8, shape.channels_out)
    if shape.short and shape.shifts[1] - shape.shifts[0] < 8:
        multiplier = multiplier // 8 * 8 + shift - shape.shifts[0]
    u = draw.integers(0, 256, (*shape.input_size, shape.channels_in), np.uint8)
    middle = -(weights.astype(np.int64).sum(1) * 128)
    bias = middle + draw.integers(-(1 << 14), 1 << 16, shape.channels_out)
    if shape.short:
        bias = bias.clip(1 - BIAS_LIMIT, BIAS_LIMIT - 1)
    return Case(shape, u, weights, bias.astype(np.int64), multiplier, shift)


def sources() -> list[Path]:
    shared = [DSP.parent / name for name in ("requantize.c", "words.c")]
    return [DRIVER, *shared, *sorted(DSP.glob("*.c"))]


def new_board(compiler: str, float_abi: str = "hard") -> Board:
    return Board(build([*sources(), *sorted(DSP.glob("*.S"))], compiler, float_abi))


def run_on_board(
    board: Board, case: Case, rows_at_once: int = 0, memory: bool = False
) -> tuple[bytes, Counts]:
    """The arena after all rows, and the cost of all calls. Raises when the operator refuses."""
    board.write(RAM, case.arena())
    board.write(DATA_IN_FLASH, case.blob)
    total = Counts()
    for rows in _row_steps(case, rows_at_once):
        answer, counts = board.call(
            "driver_run", RAM, DATA_IN_FLASH, rows, case.shape.function, memory=memory
        )
        assert answer & 1, "the operator refused the shape"
        total.add(counts)
    return board.read(RAM, ARENA_BYTES), total


def _row_steps(case: Case, rows_at_once: int) -> list[int]:
    height = case.shape.height
    size = rows_at_once or height
    return [first << 16 | min(first + size, height) for first in range(0, height, size)]


def new_library() -> ctypes.CDLL:
    return ctypes.CDLL(str(compile_shared("dsp", sources())))


def run_on_host(library: ctypes.CDLL, case: Case, rows_at_once: int = 0) -> bytes | None:
    """The arena after all rows, or None when the operator refuses the shape."""
    arena = ctypes.create_string_buffer(case.arena(), ARENA_BYTES)
    blob = ctypes.create_string_buffer(case.blob, len(case.blob))
    for rows in _row_steps(case, rows_at_once):
        if not library.driver_run(arena, blob, rows, case.shape.function):
            return None
    return arena.raw


def check_on_board(board: Board, case: Case, rows_at_once: int = 0) -> Counts:
    """Fails unless the board computes exactly the expected pixels and touches nothing else."""
    after, counts = run_on_board(board, case, rows_at_once)
    _check(case, after)
    return counts


def check_on_host(library: ctypes.CDLL, case: Case, rows_at_once: int = 0) -> None:
    """The same for this PC."""
    after = run_on_host(library, case, rows_at_once)
    assert after is not None, "the operator refused the shape"
    _check(case, after)


def _check(case: Case, after: bytes) -> None:
    np.testing.assert_array_equal(case.output(after), case.expected())
    assert not case.touched_outside(case.arena(), after), "bytes beside the output changed"
