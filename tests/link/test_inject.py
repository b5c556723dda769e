"""Images that are sent to the board: all of each, in order, over a bad cable, and not for ever."""

from __future__ import annotations

import random

import numpy as np
import pytest

from host.base.records import Message
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.line import NoAnswerError
from tests.link.fake_board import FakeBoard, MemoryPort, moving_picture
from tests.link.patience import LOSING, PATIENT


def test_inject_sends_every_pixel_in_order(device: Device, board: FakeBoard) -> None:
    image = moving_picture(3)
    result = device.inject(image)
    pieces = [c for c in board.commands if isinstance(c, wire.Inject)]
    assert b"".join(p.pixels for p in pieces) == image.tobytes()
    assert all(len(p.pack()) <= wire.MAX_COMMAND_PAYLOAD_BYTES for p in pieces)
    assert (result.source, result.scores) == (wire.Source.INJECTED, bytes([178, 77]))
    assert device.receive(0.02) is None, "the result belongs to inject"


@pytest.mark.parametrize("seed", [1, 2])
def test_inject_survives_lost_answers(losing: Device, board: FakeBoard, seed: int) -> None:
    chance, lost_in_a_row = random.Random(seed).random, 0

    def drop(_: object) -> bool:
        """At most two in a row: the one behind them must be enough."""
        nonlocal lost_in_a_row
        lost_in_a_row = lost_in_a_row + 1 if chance() < 0.25 and lost_in_a_row < 2 else 0
        return lost_in_a_row > 0

    board.drop_answer = drop
    image = moving_picture(seed)
    assert losing.inject(image).image_crc == board.result(image).image_crc


def test_inject_stops_the_stream_first(device: Device, board: FakeBoard) -> None:
    device.set_mode(wire.Mode.STREAM)
    device.inject(moving_picture(1))
    assert board.mode == wire.Mode.IDLE


def test_inject_takes_the_result_for_the_last_answer(losing: Device, board: FakeBoard) -> None:
    total = 96 * 96
    board.drop_answer = lambda m: isinstance(m, wire.Ack) and m.value == total
    assert losing.inject(moving_picture(1)).source == wire.Source.INJECTED


def test_inject_repeats_when_the_result_is_lost(losing: Device, board: FakeBoard) -> None:
    lost = iter([True])
    board.drop_answer = lambda m: isinstance(m, wire.Result) and next(lost, False)
    assert losing.inject(moving_picture(1)).source == wire.Source.INJECTED


def test_inject_wants_the_models_shape(device: Device) -> None:
    with pytest.raises(ValueError, match="takes uint8"):
        device.inject(np.zeros((64, 64, 1), np.uint8))


def test_inject_works_over_a_bad_cable(board: FakeBoard) -> None:
    """Damage in both directions: the image that is inferred is still the image that was sent."""
    port = FaultyPort(MemoryPort(board), FaultRates(0.02, 0.02, 0.02, 0.02), seed=5)
    with Device(port, timing=LOSING) as device:
        for number in range(4):
            image = moving_picture(number)
            assert device.inject(image).image_crc == board.result(image).image_crc
    assert port.sent.counts.total > 5 and port.received.counts.total > 5


def test_an_injected_image_that_the_board_never_holds_ends() -> None:
    """Each piece is acknowledged with nothing held: so often, and no more."""
    image = moving_picture(3)
    board = ForgetfulBoard()
    with (
        Device(MemoryPort(board), timing=PATIENT) as forgetful,
        pytest.raises(NoAnswerError, match="keeps losing an injected image"),
    ):
        forgetful.inject(image)
    pieces = image.size // wire.INJECT_CHUNK_BYTES + 1
    assert sum(isinstance(c, wire.Inject) for c in board.commands) == PATIENT.tries * pieces


class ForgetfulBoard(FakeBoard):
    """Holds nothing of an image."""

    def _inject(self, command: wire.Inject) -> tuple[int, list[Message]]:
        return 0, []
