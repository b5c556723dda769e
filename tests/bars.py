"""A progress bar that stores its calls, in place of one on a screen."""

from __future__ import annotations

from typing import Self


class Bars:
    """shares: of each task by its words, what was done of it, as shares of its total."""

    def __init__(self) -> None:
        self._tasks: list[tuple[str, float]] = []
        self.shares: dict[str, list[float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        """Nothing to clear."""

    def add_task(self, words: str, total: float) -> int:
        """A task that nothing is done of yet."""
        self._tasks.append((words, total))
        self.shares[words] = []
        return len(self._tasks) - 1

    def update(self, task: int, completed: float) -> None:
        """So much of its total."""
        words, total = self._tasks[task]
        self.shares[words].append(completed / total)
