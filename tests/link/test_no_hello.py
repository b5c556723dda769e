"""Why there was no handshake, from what was received instead."""

from __future__ import annotations

import pytest

from host.link.handshake import no_hello

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
