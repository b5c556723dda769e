"""What the system refuses to a user at a path, in words: any tool may meet it wherever it asks about a path."""

from __future__ import annotations

import errno
import os

BY_RIGHTS = (errno.EACCES, errno.EPERM)
REMEDIES = {
    **dict.fromkeys(BY_RIGHTS, "allow yourself to use it (chmod, its owner), or give another path"),
    errno.ENAMETOOLONG: "give a shorter name",
    errno.ELOOP: "give a path without links that lead in a circle",
    errno.EIO: "check the disk",
    errno.EROFS: "give another folder",
}


def refusal(error: OSError) -> tuple[str, str] | None:
    """(what, remedy) for a path that the system refuses; None for an OSError that a user did not cause."""
    if error.errno not in REMEDIES or error.filename is None or isinstance(error.filename, int):
        return None
    return f"cannot use {os.fsdecode(error.filename)}: {error.strerror}", remedy_of(error)


def remedy_of(error: OSError) -> str:
    """What helps; "" where nothing is known to."""
    return REMEDIES.get(error.errno or 0, "")
