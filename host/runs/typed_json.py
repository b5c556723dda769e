"""JSON objects <-> frozen dataclasses, checked field by field: a run's files are untrusted."""

from __future__ import annotations

import dataclasses
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import read_file

MOST_BYTES = 1 << 20
MOST_TEXT = 10_000  # characters of one value
MOST_ITEMS = 10_000

T = TypeVar("T")


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises HostError when it is absent, too large or torn."""
    try:
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise HostError(
                f"{path} is larger than {MOST_BYTES >> 20} MB: it is not one of our files"
            )
        found = parse_json(read_file(path, MOST_BYTES))
    except ValueError as error:
        raise HostError(f"{path} is torn or not JSON ({error})", "measure again") from error
    if not isinstance(found, dict):
        raise HostError(f"{path} holds no JSON object", "measure again")
    return found


def parse(kind: type[T], value: Any, where: str) -> T:
    """A dataclass from its JSON object. Unknown keys are ignored: a newer version may have written them.

    Fields may be str, int, float, bool, None beside them, tuple[X, ...], dict[str, X] and dataclasses of these.
    Raises HostError naming `where` and the field.
    """
    if not isinstance(value, dict):
        raise _refused(where, "an object", value)
    hints = typing.get_type_hints(kind)
    given = {}
    for field in dataclasses.fields(typing.cast(Any, kind)):
        if field.name in value:
            given[field.name] = _value(
                hints[field.name], value[field.name], f"{where}.{field.name}"
            )
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise HostError(f"{where} has no {field.name}: the file is of another version or torn")
    try:
        return kind(**given)
    except ValueError as error:  # of its __post_init__
        raise HostError(f"{where}: {error}: the file is damaged") from error


def parse_texts(value: Any, where: str) -> tuple[str, ...]:
    """A list of texts. Raises HostError."""
    return tuple(_text(item, where) for item in _items(value, list, where))


def _value(hint: Any, value: Any, where: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in inner:
            return None
        return _value(next(h for h in inner if h is not type(None)), value, where)
    if origin is tuple:
        return tuple(_value(inner[0], item, where) for item in _items(value, list, where))
    if origin is dict:
        items = _items(value, dict, where).items()
        return {_text(k, where): _value(inner[1], v, f"{where}.{k}") for k, v in items}
    if dataclasses.is_dataclass(hint):
        return parse(typing.cast(type[Any], hint), value, where)
    return _scalar(hint, value, where)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is Any:
        return value
    if hint is str:
        return _text(value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise _refused(where, hint.__name__, value)
    return value


def _items(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind) or len(value) > MOST_ITEMS:  # type: ignore[arg-type]  # list or dict
        raise _refused(where, f"a {kind.__name__} of at most {MOST_ITEMS}", value)
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _refused(where, "text", value)
    return value


def _refused(where: str, wanted: str, value: Any) -> HostError:
    return HostError(f"{where} must be {wanted}, not {str(value)[:40]!r}: the file is damaged")
