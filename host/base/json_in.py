"""JSON of others: one error for whatever is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any

HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str | bytes) -> Any:
    """What it says. Raises ValueError, for lists that lie in each other without end, too.

    Half a letter (\\ud800 alone), which JSON can write and no encoding has, is U+FFFD.
    """
    try:
        found = json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
        plain = text if isinstance(text, str) else text.decode(errors="replace")
        return _whole_letters(found) if HALF.search(plain) else found
    except RecursionError:
        raise ValueError("lists in lists without end") from None


def _whole_letters(found: Any) -> Any:
    if isinstance(found, str):
        return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(found, dict):
        return {_whole_letters(name): _whole_letters(value) for name, value in found.items()}
    return [_whole_letters(each) for each in found] if isinstance(found, list) else found
