"""Single keys from the terminal, without waiting for them and without Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator

KeyReader = Callable[[], str]

if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def _terminal_keys() -> Iterator[KeyReader]:
        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else ""

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
            return os.read(number, 1).decode(errors="ignore") if ready else ""

        try:
            yield key
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)


@contextlib.contextmanager
def open_keys() -> Iterator[KeyReader]:
    """A function that gives the next key, "" when none was pressed. Ctrl-C keeps its meaning."""
    if not sys.stdin.isatty():
        yield lambda: ""
        return
    with _terminal_keys() as reader:
        yield reader
