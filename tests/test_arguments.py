"""Numbers on a command line: what is none is said in words, not by the name of a function of ours."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import pytest

from host.base.arguments import positive, share, whole


@pytest.mark.parametrize(
    ("tool", "option", "expected"),
    [
        ("capture", ["--labels", "a,b", "--auto", "often"], "pictures a second, for instance 2/s"),
        ("capture", ["--labels", "a,b", "--uncertain", "0.7,0.3"], "the lower first: 0.3,0.7"),
        ("capture", ["--labels", "a,b", "--threshold", "half"], "a number from 0 to 1, not 'half'"),
        ("capture", ["--labels", "a,b", "--distance", "64"], "a whole number from -1 to 63"),
        ("data", ["split", "x", "--val", "fifth"], "a number from 0 to 1, not 'fifth'"),
        ("evaluate", ["m.tflite", "--data", "x", "--limit", "0"], "a whole number from 1, not '0'"),
        ("viewer", ["--frames", "ten"], "a whole number from 1, not 'ten'"),
    ],
)
def test_a_number_that_is_none_is_said_in_words(
    tool: str, option: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"host.{tool}.__main__").main(option)
    assert ended.value.code == 2
    output = capsys.readouterr().err
    assert expected in output
    assert "invalid" not in output


def test_the_ends_are_within() -> None:
    assert [whole(-1, 3)(text) for text in ("-1", "3")] == [-1, 3]
    assert [share(text) for text in ("0", "1")] == [0.0, 1.0]
    for text in ("nan", "inf", "-0.1", "1.1"):
        with pytest.raises(argparse.ArgumentTypeError):
            share(text)
    for text in ("nan", "inf", "0"):
        with pytest.raises(argparse.ArgumentTypeError):
            positive(text)


def test_a_command_line_travels_no_further_than_its_command() -> None:
    """Beyond, a dataclass says what is wanted: the rest of host/ knows no argparse.Namespace."""
    root = Path(__file__).resolve().parents[1]
    readers = {"__main__.py", "command.py", "commands.py"}
    found = {
        str(path.relative_to(root))
        for path in (root / "host").rglob("*.py")
        if path.name not in readers and "argparse.Namespace" in path.read_text(encoding="utf-8")
    }
    assert found == {"host/ports/open.py"}  # port_options, for all of them
