"""Every message comes back from its bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.records import Column, Message, WireError
from host.link import messages as wire
from host.link.framing import Decoder, encode_packet
from host.link.messages import BY_ID, MAX_PAYLOAD_BYTES, Hello

BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64, "i8": 8, "i16": 16, "i32": 32}


def values(column: Column) -> st.SearchStrategy[Any]:
    """Every value that fits a field."""
    if column.kind == "f32":
        return st.floats(width=32, allow_nan=False)
    if column.length:
        text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
        return text.filter(lambda t: len(t.encode()) < column.length)
    bits = BITS[column.kind]
    if column.kind.startswith("i"):
        return st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return st.integers(0, (1 << bits) - 1)


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Any message of one kind."""
    fields = {column.name: values(column) for column in kind.COLUMNS}
    if kind.TAIL:
        fields[kind.TAIL.name] = st.binary(max_size=600)
    return st.builds(kind, **fields)


@given(st.sampled_from(list(BY_ID.values())).flatmap(messages), st.integers(0, 65535))
def test_every_message_comes_back_through_the_wire(message: Message, sequence: int) -> None:
    (packet,) = Decoder().feed(encode_packet(message.ID, sequence, message.pack()))
    assert packet.sequence == sequence
    assert BY_ID[packet.type].unpack(packet.payload) == message


@pytest.mark.parametrize("kind", BY_ID.values())
def test_a_payload_of_the_wrong_length_is_refused(kind: type[Message]) -> None:
    size = kind.LAYOUT.size
    if size:
        with pytest.raises(WireError):
            kind.unpack(bytes(size - 1))
    if kind.TAIL is None:
        with pytest.raises(WireError):
            kind.unpack(bytes(size + 1))


def test_text_that_does_not_fit_is_refused() -> None:
    empty = Hello.unpack(bytes(Hello.LAYOUT.size))
    values = {column.name: getattr(empty, column.name) for column in Hello.COLUMNS}
    with pytest.raises(WireError, match="board"):
        Hello(**{**values, "board": "x" * 24, "labels": b""}).pack()


def test_a_rgb_frame_fits_a_packet() -> None:
    assert MAX_PAYLOAD_BYTES > 96 * 96 * 3 + 64


def test_every_message_has_its_place() -> None:
    """One that is declared and in neither list would be generated nowhere and understood by nobody."""
    declared = {
        each
        for each in vars(wire).values()
        if isinstance(each, type) and issubclass(each, Message) and each is not Message
    }
    assert declared == set(BY_ID.values())
    assert all(kind.ID < 0x40 for kind in wire.FROM_DEVICE)
    assert all(kind.ID >= 0x40 for kind in wire.FROM_HOST)
