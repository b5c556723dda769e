"""The one error a user sees as a line: what was wrong, what was expected, what to do."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from host.base.follow_up import as_started
from host.base.missing import adds, lacking, missing
from host.base.refusals import refusal
from host.base.text import say

EXIT_USER = 2
LONGEST = 1000  # characters of a line: a cell of somebody's spreadsheet may have ten million


class HostError(Exception):
    """What the user or the device did wrong; printed as one line, exit code 2. Anything else is our bug.

    remedy: what to do, apart from what was wrong, so that JSON and pages can show it apart; empty when nothing can be
    done. The line has a colon between the two, or a semicolon when `what` has a colon already.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what, self.remedy = _line(as_started(what)), _line(as_started(remedy))
        super().__init__(self.what, self.remedy)

    def __str__(self) -> str:
        if not self.remedy:
            return self.what
        return f"{self.what}; {self.remedy}" if ": " in self.what else f"{self.what}: {self.remedy}"


def _line(text: str) -> str:
    """Without line ends, such as those of other libraries' messages, and shortened in the middle."""
    line = " ".join(text.split("\n")).strip() if "\n" in text else text
    half = LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[:half]} … {line[-half:]}"


class EndOfRecordingError(HostError):
    """A recording has no more to say: no fault. A tool ends with what it has, exit code 0."""


def missing_package(error: ImportError) -> HostError | None:
    """The line for a package of ours that is not installed, with the command that adds it; None for any other."""
    found = missing(error)
    return HostError(*found) if found else None


def require(layer: str) -> None:
    """Before any work: raises HostError with the command that adds a layer of packages, when one is not here."""
    if name := lacking(layer):
        raise HostError(f"{name} is not installed", f"add it by {adds(layer)}")


def plain_words() -> None:
    """While a tool still imports what it needs, before run_main: for Ctrl-C a word, for a missing package a line."""

    for stream in (sys.stdout, sys.stderr):  # a label of another script is no reason to end
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if stream.errors == "strict" else stream.errors)

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        line = missing_package(error) if isinstance(error, ImportError) else None
        if issubclass(kind, KeyboardInterrupt):
            say("stopped")
        elif line is not None:
            say(f"error: {line}")
            raise SystemExit(EXIT_USER)
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = end


def run_main(main: Callable[[], int]) -> int:
    """Runs a tool's main; turns a HostError into one line on stderr and exit code 2, Ctrl-C into 130.

    Whoever reads its output may leave, as `head` does: that ends the tool quietly, with exit code 0.
    """
    try:
        try:
            return _ended(main)
        finally:  # what is still to be written finds its reader gone here, not at Python's end
            sys.stdout.flush()
            sys.stderr.flush()
    except BrokenPipeError:
        _write_to_nobody(sys.stdout)
        _write_to_nobody(sys.stderr)
        return 0


def _write_to_nobody(stream: TextIO) -> None:
    """If nobody reads it any more: Python would complain again at its end."""
    try:
        stream.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):  # no file of the system's
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _ended(main: Callable[[], int]) -> int:
    try:
        return main()
    except EndOfRecordingError as end:
        say(str(end))
        return 0
    except HostError as error:
        say(f"error: {error}")
        return EXIT_USER
    except ImportError as error:  # what is heavy is imported when it is needed
        line = missing_package(error)
        if line is None:
            raise
        say(f"error: {line}")
        return EXIT_USER
    except OSError as error:  # asking whether a file is there may be refused, too
        found = refusal(error)
        if found is None:
            raise
        say(f"error: {HostError(*found)}")
        return EXIT_USER
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
