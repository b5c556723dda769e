"""The wire's layout as text, and the packets of another layout read by its text.

One line a message, `Name ID: field kind, field kind`, in the order of the identities. A recording carries it, so that
it is read when messages.py has changed; Hello carries its hash. Constants and prose are no part of it: what only
changes meaning raises PROTOCOL_VERSION. In every version Hello begins with the hash (u32) and that version (u16), and
LayoutRequest is answered by Layout.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from host.base.records import SCALARS, TAIL, Column, Message, WireError, decode_value
from host.link.messages import BY_ID, FROM_DEVICE, PROTOCOL_VERSION, Hello

MOST_TEXT_BYTES = 1 << 16  # a layout of a file is not ours to trust; today's has 2.6 KB
MOST_FIELD_BYTES = 4096
LINE = re.compile(r"([A-Za-z]\w{0,63}) (\d{1,3}):(.*)", re.ASCII)
FIELD = re.compile(r"([a-z]\w{0,63}) (\w+|char\[\d{1,4}\])", re.ASCII)
HASHES = struct.Struct("<BH")  # of Layout: a message's identity and hash
DEVICE_MESSAGES = {kind.__name__: kind for kind in FROM_DEVICE}


@dataclass(frozen=True)
class Shape:
    """One message of a layout. tail: the name of the bytes behind the fields, "" without them."""

    name: str
    identity: int
    columns: tuple[Column, ...]
    tail: str

    @property
    def line(self) -> str:
        """It as text."""
        fields = [f"{column.name} {column.kind}" for column in self.columns]
        return f"{self.name} {self.identity}: " + ", ".join(
            fields + ([f"{self.tail} {TAIL}"] if self.tail else [])
        )

    @property
    def hash(self) -> int:
        """Of one message, 16 bits."""
        return zlib.crc32(self.line.encode()) & 0xFFFF

    def values(self, payload: bytes) -> dict[str, Any]:
        """Field -> value. Raises WireError on a wrong length."""
        layout = struct.Struct("<" + "".join(column.code for column in self.columns))
        if len(payload) < layout.size or (not self.tail and len(payload) > layout.size):
            raise WireError(f"{self.name}: {len(payload)} bytes, expected {layout.size}")
        pairs = zip(self.columns, layout.unpack_from(payload), strict=True)
        values = {column.name: decode_value(column, value) for column, value in pairs}
        return values | ({self.tail: payload[layout.size :]} if self.tail else {})


class WireLayout:
    """Every message of one version of the wire. shapes: by identity."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        ordered = sorted(shapes, key=lambda shape: shape.identity)
        self.shapes = {shape.identity: shape for shape in ordered}
        self.text = "".join(shape.line + "\n" for shape in self.shapes.values())
        self.hash = zlib.crc32(self.text.encode())

    def read(self, identity: int, payload: bytes) -> Message:
        """A packet of a board as a message of today. Raises WireError when it is none.

        A field that the layout lacks is 0 or empty, one that is gone since is left out; a message keeps its name, not
        its identity. Hello says afterwards that its layout is today's, as what was read from it is.
        """
        if self.hash == OURS.hash:
            kind = BY_ID.get(identity)
            if kind not in FROM_DEVICE or kind is None:
                raise WireError(f"type {identity}")
            return kind.unpack(payload)
        shape = self.shapes.get(identity)
        kind = DEVICE_MESSAGES.get(shape.name) if shape else None
        if shape is None or kind is None:
            raise WireError(f"type {identity}")
        found = _converted(kind, shape.values(payload))
        if isinstance(found, Hello):
            return replace(found, layout_hash=OURS.hash, protocol_version=PROTOCOL_VERSION)
        return found


def parse_layout(text: str) -> WireLayout:
    """The layout whose text this is. Raises WireError."""
    if len(text) > MOST_TEXT_BYTES:
        raise WireError(f"a layout of {len(text)} characters")
    layout = WireLayout(_parse_line(line) for line in text.splitlines())
    if layout.text != text:
        raise WireError("a layout with a message twice or out of order")
    return layout


def ours() -> WireLayout:
    """What messages.py declares."""
    return WireLayout(
        Shape(kind.__name__, kind.ID, kind.COLUMNS, kind.TAIL.name if kind.TAIL else "")
        for kind in BY_ID.values()
    )


def pack_hashes(layout: WireLayout) -> bytes:
    """What Layout.hashes says of a layout."""
    return b"".join(HASHES.pack(shape.identity, shape.hash) for shape in layout.shapes.values())


def differences(theirs: bytes) -> list[str]:
    """Layout.hashes of another board -> the messages that are not the same there, in words."""
    whole = len(theirs) - len(theirs) % HASHES.size
    their_hashes: dict[int, int] = dict(HASHES.iter_unpack(theirs[:whole]))
    known = {identity: shape.hash for identity, shape in OURS.shapes.items()}
    words = [
        f"{OURS.shapes[i].name} differs"
        for i in known
        if i in their_hashes and their_hashes[i] != known[i]
    ]
    words += [f"{OURS.shapes[i].name} is missing there" for i in known if i not in their_hashes]
    return words + [
        f"message {identity} is unknown here" for identity in their_hashes.keys() - known
    ]


def _converted(kind: type[Message], values: Mapping[str, Any]) -> Message:
    """By name; a field that changed between number, text and bytes counts as missing."""
    found: dict[str, Any] = {}
    for column in kind.COLUMNS:
        empty: Any = "" if column.length else 0
        value = values.get(column.name, empty)
        found[column.name] = value if isinstance(value, str) == bool(column.length) else empty
        if isinstance(value, bytes):
            found[column.name] = empty
    if kind.TAIL:
        tail = values.get(kind.TAIL.name, b"")
        found[kind.TAIL.name] = tail if isinstance(tail, bytes) else b""
    return kind(**found)


def _parse_line(line: str) -> Shape:
    match = LINE.fullmatch(line)
    if match is None or int(match[2]) > 255:
        raise WireError(f"a layout with the line {line[:60]!r}")
    columns = [_parse_field(field, line) for field in match[3].strip().split(", ") if field]
    tail = columns[-1].name if columns and columns[-1].kind == TAIL else ""
    fixed = tuple(columns[:-1] if tail else columns)
    names = {column.name for column in columns}
    if len(names) < len(columns) or any(column.kind == TAIL for column in fixed):
        raise WireError(f"a layout with the line {line[:60]!r}")
    return Shape(match[1], int(match[2]), fixed, tail)


def _parse_field(text: str, line: str) -> Column:
    match = FIELD.fullmatch(text)
    kind = match[2] if match else ""
    known = kind in SCALARS or kind == TAIL or kind.startswith("char[")
    if match is None or not known:
        raise WireError(f"a layout with the line {line[:60]!r}")
    column = Column(match[1], kind, "")
    if column.length > MOST_FIELD_BYTES or (kind.startswith("char[") and not column.length):
        raise WireError(f"a layout with the line {line[:60]!r}")
    return column


OURS = ours()
