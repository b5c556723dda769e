"""Text of boards, models, files and people: shown, never obeyed. Pure but for `say`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from host.base.follow_up import as_started

# no picture of them; the last are halves of a letter, which no encoding has: of names that are not UTF-8
HIDDEN = ((0x80, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069), (0xD800, 0xDFFF))
SHOWN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
# Drawn lines, blocks and marks as one ASCII character each: widths stay
_LOOKS = {"-": "─━–", "|": "│┃", "+": "┌┐└┘┏┓┗┛├┤┬┴┼", "#": "█▀▄▇", ".": "░▁▂…·", ":": "▒▃", "%": "▓", "=": "▅",
          "*": "▆●", "x": "×", "'": "°", ">": "→", "<": "←"}  # fmt: skip
ASCII = str.maketrans({each: plain for plain, looks in _LOOKS.items() for each in looks})
SHOWN |= {code: 0xFFFD for low, high in HIDDEN for code in range(low, high + 1)}


def visible(text: str) -> str:
    """The same text with a picture for every control character but tab and line end.

    Those that turn a line's direction or hide in it are U+FFFD.
    """
    return text.translate(SHOWN)


def one_line(text: str) -> str:
    """As `visible`, line ends and tabs too."""
    return visible(text).replace("\n", "␤").replace("\t", "␉")


def first_few(texts: Sequence[str], most: int) -> list[str]:
    """At most so many of them; behind them how many more there are."""
    more = len(texts) - most
    return [*texts[:most], f"and {more} more"] if more > 0 else list(texts)


def encodable(text: str, encoding: str) -> str:
    """The same for a terminal that is not UTF-8: lines and blocks as ASCII, what is left and has no code as `?`."""
    if encoding.lower().startswith("utf"):
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(ASCII)
        return plain.encode(encoding, "replace").decode(encoding)
    return text


def say(text: str) -> None:
    """A line on stderr for the person who waits; its commands are those that work here."""
    print(encodable(visible(as_started(text)), sys.stderr.encoding or "utf-8"), file=sys.stderr)
