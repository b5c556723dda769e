"""messages.py -> the text of page/protocol.js, as link/header.py does for C. Pure: values in, one string out."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping

from host.base.records import Message
from host.base.scores import Meaning
from host.compiler.status import EngineStatus, status_text
from host.link import messages, validity
from host.link.fault_advice import ADVICE
from host.link.layout import OURS
from host.link.settings import LIMITS
from host.web.rules import imported_names

CONSTANTS = (
    "PROTOCOL_VERSION",
    "PACKET_HEADER_BYTES",
    "PACKET_CRC_BYTES",
    "MAX_PAYLOAD_BYTES",
    "MAX_SCORES",
    "MODEL_SLOTS",
    "HOLD_MAX_MS",
)


def limits() -> dict[str, object]:
    """The numbers that the rules of link/validity.py compare with, by name; those of CONSTANTS aside."""
    names = sorted(imported_names() - set(CONSTANTS) - {kind.__name__ for kind in messages.ENUMS})
    return {
        name: getattr(validity if hasattr(validity, name) else messages, name) for name in names
    }


def protocol_script() -> str:
    """The whole of protocol.js."""
    lines = [
        "// Generated from host/link/ by tools/generate.py. Do not edit.",
        *(f"export const {name} = {_json(getattr(messages, name))};" for name in CONSTANTS),
        *(f"export const {name} = {_json(value)};" for name, value in limits().items()),
        f"export const LAYOUT_HASH = 0x{OURS.hash:08x};",
        f"export const LAYOUT =\n{_text(OURS.text)};",
        *map(_enum, messages.ENUMS),
        _enum(Meaning),
        f"export const ID = {_json({m.__name__: m.ID for m in messages.BY_ID.values()})};",
        f"export const FROM_DEVICE = {_json([m.__name__ for m in messages.FROM_DEVICE])};",
        f"export const HELP = {_table({m.__name__: _prose(m) for m in messages.FROM_DEVICE})};",
        f"export const SETTINGS = {_table(_settings())};",
        f"export const ADVICE = {_table(_advice())};",
        f"export const ENGINE_STATUS = {_table({str(s.value): status_text(s.value) for s in EngineStatus})};",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A long text, a line each."""
    return " +\n".join(f"  {_json(line)}" for line in text.splitlines(keepends=True))


def _enum(kind: type[enum.IntEnum]) -> str:
    return (
        f"export const {kind.__name__} = {_json({member.name: member.value for member in kind})};"
    )


def _prose(kind: type[Message]) -> dict[str, str]:
    columns = [*kind.COLUMNS, *([kind.TAIL] if kind.TAIL else [])]
    return {column.name: column.prose for column in columns}


def _settings() -> dict[str, object]:
    return {
        setting.name: {
            "id": setting.value,
            "least": known.least,
            "most": known.most,
            "only": known.only,
            "start": known.at_start,
            "words": known.words,
        }
        for setting, known in LIMITS.items()
    }


def _advice() -> dict[str, object]:
    return {str(code.value): [known.title, known.remedy] for code, known in ADVICE.items()}


def _table(rows: Mapping[str, object]) -> str:
    inner = "".join(f"  {_json(key)}: {_json(value)},\n" for key, value in rows.items())
    return "{\n" + inner + "}"


def _json(value: object) -> str:
    return json.dumps(value)
