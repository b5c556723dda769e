"""The line by which a spreadsheet names its separator."""

from __future__ import annotations

import pytest

from host.base.csv_text import hinted_separator


@pytest.mark.parametrize(
    ("line", "separator"),
    [
        ("sep=;", ";"),
        ('"sep=;"\r\n', ";"),
        ("SEP=,  ", ","),
        ("sep=\t\r\n", "\t"),
        ("sep=", None),
        ("sep=;;", None),
        ("separator=;", None),
    ],
)
def test_a_separator_is_named_by_a_line_of_its_own(line: str, separator: str | None) -> None:
    assert hinted_separator(line) == separator
