"""The memory plan: nothing overlaps in time and space, streaming needs less, and borders are where readers look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.compiler.build import Options, compile_model
from host.compiler.format import IMAGE, OperatorKind, PackedOperator, PackedStep
from host.compiler.pack import PackedModel, unpack
from host.compiler.place import Block, lower_bound, parts, place
from host.compiler.plan import ARENA_TARGET
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes, compile_defined, random_model
from tests.compiler.small import Small

blocks = st.builds(
    lambda rows, first: parts(
        [
            (
                4 * sum(r[0] for r in rows[:i]),
                4 * sum(r[0] for r in rows[: i + 1]),
                first + r[1],
                first + r[1] + r[2],
            )
            for i, r in enumerate(rows)
        ]
    ),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(0, 8)), min_size=1, max_size=5
    ),
    st.integers(0, 20),
)


def bytes_in_use(b: Block, offset: int, step: int) -> set[int]:
    return {
        byte
        for start, end, first, last in zip(b.start, b.end, b.first, b.last, strict=True)
        if first <= step <= last
        for byte in range(offset + int(start), offset + int(end))
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(blocks, min_size=1, max_size=8))
def test_bytes_in_use_together_never_overlap(given_blocks: list[Block]) -> None:
    placement = place(given_blocks)
    most = 0
    for step in range(40):
        used = [
            bytes_in_use(b, at, step) for b, at in zip(given_blocks, placement.offsets, strict=True)
        ]
        together = set().union(*used)
        assert len(together) == sum(map(len, used))
        assert all(0 <= byte < placement.bytes for byte in together)
        most = max(most, len(together))
    assert placement.bytes >= placement.lower_bound == most == lower_bound(given_blocks)


def test_a_map_may_lie_just_in_the_gap_that_another_leaves() -> None:
    """At step 0 behind the first's bytes, at step 1 before them: there is one offset for both."""
    first = parts([(0, 4, 0, 0), (12, 16, 1, 1)])
    second = parts([(0, 4, 0, 0), (4, 8, 1, 1)])
    placement = place([first, second])
    assert placement.bytes == 16 and placement.offsets == (0, 4)


def test_a_small_model_s_arena_is_as_small_as_can_be() -> None:
    plan = compile_model(Small().file(), "small").plan
    assert plan.arena_bytes == plan.lower_bound


def test_no_step_makes_more_rows_than_its_byte_holds() -> None:
    """PackedStep counts rows in one byte; the map has 300."""
    model = ModelBuilder()
    image = model.tensor((1, 300, 2, 1), 1 / 255, -128)
    weights, scales = np.ones((4, 1, 1, 1), np.int8), np.full(4, 0.01, np.float32)
    made = model.convolution(image, weights, None, scales, (0.02, -128))
    compiled = compile_as_bytes(
        model.finish(image, model.mean(made, (0.02, -128))), "high", Options(streaming=False)
    )
    steps = [(s.first_row, s.end_row) for s in compiled.plan.steps if s.layer == 0]
    assert steps == [(0, 255), (255, 300)]


class Memory:
    """Who wrote each byte of the arena last: replays a blob's steps and checks what every step reads."""

    def __init__(self, model: PackedModel) -> None:
        self.model = model
        self.owner: dict[int, tuple[str, int, int]] = {}

    def row_bytes(self, index: int, row: int) -> range:
        m = self.model.maps[index]
        start = m.offset + (row + m.top) % m.ring_rows * m.channels * m.line_stride
        return range(start, start + m.channels * m.line_stride)

    def write_rows(self, index: int, first: int, end: int) -> None:
        for row in range(first, end):
            self.owner.update(dict.fromkeys(self.row_bytes(index, row), ("map", index, row)))

    def holds_rows(self, index: int, first: int, end: int) -> bool:
        return all(
            self.owner.get(byte) == ("map", index, row)
            for row in range(first, end)
            for byte in self.row_bytes(index, row)
        )

    def run(self, step: PackedStep) -> bool:
        """Whether the step's input rows and scratch are intact before it, and its input rows after it."""
        o = self.model.operators[step.operator_index]
        start = 4 * o.scratch_offset_words
        scratch = range(start, start + 4 * o.scratch_words)
        name = ("scratch", step.operator_index, 0)
        if step.first_row == 0:
            self.owner.update(dict.fromkeys(scratch, name))
        m = self.model.maps[o.output]
        reads = [(i, *self.rows_read(o, i, step)) for i in (o.input, o.second_input) if i != IMAGE]
        intact = all(self.holds_rows(*read) for read in reads)
        self.write_rows(
            o.output,
            -m.top if step.first_row == 0 else step.first_row,
            step.end_row + (m.bottom if step.end_row == m.height else 0),
        )
        return (
            intact
            and all(self.holds_rows(*read) for read in reads)
            and all(self.owner[byte] == name for byte in scratch)
        )

    def rows_read(self, o: PackedOperator, index: int, step: PackedStep) -> tuple[int, int]:
        m = self.model.maps[index]
        if o.kind in (OperatorKind.MEAN, OperatorKind.SOFTMAX, OperatorKind.FULLY_CONNECTED):
            return 0, m.height
        first = step.first_row * o.stride_height - o.pad_top
        end = (step.end_row - 1) * o.stride_height - o.pad_top + o.kernel_height
        return max(-m.top, first), max(-m.top, min(m.height + m.bottom, end))


def maps_stay_intact(model: PackedModel) -> bool:
    """Every step finds the rows and the scratch that it reads as they were written; from the blob alone."""
    memory = Memory(model)
    return all(memory.run(step) for step in model.steps) and memory.holds_rows(
        model.operators[-1].output, 0, 1
    )


@pytest.mark.parametrize("target", [0, 1000, 3000])
def test_plans_of_random_networks_keep_maps_intact(target: int) -> None:
    for seed in range(1000, 1060):
        compiled = compile_defined(random_model(seed)[0], Options(arena_target=target))
        assert compiled is None or maps_stay_intact(unpack(compiled.blob))


@pytest.mark.parametrize("seed", [1004, 1008, 1022])
def test_an_arena_of_the_size_aimed_at_is_small_enough(seed: int) -> None:
    """Less would take more steps: it is sought on request alone."""
    data = random_model(seed)[0]

    def planned(target: int) -> tuple[int, int]:
        made = compile_defined(data, Options(arena_target=target))
        assert made is not None
        return made.plan.arena_bytes, len(made.plan.steps)

    least_steps = planned(3000)
    assert planned(least_steps[0]) == least_steps
    smaller, steps = planned(least_steps[0] - 1)
    assert smaller < least_steps[0] and steps > least_steps[1]


def test_person_detect_fits_its_budget(shared: Path) -> None:
    data = (shared / "models" / "tflm_person_detect.tflite").read_bytes()
    streamed, whole = (
        compile_model(data, "pd", options=Options(streaming=on)) for on in (True, False)
    )
    assert streamed.plan.arena_bytes <= ARENA_TARGET
    least = compile_model(data, "pd", options=Options(arena_target=0)).plan.arena_bytes
    assert least <= streamed.plan.arena_bytes < whole.plan.arena_bytes
    assert whole.plan.arena_bytes > 55_296  # the largest input and output pair
    assert all(m.ring_rows == m.top + m.height + m.bottom for m in unpack(whole.blob).maps)
