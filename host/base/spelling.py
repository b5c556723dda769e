"""Did you mean ...? One rule for every name that a person types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LIKELY = 0.6  # difflib's ratio from which a name was probably meant


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """'; did you mean ...?' where one is close, else ''. Whether letters are small matters not."""
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(wrong.lower(), names, 1, LIKELY)
    return f"; did you mean {names[close[0]]!r}?" if close else ""
