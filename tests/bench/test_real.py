"""The measurement of a real board, from the messages that it sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.bench.engine.real import measure_real
from host.compiler.model import Model, choose_model
from host.link import messages as wire
from host.link.device import Device
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort

PACKED = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tpm"


class ProfilingBoard(FakeBoard):
    """Sends a Profile behind each Result on request: operator k took 1000 + k cycles. stray: one of
    another frame comes first."""

    stray = False

    def _obey(self, command: Message) -> tuple[int, list[Message]]:
        value, extra = super()._obey(command)
        if self.settings.get(wire.Setting.PROFILE) and extra:
            operators = len(choose_model(PACKED, b"", True).packed.operators)
            cycles = (1000 + np.arange(operators)).astype("<u4").tobytes()
            if self.stray:
                extra.append(wire.Profile(self.frame + 1, bytes(len(cycles))))
            extra.append(wire.Profile(self.frame, cycles))
        return value, extra


@pytest.fixture
def model() -> Model:
    return choose_model(PACKED, b"", True)


@pytest.fixture
def board(model: Model) -> ProfilingBoard:
    return ProfilingBoard(replace(HELLO, model_hash=model.hash, board="nano33ble"))


@pytest.fixture
def device(board: ProfilingBoard) -> Iterator[Device]:
    with Device(MemoryPort(board)) as opened:
        yield opened


def test_cycles_come_from_the_profile_and_nothing_is_estimated(
    device: Device, board: ProfilingBoard
) -> None:
    report = measure_real(device, PACKED, True, 3)
    assert [layer.cycles for layer in report.layers] == [1000 + i for i in range(30)]
    assert report.cycles == 9_200_000
    assert report.total is None
    assert report.layers[0].instructions is None
    assert report.exactness.exact is False  # the fake board makes its scores up
    assert "nano33ble board" in report.conditions.board
    assert "measured" in report.conditions.cycles
    assert board.settings[wire.Setting.PROFILE] == 0


def test_a_profile_of_another_frame_is_passed_over(device: Device, board: ProfilingBoard) -> None:
    """It must not be taken for this inference's."""
    board.stray = True
    report = measure_real(device, PACKED, True, 3)
    assert [layer.cycles for layer in report.layers] == [1000 + i for i in range(30)]


def test_profiles_are_requested_while_it_measures_and_not_afterwards(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[tuple[wire.Setting, int]] = []
    change = device.set

    def noted(setting: wire.Setting, value: int) -> None:
        changed.append((setting, value))
        change(setting, value)

    monkeypatch.setattr(device, "set", noted)
    measure_real(device, PACKED, True, 1)
    assert changed == [(wire.Setting.PROFILE, 1), (wire.Setting.PROFILE, 0)]

    def fails(image: object) -> None:
        raise HostError("the cable was pulled")

    monkeypatch.setattr(device, "inject", fails)
    with pytest.raises(HostError, match="pulled"):
        measure_real(device, PACKED, True, 1)
    assert changed[2:] == changed[:2]


def test_a_board_that_runs_another_model_is_refused(model: Model) -> None:
    port = MemoryPort(
        ProfilingBoard(replace(HELLO, board="nano33ble", model_hash=1, model="other"))
    )
    with Device(port) as opened, pytest.raises(HostError, match="the board runs other"):
        measure_real(opened, PACKED, True, 1)


def test_a_virtual_board_is_not_taken_for_a_real_one() -> None:
    with (
        Device(MemoryPort(ProfilingBoard())) as opened,
        pytest.raises(HostError, match="memory is a virtual board"),
    ):
        measure_real(opened, PACKED, True, 1)
