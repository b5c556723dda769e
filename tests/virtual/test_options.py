"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

import pytest

from host.virtual import __main__ as virtual
from tests.options import check_options, check_program


def test_options_are_as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "CORE_LOAD_BY_DEFAULT", True)  # tests are without it
    check_options(virtual)


def test_it_starts_as_a_program_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_program(virtual, monkeypatch, capsys)
