"""The next command, as a shell takes it: whatever a path or a label holds, it is one argument."""

from __future__ import annotations

import shlex


def shell_line(module: str, *words: object) -> str:
    """`python -m host.data split 'my pictures'` of ("host.data", "split", Path("my pictures"))."""
    return shlex.join(("python", "-m", module, *map(str, words)))
