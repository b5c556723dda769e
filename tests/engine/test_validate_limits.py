"""Every limit of a packed model, at the last value that is sound and at the first that is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from host.compiler import format as packed
from host.compiler.status import EngineStatus
from tests.engine.blobs import SEEDS, Blob, Kind, blob

WINDOWED = (Kind.CONV, Kind.DEPTHWISE, Kind.AVERAGE_POOL, Kind.MAX_POOL)
FROM_IMAGE = (Kind.CONV, Kind.LOAD, Kind.TABLE, Kind.FULLY_CONNECTED)
OK, BAD_MAP, BAD_OPERATOR, BAD_PARAMETERS, BAD_HEADER = (
    EngineStatus.OK,
    EngineStatus.BAD_MAP,
    EngineStatus.BAD_OPERATOR,
    EngineStatus.BAD_PARAMETERS,
    EngineStatus.BAD_HEADER,
)
every_model = pytest.mark.parametrize("seed", SEEDS)


def operators(made: Blob) -> Iterator[tuple[int, packed.PackedOperator]]:
    yield from enumerate(made.model.operators)


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
        assert made.status(made.with_map(i, offset=last)) == OK
        assert made.status(made.with_map(i, offset=last + 4)) == BAD_MAP
        assert made.status(made.with_map(i, offset=last - 2)) == BAD_MAP


@every_model
def test_a_map_has_a_shape_and_room_for_its_lines(seed: int) -> None:
    made = blob(seed)
    for i, m in enumerate(made.model.maps):
        for name in ("height", "width", "channels", "line_stride", "ring_rows"):
            assert made.status(made.with_map(i, **{name: 0})) == BAD_MAP
        rows, room = m.top + m.height + m.bottom, m.line_stride - m.left - m.width
        assert made.status(made.with_map(i, ring_rows=rows + 1)) == BAD_MAP
        assert made.status(made.with_map(i, right=room + 1)) == BAD_MAP
        assert made.status(made.with_map(i, right=room)) == OK
        if rows > 1:
            assert made.status(made.with_map(i, line_stride=m.line_stride - 2)) == BAD_MAP


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
        assert made.status(made.with_header(**{field: value})) == BAD_HEADER
    for value in (1, most):
        assert made.status(made.with_header(**{field: value})) != BAD_HEADER


@pytest.mark.parametrize("table", ["maps", "operators", "steps"])
def test_a_table_may_end_where_the_model_ends(table: str) -> None:
    made = blob(SEEDS[0])
    name = f"{table}_offset"
    records: Any = getattr(made.model, table)
    longer = made.behind(b"".join(record.pack() for record in records))
    end = made.header.total_bytes
    assert made.status(longer.with_header(**{name: end})) == OK
    for offset in (end + 4, end - 2, 0, made.header.LAYOUT.size - 4):
        assert made.status(longer.with_header(**{name: offset})) == BAD_HEADER


def test_labels_lie_inside() -> None:
    made = blob(SEEDS[0]).behind(b"yes\nno__")
    end = made.header.total_bytes
    for offset, count, status in (
        (end - 8, 8, OK),
        (end - 4, 4, OK),
        (end - 8, 9, BAD_HEADER),
        (end - 4, 5, BAD_HEADER),
        (end, 1, BAD_HEADER),
        (end, 0, OK),
        (1, 0, OK),
    ):
        changed = made.with_header(labels_offset=offset, labels_bytes=count)
        assert made.status(changed) == status


@pytest.mark.parametrize(("more", "status"), [(0, OK), (1, BAD_HEADER)])
def test_labels_are_no_longer_than_a_board_can_say(more: int, status: EngineStatus) -> None:
    made = blob(SEEDS[0])
    end, most = made.header.total_bytes, packed.MAX_LABELS_BYTES
    longer = made.behind(b"x" * (most + 4))
    changed = longer.with_header(labels_offset=end, labels_bytes=most + more)
    assert made.status(changed) == status


@every_model
def test_an_operators_numbers(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        refused: list[dict[str, int]] = [
            {"form": 5},
            {"least_shift": 1 if op.form != packed.Form.SHORT else 0},
            {"least_shift": 16},
            {"input": len(made.model.maps)},
            {"second_input": len(made.model.maps)},
            {"output": len(made.model.maps)},
            {"depth_multiplier": op.depth_multiplier + 1},
        ]
        if op.act_max < 255:
            refused.append({"act_min": op.act_max + 1})
        if op.kind not in FROM_IMAGE:
            refused.append({"input": packed.IMAGE})
        if op.kind not in WINDOWED:
            fields = ("kernel_height", "kernel_width", "stride_height", "stride_width")
            refused += [{name: 2} for name in fields]
            refused += [{name: 1} for name in ("pad_top", "pad_left") if op.kind != Kind.PAD]
        for fields_now in refused:
            found = made.status(made.with_operator(i, **fields_now))
            assert found == BAD_OPERATOR, (op, fields_now)
        assert made.status(made.with_operator(i, act_min=op.act_max)) == OK
        if op.form == packed.Form.SHORT:
            assert made.status(made.with_operator(i, least_shift=15)) == OK


@every_model
def test_scratch_ends_with_the_arena(seed: int) -> None:
    made = blob(seed)
    words = made.header.arena_bytes // 4
    for i, _ in operators(made):
        for offset in (0, 3, words):
            scratch = {"scratch_offset_words": offset, "scratch_words": words - offset}
            assert made.status(made.with_operator(i, **scratch)) == OK
            scratch["scratch_words"] += 1
            assert made.status(made.with_operator(i, **scratch)) == BAD_OPERATOR


@every_model
def test_windows_stay_in_their_map(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        if op.kind not in WINDOWED:
            continue
        bounded = op.input == packed.IMAGE or op.kind in (Kind.AVERAGE_POOL, Kind.MAX_POOL)
        borders = made.model.maps[op.input] if not bounded else None
        for axis, pad, before, behind in (
            ("height", "pad_top", "top", "bottom"),
            ("width", "pad_left", "left", "right"),
        ):
            number = 0 if axis == "height" else 1
            inputs, outputs = made.extent(op.input)[number], made.extent(op.output)[number]
            kernel, stride, value = f"kernel_{axis}", f"stride_{axis}", getattr(op, pad)
            assert made.status(made.with_operator(i, **{kernel: 0})) == BAD_OPERATOR
            assert made.status(made.with_operator(i, **{stride: 0})) == BAD_OPERATOR
            wide = {pad: getattr(op, kernel)}
            assert made.status(made.with_operator(i, **wide)) == BAD_OPERATOR
            if outputs > 1 and bounded:  # a window that begins behind the last pixel
                far = -(-(inputs + value) // (outputs - 1))
                assert made.status(made.with_operator(i, **{stride: far})) == BAD_OPERATOR
                assert made.status(made.with_operator(i, **{stride: far - 1})) == OK
            if borders is not None:
                last = (outputs - 1) * getattr(op, stride) - value
                most = inputs + getattr(borders, behind) - last
                assert made.status(made.with_operator(i, **{kernel: most + 1})) == BAD_OPERATOR
                # a larger window has more weights than there are
                assert made.status(made.with_operator(i, **{kernel: most})) != BAD_OPERATOR
                beyond = {pad: getattr(borders, before) + 1, kernel: most + 1}
                assert made.status(made.with_operator(i, **beyond)) == BAD_OPERATOR


@every_model
def test_weights_and_constants_end_with_the_model(seed: int) -> None:
    made = blob(seed)
    end = made.header.total_bytes
    for i, op in operators(made):
        record, count = made.records_of(i)
        needs = {
            "weights_offset": (op.weights_offset, made.weight_bytes(i)),
            "constants_offset": (op.constants_offset, count * record.LAYOUT.size),
        }
        for name, (offset, size) in needs.items():
            if size:
                longer = made.behind(made.data[offset : offset + size])
                assert made.status(longer.with_operator(i, **{name: end})) == OK
                for wrong in (end + 4, end - 2, 0):
                    found = made.status(longer.with_operator(i, **{name: wrong}))
                    assert found == BAD_PARAMETERS, (op, name, wrong - end)


CONSTANTS: dict[type[Any], list[tuple[dict[str, int], bool]]] = {
    packed.PackedFastRequantisation: [
        *(({"bias_and_shift": 64 + shift}, 1 <= shift <= 22) for shift in (0, 1, 22, 23, 31)),
        ({"multiplier": (1 << 31) - 1}, True),
        ({"multiplier": 1 << 31}, False),
        ({"multiplier": 0}, True),
    ],
    packed.PackedRequantisation: [
        *(({"shift": shift}, -30 <= shift <= 31) for shift in (-31, -30, 31, 32)),
        ({"multiplier": -1}, False),
        ({"multiplier": 0}, True),
    ],
    packed.PackedAddition: [
        *(
            ({f"{which}_shift": shift}, 0 <= shift <= 31)
            for which in ("first", "second", "output")
            for shift in (-1, 0, 31, 32, 63)
        ),
        *(
            ({f"{which}_multiplier": value}, value >= 0)
            for which in ("first", "second", "output")
            for value in (-1, 0)
        ),
        *(
            ({f"{which}_zero_point": value}, 0 <= value <= 255)
            for which in ("first", "second")
            for value in (-1, 0, 255, 256)
        ),
    ],
    packed.PackedLinearAddition: [
        ({"shift": shift}, 0 <= shift <= 31) for shift in (-1, 0, 31, 32)
    ],
    packed.PackedSoftmax: [
        ({"multiplier": -1}, False),
        ({"multiplier": 0}, True),
        *(({"left_shift": n, "largest_difference": 0}, 0 <= n <= 31) for n in (-1, 0, 31, 32)),
        *(({"largest_difference": n, "left_shift": 0}, 0 <= n <= 255) for n in (-1, 255, 256)),
        ({"largest_difference": 255, "left_shift": 23}, True),
        ({"largest_difference": 255, "left_shift": 24}, False),
    ],
}


@every_model
def test_constants_are_within_their_bounds(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        record, count = made.records_of(i)
        size = record.LAYOUT.size
        for number in {0, count - 1} if count else ():
            at = op.constants_offset + number * size
            whole = record.unpack(made.data[at : at + size])
            for fields, sound in CONSTANTS.get(record, []):
                expected = OK if sound else BAD_PARAMETERS
                assert made.status(made.at(at, whole, **fields)) == expected, (op, fields)


def test_an_addition_in_two_roundings_is_within_its_bounds() -> None:
    """Small models' additions are linear: one is made general by hand."""
    made = next(b for b in map(blob, SEEDS) if any(o.kind == Kind.ADD for o in b.model.operators))
    index = next(i for i, op in operators(made) if op.kind == Kind.ADD)
    end = made.header.total_bytes
    whole = packed.PackedAddition(0, 0, 0, 0, 0, 0, 0, 0)
    longer = made.behind(whole.pack())
    general = Blob(longer.with_operator(index, form=packed.Form.GENERAL, constants_offset=end))
    assert general.status(general.data) == OK
    assert general.status(general.with_operator(index, constants_offset=end + 4)) == BAD_PARAMETERS
    for fields, sound in CONSTANTS[packed.PackedAddition]:
        expected = OK if sound else BAD_PARAMETERS
        assert general.status(general.at(end, whole, **fields)) == expected, fields


