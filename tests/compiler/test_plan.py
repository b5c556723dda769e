"""The memory plan: nothing overlaps in time and space, streaming needs less, and borders are where readers look."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.compiler.build import Options, compile_model
from host.compiler.pack import PackedModel, unpack
from host.compiler.place import Block, lower_bound, place
from tests.compiler.random_networks import compile_defined, random_model

blocks = st.builds(
    lambda size, first, length: Block(4 * size, first, first + length),
    st.integers(0, 60),
    st.integers(0, 30),
    st.integers(0, 8),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(blocks, min_size=1, max_size=24))
def test_blocks_in_use_together_never_overlap(given_blocks: list[Block]) -> None:
    placement = place(given_blocks)
    spans = list(zip(given_blocks, placement.offsets, strict=True))
    for index, (a, at) in enumerate(spans):
        assert at >= 0 and at + a.size <= placement.bytes
        for b, bt in spans[:index]:
            apart = at + a.size <= bt or bt + b.size <= at
            assert apart or not a.meets(b) or not a.size or not b.size
    assert placement.bytes >= placement.lower_bound == lower_bound(given_blocks)


def maps_stay_intact(model: PackedModel) -> bool:
    """No step writes into a map, or operator's scratch, that is read later; by bytes, from the blob alone."""
    spans: dict[tuple[str, int], list[int]] = {}
    for number, step in enumerate(model.steps):
        operator = model.operators[step.operator_index]
        for key in (("map", operator.output), ("scratch", step.operator_index)):
            spans.setdefault(key, [number, number])[1] = number
        for source in (operator.input, operator.second_input):
            if ("map", source) in spans:
                spans["map", source][1] = number
    spans["map", model.operators[-1].output][1] = len(model.steps)
    places = []
    for (kind, index), (first, last) in spans.items():
        if kind == "map":
            m = model.maps[index]
            start, size = m.offset, m.ring_rows * m.channels * m.line_stride
        else:
            start, size = (
                model.operators[index].scratch_offset,
                model.operators[index].scratch_bytes,
            )
        places.append((first, last, start, start + size))
    return all(
        a[1] < b[0] or b[1] < a[0] or a[3] <= b[2] or b[3] <= a[2] or a is b
        for a in places
        for b in places
        if a[2] < a[3] and b[2] < b[3]
    )


@pytest.mark.parametrize("target", [0, 1000, 3000])
def test_plans_of_random_networks_keep_maps_intact(target: int) -> None:
    for seed in range(1000, 1060):
        compiled = compile_defined(random_model(seed)[0], Options(arena_target=target))
        assert compiled is None or maps_stay_intact(unpack(compiled.blob))


def test_person_detect_fits_its_budget(shared: Path) -> None:
    data = (shared / "models" / "tflm_person_detect.tflite").read_bytes()
    streamed, whole = (
        compile_model(data, "pd", options=Options(streaming=on)) for on in (True, False)
    )
    assert streamed.plan.arena_bytes <= 32 * 1024
    assert streamed.plan.arena_bytes == streamed.plan.lower_bound
    least = compile_model(data, "pd", options=Options(arena_target=0)).plan.arena_bytes
    assert least <= streamed.plan.arena_bytes < whole.plan.arena_bytes
    assert whole.plan.arena_bytes > 55_296  # the largest input and output pair
    assert all(m.ring_rows == m.top + m.height + m.bottom for m in unpack(whole.blob).maps)
