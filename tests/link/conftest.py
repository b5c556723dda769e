"""A scripted board, a port to it, and devices there: `losing` for boards that lose answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from host.link.device import Device
from tests.link.fake_board import FakeBoard, MemoryPort
from tests.link.patience import LOSING, PATIENT


@pytest.fixture
def board() -> FakeBoard:
    return FakeBoard()


@pytest.fixture
def port(board: FakeBoard) -> MemoryPort:
    return MemoryPort(board)


@pytest.fixture
def device(port: MemoryPort) -> Iterator[Device]:
    with Device(port, timing=PATIENT) as device:
        yield device


@pytest.fixture
def losing(port: MemoryPort) -> Iterator[Device]:
    with Device(port, timing=LOSING) as device:
        yield device
