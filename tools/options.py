"""docs/OPTIONS.md: every command of the tools with its options, as their own parsers know them.

A command is `host.device`, or `host.bench latency` where a tool has commands of its own.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent

HEAD = """# Options of every command
Generated from the parsers by tools/generate.py: do not edit. `python -m TOOL --help` says the same,
with examples; every tool has --version. What stands in brackets may be left out; of what `|` parts, one may be given.
"""
TOOLS = (  # with what must be typed to reach a parser of its own
    *((f"host.{name}",) for name in ("capture", "compiler", "data", "deploy", "device", "doctor")),
    *((f"host.{name}",) for name in ("evaluate", "flash", "recording", "train", "viewer")),
    *((f"host.{name}",) for name in ("virtual", "web", "bench")),
    ("host.compiler", "report"),
    ("host.train", "search"),
    *(
        ("host.bench", name)
        for name in ("engine", "host", "latency", "link", "mlperf", "power", "report", "watch")
    ),
)


class _FoundError(Exception):
    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


def page() -> str:
    """The whole file."""
    return "\n".join([HEAD, *(part for tool in sorted(TOOLS) for part in sections(*tool))])


def sections(tool: str, *words: str) -> list[str]:
    """The text of each command of a tool. words: those that lead to its parser, `latency` of host.bench."""
    parser = parser_of(importlib.import_module(f"{tool}.__main__").main, list(words))
    inner = _commands(parser)
    if inner and words[:1] and words[0] in inner:
        return [_section(" ".join((tool, *words)), inner[words[0]])]
    own = [_section(" ".join((tool, *words)), parser)]
    return own + [
        _section(f"{tool} {name}", one)
        for name, one in inner.items()
        if not all(map(_is_help, one._actions))  # host.bench completes the one that is wanted
    ]


def parser_of(main: Callable[[list[str]], int], words: list[str]) -> argparse.ArgumentParser:
    """The parser that a tool's main would use: it goes no further than to it."""
    original = argparse.ArgumentParser.parse_known_args

    def found(self: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        raise _FoundError(self)

    argparse.ArgumentParser.parse_known_args = found  # type: ignore[method-assign]
    try:
        main(words)
    except _FoundError as error:
        return error.parser
    finally:
        argparse.ArgumentParser.parse_known_args = original  # type: ignore[method-assign]
    raise AssertionError(f"{main.__module__} parses no arguments")


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # argparse has no public list of what it was given
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [_row(action) for action in parser._actions if not _is_help(action)]
    table = ["| option | takes | default | what it is |", "|---|---|---|---|", *rows]
    return "\n".join([f"## python -m {name}", *_groups(parser), *(table if rows else []), ""])


def _groups(parser: argparse.ArgumentParser) -> Iterator[str]:
    for group in parser._mutually_exclusive_groups:
        names = " | ".join(_name(action) for action in group._group_actions)
        yield f"`{names}`" if group.required else f"`[{names}]`"
        yield ""


def _row(action: argparse.Action) -> str:
    cells = (f"`{_usage(action)}`", _takes(action), _default(action), _help(action))
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _usage(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    metavar = action.metavar if action.metavar is not None else action.dest.upper()
    values = " ".join(metavar) if isinstance(metavar, tuple) else metavar
    marks = {"?": f"[{values}]", "*": f"[{values} ...]", "+": f"{values} ...", 0: ""}
    takes = marks.get(action.nargs if action.nargs is not None else "", values)
    shown = " ".join(part for part in (names, takes) if part)
    return shown if action.required or (takes.startswith("[") and not names) else f"[{shown}]"


def _name(action: argparse.Action) -> str:
    return action.option_strings[0] if action.option_strings else str(action.metavar or action.dest)


def _takes(action: argparse.Action) -> str:
    """Choices, else what its type says of a text that is nothing."""
    if isinstance(action, argparse._SubParsersAction):
        return "a command below"
    if action.choices is not None:
        return ", ".join(map(str, action.choices))
    if not callable(action.type):
        return ""
    plain: dict[Any, str] = {int: "a whole number", float: "a number", Path: "a path", str: ""}
    return plain[action.type] if action.type in plain else _answered(action.type)


def _answered(of: Callable[[str], object]) -> str:
    for nothing in ("?", ""):
        try:
            of(nothing)
        except argparse.ArgumentTypeError as error:
            return _wanted(str(error).replace(f", not {nothing!r}", ""))
        except Exception as error:  # argparse names the type then
            del error
    return ""


def _wanted(refusal: str) -> str:
    """Without what was wrong with the question mark that was tried."""
    return re.sub(r"^.*?'?[?]'?: (not )?", "", refusal)


def _default(action: argparse.Action) -> str:
    default, nothing = action.default, (None, False, argparse.SUPPRESS)
    shown = [] if any(default is none for none in nothing) else [_shown(default)]
    if action.nargs == "?" and action.const is not None:
        shown.append("alone: " + _shown(action.const))
    return ", ".join(shown)


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_shown, value))
    if isinstance(value, Path):
        value = value.relative_to(ROOT) if value.is_absolute() else value
        return f"`{value.as_posix()}`"
    return f"`{value}`" if value != "" else ""


def _help(action: argparse.Action) -> str:
    return (action.help or "") % vars(action)


def _is_help(action: argparse.Action) -> bool:
    return isinstance(action, argparse._HelpAction | argparse._VersionAction)  # every tool's
