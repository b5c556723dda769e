"""The wire's layout: what its hash holds, what is said when it differs, and text of it that is not to be trusted."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.errors import HostError
from host.base.records import Column, WireError
from host.link import messages
from host.link.device import Device
from host.link.handshake import WrongFirmwareError, check_layout
from host.link.layout import OURS, WireLayout, differences, ours, pack_hashes, parse_layout
from host.link.line import Timing
from host.link.messages import PROTOCOL_VERSION, Hold, Ping, Result
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort

PATIENT = Timing(hello_s=60, hello_again_s=0.05, answer_s=60)


def changed() -> WireLayout:
    """A wire whose Result has a field more, that lacks Ping, and has a message that nobody here knows."""
    shapes = dict(OURS.shapes)
    result = shapes[Result.ID]
    shapes[Result.ID] = replace(result, columns=(*result.columns, Column("noise", "u16", "")))
    shapes[99] = replace(shapes.pop(Ping.ID), name="Sing", identity=99)
    return WireLayout(shapes.values())


def refusal(board: FakeBoard) -> str:
    with pytest.raises(HostError) as caught:
        Device(MemoryPort(board), timing=PATIENT)
    return str(caught.value)


def test_a_constant_is_no_part_of_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "HOLD_MAX_MS", messages.HOLD_MAX_MS + 1)
    assert ours().hash == OURS.hash


def test_prose_is_no_part_of_the_hash() -> None:
    hold = OURS.shapes[Hold.ID]
    spoken = tuple(replace(column, prose="other words") for column in hold.columns)
    output = WireLayout({**OURS.shapes, Hold.ID: replace(hold, columns=spoken)}.values())
    assert output.hash == OURS.hash


def test_a_field_is() -> None:
    hold = OURS.shapes[Hold.ID]
    for columns in (hold.columns[:-1], hold.columns[::-1]):
        other = WireLayout({**OURS.shapes, Hold.ID: replace(hold, columns=columns)}.values())
        assert other.hash != OURS.hash
        assert differences(pack_hashes(other)) == ["Hold differs"]


def test_the_text_comes_back() -> None:
    read = parse_layout(OURS.text)
    assert (read.hash, read.shapes.keys()) == (OURS.hash, OURS.shapes.keys())


def test_a_board_of_another_wire_is_refused_by_the_messages_that_differ() -> None:
    other = changed()
    line = refusal(FakeBoard(replace(HELLO, layout_hash=other.hash), layout=other))
    assert "Result differs, Ping is missing there, message 99 is unknown here" in line
    assert f"{other.hash:08X}" in line and f"{OURS.hash:08X}" in line and "upload" in line


def test_many_differences_are_a_line_still() -> None:
    few = WireLayout([OURS.shapes[1]])
    line = refusal(FakeBoard(replace(HELLO, layout_hash=few.hash), layout=few))
    assert line.count("is missing there") == 4 and "more" in line


def test_the_same_fields_of_another_meaning_are_refused() -> None:
    for version in (PROTOCOL_VERSION - 1, PROTOCOL_VERSION + 1):
        line = refusal(FakeBoard(replace(HELLO, protocol_version=version)))
        assert f"version {version} of the wire, this host {PROTOCOL_VERSION}" in line


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "Hello 1: layout_hash u33\n",
        "Hello 1: a u8, a u8\n",
        "Hello 1: a tail, b u8\n",
        "Hello 256: a u8\n",
        "Hello 1: a char[0]\n",
        "Hello 1: a char[9999]\n",
        "B 2: a u8\nA 1: a u8\n",
        "A 1: a u8\nB 1: a u8\n",
        "A 1: " + ", ".join(f"a{i} u8" for i in range(20_000)) + "\n",
        "A 1: a u8",
    ],
)
def test_what_is_no_layout_is_refused(text: str) -> None:
    with pytest.raises(WireError, match="a layout"):
        parse_layout(text)


@given(st.text(alphabet="ABc1u83:, \n[]charti", max_size=80))
def test_no_text_is_a_crash(text: str) -> None:
    try:
        assert parse_layout(text).text == text
    except WireError:
        return


@pytest.mark.parametrize(
    ("hash_off", "version_off", "length", "layouts", "wrong"),
    [
        (0, 0, 6, 1, ""),
        (0, 0, 5, 1, "the firmware's Hello is cut short"),
        (1, 0, 6, 1, "firmware speaks wire"),
        (0, 1, 6, 1, "firmware speaks version 2 of the wire, this host 1"),
        (0, -1, 6, 1, "firmware speaks version 0 of the wire, this host 1"),
        (0, -1, 6, 2, ""),
        (0, 0, 6, 2, ""),
        (0, 1, 6, 2, "firmware speaks version 2 of the wire, this host 1"),
    ],
)
def test_a_board_that_runs_means_the_same_and_a_recording_may_be_older(
    hash_off: int, version_off: int, length: int, layouts: int, wrong: str
) -> None:
    said = struct.pack("<IH", OURS.hash ^ hash_off, PROTOCOL_VERSION + version_off)[:length]
    if not wrong:
        assert check_layout(said, (OURS, changed())[:layouts]) is OURS
        return
    with pytest.raises(WrongFirmwareError, match=wrong):
        check_layout(said, (OURS, changed())[:layouts])
