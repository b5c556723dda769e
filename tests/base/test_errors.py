"""Errors for users: what was wrong and what to do are given apart, everywhere in host/.

A remedy is known by its first word: a verb of REMEDY_VERBS, a command line, or one of OTHER_OPENINGS. The rule is held
in both directions: no `what` has a clause that opens so, and every remedy whose text is in the code does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.base.errors import LONGEST, HostError

ROOT = Path(__file__).resolve().parents[2]
VERBS = (
    "add allow build capture check choose close compile complete connect convert copy cut delete "
    "end export flash free give import install leave lower make measure name plug press put "
    "quantise record remove rename repeat reset restore run save say scale see send set shorten slow sort start "
    "take train try unplug update upload use write"
)
REMEDY_VERBS = frozenset(VERBS.split())
OTHER_OPENINGS = ("`", "python -m ", "pip install ", "is ", "start() ", "--list ", "--short ")
VALUE = "{}"
CLAUSE = re.compile(r"(?:^|: |; |\? |\. )([^:;?.]+)")


def kinds() -> frozenset[str]:
    """HostError and the names of the classes in host/ that are made of it and take the same arguments."""
    found = {"HostError"}
    for path in (ROOT / "host").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            bases = [b.id for b in getattr(node, "bases", ()) if isinstance(b, ast.Name)]
            if isinstance(node, ast.ClassDef) and "HostError" in bases:
                own = any(
                    isinstance(n, ast.FunctionDef) and n.name == "__init__" for n in node.body
                )
                found |= set() if own else {node.name}
    return frozenset(found)


def literal(node: ast.expr) -> str | None:
    """The text of a literal, VALUE for what is put into it; None for another expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) or VALUE for part in node.values)
    return None


def errors(source: str, names: frozenset[str]) -> Iterator[tuple[int, list[ast.expr]]]:
    """Line and arguments of each error that is made."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            remedy = [keyword.value for keyword in node.keywords if keyword.arg == "remedy"]
            yield node.lineno, [*node.args, *remedy]


def opens_a_remedy(clause: str) -> bool:
    word = re.match(r"[a-z]+(?![\w'()-])", clause)
    return clause.startswith(OTHER_OPENINGS[:3]) or (word is not None and word[0] in REMEDY_VERBS)


def broken(source: str, names: frozenset[str]) -> list[str]:
    """What breaks the rule, with its line."""
    found = []
    for line, arguments in errors(source, names):
        what = literal(arguments[0]) if arguments else None
        for clause in CLAUSE.findall(what or "")[1:]:
            if opens_a_remedy(clause):
                found.append(f"line {line}: {clause!r} is a remedy inside `what`")
        remedy = literal(arguments[1]) if len(arguments) > 1 else None
        fits = not remedy or remedy.startswith((VALUE, *OTHER_OPENINGS)) or opens_a_remedy(remedy)
        if not fits:
            found.append(f"line {line}: the remedy {remedy!r} opens with no verb of REMEDY_VERBS")
    return found


def test_what_and_remedy_are_given_apart_everywhere() -> None:
    names = kinds()
    assert {"HostError", "UnreadableError", "NoAnswerError", "PortLostError"} <= names
    found = [
        f"{path.relative_to(ROOT)} {problem}"
        for path in sorted((ROOT / "host").rglob("*.py"))
        for problem in broken(path.read_text(encoding="utf-8"), names)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("HostError('no such file: give another')", 1),
        ("HostError(f'{a} has {b}; use --port')", 1),
        ("HostError('it is not there: `pio run`')", 1),
        ("HostError('no such file', 'the other one')", 1),
        ("HostError('no such file', remedy='the other one')", 1),
        ("HostError('no such file: there are a, b', 'give another')", 0),
        ("HostError(f'{name}: flash() failed', 'press reset')", 0),
        ("ValueError('no such file: give another')", 0),
    ],
)
def test_the_rule_finds_what_it_is_for(source: str, count: int) -> None:
    assert len(broken(source, frozenset({"HostError"}))) == count


@pytest.mark.parametrize(
    ("what", "remedy", "line"),
    [
        ("no such file", "", "no such file"),
        ("no such file", "give another", "no such file: give another"),
        ("board: no answer", "press reset", "board: no answer; press reset"),
    ],
)
def test_both_stand_in_one_line(what: str, remedy: str, line: str) -> None:
    error = HostError(what, remedy)
    assert (str(error), error.what, error.remedy) == (line, what, remedy)


def test_an_error_is_a_line_of_bounded_length_whatever_it_quotes() -> None:
    error = HostError("a.csv line 3: " + "x" * 10_000_000 + " is none", "see\nbelow\n")
    line = str(error)
    assert "\n" not in line and len(line) < 2 * LONGEST + 10
    assert line.startswith("a.csv line 3: x") and line.endswith("x is none; see below")
