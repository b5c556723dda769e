"""What a stream says from its first result on, and what it refuses meanwhile."""

from __future__ import annotations

from host.link.messages import Inject, Mode, Result, Status
from tests.system.board import Bench


def test_the_first_result_has_no_period_and_the_next_ones_have() -> None:
    bench = Bench()
    bench.mode(Mode.STREAM)
    first, second = bench.wait(Result), bench.wait(Result)
    assert first.period_cycles == 0
    stages = second.capture_cycles + second.preprocess_cycles + second.inference_cycles
    assert second.period_cycles >= max(second.inference_cycles, stages // 2)
    assert second.frame == first.frame + 1


def test_a_board_that_streams_takes_no_images() -> None:
    """They would be taken for the camera's; what streams goes on."""
    bench = Bench()
    total = bench.hello.input_height * bench.hello.input_width * bench.hello.input_channels
    bench.mode(Mode.STREAM)
    bench.wait(Result)
    assert bench.ask(Inject(0, total, bytes(16))).status == Status.BUSY
    assert bench.wait(Result).frame > 0
    bench.mode(Mode.IDLE)
    assert bench.ask(Inject(0, total, bytes(16))).status == Status.OK
