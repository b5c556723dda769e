"""A hold keeps one power state and nothing else: what a meter sees is what was requested."""

from __future__ import annotations

import numpy as np
import pytest

from host.link.framing import encode_packet
from host.link.line import USB_PACKET_BYTES
from host.link.messages import (
    HOLD_MAX_MS,
    MARKER_PINS,
    Ack,
    Frame,
    Held,
    Hold,
    HoldEnd,
    Mode,
    Ping,
    Pong,
    PowerState,
    Set,
    Setting,
    Status,
)
from host.virtual.options import BoardOptions, SensorFaults
from tests.system.board import SECOND, Bench

IMAGE = np.full((96, 96, 1), 90, np.uint8)
QUIET_STATES = [state for state in PowerState if state is not PowerState.SEND]
STANDBY_STATES = [PowerState.SLEEP, PowerState.IDLE, PowerState.INFERENCE, PowerState.SEND]


@pytest.fixture(scope="module")
def bench() -> Bench:
    """One board for all that leave it as they found it."""
    board = Bench("synthetic")
    board.inject(IMAGE)
    return board


class Watcher:
    """What left the board and what its marker did, by guest cycle."""

    def __init__(self, bench: Bench) -> None:
        self.bytes: list[int] = []
        self.edges: list[tuple[int, bool]] = []
        board = bench.board

        def received(data: bytes) -> None:
            self.bytes.append(board.cycles)
            bench.port.arrive(data)

        board.received = received
        board.marked = lambda high: self.edges.append((board.cycles, high))


def hold(bench: Bench, state: PowerState, duration_ms: int, repetitions: int = 0) -> Held:
    assert bench.ask(Hold(int(state), duration_ms, repetitions)).status == Status.OK
    held = bench.wait(Held, 30.0)
    assert held.state == state
    return held


@pytest.mark.parametrize("state", QUIET_STATES)
def test_nothing_is_sent_between_acknowledgement_and_end(bench: Bench, state: PowerState) -> None:
    watcher = Watcher(bench)
    repetitions = 2 if state in (PowerState.CAPTURE, PowerState.INFERENCE) else 0
    held = hold(bench, state, 60, repetitions)
    end = bench.board.cycles
    began = end - held.duration_us * 64
    assert held.ended == HoldEnd.COMPLETE
    assert held.duration_us >= 60_000
    inside = [at for at in watcher.bytes if began + 64_000 < at < end - 64_000]
    assert not inside


def test_the_marker_is_high_once_a_repetition_and_for_the_cycles_reported(bench: Bench) -> None:
    watcher = Watcher(bench)
    held = hold(bench, PowerState.INFERENCE, 0, 3)
    rises = [at for at, high in watcher.edges if high]
    falls = [at for at, high in watcher.edges if not high]
    assert (held.repetitions, len(rises), len(falls)) == (3, 3, 3)
    high = sum(fall - rise for rise, fall in zip(rises, falls, strict=True))
    assert abs(high - held.marked_cycles) < 600
    assert held.awake_cycles / 64 == pytest.approx(held.duration_us, rel=0.001)


@pytest.mark.parametrize("state", [s for s in PowerState if s is not PowerState.INFERENCE])
def test_the_marker_stays_low_in_every_other_state(bench: Bench, state: PowerState) -> None:
    watcher = Watcher(bench)
    hold(bench, state, 5)
    assert not watcher.edges


