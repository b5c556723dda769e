"""Every limit of weights, constants and tables, at the last value that is sound and at the first that is not."""

from __future__ import annotations

from typing import Any

from host.compiler import format as packed
from host.compiler.status import EngineStatus
from tests.engine.blobs import SEEDS, Blob, Kind, blob, every_model, operators


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
                assert made.status(longer.with_operator(i, **{name: end})) == EngineStatus.OK
                for wrong in (end + 4, end - 2, 0):
                    found = made.status(longer.with_operator(i, **{name: wrong}))
                    assert found == EngineStatus.BAD_PARAMETERS, (op, name, wrong - end)


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
                expected = EngineStatus.OK if sound else EngineStatus.BAD_PARAMETERS
                assert made.status(made.at(at, whole, **fields)) == expected, (op, fields)


def test_an_addition_in_two_roundings_is_within_its_bounds() -> None:
    """Small models' additions are linear: one is made general by hand."""
    made = next(b for b in map(blob, SEEDS) if any(o.kind == Kind.ADD for o in b.model.operators))
    index = next(i for i, op in operators(made) if op.kind == Kind.ADD)
    end = made.header.total_bytes
    whole = packed.PackedAddition(0, 0, 0, 0, 0, 0, 0, 0)
    longer = made.behind(whole.pack())
    general = Blob(longer.with_operator(index, form=packed.Form.GENERAL, constants_offset=end))
    assert general.status(general.data) == EngineStatus.OK
    assert (
        general.status(general.with_operator(index, constants_offset=end + 4))
        == EngineStatus.BAD_PARAMETERS
    )
    for fields, sound in CONSTANTS[packed.PackedAddition]:
        expected = EngineStatus.OK if sound else EngineStatus.BAD_PARAMETERS
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
                assert made.status(made.at(at, whole, **{name: size - 1})) == EngineStatus.OK
                assert (
                    made.status(made.at(at, whole, **{name: size})) == EngineStatus.BAD_PARAMETERS
                )
            for fraction, sound in ((-1025, False), (-1024, True), (1024, True), (1025, False)):
                expected = EngineStatus.OK if sound else EngineStatus.BAD_PARAMETERS
                assert made.status(made.at(at, whole, fraction=fraction)) == expected


@every_model
def test_what_is_added_around_and_how_many_tables_there_are(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        inputs, outputs = made.extent(op.input), made.extent(op.output)
        if op.kind == Kind.PAD:
            for name, axis in (("pad_top", 0), ("pad_left", 1), ("extra", 2)):
                room = outputs[axis] - inputs[axis]
                assert made.status(made.with_operator(i, **{name: room})) == EngineStatus.OK
                assert (
                    made.status(made.with_operator(i, **{name: room + 1}))
                    == EngineStatus.BAD_OPERATOR
                )
        if op.kind == Kind.TABLE:
            wrong = {0, 2, outputs[2] + 1, outputs[2] - 1} - {1, outputs[2], -1}
            for extra in wrong:
                assert made.status(made.with_operator(i, extra=extra)) == EngineStatus.BAD_OPERATOR
