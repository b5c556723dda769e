"""How a message is declared: typed, packed, little-endian fields, and at most one tail of bytes.

In: dataclasses decorated with `message`. Out: pack, unpack, and what `header.py` needs to write C.
"""

from __future__ import annotations

import dataclasses
import re
import struct
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

SCALARS = {
    "u8": ("B", "uint8_t"),
    "i8": ("b", "int8_t"),
    "u16": ("H", "uint16_t"),
    "i16": ("h", "int16_t"),
    "u32": ("I", "uint32_t"),
    "i32": ("i", "int32_t"),
    "u64": ("Q", "uint64_t"),
    "f32": ("f", "float"),
}
TAIL = "tail"


class WireError(Exception):
    """A payload that does not fit its message's layout."""


def wire(kind: str, prose: str) -> Any:
    """Declares a field. kind: a scalar of SCALARS, `char[N]` (UTF-8, NUL padded), or `tail` (the rest)."""
    return dataclasses.field(metadata={"kind": kind, "prose": prose})


@dataclasses.dataclass(frozen=True)
class Column:
    """One field of a message as it lies in memory."""

    name: str
    kind: str
    prose: str

    @property
    def code(self) -> str:
        """The `struct` format of the field."""
        return f"{self.length}s" if self.length else SCALARS[self.kind][0]

    @property
    def length(self) -> int:
        """Bytes of a `char[N]`, else 0."""
        return int(self.kind[5:-1]) if self.kind.startswith("char[") else 0


class Message:
    """Base of every message; `message` fills the class variables."""

    ID: ClassVar[int]
    COLUMNS: ClassVar[tuple[Column, ...]]
    LAYOUT: ClassVar[struct.Struct]
    TAIL: ClassVar[Column | None]

    def pack(self) -> bytes:
        """The payload's bytes. Raises WireError when a value does not fit its field."""
        try:
            fixed = self.LAYOUT.pack(*(_encode(c, getattr(self, c.name)) for c in self.COLUMNS))
        except struct.error as error:
            raise WireError(f"{type(self).__name__}: {error}") from error
        return fixed + (bytes(getattr(self, self.TAIL.name)) if self.TAIL else b"")

    @classmethod
    def unpack(cls, payload: bytes) -> Message:
        """The message in `payload`. Raises WireError on a wrong length."""
        size = cls.LAYOUT.size
        if len(payload) < size or (cls.TAIL is None and len(payload) > size):
            raise WireError(f"{cls.__name__}: {len(payload)} bytes, expected {size}")
        pairs = zip(cls.COLUMNS, cls.LAYOUT.unpack_from(payload), strict=True)
        values = {column.name: decode_value(column, value) for column, value in pairs}
        if cls.TAIL:
            values[cls.TAIL.name] = payload[size:]
        return cls(**values)


M = TypeVar("M", bound=Message)


@dataclass_transform(frozen_default=True, field_specifiers=(wire,))
def message(identity: int) -> Callable[[type[M]], type[M]]:
    """Class decorator: makes a frozen dataclass of a Message and works out its layout."""

    def build(cls: type[M]) -> type[M]:
        made = dataclasses.dataclass(frozen=True)(cls)
        columns = [
            Column(f.name, f.metadata["kind"], f.metadata["prose"])
            for f in dataclasses.fields(cast(Any, made))
        ]
        tails = [c for c in columns if c.kind == TAIL]
        if tails and (len(tails) > 1 or columns[-1] is not tails[0]):
            raise TypeError(f"{cls.__name__}: one tail at most, and last")
        made.ID = identity
        made.COLUMNS = tuple(c for c in columns if c.kind != TAIL)
        made.TAIL = tails[0] if tails else None
        made.LAYOUT = struct.Struct("<" + "".join(c.code for c in made.COLUMNS))
        return made

    return build


def _encode(column: Column, value: Any) -> Any:
    if not column.length:
        return value
    data = str(value).encode()
    if len(data) >= column.length:
        raise WireError(f"{column.name}: {len(data)} bytes of text, at most {column.length - 1}")
    return data


def decode_value(column: Column, value: Any) -> Any:
    """What `struct` unpacked -> the field's value: text without its padding."""
    return value.split(b"\0", 1)[0].decode(errors="replace") if column.length else value


def snake(name: str) -> str:
    """CamelCase -> snake_case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