@pytest.mark.parametrize("state", PowerState)
def test_the_sensor_streams_only_where_it_should(bench: Bench, state: PowerState) -> None:
    assert bench.ask(Hold(int(state), 250, 0)).status == Status.OK
    bench.board.run(SECOND // 10)
    streams = bench.board.sensor.timing is not None
    powered_down = bench.board.gpio.ports[1].levels() >> 1 & 1
    assert streams == (state not in STANDBY_STATES)
    assert powered_down == (state in STANDBY_STATES)
    bench.wait(Held)


@pytest.mark.bare_image("the core's USB and clock interrupts wake the one that is flashed")
def test_a_sleeping_board_hardly_wakes_and_an_idle_one_turns_its_loop(bench: Bench) -> None:
    asleep = hold(bench, PowerState.SLEEP, 1000)
    idle = hold(bench, PowerState.IDLE, 1000)
    assert asleep.awake_cycles < 2_000
    assert 64_000 < idle.awake_cycles < 1_000_000
    before = bench.board.slept_cycles
    on = hold(bench, PowerState.CAMERA_ON, 1000)
    assert on.awake_cycles < 2_000
    assert bench.board.slept_cycles - before > 0.99 * SECOND


def test_captures_repeat_without_inference(bench: Bench) -> None:
    frames = len(bench.board.sensor.last_frames)
    held = hold(bench, PowerState.CAPTURE, 0, 2)
    assert held.repetitions == 2
    assert held.marked_cycles == 0
    assert len(bench.board.sensor.last_frames) >= min(8, frames + 2)
    bench.inject(IMAGE)  # the image in hand again


def test_sending_repeats_the_image_in_hand(bench: Bench) -> None:
    bench.inject(IMAGE)
    bench.messages.clear()
    held = hold(bench, PowerState.SEND, 0, 4)
    frames = [m for m in bench.messages if isinstance(m, Frame)]
    assert (held.repetitions, len(frames)) == (4, 4)
    assert all(frame.pixels == IMAGE.tobytes() for frame in frames)
    bench.messages.clear()


def test_zeros_which_fill_a_packet_of_usb_do_not_end_a_hold(bench: Bench) -> None:
    command = encode_packet(Hold.ID, 0, Hold(int(PowerState.SLEEP), 200, 0).pack())
    bench.port.write(command + bytes(USB_PACKET_BYTES))
    assert bench.wait(Held, 1.0).ended == HoldEnd.COMPLETE
    bench.messages.clear()


@pytest.mark.parametrize("state", PowerState)
def test_any_byte_from_the_host_ends_a_hold_and_is_obeyed(bench: Bench, state: PowerState) -> None:
    bench.ask(Hold(int(state), 60_000, 0))
    bench.board.run(SECOND // 20)
    bench.tell(Ping(7))
    held = bench.wait(Held, 1.0)
    assert held.ended == HoldEnd.HOST
    assert held.duration_us < 500_000
    assert bench.wait(Pong, 1.0).host_time_us == 7
    bench.messages.clear()


@pytest.mark.parametrize(
    ("state", "duration_ms", "repetitions"),
    [
        (6, 100, 0),
        (PowerState.IDLE, 0, 0),
        (PowerState.IDLE, HOLD_MAX_MS + 1, 0),
        (PowerState.SLEEP, 100, 1),
        (PowerState.INFERENCE, 0, 100_001),
    ],
)
def test_holds_without_sense_or_end_are_refused(
    bench: Bench, state: int, duration_ms: int, repetitions: int
) -> None:
    assert bench.ask(Hold(state, duration_ms, repetitions)).status == Status.BAD_VALUE


def test_a_board_at_work_holds_nothing(bench: Bench) -> None:
    bench.mode(Mode.RESULTS)
    bench.tell(Hold(PowerState.IDLE, 10, 0))
    assert bench.wait(Ack).status == Status.BUSY
    bench.mode(Mode.IDLE)


def test_a_hold_of_a_broken_camera_ends_with_its_fault() -> None:
    broken = Bench(options=BoardOptions(faults=SensorFaults(no_href=True)))
    broken.ask(Hold(PowerState.CAPTURE, 0, 3))
    assert broken.wait(Held, 5.0).ended == HoldEnd.FAULT
    assert broken.ask(Hold(PowerState.SLEEP, 20, 0)).status == Status.OK
    assert broken.wait(Held).ended == HoldEnd.COMPLETE


@pytest.mark.parametrize("pin", [*MARKER_PINS, -1])
def test_the_marker_moves_to_another_free_pin(bench: Bench, pin: int) -> None:
    bench.set(Setting.MARKER_PIN, pin)
    seen: set[int] = set()
    watcher = Watcher(bench)
    board = bench.board
    board.marked = lambda high: seen.update(p for p in range(32) if board_level(bench, p))
    bench.inject(IMAGE)
    assert seen == ({pin} if pin >= 0 else set())
    assert not watcher.edges
    outputs = [p for p in MARKER_PINS if board.gpio.ports[0].dir >> p & 1]
    assert outputs == ([pin] if pin >= 0 else [])
    bench.set(Setting.MARKER_PIN, MARKER_PINS[0])


def board_level(bench: Bench, pin: int) -> bool:
    return pin in MARKER_PINS and bool(bench.board.gpio.ports[0].levels() >> pin & 1)


@pytest.mark.parametrize("pin", [27, 31, 2, 21, 4, 5, 18, 32, -2, 1000])
def test_pins_with_another_task_are_no_marker(bench: Bench, pin: int) -> None:
    assert bench.ask(Set(Setting.MARKER_PIN, pin)).status == Status.BAD_VALUE
