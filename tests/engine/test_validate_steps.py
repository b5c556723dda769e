"""Steps of a packed model: every row once, in order, and never before the rows that it is computed from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from host.compiler import format as packed
from host.compiler.pack import seal
from host.compiler.status import EngineStatus
from tests.engine.blobs import SEEDS, Blob, Kind, blob

WHOLE = (Kind.MEAN, Kind.RESIZE, Kind.FULLY_CONNECTED, Kind.SOFTMAX)
OK, BAD_STEPS = EngineStatus.OK, EngineStatus.BAD_STEPS
Rows = list[tuple[int, int, int]]  # operator, first row, rows
every_model = pytest.mark.parametrize("seed", SEEDS)


def with_steps(made: Blob, rows: Rows) -> bytes:
    """The model with these steps instead of its own."""
    table = b"".join(packed.PackedStep(first, op, count).pack() for op, first, count in rows)
    longer = made.behind(table)
    header = dataclasses.replace(
        longer.header, step_count=len(rows), steps_offset=made.header.total_bytes
    ).pack()
    return seal(header + longer.data[len(header) :])


def height(made: Blob, operator: int) -> int:
    return made.extent(made.model.operators[operator].output)[0]


def whole(made: Blob) -> Rows:
    """Operator by operator."""
    return [(i, 0, height(made, i)) for i in range(len(made.model.operators))]


@every_model
def test_any_order_of_whole_steps_but_the_right_one_is_refused(seed: int) -> None:
    made = blob(seed)
    rows = whole(made)
    assert made.status(with_steps(made, rows)) == OK
    assert made.status(with_steps(made, rows[:-1])) == BAD_STEPS
    assert made.status(with_steps(made, [*rows, rows[-1]])) == BAD_STEPS
    assert made.status(with_steps(made, [*rows[:-1], (len(rows), 0, 1)])) == BAD_STEPS
    for i, (operator, first, count) in enumerate(rows):
        for wrong in ((first + 1, count), (first, count + 1), (first, count - 1), (first, 0)):
            changed = [*rows[:i], (operator, *wrong), *rows[i + 1 :]]
            assert made.status(with_steps(made, changed)) == BAD_STEPS


def needed(made: Blob, consumer: int, rows: int) -> int:
    """Of the input's rows, for the consumer's first `rows`."""
    op = made.model.operators[consumer]
    last = (rows - 1) * op.stride_height - op.pad_top + op.kernel_height
    inputs = made.extent(op.input)[0]
    return inputs if op.kind in WHOLE else min(last, inputs)


def pairs(made: Blob) -> Iterator[tuple[int, int]]:
    """Producers and consumers of a map: the consumer reads it alone, and follows at once."""
    for consumer, op in enumerate(made.model.operators):
        before = consumer - 1
        if before >= 0 and made.model.operators[before].output == op.input:
            yield before, consumer


@every_model
def test_no_row_is_computed_before_the_last_row_that_it_reads(seed: int) -> None:
    made = blob(seed)
    for producer, consumer in pairs(made):
        ready, total = height(made, producer), height(made, consumer)
        for rows in range(1, total + 1):
            for there in range(1, ready + 1):
                steps = [
                    *whole(made)[:producer],
                    (producer, 0, there),
                    (consumer, 0, rows),
                    (producer, there, ready - there),
                    (consumer, rows, total - rows),
                    *whole(made)[consumer + 1 :],
                ]
                found = made.status(with_steps(made, [step for step in steps if step[2]]))
                sound = there >= needed(made, consumer, rows)
                assert found == (OK if sound else BAD_STEPS), (consumer, rows, there)


@pytest.mark.parametrize("second", [False, True])
def test_both_inputs_must_be_there(second: bool) -> None:
    for seed in SEEDS:
        made = blob(seed)
        rows = whole(made)
        for i, op in enumerate(made.model.operators):
            if op.second_input != packed.IMAGE and op.input != op.second_input:
                wanted = op.second_input if second else op.input
                late = next(
                    j for j, each in enumerate(made.model.operators) if each.output == wanted
                )
                order = [*rows[:late], *rows[late + 1 : i + 1], rows[late], *rows[i + 1 :]]
                assert made.status(with_steps(made, order)) == BAD_STEPS
