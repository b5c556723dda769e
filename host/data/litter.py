"""What a killed writer leaves beside the file that it was writing: swept by the next one that holds the folder."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

HALF_WRITTEN = re.compile(r"\..+\.(\d+)")  # .NAME.PROCESS, as host.base.files.placed_file names it


def sweep(folder: Path) -> int:
    """Removes half-written files of processes that are gone; how many. The folder's lock is ours meanwhile."""
    import psutil

    count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            found = HALF_WRITTEN.fullmatch(name)
            if found and not psutil.pid_exists(int(found[1])):
                with contextlib.suppress(OSError):
                    Path(place, name).unlink()
                    count += 1
    return count
