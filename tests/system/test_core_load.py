"""What Arduino's core takes from the flashed image: no frame, no message."""

from __future__ import annotations

import numpy as np
import pytest

from host.link.messages import Fault, Frame, Held, Hold, Mode, PowerState, Result, Status
from host.preprocess import area_average
from host.virtual.options import BoardOptions
from host.virtual.silicon import Silicon
from tests.system.board import ROOT, Bench
from tests.system.sweep import in_colour

RESULTS = 6
FASTEST = {"person_grey_025": 5, "person_rgb_025": 7}  # dividers of the pixel clock


@pytest.mark.parametrize("model", ["person_grey_025", "person_rgb_025"])
def test_no_frame_and_no_result_is_lost_to_the_cores_interrupts(model: str) -> None:
    bench = Bench("noise:3", BoardOptions(core_load=True))
    bench.load_model((ROOT / "models" / f"{model}.tpm").read_bytes())
    bench.mode(Mode.STREAM)
    results = [bench.wait(Result) for _ in range(RESULTS)]
    bench.mode(Mode.IDLE)
    assert not [message for message in bench.messages if isinstance(message, Fault)]
    assert results[-1].dropped_messages == 0
    last = results[-1]
    assert 0 < last.overlapped_cycles <= last.capture_cycles + last.preprocess_cycles
    assert last.inference_cycles < last.age_cycles < last.period_cycles, "younger than a period"
    frames = [message for message in bench.messages if isinstance(message, Frame)]
    assert [frame.frame for frame in frames][:RESULTS] == [result.frame for result in results]
    if model == "person_grey_025":
        shown = bench.board.sensor.last_frames
        sent = [area_average(np.ascontiguousarray(f.luma), 96, 96).tobytes() for f in shown]
        assert {frame.pixels for frame in frames[-2:]} & set(sent)


SLOWER = [Silicon(1, 1), Silicon(2, 2), Silicon(3, 3), Silicon(0, 2)]


@pytest.mark.parametrize("silicon", SLOWER, ids=Silicon.text)
@pytest.mark.parametrize("model", ["person_grey_025", "person_rgb_025"])
def test_a_slower_chip_gets_a_slower_clock_and_exact_frames(model: str, silicon: Silicon) -> None:
    bench = Bench("noise:3", BoardOptions(silicon=silicon))
    bench.load_model((ROOT / "models" / f"{model}.tpm").read_bytes())
    fastest = FASTEST[model]
    image = bench.frames(2)[-1]
    shown = bench.board.sensor.last_frames
    sent = [
        in_colour(frame) if image.shape[2] == 3 else area_average(frame.luma.copy(), 96, 96)
        for frame in shown
    ]
    assert any(np.array_equal(image, one) for one in sent)
    divider = bench.greet().clock_divider
    assert divider > fastest if silicon.wait else divider == fastest, divider


def test_from_power_on_the_fast_engine_is_as_exact_as_the_exact_one() -> None:
    """The firmware measures this chip and chooses by it: one inexact reading would show in every later cycle."""
    runs = []
    for always_exact in (False, True):
        options = BoardOptions(silicon=Silicon(2, 2), core_load=True, always_exact=always_exact)
        bench = Bench("noise:3", options)
        bench.mode(Mode.STREAM)
        for _ in range(2):
            bench.wait(Result)
        runs.append((bench.board.cycles, bench.board.instructions, bench.messages))
    assert runs[0] == runs[1]


def test_handlers_of_a_core_that_the_image_brings_along_can_be_dearer() -> None:
    """Here the RTC1 of our own image stands for it: it wakes the idle board every millisecond."""

    def awake(dearer: int) -> int:
        bench = Bench()
        bench.board.exceptions.make_core_dearer(dearer)
        assert bench.ask(Hold(PowerState.IDLE, 100, 0)).status == Status.OK
        return bench.wait(Held).awake_cycles

    assert awake(1_000) - awake(0) == pytest.approx(100 * 1_000, rel=0.1)