@every_model
def test_samples_of_a_resize_lie_in_its_input(seed: int) -> None:
    made = blob(seed)
    for _, op in operators(made):
        if op.kind != Kind.RESIZE:
            continue
        (height, width, _), wanted = made.extent(op.input), made.extent(op.output)
        for number, size in ((0, height), (wanted[0] - 1, height), (wanted[0], width)):
            at = op.weights_offset + number * packed.PackedSample.LAYOUT.size
            whole = packed.PackedSample(0, 0, 0, 0)
            for name in ("first", "second"):
                assert made.status(made.at(at, whole, **{name: size - 1})) == OK
                assert made.status(made.at(at, whole, **{name: size})) == BAD_PARAMETERS
            for fraction, sound in ((-1025, False), (-1024, True), (1024, True), (1025, False)):
                expected = OK if sound else BAD_PARAMETERS
                assert made.status(made.at(at, whole, fraction=fraction)) == expected


@every_model
def test_what_is_added_around_and_how_many_tables_there_are(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        inputs, outputs = made.extent(op.input), made.extent(op.output)
        if op.kind == Kind.PAD:
            for name, axis in (("pad_top", 0), ("pad_left", 1), ("extra", 2)):
                room = outputs[axis] - inputs[axis]
                assert made.status(made.with_operator(i, **{name: room})) == OK
                assert made.status(made.with_operator(i, **{name: room + 1})) == BAD_OPERATOR
        if op.kind == Kind.TABLE:
            wrong = {0, 2, outputs[2] + 1, outputs[2] - 1} - {1, outputs[2], -1}
            for extra in wrong:
                assert made.status(made.with_operator(i, extra=extra)) == BAD_OPERATOR


ALL = ("height", "width", "channels")
TIED = (
    dict.fromkeys(  # what of an output must be as the input's (concatenation: as the inputs' together)
        (Kind.SOFTMAX, Kind.ADD, Kind.MULTIPLY, Kind.MINIMUM, Kind.MAXIMUM, Kind.TABLE, Kind.LOAD),
        ALL,
    )
    | {
        Kind.CONCATENATION: ALL,
        Kind.POINTWISE: ALL[:2],
        **dict.fromkeys(
            (Kind.DEPTHWISE, Kind.AVERAGE_POOL, Kind.MAX_POOL, Kind.MEAN, Kind.RESIZE), ALL[2:]
        ),
    }
)


@every_model
def test_an_output_has_the_shape_that_its_operator_gives(seed: int) -> None:
    made = blob(seed)
    for _, op in operators(made):
        output = made.model.maps[op.output]
        for name in TIED.get(Kind(op.kind), ()):
            value = getattr(output, name)
            if value > 1:
                rows = output.ring_rows - (name == "height" and output.ring_rows > 1)
                changed = made.with_map(op.output, ring_rows=rows, **{name: value - 1})
                assert made.status(changed) == BAD_OPERATOR, (op, name)


@every_model
def test_vectors_stay_vectors(seed: int) -> None:
    made, arena = blob(seed), 1 << 16
    for _, op in operators(made):
        if op.kind not in (Kind.MEAN, Kind.FULLY_CONNECTED, Kind.SOFTMAX):
            continue
        for fields in (
            {"width": 2, "line_stride": 4},
            {"height": 2, "ring_rows": 2, "line_stride": 4},
        ):
            changed = Blob(made.with_map(op.output, **fields)).with_header(arena_bytes=arena)
            assert made.status(changed, arena) == BAD_OPERATOR, (op, fields)


@every_model
def test_each_map_is_made_by_one_operator_and_the_last_one_is_the_scores(seed: int) -> None:
    made = blob(seed)
    count = made.header.output_count
    for wrong in (count + 1, count - 1):
        if wrong:
            assert made.status(made.with_header(output_count=wrong)) == BAD_OPERATOR
    for i, op in operators(made):
        for j, other in operators(made):
            if j < i and made.model.maps[other.output] == made.model.maps[op.output]:
                assert made.status(made.with_operator(i, output=other.output)) == BAD_OPERATOR
