"""messages.py -> the text of firmware/include/protocol.h. Pure: values in, one string out."""

from __future__ import annotations

import enum

from host.base.records import SCALARS, Column, Message, snake
from host.link import messages
from host.link.layout import OURS, pack_hashes
from host.link.settings import LIMITS, Limits

CONSTANTS = (
    "PROTOCOL_VERSION",
    "PACKET_HEADER_BYTES",
    "PACKET_CRC_BYTES",
    "MAX_PAYLOAD_BYTES",
    "MAX_COMMAND_PAYLOAD_BYTES",
    "INJECT_CHUNK_BYTES",
    "MAX_SCORES",
    "FRAME_PART_BYTES",
    "MAX_IMAGE_WIDTH",
    "MAX_IMAGE_HEIGHT",
    "MODEL_SLOTS",
    "SLOT_CHUNK_BYTES",
    "HOLD_MAX_MS",
    "HOLD_MAX_REPETITIONS",
    "MARKER_PINS",
)


def protocol_header() -> str:
    """The whole of protocol.h."""
    blocks = [
        "/* Generated from host/link/messages.py by tools/generate.py. Do not edit. */",
        "#ifndef PROTOCOL_H\n#define PROTOCOL_H\n\n#include <stdint.h>",
        "\n".join(f"#define WIRE_{name} {_constant(name)}" for name in CONSTANTS),
        f"#define WIRE_LAYOUT_HASH 0x{OURS.hash:08X}u\n#define WIRE_LAYOUT_HASHES {_hashes()}",
        *(_enum(e) for e in messages.ENUMS),
        _settings(),
        _identities(),
        *(_struct(m) for m in messages.BY_ID.values()),
        "#endif",
    ]
    return "\n\n".join(blocks) + "\n"


def _constant(name: str) -> str:
    """A number, or a tuple of them as an initialiser."""
    value = getattr(messages, name)
    return "{" + ", ".join(map(str, value)) + "}" if isinstance(value, tuple) else str(value)


def _hashes() -> str:
    """Layout.hashes as an initialiser."""
    return "{" + ", ".join(f"0x{byte:02X}" for byte in pack_hashes(OURS)) + "}"


def _settings() -> str:
    """What every setting is at start, and an initialiser of their limits, least and most, by identity."""
    ordered = sorted(LIMITS.items())
    assert [setting.value for setting, _ in ordered] == list(range(len(ordered)))
    starts = [f"#define WIRE_AT_START_{s.name} {_number(known.at_start)}" for s, known in ordered]
    rows = ", ".join("{" + _limits(known) + "}" for _, known in ordered)
    return "\n".join(starts) + f"\n#define WIRE_SETTING_LIMITS {{{rows}}}"


def _limits(known: Limits) -> str:
    return f"{known.least}, {known.most}"


def _number(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _enum(kind: type[enum.IntEnum]) -> str:
    name = snake(kind.__name__)
    rows = "\n".join(f"    WIRE_{name.upper()}_{m.name} = {m.value}," for m in kind)
    return f"enum wire_{name} {{\n{rows}\n}};"


def _identities() -> str:
    rows = "\n".join(
        f"    WIRE_{snake(m.__name__).upper()} = 0x{m.ID:02X}," for m in messages.BY_ID.values()
    )
    return f"enum wire_message {{\n{rows}\n}};"


def _struct(kind: type[Message]) -> str:
    name = f"wire_{snake(kind.__name__)}"
    prose = (kind.__doc__ or "").strip()
    tail = f"\n/* then {kind.TAIL.name}: {kind.TAIL.prose} */" if kind.TAIL else ""
    if not kind.COLUMNS:
        return f"/* {name}: {prose} No payload. */"
    rows = "\n".join(f"    {_declare(c)}; /* {c.prose} */" for c in kind.COLUMNS)
    return (
        f"/* {prose} */\nstruct __attribute__((packed)) {name} {{\n{rows}\n}};{tail}\n"
        f'_Static_assert(sizeof(struct {name}) == {kind.LAYOUT.size}, "{name}");'
    )


def _declare(column: Column) -> str:
    if column.length:
        return f"char {column.name}[{column.length}]"
    return f"{SCALARS[column.kind][1]} {column.name}"
