"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

import pytest

from host.viewer import __main__ as viewer
from tests.options import check_options, check_program


def test_options_are_as_documented() -> None:
    check_options(viewer)


def test_it_starts_as_a_program_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_program(viewer, monkeypatch, capsys)
