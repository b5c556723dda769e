"""A packed model whose records can be changed one by one: the checksum and the length are made right again."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import pytest

from host.compiler import format as packed
from host.compiler.pack import PackedModel, seal, unpack
from host.compiler.status import EngineStatus
from tests.compiler.random_networks import compile_as_bytes, random_model
from tests.engine.library import status_of

Kind = packed.OperatorKind
SEEDS = (
    1,
    5,
    6,
    14,
    18,
    22,
    25,
    30,
    35,
    38,
    48,
    69,
)  # all kinds of operators and forms between them
RECORDS = {
    packed.Form.FAST: packed.PackedFastRequantisation,
    packed.Form.SHORT: packed.PackedShortRequantisation,
}


class Blob:
    """One model and what can be made of it."""

    def __init__(self, data: bytes) -> None:
        self.model: PackedModel = unpack(data)
        self.data = data
        self.header = self.model.header

    def status(self, data: bytes, arena: int | None = None) -> EngineStatus:
        return status_of(data, self.header.arena_bytes if arena is None else arena)

    def at(self, at: int, record: Any, **fields: Any) -> bytes:
        """The record at byte `at`, changed."""
        made: bytes = dataclasses.replace(record, **fields).pack()
        return seal(self.data[:at] + made + self.data[at + len(made) :])

    def with_header(self, **fields: Any) -> bytes:
        return self.at(0, self.header, **fields)

    def with_map(self, index: int, **fields: Any) -> bytes:
        at = self.header.maps_offset + index * packed.PackedMap.LAYOUT.size
        return self.at(at, self.model.maps[index], **fields)

    def with_operator(self, index: int, **fields: Any) -> bytes:
        at = self.header.operators_offset + index * packed.PackedOperator.LAYOUT.size
        return self.at(at, self.model.operators[index], **fields)

    def with_step(self, index: int, **fields: Any) -> bytes:
        at = self.header.steps_offset + index * packed.PackedStep.LAYOUT.size
        return self.at(at, self.model.steps[index], **fields)

    def behind(self, more: bytes) -> Blob:
        """The same with bytes at its end; `header.total_bytes` of this one is where they begin."""
        longer = dataclasses.replace(self.header, total_bytes=len(self.data) + len(more)).pack()
        return Blob(seal(longer + self.data[len(longer) :] + more))

    def extent(self, index: int) -> tuple[int, int, int]:
        """Height, width, channels of a map, or of the image."""
        if index == packed.IMAGE:
            return self.header.input_height, self.header.input_width, self.header.input_channels
        found = self.model.maps[index]
        return found.height, found.width, found.channels

    def records_of(self, index: int) -> tuple[type[Any], int]:
        """The type of an operator's constants and how many there must be; 0 for none."""
        operator = self.model.operators[index]
        channels = self.extent(operator.output)[2]
        if operator.kind == Kind.ADD:
            linear = operator.form == packed.Form.FAST
            return (packed.PackedLinearAddition if linear else packed.PackedAddition), 1
        if operator.kind == Kind.SOFTMAX:
            return packed.PackedSoftmax, 1
        kind = RECORDS.get(packed.Form(operator.form), packed.PackedRequantisation)
        if operator.kind in (Kind.CONV, Kind.DEPTHWISE):
            return kind, channels
        if operator.kind in (Kind.POINTWISE, Kind.FULLY_CONNECTED):
            return kind, channels + channels % 2
        return kind, int(operator.kind in (Kind.MEAN, Kind.MULTIPLY))

    def weight_bytes(self, index: int) -> int:
        """Of an operator's weights, tables, constants or samples."""
        operator = self.model.operators[index]
        height, width, channels = self.extent(operator.output)
        inputs = self.extent(operator.input)
        taps = operator.kernel_height * operator.kernel_width
        constant = channels if operator.second_input == packed.IMAGE else 0
        sizes = {
            Kind.CONV: channels * taps * inputs[2],
            Kind.DEPTHWISE: channels * taps,
            Kind.POINTWISE: (channels + channels % 2) * inputs[2],
            Kind.FULLY_CONNECTED: (channels + channels % 2) * inputs[0] * inputs[1] * inputs[2],
            Kind.TABLE: 256 * operator.extra,
            Kind.RESIZE: (height + width) * packed.PackedSample.LAYOUT.size,
        }
        pairs = (Kind.ADD, Kind.MULTIPLY, Kind.MINIMUM, Kind.MAXIMUM)
        return constant if operator.kind in pairs else sizes.get(Kind(operator.kind), 0)


@functools.cache
def blob(seed: int) -> Blob:
    """random_networks.py's network of that seed."""
    return Blob(compile_as_bytes(random_model(seed)[0], "small").blob)


every_model = pytest.mark.parametrize("seed", SEEDS)


def operators(made: Blob) -> Iterator[tuple[int, packed.PackedOperator]]:
    """Each with its index."""
    yield from enumerate(made.model.operators)
