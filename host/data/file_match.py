"""Names of pictures as annotations write them -> files of a set, although folders, letters and accents differ."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import unquote, urlsplit

AMBIGUOUS = "whose name is that of several files or entries"
Parts = tuple[str, ...]


class Matcher:
    """Of all names at once: that a name is the only one of its kind is what makes a looser match safe."""

    def __init__(self, files: Iterable[str], wanted: Iterable[str]) -> None:
        """files: that are there, with forward slashes; wanted: as annotations name them."""
        self._files: dict[str, list[tuple[Parts, str]]] = defaultdict(list)
        for file in files:
            self._files[parts_of(file)[-1]].append((parts_of(file), file))
        self._wanted: dict[str, set[Parts]] = defaultdict(set)
        for name in wanted:
            if parts := parts_of(name):
                self._wanted[parts[-1]].add(parts)

    def find(self, name: str) -> str | None:
        """The file; None where none is, "" where several could be it."""
        parts = parts_of(name)
        there = self._files.get(parts[-1], []) if parts else []
        length = max((_common(found, parts) for found, _ in there), default=0)
        ends = [(f, file) for f, file in there if _common(f, parts) == length]
        if length < 2:  # no folder agrees: the name must be whole
            ends = [(f, file) for f, file in ends if length == min(len(f), len(parts))]
        if len(ends) > 1:
            ends = [pair for pair in ends if len(pair[0]) == len(parts)] or ends
        if len(ends) > 1:
            ends = [pair for pair in ends if pair[1].endswith(name)] or ends
        if len(ends) == 1:
            return ends[0][1]
        is_only = len(there) == 1 and len(self._wanted[parts[-1]]) == 1 if parts else False
        return there[0][1] if is_only else "" if ends else None


def parts_of(name: str) -> Parts:
    """Folders and file of a path or URL, one spelling for each letter."""
    if "://" in name:
        name = unquote(urlsplit(name).path)
    plain = unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()
    return tuple(part for part in plain.split("/") if part not in ("", "."))


def _common(one: Parts, other: Parts) -> int:
    """How many parts are equal, from the end."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
