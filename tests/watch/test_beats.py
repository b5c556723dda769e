"""The beats of a virtual watch: when the cable of a board with USB is in, and what its mean current is of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from host.base.errors import HostError
from host.bench.watch.figures import Listener, WatchPlan
from host.bench.watch.virtual import VirtualWatch
from host.link.messages import Heartbeat, Mode
from host.power.currents import supply_current_a
from tests.link.fake_board import HELLO
from tests.watch.test_bench import beat

HZ = 64_000_000


class Board:
    """Runs for cycles; notes until which second its cable was in or out."""

    def __init__(self) -> None:
        self.cycles, self.cable_pulled = HZ // 2, False  # it has started
        self.spans: list[tuple[float, bool]] = []

    def run(self, cycles: int) -> None:
        self.cycles += cycles
        if cycles:
            self.spans.append((self.cycles / HZ - 0.5, self.cable_pulled))


def made(on_usb: bool) -> tuple[VirtualWatch, Board, list[Any]]:
    """A watch of a board that says nothing, and the requests to its client and its meter."""
    board, requests = Board(), list[Any]()

    class Timeline:
        def rail_currents(self, start: int, stop: int, count: int) -> list[float]:
            requests.append((start / HZ - 0.5, stop / HZ - 0.5, count))
            return [0.002, 9.9]

        def uncertainty(self, start: int, stop: int) -> float:
            requests.append((start / HZ - 0.5, stop / HZ - 0.5))
            return 0.25

    watch: Any = object.__new__(VirtualWatch)
    watch._port, watch._board, watch._on_usb = SimpleNamespace(has_bytes=False), board, on_usb
    watch._beats, watch.hello = [], HELLO
    watch._meter = SimpleNamespace(timeline=Timeline())
    watch._client = SimpleNamespace(
        set=lambda setting, value: requests.append((setting, value)),
        set_mode=requests.append,
        receive=lambda timeout: None,
    )
    return watch, board, requests


@pytest.mark.parametrize(
    ("on_usb", "minutes", "spans", "whole"),
    [
        (False, 0.5, [(10, False), (20, False), (30, False)], (10, 30)),
        (False, 0.2, [(10, False)], (0, 10)),
        (True, 0.5, [(2, False), (10, True), (20, True), (28, True), (30, False), (32, False)], (10, 20)),
        (True, 0.34, [(2, False), (10, True), (18, True), (20, False), (22, False)], (0, 10)),
        (True, 0.17, [(2, False), (8, True), (10, False), (12, False)], (0, 10)),
    ],
)  # fmt: skip
def test_a_board_with_usb_is_unplugged_between_its_first_look_and_its_last(
    on_usb: bool, minutes: float, spans: list[tuple[float, bool]], whole: tuple[float, float]
) -> None:
    """Six looks a minute. The mean is of whole beats without the first, and without the last where a cable is in."""
    watch, board, requests = made(on_usb)
    seen: list[float] = []
    plan = WatchPlan(6, minutes)
    watch.watch(plan, Listener(), seen.append)
    assert requests == [*plan.settings.items(), Mode.WATCH]
    assert board.spans == spans and not board.cable_pulled
    assert seen == [10.0 * n for n in range(1, int(minutes * 6) + 1)]
    requests.clear()
    found = watch.supply(3.0)
    assert requests == [(*whole, 1), whole]
    assert found is not None
    assert found.amperes == supply_current_a(0.002, 3.0)
    assert (found.uncertainty, found.volts) == (0.25, 3.0)


@pytest.mark.parametrize("on_usb", [False, True])
def test_what_a_board_said_in_a_beat_is_known_at_its_end(on_usb: bool) -> None:
    """A heartbeat each; what one with USB still says behind the last is heard, too."""
    watch, _, _ = made(on_usb)
    turns = [[beat(1)], [], [beat(2), beat(3)], [beat(4)]]
    held: Any = watch._client
    listener, known = Listener(), list[int]()

    def receive(timeout: float) -> Heartbeat | None:
        if turns[0]:
            return turns[0].pop(0)
        turns.pop(0)
        return None

    held.receive = receive

    def progress(seconds: float) -> None:
        known.append(listener.heartbeat.looks if listener.heartbeat else 0)

    watch.watch(WatchPlan(6, 0.5), listener, progress)
    assert known == [1, 1, 3]
    assert listener.heartbeat == (beat(4) if on_usb else beat(3))


def test_there_is_no_mean_before_a_beat_has_ended() -> None:
    watch, _, _ = made(False)
    assert watch.supply(3.3) is None
    watch._beats = [5]
    assert watch.supply(3.3) is None


def test_a_board_with_usb_looks_ten_times_a_minute_at_most() -> None:
    for looks, on_usb in ((10, True), (11, False)):
        watch, _, _ = made(on_usb)
        watch.watch(WatchPlan(looks, 0.2), Listener(), lambda _: None)
    watch, board, _ = made(True)
    with pytest.raises(HostError, match=r"11 looks a minute leave no time .*give --looks 1 to 10"):
        watch.watch(WatchPlan(11, 0.2), Listener(), lambda _: None)
    assert board.spans == []
