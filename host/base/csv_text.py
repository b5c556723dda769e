"""CSV for spreadsheets and of them: a formula is written so that it is shown, and how their files begin is known."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

FORMULA = re.compile(r"'*[=+\-@\t\r]")  # OWASP, CSV Injection: what begins a formula
QUOTED = re.compile(r"'+[=+\-@\t\r]")
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks
SEPARATORS = (",", ";", "\t")
HINT = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def hinted_separator(line: str) -> str | None:
    """`;` of a first line `sep=;`, which Excel reads and a program may have put in quotes; None of any other line."""
    found = HINT.fullmatch(line.rstrip(" \r\n"))
    return found[1] if found else None


def csv_row(cells: Iterable[object]) -> str:
    """A line with its line break."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerow([escaped(str(cell)) for cell in cells])
    return sink.getvalue()


def escaped(text: str) -> str:
    """`'=1+1` of `=1+1`; numbers stay as they are. `unescaped` turns it back, whatever the text was."""
    return f"'{text}" if FORMULA.match(text) and not _is_number(text) else text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text[1:] if QUOTED.match(text) and not _is_number(text[1:]) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text) is not None
