"""Types and output that the commands share."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

WIDTH_OF_A_FILE = 130  # columns, when stdout is no terminal


def count(text: str) -> int:
    """A whole number from 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return value


def console() -> Console:
    """Where tables go; wide enough for them in a file."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, file=sys.stderr)
