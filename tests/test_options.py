"""What every command of the tools must be: options as docs/OPTIONS.md has them, a program, and a module."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from host.base.errors import HostError
from host.capture import __main__ as capture
from host.data import __main__ as data
from host.evaluate import __main__ as evaluate
from host.train import __main__ as train
from host.virtual import __main__ as virtual
from tools.options import ROOT, TOOLS, sections

PAGE = ROOT / "docs" / "OPTIONS.md"
MAINS = sorted((ROOT / "host").rglob("__main__.py"))
COMMANDS = sorted((ROOT / "host").rglob("command.py"))
NAMES = [".".join(path.parent.relative_to(ROOT).parts) for path in MAINS]


@pytest.mark.parametrize("words", TOOLS, ids=" ".join)
def test_options_are_as_documented(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """With choices, defaults and limits."""
    monkeypatch.setattr(virtual, "CORE_LOAD_BY_DEFAULT", True)  # tests are without it
    page = PAGE.read_text(encoding="utf-8")
    for section in sections(*words):
        head = section.splitlines()[0]
        documented = page.split(head + "\n")[1].split("\n## ")[0]
        assert section.split("\n", 1)[1].rstrip() == documented.rstrip(), (
            f"{head[3:]}: run `python -m tools.generate`"
        )


def test_every_command_is_documented() -> None:
    """A folder with a __main__.py or a command.py is a command; `host` itself only passes on to them."""
    folders = {path.parent.relative_to(ROOT / "host").parts for path in (*MAINS, *COMMANDS)}
    assert folders - {()} == {
        (*tool.split(".")[1:], *words) for tool, *words in TOOLS if words != ["report"]
    } | {("bench", "report")}


@pytest.mark.parametrize("main", MAINS, ids=NAMES)
def test_it_starts_as_a_program_alone(
    main: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Started, it catches Ctrl-C before it imports, and exits as its main says; imported, it does nothing."""
    caught: list[str] = []
    monkeypatch.setattr("host.base.errors.plain_words", lambda: caught.append("Ctrl-C"))
    monkeypatch.setattr(sys, "argv", ["tool", "--help"])
    runpy.run_path(str(main), run_name="imported")
    assert not caught and capsys.readouterr().out == ""
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(main), run_name="__main__")
    assert ended.value.code == 0 and caught
    assert capsys.readouterr().out.strip()
    monkeypatch.setattr("host.base.errors.run_main", lambda main: 7)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(main), run_name="__main__")
    assert ended.value.code == 7


@pytest.mark.parametrize(
    ("tool", "words", "layer"),
    [
        (capture, ["--labels", "a,b", "--output", "no/such", "--port", "/dev/none"], "data"),
        (data, ["check", "no/such"], "data"),
        (evaluate, ["no/such.tflite", "--data", "no/such"], "data"),
        (train, ["--data", "no/such", "--output", "no/such"], "train"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_packages_are_looked_for_before_any_work(
    tool: ModuleType, words: list[str], layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(wanted: str) -> None:
        raise HostError(f"nothing of {wanted} is installed")

    monkeypatch.setattr(tool, "require", missing)
    with pytest.raises(HostError, match=f"^nothing of {layer} is installed$"):
        tool.main(words)
