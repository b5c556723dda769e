"""Every limit of a packed model's header and maps, at the last value that is sound and at the first that is not."""

from __future__ import annotations

from typing import Any

import pytest

from host.compiler import format as packed
from host.compiler.status import EngineStatus
from tests.engine.blobs import SEEDS, Kind, blob, every_model, operators


def test_every_kind_and_form_is_among_the_models() -> None:
    kinds = {operator.kind for seed in SEEDS for _, operator in operators(blob(seed))}
    forms = {operator.form for seed in SEEDS for _, operator in operators(blob(seed))}
    assert kinds >= set(Kind) - {Kind.LOAD}
    assert forms == set(packed.Form) - {packed.Form.WIDE}


@every_model
def test_a_map_ends_in_the_arena_with_its_last_quad_and_the_slack(seed: int) -> None:
    made = blob(seed)
    for i, m in enumerate(made.model.maps):
        vector = m.line_stride == 1 and m.top + m.height + m.bottom == 1
        lines = m.ring_rows * m.channels + (0 if vector else -m.channels % 4)
        last = (made.header.arena_bytes - packed.SLACK - lines * m.line_stride) // 4 * 4
        assert made.status(made.with_map(i, offset=last)) == EngineStatus.OK
        assert made.status(made.with_map(i, offset=last + 4)) == EngineStatus.BAD_MAP
        assert made.status(made.with_map(i, offset=last - 2)) == EngineStatus.BAD_MAP


@every_model
def test_a_map_has_a_shape_and_room_for_its_lines(seed: int) -> None:
    made = blob(seed)
    for i, m in enumerate(made.model.maps):
        for name in ("height", "width", "channels", "line_stride", "ring_rows"):
            assert made.status(made.with_map(i, **{name: 0})) == EngineStatus.BAD_MAP
        rows, room = m.top + m.height + m.bottom, m.line_stride - m.left - m.width
        assert made.status(made.with_map(i, ring_rows=rows + 1)) == EngineStatus.BAD_MAP
        assert made.status(made.with_map(i, right=room + 1)) == EngineStatus.BAD_MAP
        assert made.status(made.with_map(i, right=room)) == EngineStatus.OK
        if rows > 1:
            assert (
                made.status(made.with_map(i, line_stride=m.line_stride - 2)) == EngineStatus.BAD_MAP
            )


@every_model
def test_an_arena_smaller_by_a_byte_is_too_small(seed: int) -> None:
    made = blob(seed)
    assert made.status(made.data, made.header.arena_bytes - 1) == EngineStatus.ARENA_TOO_SMALL


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("input_height", packed.MAX_DIMENSION),
        ("input_width", packed.MAX_DIMENSION),
        ("input_channels", packed.MAX_DIMENSION),
        ("output_count", packed.MAX_OUTPUTS),
        ("map_count", packed.MAX_MAPS),
        ("operator_count", packed.MAX_OPERATORS),
        ("step_count", packed.MAX_STEPS),
    ],
)
def test_a_headers_numbers_are_from_1_to_their_limits(field: str, most: int) -> None:
    made = blob(SEEDS[0]).behind(bytes(1 << 15))  # room for every table
    for value in (0, most + 1):
        assert made.status(made.with_header(**{field: value})) == EngineStatus.BAD_HEADER
    for value in (1, most):
        assert made.status(made.with_header(**{field: value})) != EngineStatus.BAD_HEADER


@pytest.mark.parametrize("table", ["maps", "operators", "steps"])
def test_a_table_may_end_where_the_model_ends(table: str) -> None:
    made = blob(SEEDS[0])
    name = f"{table}_offset"
    records: Any = getattr(made.model, table)
    longer = made.behind(b"".join(record.pack() for record in records))
    end = made.header.total_bytes
    assert made.status(longer.with_header(**{name: end})) == EngineStatus.OK
    for offset in (end + 4, end - 2, 0, made.header.LAYOUT.size - 4):
        assert made.status(longer.with_header(**{name: offset})) == EngineStatus.BAD_HEADER


def test_labels_lie_inside() -> None:
    made = blob(SEEDS[0]).behind(b"yes\nno__")
    end = made.header.total_bytes
    for offset, count, status in (
        (end - 8, 8, EngineStatus.OK),
        (end - 4, 4, EngineStatus.OK),
        (end - 8, 9, EngineStatus.BAD_HEADER),
        (end - 4, 5, EngineStatus.BAD_HEADER),
        (end, 1, EngineStatus.BAD_HEADER),
        (end, 0, EngineStatus.OK),
        (1, 0, EngineStatus.OK),
    ):
        changed = made.with_header(labels_offset=offset, labels_bytes=count)
        assert made.status(changed) == status


@pytest.mark.parametrize(("more", "status"), [(0, EngineStatus.OK), (1, EngineStatus.BAD_HEADER)])
def test_labels_are_no_longer_than_a_board_can_say(more: int, status: EngineStatus) -> None:
    made = blob(SEEDS[0])
    end, most = made.header.total_bytes, packed.MAX_LABELS_BYTES
    longer = made.behind(b"x" * (most + 4))
    changed = longer.with_header(labels_offset=end, labels_bytes=most + more)
    assert made.status(changed) == status
