"""Streams with results: no frame, no message and no pixel is lost, on our own image as on the one that is flashed.

A few frames each; `--frames 500` makes them long, `--image FILE` runs a built image, over USB.
"""

from __future__ import annotations

import pytest

from host.link.messages import Fault, Frame, Get, Mode, Ping, Result, Setting, Status
from host.virtual.options import BoardOptions
from host.virtual.silicon import Silicon
from tests.deploy.slot_bench import SlotBench
from tests.system.board import ROOT, under_test_is_ours
from tests.system.pessimistic import SCENE, pessimistic
from tests.system.stream import Tally, stream

IDEAL, DEARER = Silicon(), Silicon(interrupt=1_000)
MOST_DROPPED = 0.01  # with interrupts 1,000 cycles dearer


def bench_with(model: str, silicon: Silicon = IDEAL) -> SlotBench:
    """A board that runs this model: the built-in one, or one that was sent over the link."""
    load = True if under_test_is_ours() else None  # the flashed image brings the core along
    bench = SlotBench(SCENE, BoardOptions(silicon=silicon, core_load=load))
    if bench.hello.model != model:
        blob = (ROOT / "models" / f"{model}.tpm").read_bytes()
        assert bench.deploy(blob).status == Status.OK
    assert bench.hello.model == model
    return bench


def shown(tally: Tally) -> str:
    """For who runs it long."""
    return (
        f"{tally.delivered} frames and {tally.results} results in {tally.seconds:.1f} s, "
        f"{tally.rate:.2f} a second, {tally.drops} dropped, {tally.missing} missing, "
        f"{tally.lost} messages lost, {tally.wrong} wrong, {tally.restarts} restarts"
    )


@pytest.mark.parametrize("model", ["person_grey_025", "person_rgb_025"])
def test_every_frame_of_a_stream_is_exact_and_has_its_result(model: str, frames: int) -> None:
    tally = stream(bench_with(model), frames)
    print(model, shown(tally))
    assert (tally.delivered, tally.results) == (frames, frames)
    assert (tally.drops, tally.missing, tally.lost, tally.wrong, tally.restarts) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("model", ["person_grey_025", "person_rgb_025"])
def test_dearer_interrupts_cost_a_hundredth_of_the_frames_and_no_restart(
    model: str, frames: int
) -> None:
    tally = stream(bench_with(model, DEARER), frames)
    print(model, shown(tally))
    assert (tally.missing, tally.lost, tally.wrong, tally.restarts) == (0, 0, 0, 0)
    assert tally.drops <= MOST_DROPPED * frames


def test_requests_between_frames_cost_none_of_them() -> None:
    bench = bench_with("person_grey_025")
    bench.mode(Mode.STREAM)
    numbers = []
    for turn in range(8):
        bench.client.camera_register(0x1C)
        bench.ask(Get(Setting.GAIN))
        bench.tell(Ping(turn))
        numbers.append(bench.wait(Result).frame)
    bench.mode(Mode.IDLE)
    assert [m for m in bench.messages if isinstance(m, Fault)] == []
    frames = [m.frame for m in bench.messages if isinstance(m, Frame)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert set(numbers) <= set(frames)


@pytest.mark.parametrize(("wait", "branch"), [(0, 1), (1, 2), (3, 3)])
def test_a_pixel_of_a_pessimistic_chip_is_right_or_its_frame_dropped(
    wait: int, branch: int
) -> None:
    bench = bench_with("person_grey_025", pessimistic(wait, branch))
    tally = stream(bench, 6)
    assert tally.delivered > 0
    assert (tally.wrong, tally.missing, tally.restarts) == (0, 0, 0)
