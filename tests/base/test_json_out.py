"""What tools print for programs is JSON by RFC 8259, whatever the values and the terminal."""

from __future__ import annotations

import enum
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from host.base.json_out import as_object, print_json, print_json_line

ROOT = Path(__file__).resolve().parents[2]
PRINTS = re.compile(r"print\(\s*json\.dumps")


class State(enum.Enum):
    ON = "on"


@dataclass(frozen=True)
class Row:
    label: str
    share: float
    states: tuple[State, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
        (1.5, 1.5),
        (0, 0),
        (True, True),
        ("é", "é"),
        (None, None),
        (State.ON, "on"),
        ({1: math.nan, "b": (1, 2)}, {"1": None, "b": [1, 2]}),
        (Row("a", math.inf, (State.ON,)), {"label": "a", "share": None, "states": ["on"]}),
    ],
)
def test_any_value_has_its_json(
    value: Any, expected: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert as_object(value) == expected
    for prints in (print_json, print_json_line):
        prints(value)
        assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == expected


def test_people_can_read_it_and_any_terminal_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"label": "café", "scores": [0.5]})
    assert capsys.readouterr().out == (
        '{\n  "label": "caf\\u00e9",\n  "scores": [\n    0.5\n  ]\n}\n'
    )
    print_json_line({"label": "café", "scores": [0.5]})
    assert capsys.readouterr().out == '{"label": "caf\\u00e9", "scores": [0.5]}\n'


def test_every_tool_prints_its_json_there() -> None:
    sources = (ROOT / "host").rglob("*.py")
    found = [path.name for path in sources if PRINTS.search(path.read_text(encoding="utf-8"))]
    assert found == ["json_out.py"]
