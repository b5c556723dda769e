"""Every tool's --help: its name as it was started, its options, and two examples that its own parser takes."""

from __future__ import annotations

import importlib
import shlex
from pathlib import Path

import pytest

from host.base.follow_up import STARTER
from host.base.places import HOST
from host.base.tool_parser import EXAMPLES, tool_parser
from host.base.version import version

TOOLS = sorted(path.parent.name for path in HOST.glob("*/__main__.py"))


def helped(capsys: pytest.CaptureFixture[str], name: str, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"host.{name}.__main__").main([*words, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", TOOLS)
def test_help_ends_with_two_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = helped(capsys, name).split("examples:")[1]
    commands = [line.strip() for line in text.splitlines() if line.startswith("  python -m ")]
    assert len(commands) == 2
    assert all(command.startswith(f"python -m host.{name}") for command in commands)
    assert [shlex.split(command)[3:] for command in commands] == [
        shlex.split(words) for words, _ in EXAMPLES[f"host.{name}"]
    ]


@pytest.mark.parametrize(("name", "command"), [("compiler", "report"), ("train", "search")])
def test_commands_of_their_own_have_theirs(
    name: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert helped(capsys, name, command).count(f"  python -m host.{name} {command} ") == 2


def test_a_tool_is_named_as_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/tinyml-camera", "viewer"])
    assert tool_parser("host.viewer", None).prog == "tinyml-camera viewer"
    monkeypatch.setenv(STARTER, "python3 'my tools/run.py'")
    assert tool_parser("host.train search", None).prog == "python3 my tools/run.py train search"


@pytest.mark.parametrize("name", ["viewer", "train"])
def test_every_tool_says_its_version(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"host.{name}.__main__").main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"tinyml-camera {version()}\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("viewer --terminall", "--terminal"),
        ("viewer --frames 2 --thresold=0.5", "--threshold"),
        ("data chek faces", "check"),
        ("data check faces --outptu there", "--output"),
        ("bench latncy", "latency"),
    ],
)
def test_what_was_probably_meant(
    words: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = words.split()
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"host.{name}.__main__").main(rest)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"; did you mean {meant}?\n")


def test_what_was_meant_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        importlib.import_module("host.viewer.__main__").main(["--xyzzy"])
    assert "did you mean" not in capsys.readouterr().err


def test_the_help_of_training_names_the_search(capsys: pytest.CaptureFixture[str]) -> None:
    assert "`search` as the first word looks for the network itself" in helped(capsys, "train")


def test_prose_is_wrapped_and_tables_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in TOOLS:
        assert max(map(len, helped(capsys, name).splitlines())) <= 120, name
    text = helped(capsys, "device")
    assert "reboot [--bootloader]      restarts it" in text
    assert max(map(len, helped(capsys, "viewer").split("examples:")[0].splitlines())) <= 80


def test_no_example_names_what_is_not_there() -> None:
    assert {tool.split()[0].removeprefix("host.") for tool in EXAMPLES} == set(TOOLS)
    assert all(Path(HOST / name / "__main__.py").is_file() for name in TOOLS)
