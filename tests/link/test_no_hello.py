"""Why there was no handshake, from what was received instead."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from host.link.client import RefusedError
from host.link.framing import encode_packet
from host.link.handshake import WrongFirmwareError, explained, no_hello
from host.link.messages import Ack, Layout, SetMode, Status
from host.link.transport import Port

SKETCH = "text of another firmware was received"


@pytest.mark.parametrize(
    ("received", "packets", "why"),
    [
        (b"", 0, "after 6 s nothing was received"),
        (b"\x01\x02", 3, "after 6 s 3 packets, but no Hello"),
        (b"", 1, "1 packets, but no Hello"),
        (b"\xff\xfe\x00\x80" * 5, 0, "20 bytes that are no packets were received"),
        (b"one\r\ntwo\tthree\r\n\r\n", 0, f'{SKETCH} ("two\tthree")'),
        (b"  torn lin", 0, f'{SKETCH} ("torn lin")'),
        (b"x" * 70, 0, f'{SKETCH} ("{"x" * 60}")'),
        (b"123456789\x80", 0, f'{SKETCH} ("123456789'),  # nine of ten are signs
        (b"12345678\x80\x80", 0, "10 bytes that are no packets"),
        (b"123456789\x01", 0, f'{SKETCH} ("123456789'),
        (b"12345678\x01\x02", 0, "10 bytes that are no packets"),
        (b"\r\n\r\n", 0, "4 bytes that are no packets"),
    ],
)
def test_what_was_received_is_reported(received: bytes, packets: int, why: str) -> None:
    what, remedy = no_hello("COM3", received, packets, 6.0)
    assert what.startswith("no board of ours at COM3: after 6 s ") and why in what
    assert "reset" in remedy if packets or not received else "pio run" in remedy


def test_a_hello_that_lies_comes_before_all_else() -> None:
    lies = ("Frame: 0x0", "Hello: a clock of 0 Hz", "Hello: 999 scores")
    what, remedy = no_hello("COM3", b"text", 7, 6.0, lies)
    assert what == "the board at COM3 says what cannot be true (Hello: a clock of 0 Hz)"
    assert "pio run" in remedy
    assert "7 packets, but no Hello" in no_hello("COM3", b"", 7, 6.0, lies[:1])[0]


@pytest.mark.parametrize(
    ("names", "shown"),
    [("a", " (a)"), ("abcd", " (a, b, c, d)"), ("abcdef", " (a, b, c, d, and 2 more)")],
)
def test_messages_that_differ_are_named_up_to_four(
    names: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host.link.handshake.differences", lambda payload: list(names))
    sent: list[bytes] = []
    port = SimpleNamespace(write=sent.append, read=lambda: encode_packet(Layout.ID, 0, b""))
    error = explained(WrongFirmwareError("another wire"), cast(Port, port), lambda: 0.0, 1.0)
    assert error.what == f"another wire{shown}" and len(sent) == 1


def test_a_board_that_does_not_say_what_differs_is_waited_for_until_then() -> None:
    reads: list[int] = []

    def read() -> bytes:
        reads.append(1)
        return b""

    port = SimpleNamespace(write=lambda data: None, read=read)
    wrong, clock = WrongFirmwareError("another wire"), iter(range(9))
    assert explained(wrong, cast(Port, port), lambda: next(clock), 3.0) is wrong
    assert len(reads) == 2, "at 1 and at 2, no more at 3"


@pytest.mark.parametrize(
    ("status", "why"), [(Status.BAD_VALUE, "bad value"), (Status.FAULT, "fault"), (99, "status 99")]
)
def test_a_refusal_of_a_newer_firmware_has_its_number(status: int, why: str) -> None:
    error = RefusedError(SetMode(2), Ack(SetMode.ID, int(status), 0, 0))
    assert error.what == f"the board refused mode 2: {why}"
