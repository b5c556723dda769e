"""What every command of the tools must be, for its folder's tests: options as documented, a program and a module."""

from __future__ import annotations

import runpy
import sys
from types import ModuleType

import pytest

from tools.options import ROOT, sections

PAGE = ROOT / "docs" / "OPTIONS.md"


def check_options(module: ModuleType, *behind: str) -> None:
    """Its options, with choices, defaults and limits, are those of docs/OPTIONS.md. module: with the parser."""
    parts = [part for part in module.__name__.split(".") if part not in ("__main__", "command")]
    tool, words = f"host.{parts[1]}", [*parts[2:], *behind]
    page = PAGE.read_text(encoding="utf-8")
    for section in sections(tool, *words):
        head = section.splitlines()[0]
        there = page.split(head + "\n")[1].split("\n## ")[0]
        assert section.split("\n", 1)[1].rstrip() == there.rstrip(), (
            f"{head[3:]}: run `python -m tools.generate`"
        )


def check_program(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Started, it catches Ctrl-C before it imports, and exits as its main says; imported, it does nothing."""
    caught: list[str] = []
    monkeypatch.setattr("host.base.errors.plain_words", lambda: caught.append("Ctrl-C"))
    monkeypatch.setattr(sys, "argv", ["tool", "--help"])
    path = str(module.__file__)
    runpy.run_path(path, run_name="imported")
    assert not caught and capsys.readouterr().out == ""
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(path, run_name="__main__")
    assert ended.value.code == 0 and caught
    assert capsys.readouterr().out.strip()
    monkeypatch.setattr("host.base.errors.run_main", lambda main: 7)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(path, run_name="__main__")
    assert ended.value.code == 7
