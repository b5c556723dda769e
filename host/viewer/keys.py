"""Single keys from the terminal, without waiting for them and without Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator

# alone the key of that name, else the beginning of another, as an arrow's three bytes
ESCAPE = b"\x1b"
MOST_BYTES = 8
ARROWS = {b"\x1b[D": "left", b"\x1b[C": "right", b"\x1bOD": "left", b"\x1bOC": "right"}
SPECIAL = ("\0", "\xe0")  # what Windows gives before the letter of an arrow
KeyReader = Callable[[], str]

if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def _terminal_keys() -> Iterator[KeyReader]:
        def key() -> str:
            first = msvcrt.getwch() if msvcrt.kbhit() else ""
            return (
                {"K": "left", "M": "right"}.get(msvcrt.getwch(), "") if first in SPECIAL else first
            )

        yield key

else:
    import termios
    import tty

    @contextlib.contextmanager
    def _terminal_keys() -> Iterator[KeyReader]:
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        tty.setcbreak(number)

        def key() -> str:
            ready, _, _ = select.select([number], [], [], 0)
            if not ready:
                return ""
            data = os.read(number, 1)
            if data == ESCAPE and select.select([number], [], [], 0)[0]:
                data += os.read(number, MOST_BYTES)
            return key_name(data)

        try:
            yield key
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def key_name(data: bytes) -> str:
    """What a terminal sent for one key: a letter, `left` or `right`; "" for others that begin with Escape."""
    if data in ARROWS:
        return ARROWS[data]
    escapes = data.startswith(b"\x1b") and len(data) > 1
    return "" if escapes else data[:1].decode(errors="ignore")


@contextlib.contextmanager
def open_keys() -> Iterator[KeyReader]:
    """A function that gives the next key, "" when none was pressed. Ctrl-C keeps its meaning."""
    if not sys.stdin.isatty():
        yield lambda: ""
        return
    with _terminal_keys() as reader:
        yield reader
