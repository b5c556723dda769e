"""What a person sees of a run: bars on a terminal, a line for each epoch, a table at the end. All on stderr."""

from __future__ import annotations

from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from host.base.console import Console
from host.base.statistics import wilson
from host.train.epoch import HEAD_ROUNDS, Epoch

FIGURES = (
    ("int8", "all"),
    ("int8, wild", "wild"),
    ("float", "float_all"),
    ("float, wild", "float_wild"),
)


class Screen:
    """A Watcher (run.py). Use as a context."""

    def __init__(self, console: Console) -> None:
        self.console = console
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        self.progress = Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
        )
        self.task = self.progress.add_task("reading pictures", total=None)
        self.history: list[Epoch] = []

    @property
    def epochs(self) -> int:
        """The number of the last epoch that ended."""
        return self.history[-1].number if self.history else 0

    def __enter__(self) -> Screen:
        self.progress.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.progress.stop()

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text, style="dim")

    def begin(self, what: str, total: int) -> None:
        """See run.Watcher."""
        self.progress.remove_task(self.task)
        self.task = self.progress.add_task(what, total=total or None)

    def advance(self, steps: int) -> None:
        """See run.Watcher."""
        self.progress.advance(self.task, steps)

    def epoch(self, latest: Epoch) -> None:
        """See run.Watcher."""
        self.history.append(latest)
        self.say(
            f"{latest.unit} {latest.number:3}  loss {latest.loss:.4f}  validation loss {latest.val_loss:.4f}  "
            f"accuracy {latest.val_accuracy:.3f}  {latest.seconds:.0f} s"
        )


def rounds_line(epochs: int) -> str:
    """What --epochs means where the trunk is frozen."""
    return (
        f"the trunk sees the pictures for {epochs} epochs and stays as it is; then its last layer learns from what the "
        f"trunk saw, {HEAD_ROUNDS} rounds, and the one with the lowest validation loss is kept"
    )


def stopped(frozen: bool, finished: int) -> str:
    """What an interrupted run leaves; finished: the number of the last epoch or round that ended."""
    if frozen and finished:
        return "what the trunk saw is on disk; the same command goes on from there, with round 1"
    return f"epochs finished: {0 if frozen else finished}; the same command goes on from there"


def result_table(manifest: dict[str, Any]) -> Table:
    """The figures of a finished model; 95 %: Wilson's interval, for these few pictures."""
    table = Table(title=f"{manifest['name']}: {manifest['architecture']}")
    for column in ("validation", "pictures", "accuracy", "95 %", "AUC"):
        table.add_column(column, justify="left" if column == "validation" else "right")
    for title, name in FIGURES:
        if name in manifest["accuracy"]:
            found = manifest["accuracy"][name]
            accuracy, count = found["accuracy"], found["pictures"]
            sure = wilson(accuracy * count, count)
            span = f"{sure.low:.3f} .. {sure.high:.3f}"
            table.add_row(title, str(count), f"{accuracy:.3f}", span, f"{found['auc']:.3f}")
    return table
