"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

import pytest

from host.bench import __main__ as bench
from host.bench.engine import command as engine
from host.bench.latency import command as latency
from host.bench.link import command as link
from host.bench.report import command as report
from tests.options import check_options, check_program


def test_options_are_as_documented() -> None:
    check_options(bench)
    check_options(engine)
    check_options(latency)
    check_options(link)
    check_options(report)


def test_it_starts_as_a_program_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check_program(bench, monkeypatch, capsys)
