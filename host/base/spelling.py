"""Did you mean ...? One rule for every name that a person types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LIKELY = 0.6  # difflib's ratio from which a name was probably meant


def nearest_name(wrong: str, known: Iterable[str]) -> str | None:
    """The one that was probably meant; None where none is close. Whether letters are small matters not."""
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(wrong.lower(), names, 1, LIKELY)
    return names[close[0]] if close else None


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """'; did you mean ...?' where one is close, else ''."""
    near = nearest_name(wrong, known)
    return f"; did you mean {near!r}?" if near else ""
