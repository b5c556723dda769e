"""Values as JSON: what tools print for programs (docs/JSON.md) and what they keep in files."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from typing import Any


def print_json(value: Any) -> None:
    """On stdout, indented: RFC 8259 has no NaN, and a terminal or pipe that is not UTF-8 takes ASCII alone."""
    print(json.dumps(as_object(value), indent=2, allow_nan=False))


def print_json_line(value: Any) -> None:
    """The same in one line, where more than one may follow."""
    print(json.dumps(as_object(value), allow_nan=False))


def as_object(value: Any) -> Any:
    """A dataclass, or what is made of them -> what json.dumps takes. Infinities and NaN become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_object(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): as_object(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_object(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
