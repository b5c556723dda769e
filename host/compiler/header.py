"""format.py -> the text of firmware/include/packed_model.h. Pure: values in, one string out."""

from __future__ import annotations

import enum

from host.base.records import SCALARS, Column, Message, snake
from host.compiler import format as packed
from host.compiler.status import EngineStatus

CONSTANTS = (
    "MAGIC",
    "VERSION",
    "IMAGE",
    "MAX_OPERATORS",
    "MAX_MAPS",
    "MAX_STEPS",
    "MAX_OUTPUTS",
    "MAX_LABELS_BYTES",
    "SLACK",
    "MAX_DIMENSION",
    "MODEL_MEMORY_BYTES",
    "BODY_OFFSET",
)


def packed_model_header() -> str:
    """The whole of packed_model.h."""
    blocks = [
        "/* Generated from host/compiler/format.py by tools/generate.py. Do not edit. */",
        "#ifndef PACKED_MODEL_H\n#define PACKED_MODEL_H\n\n#include <stdint.h>",
        _comment(packed.__doc__ or ""),
        "\n".join(f"#define PACKED_{name} {getattr(packed, name)}u" for name in CONSTANTS),
        _enum("packed_kind", "PACKED", packed.OperatorKind),
        _enum("packed_form", "PACKED_FORM", packed.Form),
        _enum("packed_meaning", "PACKED", packed.Meaning),
        _enum("engine_status", "ENGINE", EngineStatus),
        *(_struct(kind) for kind in packed.RECORDS),
        "#endif",
    ]
    return "\n\n".join(blocks) + "\n"


def _comment(prose: str) -> str:
    lines = prose.strip().splitlines()
    return "\n".join(["/* " + lines[0], *((" * " + line).rstrip() for line in lines[1:]), " */"])


def _enum(name: str, prefix: str, kind: type[enum.IntEnum]) -> str:
    rows = "\n".join(f"    {prefix}_{member.name} = {member.value}," for member in kind)
    return f"enum {name} {{\n{rows}\n}};"


def _struct(kind: type[Message]) -> str:
    _check_alignment(kind)
    name = snake(kind.__name__)
    rows = "\n".join(f"    {_declare(column)}" for column in kind.COLUMNS)
    return (
        f"/* {(kind.__doc__ or '').strip()} */\nstruct {name} {{\n{rows}\n}};\n"
        f'_Static_assert(sizeof(struct {name}) == {kind.LAYOUT.size}, "{name}");'
    )


def _declare(column: Column) -> str:
    prose = f" /* {column.prose} */" if column.prose else ""
    if column.length:
        return f"char {column.name}[{column.length}];{prose}"
    return f"{SCALARS[column.kind][1]} {column.name};{prose}"


def _check_alignment(kind: type[Message]) -> None:
    """The C structs are not packed, so every field must lie where the compiler would put it."""
    offset = 0
    for column in kind.COLUMNS:
        size = column.length or _size(column)
        if not column.length and offset % size:
            raise TypeError(f"{kind.__name__}.{column.name} at offset {offset} is not aligned")
        offset += size


def _size(column: Column) -> int:
    return {"8": 1, "16": 2, "32": 4, "64": 8}[column.kind[1:]]
