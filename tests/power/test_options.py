"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

from host.bench.power import command as power
from tests.options import check_options


def test_options_are_as_documented() -> None:
    check_options(power)
