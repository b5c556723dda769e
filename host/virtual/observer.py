"""What looks at a virtual board from outside, and gets its warnings."""

from __future__ import annotations

from host.base.text import say


def say_on_stderr(line: str) -> None:
    """Where warnings go unless said otherwise."""
    say(f"virtual board: {line}")


class Observer:
    """Looks at a board from outside, in guest time. A method says that something happened, and changes nothing."""

    def changed(self) -> None:
        """The CPU may have stopped or gone on, an exception begun, the marker pin moved."""

    def sent(self, data: bytes) -> None:
        """The last of these bytes left the serial port now."""
