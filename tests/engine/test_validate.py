"""A packed model is untrusted: each fault has its status."""

from __future__ import annotations

import ctypes
import dataclasses
from typing import Any

import numpy as np
import pytest

from host.compiler import format as packed
from host.compiler.pack import seal, unpack
from host.compiler.status import EngineStatus
from tests.compiler.random_networks import compile_as_bytes, random_model
from tests.engine.library import EngineStruct, aligned, library, status_of

MODEL = unpack(compile_as_bytes(random_model(9)[0], "small").blob)
HEADER = MODEL.header


def changed(record: Any, at: int, fields: dict[str, Any]) -> bytes:
    """The blob with one record (at byte `at`) changed and the checksum made right."""
    made: bytes = dataclasses.replace(record, **fields).pack()
    return seal(MODEL.data[:at] + made + MODEL.data[at + len(made) :])


def header_with(**fields: Any) -> bytes:
    return changed(HEADER, 0, fields)


def map_with(**fields: Any) -> bytes:
    return changed(MODEL.maps[0], HEADER.maps_offset, fields)


def operator_with(index: int = 0, **fields: Any) -> bytes:
    at = HEADER.operators_offset + index * packed.PackedOperator.LAYOUT.size
    return changed(MODEL.operators[index], at, fields)


def step_with(**fields: Any) -> bytes:
    return changed(MODEL.steps[0], HEADER.steps_offset, fields)


CASES = {
    "empty": (b"", EngineStatus.TOO_SHORT),
    "cut in the header": (MODEL.data[:60], EngineStatus.TOO_SHORT),
    "cut in the body": (MODEL.data[:-4], EngineStatus.BAD_LENGTH),
    "longer": (MODEL.data + bytes(4), EngineStatus.BAD_LENGTH),
    "another file": (b"GIF89a" + MODEL.data[6:], EngineStatus.BAD_MAGIC),
    "another version": (header_with(version=packed.VERSION + 1), EngineStatus.BAD_VERSION),
    "damaged byte": (MODEL.data[:-1] + b"\x55", EngineStatus.BAD_CRC),
    "no operators": (header_with(operator_count=0), EngineStatus.BAD_HEADER),
    "too many operators": (header_with(operator_count=999), EngineStatus.BAD_HEADER),
    "tables outside": (header_with(maps_offset=HEADER.total_bytes), EngineStatus.BAD_HEADER),
    "table offset overflows": (header_with(steps_offset=0xFFFFFFFC), EngineStatus.BAD_HEADER),
    "labels outside": (header_with(labels_bytes=1 << 30), EngineStatus.BAD_HEADER),
    "larger arena": (header_with(arena_bytes=1 << 30), EngineStatus.ARENA_TOO_SMALL),
    "smaller arena": (header_with(arena_bytes=8), EngineStatus.BAD_MAP),
    "map outside": (map_with(offset=1 << 24), EngineStatus.BAD_MAP),
    "map misaligned": (map_with(offset=MODEL.maps[0].offset + 2), EngineStatus.BAD_MAP),
    "map of no rows": (map_with(height=0), EngineStatus.BAD_MAP),
    "line shorter than its pixels": (map_with(width=4096), EngineStatus.BAD_MAP),
    "unknown operator": (operator_with(kind=77), EngineStatus.BAD_OPERATOR),
    "unknown form": (operator_with(form=9), EngineStatus.BAD_OPERATOR),
    "input map that is not there": (operator_with(1, input=500), EngineStatus.BAD_OPERATOR),
    "output map that is not there": (operator_with(output=500), EngineStatus.BAD_OPERATOR),
    "scratch outside": (operator_with(scratch_words=65535), EngineStatus.BAD_OPERATOR),
    "step of another operator": (step_with(operator_index=60), EngineStatus.BAD_STEPS),
    "rows that come later": (step_with(first_row=1), EngineStatus.BAD_STEPS),
    "no rows": (step_with(rows=0), EngineStatus.BAD_STEPS),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_has_its_status(name: str) -> None:
    blob, expected = CASES[name]
    assert status_of(blob, HEADER.arena_bytes) == expected


def test_a_sound_model_opens() -> None:
    assert status_of(MODEL.data, HEADER.arena_bytes) == EngineStatus.OK


def test_weights_outside_the_model_are_refused() -> None:
    weighted = next(i for i, o in enumerate(MODEL.operators) if o.weights_offset)
    for offset in (HEADER.total_bytes, HEADER.total_bytes - 4, 0xFFFFFFFC):
        blob = operator_with(weighted, weights_offset=offset)
        assert status_of(blob, HEADER.arena_bytes) == EngineStatus.BAD_PARAMETERS


@pytest.mark.parametrize("blob_off", range(5))
@pytest.mark.parametrize("arena_off", [0, 1, 4, 7])
def test_words_lie_at_fours_and_the_arena_at_eights(blob_off: int, arena_off: int) -> None:
    """The Cortex-M4 faults at a double load that is not aligned (ARMv7-M ARM, A3.2.1)."""
    blob = MODEL.data
    data, arena, engine = aligned(len(blob) + 8), aligned(1 << 16), EngineStruct()
    data[blob_off : blob_off + len(blob)] = np.frombuffer(blob, np.uint8)
    status = library().engine_open(
        ctypes.byref(engine),
        data.ctypes.data + blob_off,
        len(blob),
        arena.ctypes.data + arena_off,
        arena.size - 8,
    )
    is_right = blob_off % 4 == 0 and arena_off == 0
    assert EngineStatus(status) == (EngineStatus.OK if is_right else EngineStatus.MISALIGNED)
