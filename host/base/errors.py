"""The one error a user sees as a line: what was wrong, what was expected, what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable

EXIT_USER = 2


class HostError(Exception):
    """What the user or the device did wrong; printed as one line, exit code 2. Anything else is our bug."""


class EndOfRecordingError(HostError):
    """A recording has no more to say: no fault. A tool ends with what it has, exit code 0."""


def run_main(main: Callable[[], int]) -> int:
    """Runs a tool's main; turns a HostError into one line on stderr and exit code 2, Ctrl-C into 130."""
    try:
        return main()
    except EndOfRecordingError as end:
        print(end, file=sys.stderr)
        return 0
    except HostError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USER
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
