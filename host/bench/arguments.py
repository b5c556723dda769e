"""Types and output that the commands share."""

from __future__ import annotations

import sys

from rich.console import Console

from host.base.arguments import whole

WIDTH_OF_A_FILE = 130  # columns, when stdout is no terminal
count = whole()  # a type for argparse


def console() -> Console:
    """Where tables go; wide enough for them in a file."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, file=sys.stderr)
