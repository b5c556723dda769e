"""Gaps in the numbers: what was lost, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import Pong
from host.link.sequence import SequenceTracker
from tests.link.fake_board import FakeBoard, moving_picture


def test_no_gap_no_loss_across_the_wrap() -> None:
    tracker = SequenceTracker()
    assert all(tracker.accept(n % 65536, False) for n in range(65000, 66500))
    assert (tracker.lost, tracker.repeated, tracker.restarts) == (0, 0, 0)


@given(st.lists(st.booleans(), min_size=2, max_size=300), st.integers(0, 65535))
def test_every_gap_is_counted(arrives: list[bool], start: int) -> None:
    tracker = SequenceTracker()
    numbers = [(start + i) % 65536 for i, there in enumerate(arrives) if there]
    for number in numbers:
        tracker.accept(number, False)
    if numbers:
        first, last = arrives.index(True), len(arrives) - 1 - arrives[::-1].index(True)
        assert tracker.lost == (last - first + 1) - len(numbers)


def test_a_repeated_packet_is_refused_and_no_loss() -> None:
    tracker = SequenceTracker()
    assert [tracker.accept(n, False) for n in (5, 6, 6, 7)] == [True, True, False, True]
    assert (tracker.lost, tracker.repeated) == (0, 1)


def test_a_restart_that_was_not_received_is_counted_at_the_next_hello() -> None:
    """Its first Hello went into a port that nobody had opened yet: what it says next has low numbers."""
    tracker = SequenceTracker()
    assert all(tracker.accept(number, number == 0) for number in range(40))
    assert tracker.accept(1, True) and tracker.accept(2, False)
    assert (tracker.lost, tracker.repeated, tracker.restarts) == (0, 0, 1)


def test_a_hello_that_comes_twice_is_no_restart() -> None:
    tracker = SequenceTracker()
    assert [tracker.accept(n, n == 6) for n in (5, 6, 6, 7)] == [True, True, False, True]
    assert (tracker.lost, tracker.repeated, tracker.restarts) == (0, 1, 0)


def test_a_restart_is_no_loss() -> None:
    tracker = SequenceTracker()
    for number in (20_000, 20_001, 0, 1):
        assert tracker.accept(number, number == 0)
    tracker.accept(30_000, False)
    assert (tracker.lost, tracker.restarts) == (0, 2)


def test_what_the_board_dropped_is_not_blamed_on_the_wire() -> None:
    board, inbox = FakeBoard(), Inbox()
    picture = moving_picture(0)
    inbox.feed(board.say(board.hello) + board.say(Pong(0, 0, 0, 0)) + board.shoot())
    board.say(board.hello, drop=True)
    board.say(board.hello, drop=True)
    board.say(board.hello)  # sent, but the wire swallows it
    inbox.feed(board.say(board.result(picture)))
    losses = inbox.losses(host_dropped=4, reconnects=0)
    assert (losses.device_dropped, losses.wire_lost, losses.host_dropped) == (2, 1, 4)
    assert losses.total == 7


def test_drops_before_we_listened_are_not_ours() -> None:
    board, inbox = FakeBoard(), Inbox()
    board.dropped = 900
    inbox.feed(board.shoot() + board.shoot())
    assert inbox.losses(0, 0).total == 0


def test_counts_go_on_over_a_restart() -> None:
    board, inbox = FakeBoard(), Inbox()
    inbox.feed(board.shoot())
    board.say(board.hello, drop=True)
    inbox.feed(board.shoot() + board.restart())
    board.say(board.hello, drop=True)
    messages = inbox.feed(board.shoot())
    losses = inbox.losses(0, 0)
    assert len(messages) == 2
    assert (losses.device_dropped, losses.wire_lost, losses.restarts) == (2, 0, 1)


def test_a_damaged_packet_counts_as_bad_and_as_lost() -> None:
    board, inbox = FakeBoard(), Inbox()
    inbox.feed(board.shoot())
    damaged = bytearray(board.say(board.hello))
    damaged[100] ^= 0x80
    inbox.feed(bytes(damaged) + board.shoot())
    losses = inbox.losses(0, 0)
    assert (losses.bad_packets, losses.wire_lost) == (1, 1)


def test_a_right_packet_of_no_message_is_counted_and_skipped() -> None:
    inbox = Inbox()
    assert inbox.feed(encode_packet(0x3E, 0, b"?") + encode_packet(Pong.ID, 1, b"short")) == []
    assert inbox.losses(0, 0).bad_packets == 2


def test_a_requested_hello_is_no_restart() -> None:
    """Packets lost in front of it are lost: only number 0 begins anew."""
    tracker = SequenceTracker()
    assert tracker.accept(1, False) and tracker.accept(4, True)
    assert (tracker.lost, tracker.restarts) == (2, 0)


def test_what_the_board_dropped_while_it_was_unplugged_is_not_ours() -> None:
    board, inbox = FakeBoard(), Inbox()
    inbox.feed(board.say(Pong(0, 0, 5, 0)))
    inbox.reconnect()
    inbox.feed(board.say(Pong(0, 0, 900, 0)) + board.say(Pong(0, 0, 901, 0)))
    assert inbox.losses(0, 0).device_dropped == 1


@pytest.mark.parametrize(
    ("number", "taken", "counts"),
    [
        (1001, True, (0, 0, 0)),
        (1001 + 4096, True, (4096, 0, 0)),
        (1001 + 4097, True, (0, 0, 1)),
        (1000, False, (0, 1, 0)),
        (1001 - 64, False, (0, 1, 0)),
        (1001 - 65, True, (0, 0, 1)),
    ],
)
def test_how_far_off_a_number_is_lost_repeated_or_of_a_restart(
    number: int, taken: bool, counts: tuple[int, int, int]
) -> None:
    """After number 1000: a gap of more than 4096, or more than 64 behind, is a board that began anew."""
    tracker = SequenceTracker()
    tracker.accept(1000, False)
    assert tracker.accept(number, False) == taken
    assert (tracker.lost, tracker.repeated, tracker.restarts) == counts
