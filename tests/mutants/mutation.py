"""One small change of one source file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """Replaces source[start:end], which is `old`, by `new`. start, end: offsets in characters."""

    start: int
    end: int
    old: str
    new: str

    def apply(self, source: str) -> str:
        """The changed source."""
        assert source[self.start : self.end] == self.old
        return source[: self.start] + self.new + source[self.end :]

    def line(self, source: str) -> int:
        """Its line, counted from 1."""
        return source.count("\n", 0, self.start) + 1


SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "+": "-",
    "-": "+",
    "*": "+",
    "//": "*",
    "/": "*",
    "%": "+",
    "<<": ">>",
    ">>": "<<",
    "&": "|",
    "|": "&",
    "&&": "||",
    "||": "&&",
    "and": "or",
    "or": "and",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}
