"""The engine's plain C, compiled for this PC, behind a typed Python class."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.compiler.pack import PackedModel, unpack
from host.compiler.status import EngineStatus
from tests.native import FIRMWARE, compile_shared

SOURCES = [*sorted((FIRMWARE / "src" / "engine").rglob("*.c")), FIRMWARE / "src" / "crc32.c"]
OBSERVER = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32)
CLOCK = ctypes.CFUNCTYPE(ctypes.c_uint32)
GUARD = 64  # bytes behind the arena that no run may touch


class EngineStruct(ctypes.Structure):
    """struct engine of engine.h."""

    _fields_ = (
        ("blob", ctypes.c_void_p),
        ("header", ctypes.c_void_p),
        ("operators", ctypes.c_void_p),
        ("arena", ctypes.c_void_p),
        ("clock", ctypes.c_void_p),
        ("observer", ctypes.c_void_p),
        ("observer_context", ctypes.c_void_p),
    )


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The compiled engine."""
    made = ctypes.CDLL(str(compile_shared("engine", [Path(s) for s in SOURCES])))
    made.engine_open.argtypes = [
        ctypes.POINTER(EngineStruct),
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_void_p,
        ctypes.c_size_t,
    ]
    return made


def aligned(data: bytes | int, alignment: int = 8) -> NDArray[np.uint8]:
    """Bytes (or that many of 0xA5) at an aligned address."""
    count = data if isinstance(data, int) else len(data)
    whole = np.full(count + alignment, 0xA5, np.uint8)
    start = -whole.ctypes.data % alignment
    view = whole[start : start + count]
    if isinstance(data, bytes):
        view[:] = np.frombuffer(data, np.uint8)
    return view


def status_of(blob: bytes, arena_bytes: int) -> EngineStatus:
    """What engine_open says of `blob`."""
    data, arena, engine = aligned(blob), aligned(arena_bytes + 8), EngineStruct()
    status = library().engine_open(
        ctypes.byref(engine), data.ctypes.data, len(blob), arena.ctypes.data, arena_bytes
    )
    return EngineStatus(status)


class HostEngine:
    """An opened model. The arena starts full of 0xA5, so that nothing passes by being zero."""

    def __init__(self, blob: bytes) -> None:
        self.model: PackedModel = unpack(blob)
        self.blob = aligned(blob)
        self.arena_bytes = self.model.header.arena_bytes
        self.arena = aligned(self.arena_bytes + GUARD)
        self.engine = EngineStruct()
        status = library().engine_open(
            ctypes.byref(self.engine),
            self.blob.ctypes.data,
            len(blob),
            self.arena.ctypes.data,
            self.arena_bytes,
        )
        if status:
            raise AssertionError(f"engine_open: {EngineStatus(status).name}")

    def run(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        """The scores of one image (uint8, u = q + 128)."""
        pixels = np.ascontiguousarray(image)
        scores = np.zeros(self.model.header.output_count, np.int8)
        library().engine_run(
            ctypes.byref(self.engine),
            pixels.ctypes.data_as(ctypes.c_void_p),
            scores.ctypes.data_as(ctypes.c_void_p),
        )
        if not bool(np.all(self.arena[self.arena_bytes :] == 0xA5)):
            raise AssertionError("the engine wrote behind its arena")
        return scores

    def observe(self, image: NDArray[np.uint8], see: Callable[[int], None]) -> NDArray[np.int8]:
        """As run; `see(operator)` is called when an operator has made its last row."""
        callback = OBSERVER(lambda _context, index, _cycles: see(index))
        self.engine.observer = ctypes.cast(callback, ctypes.c_void_p).value
        try:
            return self.run(image)
        finally:
            self.engine.observer = None

    def output_of(self, operator: int) -> NDArray[np.uint8]:
        """The operator's output map [height][width][channels], read from the arena; its rows must all be there."""
        m = self.model.maps[self.model.operators[operator].output]
        if m.ring_rows != m.top + m.height + m.bottom:
            raise AssertionError("rows of a ring are gone: compile without streaming")
        size = m.ring_rows * m.channels * m.line_stride
        rows = self.arena[m.offset : m.offset + size].reshape(
            m.ring_rows, m.channels, m.line_stride
        )
        inside = rows[m.top : m.top + m.height, :, m.left : m.left + m.width]
        return inside.transpose(0, 2, 1).copy()
