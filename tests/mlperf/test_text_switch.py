"""Text and packets on one port: neither is ever taken for the other."""

from __future__ import annotations

import ctypes

from hypothesis import given, settings
from hypothesis import strategies as st

from host.link.framing import encode_packet
from tests.native import FIRMWARE, ROOT, compile_shared

NOTHING, PACKET, LINE, ENDED = range(4)
SOURCES = [
    ROOT / "tests" / "mlperf" / "text.c",
    FIRMWARE / "src" / "link" / "text.c",
    FIRMWARE / "src" / "link" / "inbox.c",
    FIRMWARE / "src" / "crc32.c",
]
COMMANDS = [
    b"name%",
    b"profile%",
    b"timestamp%",
    b"results%",
    b"help%",
    b"infer 1 0%",
    b"db load 4%",
]
PAYLOADS = st.binary(max_size=200) | st.lists(st.sampled_from(COMMANDS), max_size=12).map(b"".join)
PACKETS = st.builds(encode_packet, st.integers(1, 255), st.integers(0, 65535), PAYLOADS)


def library() -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(compile_shared("mlperf_text", SOURCES)))
    loaded.line.restype = ctypes.c_char_p
    return loaded


LIBRARY = library()


def feed(data: bytes) -> list[tuple[int, bytes]]:
    """Events in order; of a packet its type, of a line the line."""
    kind, events = ctypes.c_uint8(), []
    for byte in data:
        event = LIBRARY.take(byte, ctypes.byref(kind))
        if event != NOTHING:
            output = bytes([kind.value]) if event == PACKET else b""
            events.append((event, LIBRARY.line() if event == LINE else output))
    return events


@settings(max_examples=300, deadline=None)
@given(st.lists(PACKETS, max_size=6))
def test_packets_whatever_they_carry_are_never_text(packets: list[bytes]) -> None:
    LIBRARY.begin()
    assert [event for event, _ in feed(b"".join(packets))] == [PACKET] * len(packets)
    assert not LIBRARY.is_on()


@settings(max_examples=300, deadline=None)
@given(st.lists(PACKETS, max_size=3), st.sampled_from(COMMANDS), st.lists(PACKETS, max_size=3))
def test_text_between_packets_costs_no_packet(
    before: list[bytes], command: bytes, after: list[bytes]
) -> None:
    LIBRARY.begin()
    output = feed(b"".join(before) + command + b"\0" + b"".join(after))
    expected = [PACKET] * len(before) + [LINE, ENDED] + [PACKET] * len(after)
    assert [event for event, _ in output] == expected
    assert output[len(before)][1] == command[:-1]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=1500), PACKETS, st.sampled_from(COMMANDS))
def test_after_any_noise_a_zero_makes_both_work_again(
    noise: bytes, packet: bytes, command: bytes
) -> None:
    LIBRARY.begin()
    feed(noise + b"\0")
    assert not LIBRARY.is_on()
    assert [event for event, _ in feed(packet)] == [PACKET]
    assert feed(command) == [(LINE, command[:-1])]


@settings(max_examples=400, deadline=None)
@given(st.lists(PACKETS, min_size=1, max_size=4), st.data())
def test_damaged_packets_never_switch_text_on(packets: list[bytes], data: st.DataObject) -> None:
    LIBRARY.begin()
    stream = bytearray(b"".join(packets))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] = data.draw(
        st.integers(1, 255).filter(lambda b: not 97 <= b <= 122 and b not in b" \r\n%")
    )
    lines = [output for event, output in feed(bytes(stream)) if event == LINE]
    assert lines == []


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="%"), max_size=600
    )
)
def test_once_on_every_line_comes_through_or_is_known_to_be_too_long(line: str) -> None:
    LIBRARY.begin()
    feed(b"name%")
    ((event, output),) = feed(line.encode() + b"%")
    assert event == LINE
    assert output == line.lstrip(" ").encode()[:512]


def test_line_ends_of_a_terminal_are_left_out() -> None:
    LIBRARY.begin()
    assert feed(b"\r\nname%\r\nprofile%\r\n") == [(LINE, b"name"), (LINE, b"profile")]


def test_words_that_only_look_like_commands_do_not_switch() -> None:
    for text in (b"names%", b"NAME%", b"dbx%", b"hello world%", b"na", b"%", b"infer%x"[:5]):
        LIBRARY.begin()
        assert feed(text) == []
        assert not LIBRARY.is_on()


def test_only_signs_that_can_be_printed_are_of_a_command() -> None:
    """Between 0x20 and 0x7E, or a line's end; whatever else comes, it is a packet's."""
    for byte in range(1, 256):
        sign = bytes([byte])
        LIBRARY.begin()
        found = feed(b"infer " + sign + b"1%")
        if sign == b"%":
            assert found == [(LINE, b"infer "), (LINE, b"1")]
        elif 0x20 <= byte <= 0x7E or sign in (b"\r", b"\n"):
            assert found == [(LINE, b"infer " + sign + b"1")], byte
        else:
            assert found == [] and not LIBRARY.is_on(), byte
        LIBRARY.begin()
        assert feed(sign + b"name%") == (
            [(LINE, b"name")] if sign in (b" ", b"\r", b"\n", b"%") else []
        )
