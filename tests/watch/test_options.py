"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

from host.bench.watch import command as watch
from tests.options import check_options


def test_options_are_as_documented() -> None:
    check_options(watch)
