"""A board that lies: each field of each message at its extremes is refused or harmless, and counted."""

from __future__ import annotations

import math

import pytest

from host.base.records import Message
from host.link import messages as wire
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import FROM_DEVICE
from host.link.validity import objection
from tests.attack.lies import GOOD, changed, lies
from tests.link.fake_board import HELLO

REFUSED = {
    ("Hello", "clock_hz", 0): "a clock of 0 Hz",
    ("Hello", "clock_hz", 2**32 - 1): "a clock",
    ("Hello", "input_channels", 0): "an input of 96x96x0",
    ("Hello", "input_channels", 255): "an input",
    ("Hello", "input_height", 2**16 - 1): "an input",
    ("Hello", "score_count", 2**16 - 1): "65535 scores",
    ("Hello", "output_scale", math.nan): "an output scale of nan",
    ("Hello", "output_scale", math.inf): "an output scale of inf",
    ("Hello", "mode", 255): "Mode 255",
    ("Hello", "data_swap", 255): "data_swap 255",
    ("Frame", "channels", 0): "96x96x0",
    ("Frame", "height", 0): "0x96x1 in 9216 bytes",
    ("Frame", "source", 255): "Source 255",
    ("Frame", "pixels", b""): "in 0 bytes",
    ("FramePart", "offset", 2**32 - 1): "bytes from 4294967295 on of 96x96x1",
    ("FramePart", "height", 0): "a part of 0x96x1",
    ("FramePart", "source", 255): "Source 255",
    ("FramePart", "pixels", b""): "0 bytes from 9000 on",
    ("Result", "source", 255): "Source 255",
    ("Result", "scores", b""): "0 scores instead of 2",
    ("Profile", "cycles", b"abc"): "3 bytes of u32",
    ("Log", "level", 255): "LogLevel 255",
    ("Ack", "status", 255): "Status 255",
    ("SlotInfo", "which", 255): "slot 255",
    ("SlotInfo", "state", 255): "SlotState 255",
    ("SlotInfo", "room", 2**32 - 1): "more bytes than the chip has",
    ("Held", "state", 255): "PowerState 255",
    ("Held", "ended", 255): "HoldEnd 255",
    ("Held", "awake_cycles", 2**64 - 1): "cycles in 1000000 us",
    ("Held", "duration_us", 2**64 - 1): "us",
    ("Held", "duration_us", 0): "10 repetitions in 0 us",
    ("Verdict", "verdict", 255): "verdict 255",
    ("Verdict", "looks", 0): "no look",
    ("Heartbeat", "blind_looks", 2**32 - 1): "of 3 looks",
    ("Heartbeat", "awake_cycles", 2**64 - 1): "cycles in",
    ("Raster", "line_bytes", 1): "640 bytes of a line of 1",
    ("Silicon", "reads", 0): "nothing was timed",
    ("Silicon", "window_cycles", 1): "70000 cycles of interrupts in 1",
}


def test_every_message_of_a_board_is_lied_about() -> None:
    assert {type(good) for good in GOOD} == set(FROM_DEVICE)
    assert len(lies()) > 250


@pytest.mark.parametrize("good", GOOD, ids=lambda m: type(m).__name__)
def test_what_can_be_true_passes(good: Message) -> None:
    assert objection(good, HELLO) is None and objection(good, None) is None


def test_each_lie_is_refused_by_name_or_can_be_true() -> None:
    output = {
        (type(good).__name__, name, value): objection(changed(good, name, value), HELLO)
        for good, name, value in lies()
        if not (isinstance(value, float) and math.isnan(value))
    }
    nan = changed(HELLO, "output_scale", math.nan)
    output["Hello", "output_scale", math.nan] = objection(nan, None)
    for case, words in REFUSED.items():
        reason = output[case]
        assert reason is not None and reason.startswith(case[0] + ": ") and words in reason, case


@pytest.mark.parametrize(
    ("height", "width", "channels", "pixels", "can_be"),
    [
        (1, 1, 1, b"x", True), (1, 1, 3, b"xyz", True), (2, 3, 1, bytes(6), True),
        (0, 0, 1, b"", False), (0, 9, 3, b"", False), (1, 1, 1, b"", False),
        (1, 1, 1, b"xy", False), (1, 1, 2, b"xy", False),
    ],
)  # fmt: skip
def test_a_frame_has_a_pixel_and_all_of_them(
    height: int, width: int, channels: int, pixels: bytes, can_be: bool
) -> None:
    """Before a Hello says how large it is."""
    frame = wire.Frame(1, height, width, channels, 0, pixels)
    assert (objection(frame, None) is None) == can_be


@pytest.mark.parametrize(
    ("clock_hz", "can_be"),
    [(999_999, False), (1_000_000, True), (1_000_000_000, True), (1_000_000_001, False)],
)
def test_a_clock_is_between_a_megahertz_and_a_gigahertz(clock_hz: int, can_be: bool) -> None:
    assert (objection(changed(HELLO, "clock_hz", clock_hz), None) is None) == can_be


def test_a_lie_is_counted_named_and_dropped() -> None:
    inbox = Inbox()
    lie = wire.Frame(8, 1, 9216, 1, 0, bytes(9216))
    for number, message in enumerate((HELLO, lie, lie, GOOD[1])):
        taken = inbox.feed(encode_packet(message.ID, number, message.pack()))
        assert taken == ([] if message is lie else [message])
    assert inbox.losses(0, 0).bad_packets == 2
    assert dict(inbox.objections) == {"Frame: 1x9216x1 of another input than Hello's": 2}


def test_words_about_lies_do_not_grow_for_ever() -> None:
    inbox = Inbox()
    for number in range(200):
        log = wire.Ack(1, 6 + number % 250, 0, 0)
        assert inbox.feed(encode_packet(log.ID, number, log.pack())) == []
    assert len(inbox.objections) == 20 and inbox.losses(0, 0).bad_packets == 200
