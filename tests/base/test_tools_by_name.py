"""`tinyml-camera TOOL`: the right tool gets the words behind its name; a wrong one is answered with a near one."""

from __future__ import annotations

import contextlib
import sys

import pytest

from host import __main__ as tools
from host.base import completion
from host.base.errors import HostError
from host.base.version import version


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["tinyml-camera", *words])
    return tools.main()


def test_help_and_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"tinyml-camera {version()}\n"
    texts = []
    for words, code in ((("-h",), 0), (("--help",), 0), ((), 2)):
        assert run(monkeypatch, *words) == code
        texts.append(capsys.readouterr().out)
    assert len(set(texts)) == 1
    rows = texts[0].splitlines()
    assert rows[0].startswith("tinyml-camera TOOL ...: ") and rows[-1] == "  --version"
    for name, what in tools.TOOLS.items():
        assert f"  {name:<9}  {what}" in rows


@pytest.mark.parametrize("name", tools.TOOLS)
def test_a_tool_gets_what_stands_behind_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []
    module = "bench" if name == "report" else name

    def main(words: list[str]) -> int:
        calls.append(words)
        return 5

    monkeypatch.setattr(f"host.{module}.__main__.main", main)
    assert run(monkeypatch, name, "--port", "x") == 5
    assert calls == [[*(["report"] if name == "report" else []), "--port", "x"]]


@pytest.mark.parametrize(
    ("name", "hint"), [("viewr", "did you mean viewer?"), ("xyzzy", "give one of viewer, doctor, ")]
)
def test_a_tool_that_is_none(name: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HostError, match=f"no tool is called '{name}'") as refused:
        run(monkeypatch, name)
    assert (refused.value.remedy or "").startswith(hint)


def test_the_command_catches_first_and_exits_as_the_tool_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(tools, "plain_words", lambda: done.append("Ctrl-C"))

    def main() -> int:
        done.append("main")
        return 3

    monkeypatch.setattr(tools, "main", main)
    with pytest.raises(SystemExit) as ended:
        tools.command()
    assert (ended.value.code, done) == (3, ["Ctrl-C", "main"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], list(tools.TOOLS)), (["vie"], None), (["viewer"], []), (["report"], ["report"])],
)
def test_tab_offers_tools_until_one_is_named(
    words: list[str], expected: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the tool's own parser answers; nobody behind a word that is no tool."""
    done: list[object] = []

    def names(of: object) -> None:
        done.append(list(of))  # type: ignore[call-overload]  # of tools
        raise SystemExit(0)

    def started(words: list[str]) -> int:
        done.append(words)
        return 0

    monkeypatch.setattr(completion, "is_asked", lambda: True)
    monkeypatch.setattr(completion, "words_so_far", lambda aliases: words)
    monkeypatch.setattr(completion, "complete_names", names)
    for tool in ("viewer", "bench"):
        monkeypatch.setattr(f"host.{tool}.__main__.main", started)
    with pytest.raises(SystemExit) if not words else contextlib.nullcontext():
        assert tools.main() == 0
    assert done == ([] if expected is None else [expected])
