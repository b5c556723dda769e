"""The image under test as a tool meets it: found, greeted, streaming. tools/check.py runs it on a built one."""

from __future__ import annotations

import numpy as np
import pytest

from host.link.messages import Fault, Frame, HelloRequest, Mode, Ping, Pong, Result, Setting
from tests.system.board import FIRMWARE, SECOND, Bench

ARDUINO, NANO_33_BLE = 0x2341, 0x805A
PICTURE = np.linspace(0, 255, 96 * 96).astype(np.uint8).reshape(96, 96, 1)
FRAMES = 5


@pytest.fixture(scope="module")
def bench() -> Bench:
    """One board for all."""
    return Bench("synthetic")


def test_a_port_on_usb_is_the_one_that_tools_look_for(bench: Bench) -> None:
    device = bench.board.usb.device
    if device is None:
        assert bench.hello.board == "virtual", "an image without USB is our own"
        return
    assert (device.vendor, device.product) == (ARDUINO, NANO_33_BLE)
    assert bench.hello.board == "nano33ble"


def test_it_answers_every_request(bench: Bench) -> None:
    bench.tell(HelloRequest())
    assert bench.greet().layout_hash == bench.hello.layout_hash
    bench.tell(Ping(99))
    assert bench.wait(Pong).host_time_us == 99
    bench.set(Setting.GAIN, 0)


def test_an_injected_picture_has_the_scores_of_our_own_image(bench: Bench) -> None:
    reference = Bench("synthetic", elf=FIRMWARE)
    assert bench.hello.model_hash == reference.hello.model_hash
    assert bench.inject(PICTURE).scores == reference.inject(PICTURE).scores


def test_every_frame_arrives_with_its_result(bench: Bench) -> None:
    bench.messages.clear()
    bench.mode(Mode.STREAM)
    results = [bench.wait(Result, 10.0) for _ in range(FRAMES)]
    bench.mode(Mode.IDLE)
    bench.board.run(SECOND // 10)
    faults = [m for m in bench.messages if isinstance(m, Fault)]
    assert faults == []
    numbers = [result.frame for result in results]
    assert numbers == list(range(numbers[0], numbers[0] + FRAMES))
    frames = {m.frame for m in bench.messages if isinstance(m, Frame)}
    assert frames >= set(numbers)
