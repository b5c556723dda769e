"""Its command line, against docs/OPTIONS.md; and how it starts."""

from __future__ import annotations

from host.bench.mlperf import command as mlperf
from tests.options import check_options


def test_options_are_as_documented() -> None:
    check_options(mlperf)
