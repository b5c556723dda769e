"""What is seen while it is measured: a bar, the median so far, the rate."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from host.base.console import Console
from host.bench.latency.tables import Inference


class Progress:
    """`with Progress(console, clock_hz) as seen:`; one bar a pass."""

    def __init__(self, console: Console, clock_hz: int, estimated: bool) -> None:
        columns = (
            TextColumn("{task.description:<10}", markup=False),
            BarColumn(16),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[figures]}", markup=False),
        )
        self._bars = Bars(*columns, console=console)
        self._clock_hz, self._word = clock_hz, "est. " if estimated else ""
        self._task = TaskID(0)
        self._cycles: list[int] = []

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, words: str, total: int) -> None:
        """The next pass."""
        self._cycles.clear()
        self._task = self._bars.add_task(words, total=total, figures="")

    def advance(self, inference: Inference | None = None) -> None:
        """One more."""
        figures = ""
        if inference is not None:
            self._cycles.append(inference.inference_cycles)
            p50 = 1000 * float(np.median(self._cycles)) / self._clock_hz
            now = 1000 * inference.inference_cycles / self._clock_hz
            rate = inference.period_cycles and self._clock_hz / inference.period_cycles
            figures = f"{self._word}{now:.2f} ms, p50 {p50:.2f}, {rate:.1f}/s"
        self._bars.update(self._task, advance=1, figures=figures)
