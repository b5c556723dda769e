"""host.deploy against the firmware on the virtual board: cables that are pulled, bad ones, restarts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

import pytest

from host.base.errors import HostError
from host.deploy.transfer import body_crc, erase_slots, send_model, use_slot
from host.link.client import Client
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.line import GUEST, Line, Timing
from host.link.messages import Mode, SlotState
from host.link.transport import Port
from host.virtual.local_port import LocalPort
from host.virtual.scene import open_scene
from tests.deploy.board_port import Cable
from tests.deploy.models import PERSON, packed, padded
from tests.engine.test_validate import CASES
from tests.system.board import FIRMWARE

MODEL_BYTES = 288 * 1024
FOREVER = 1 << 40
READ_CYCLES = 64_000 * 4  # of guest time that one read lets pass
QUICK = Timing(hello_s=60, hello_again_s=0.1, answer_s=0.2, tries=100, busy_s=0.01, reopen_s=0.01)
FIRST, SECOND = packed("first", 1), packed("second", 2)


@pytest.fixture(scope="module")
def board() -> LocalPort:
    return LocalPort(
        open_scene("noise:1"), elf=FIRMWARE, slice_cycles=READ_CYCLES, say=lambda line: None
    )


def connect(
    board: LocalPort,
    next_pull: Callable[[], int] = lambda: FOREVER,
    worsened: Callable[[Port], Port] = lambda port: port,
) -> tuple[Device, Cable]:
    cable = Cable(board, next_pull)
    device = Device(worsened(cable.plug()), reopen=lambda: worsened(cable.plug()), timing=QUICK)
    return device, cable


@pytest.fixture
def device(board: LocalPort) -> Iterator[Device]:
    """On a good cable, with empty slots."""
    with connect(board)[0] as made:
        erase_slots(made)
        yield made


def ignore(held: int) -> None:
    """No progress bar."""


def test_a_model_survives_20_pulled_cables(board: LocalPort) -> None:
    choose = random.Random(11)
    lengths = iter([choose.randrange(300, 2_500) for _ in range(20)])
    blob = padded(FIRST, 64 * 1024)
    seen: list[int] = []
    device, cable = connect(board, lambda: next(lengths, FOREVER))
    with device:
        send_model(device, blob, seen.append)
        assert device.hello.model_hash == body_crc(blob)
    assert cable.pulled == 20
    assert sorted(seen) == seen  # never back to the beginning


def test_a_bad_cable_only_costs_time(board: LocalPort) -> None:
    def worse(port: Port) -> Port:
        return FaultyPort(port, FaultRates.even(0.03))

    device, _ = connect(board, worsened=worse)
    with device:
        for blob in (FIRST, SECOND):
            send_model(device, blob, ignore)
            assert device.hello.model_hash == body_crc(blob)


def test_a_board_that_restarts_is_sent_the_model_again(board: LocalPort, device: Device) -> None:
    seen: list[int] = []

    def progress(held: int) -> None:
        seen.append(held)
        if len(seen) == 3:
            board.board.power.clear_bootloader_request()
            board.board._request_reset()

    send_model(device, SECOND, progress)
    assert device.hello.model == "second"
    assert seen.count(0) == 2


def test_a_stream_is_stopped_first(board: LocalPort) -> None:
    """By the board's own time: under a stream it is slower than any patience where this machine is busy."""
    device = Client(Line(board, replace(GUEST, tries=4), board.clock))
    device.greet()
    device.set_mode(Mode.STREAM)
    send_model(cast(Device, device), FIRST, ignore)
    assert device.greet().model == "first"
    assert device.mode is Mode.IDLE


def test_the_board_names_what_it_refuses_and_keeps_its_model(device: Device) -> None:
    send_model(device, FIRST, ignore)
    blob, _ = CASES["unknown operator"]
    with pytest.raises(HostError, match=r"refused the model: an operator is unknown.*still runs"):
        send_model(device, blob, ignore)
    assert device.greet().model == "first"
    with pytest.raises(HostError, match="refused the model"):
        use_slot(device, 2)


def test_slots_are_chosen_and_erased(device: Device) -> None:
    built_in = device.hello.model
    send_model(device, FIRST, ignore)
    send_model(device, SECOND, ignore)
    use_slot(device, 1)
    assert device.hello.model == "first"
    use_slot(device, 0)
    assert device.hello.model == built_in
    assert [device.slot(n).name for n in range(3)] == [built_in, "first", "second"]
    erase_slots(device)
    assert [device.slot(n).state for n in range(1, 3)] == [SlotState.EMPTY] * 2
    assert device.slot(0).active


def test_a_board_that_is_gone_is_named(board: LocalPort) -> None:
    lengths = iter([20_000])
    impatient = Timing(hello_s=0.1, hello_again_s=0.05, answer_s=0.03, tries=2, reopen_s=0.01)
    cable = Cable(board, lambda: next(lengths, 1))

    def lose_patience(held: int) -> None:
        """Once it has begun: until then the board may be slow."""
        gone.line.timing = impatient

    with (
        Device(cable.plug(), reopen=cable.plug, timing=QUICK) as gone,
        pytest.raises(HostError, match="gone in the middle"),
    ):
        send_model(gone, padded(PERSON.read_bytes(), MODEL_BYTES), lose_patience)
